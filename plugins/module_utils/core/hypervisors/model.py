# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hypervisors say of a cluster: hosts, networks, storage, guests; and what each kind can do, as data."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..capacity.memory_factors import ABILITIES

RUNNING, PAUSED, SUSPENDED, STOPPED, CRASHED = "running", "paused", "suspended", "stopped", "crashed"


@dataclass(frozen=True)
class HypervisorCapabilities:
    """How hosts of one kind are managed.

    hypervisor: CloudStack's name of the kind. whole_cluster: one session speaks for all hosts (pool, vCenter); else one
    per host. maintenance: it has a maintenance mode of its own, which is entered after CloudStack's and left before it.
    master: one host leads the cluster and is taken first. own_guests: what names of its own helper VMs begin with,
    which it moves itself and which are no VMs of anybody.
    vlans_on_demand: a VLAN is there only on hosts that run a VM on it; else on all hosts, and it stays.
    memory_factor_limit: memory over-provisioning that it can carry; None: no limit. tags_stay: marks that CloudStack
    put on a host stay after the host was removed.
    """

    hypervisor: str
    whole_cluster: bool
    maintenance: bool
    master: bool
    vlans_on_demand: bool
    ballooning: bool
    tags_stay: bool = False
    memory_factor_limit: t.Optional[float] = None
    own_guests: tuple[str, ...] = ()


KVM = HypervisorCapabilities(
    "KVM", whole_cluster=False, maintenance=False, master=False, vlans_on_demand=True, ballooning=True
)
XENSERVER = HypervisorCapabilities(
    "XenServer",
    whole_cluster=True,
    maintenance=True,
    master=True,
    vlans_on_demand=True,
    ballooning=True,
    tags_stay=True,
    memory_factor_limit=ABILITIES["xenserver"].most_ram,
)
VMWARE = HypervisorCapabilities(
    "VMware",
    whole_cluster=True,
    maintenance=True,
    master=False,
    vlans_on_demand=False,
    ballooning=True,
    own_guests=("vCLS",),
)
CAPABILITIES: t.Mapping[str, HypervisorCapabilities] = {each.hypervisor: each for each in (KVM, XENSERVER, VMWARE)}


@dataclass(frozen=True)
class HypervisorAccess:
    """How to get in. url, per kind: as the doc fragment ``hypervisor`` says. cluster: the vCenter cluster's name.

    ca_path: CA file; pki_path: folder of libvirt's client certificates. timeout: seconds of one call.
    """

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    validate_certs: bool = True
    ca_path: t.Optional[str] = None
    pki_path: t.Optional[str] = None
    cluster: str = ""
    timeout: float = 30.0


@dataclass(frozen=True)
class HypervisorNic:
    """speed: Mbit/s, None without a link. bond: name of the bond that it is in."""

    name: str
    mac: str = ""
    speed: t.Optional[int] = None
    up: bool = True
    mtu: t.Optional[int] = None
    bond: t.Optional[str] = None


@dataclass(frozen=True)
class HypervisorNetwork:
    """A bridge (KVM), a network (XenServer) or a port group (vSphere) on one host.

    name: what a traffic label of CloudStack would be: bridge name, name-label, port group. vlan: its tag, None where it
    carries all or none, see trunk. trunk: VLAN ranges ("1-4094") that can pass, None where it could not be seen. nics:
    physical ones below it. switch: of the port group. vlans: those that the host has an interface (KVM), VLAN
    (XenServer) or port group (vSphere) of already on the same way. mtu: bytes that a frame on that way may carry.
    """

    name: str
    kind: str
    vlan: t.Optional[int] = None
    trunk: t.Optional[tuple[str, ...]] = None
    nics: tuple[str, ...] = ()
    switch: str = ""
    vlans: tuple[str, ...] = ()
    mtu: t.Optional[int] = None


@dataclass(frozen=True)
class HypervisorStorage:
    """A storage pool, SR or datastore as one host sees it. Sizes in bytes. kind: "nfs", "lvm", "vmfs", …"""

    id: str
    name: str
    kind: str = ""
    reachable: bool = True
    shared: bool = False
    capacity: t.Optional[int] = None
    free: t.Optional[int] = None


@dataclass(frozen=True)
class HypervisorHost:
    """One host by its hypervisor's own word.

    id: the hypervisor's (libvirt host UUID, XAPI UUID, managed object id). cpu_count: logical CPUs. cpu_speed: MHz.
    memory: bytes in all; reserved: bytes that the hypervisor keeps (dom0, VMkernel, huge pages). maintenance: in the
    hypervisor's own maintenance mode, or disabled. patches: names of what is applied. uptime: seconds. agents:
    programs on it that CloudStack or its guests need, with their state. tags: marks that CloudStack put there.
    """

    id: str
    name: str
    address: str = ""
    uuid: str = ""
    connected: bool = True
    maintenance: bool = False
    master: bool = False
    cpu_model: str = ""
    cpu_count: t.Optional[int] = None
    cpu_sockets: t.Optional[int] = None
    cpu_speed: t.Optional[int] = None
    cpu_features: tuple[str, ...] = ()
    memory: t.Optional[int] = None
    reserved: t.Optional[int] = None
    version: str = ""
    patches: tuple[str, ...] = ()
    uptime: t.Optional[float] = None
    nics: tuple[HypervisorNic, ...] = ()
    networks: tuple[HypervisorNetwork, ...] = ()
    storage: tuple[HypervisorStorage, ...] = ()
    agents: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class HypervisorGuest:
    """A VM that the hypervisor knows, control domains left out.

    name: CloudStack's instance name ("i-2-10-VM"). host_id: HypervisorHost.id, "" when it is on none. power: one of the
    words above. memory: bytes that it has now; memory_max: that it may grow to; a smaller memory is ballooning.
    """

    id: str
    name: str
    host_id: str = ""
    power: str = RUNNING
    cpus: t.Optional[int] = None
    memory: t.Optional[int] = None
    memory_max: t.Optional[int] = None
    memory_min: t.Optional[int] = None
    cpu_used: t.Optional[float] = None


@dataclass(frozen=True)
class HypervisorView:
    """A cluster read whole at one moment. unread: hosts that could not be asked, with the error.

    master_fixed: why the master cannot hand over its part now; "" where it can, or there is none.
    """

    capabilities: HypervisorCapabilities
    hosts: tuple[HypervisorHost, ...]
    guests: tuple[HypervisorGuest, ...]
    unread: tuple[tuple[str, str], ...] = ()
    master_fixed: str = ""

    def host(self, name: str = "", address: t.Optional[str] = None, uuid: str = "") -> t.Optional[HypervisorHost]:
        """The host that CloudStack knows by this UUID, name or address; by the surest of them."""
        named = name.casefold()
        for matches in (
            lambda each: uuid and uuid.casefold() in (each.uuid.casefold(), each.id.casefold()),
            lambda each: named and each.name.casefold() == named,
            lambda each: address and each.address == address,
            lambda each: named and each.name.partition(".")[0].casefold() == named.partition(".")[0],
        ):
            found = [each for each in self.hosts if matches(each)]
            if len(found) == 1:
                return found[0]
        return None

    def active_on(self, host: HypervisorHost) -> tuple[HypervisorGuest, ...]:
        """Guests that take the host's memory: running or paused; the hypervisor's own left out."""
        own = self.capabilities.own_guests
        return tuple(
            each
            for each in self.guests
            if each.host_id == host.id and each.power in (RUNNING, PAUSED) and not (own and each.name.startswith(own))
        )


@dataclass(frozen=True)
class Obstacle:
    """Why a guest cannot leave a host, by the hypervisor's own word. code: the hypervisor's (XAPI error, vim fault)."""

    guest: str
    code: str
    message: str
