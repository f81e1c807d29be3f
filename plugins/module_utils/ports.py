# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operations need of the outside world. Adapters implement these; tests may too."""

from __future__ import annotations

import typing as t

from .core.capacity import Balance
from .core.dedication import Dedication, Owner, Tenant
from .core.errors import ApiError
from .core.fleet import Fleet, Instance
from .core.guest_networks import Network, NetworkOffering, NetworkUser
from .core.hosts import Host
from .core.hypervisors import HypervisorCapabilities, HypervisorHost, HypervisorView, Obstacle
from .core.kvm_consoles import ConsoleHost
from .core.kvm_hosts import Comparison, Cpu, CpuBaseline, KvmHost
from .core.networks import Element, PhysicalNetwork, Provider, TrafficType, VlanIpRange
from .core.ranges import StorageRange
from .core.report_model import Report
from .core.settings import Setting
from .core.storage import ImageStore, StoragePool
from .core.topology import Cluster, Pod, Zone
from .core.vlan_holders import GuestNetwork, PrivateGateway, TakenVlan, VlanDedication
from .core.vmware_dcs import VmwareDatacenter
from .core.vsphere import PortGroup, Vsphere, VsphereHost
from .core.xen_layout import Step, XenLayout

E_co = t.TypeVar("E_co", covariant=True)

Progress = t.Callable[[str], None]


class Clock(t.Protocol):
    """Time, so that waits can be tested without waiting."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""

    def wall(self) -> float:
        """Seconds since 1970, UTC."""

    def sleep(self, seconds: float) -> None: ...


class Collection(t.Protocol[E_co]):
    """All things of one kind, under the field names of their dataclass in ``core``."""

    def all(self, **filters: object) -> t.Sequence[E_co]:
        """Those that match, by the server's own filters; from memory when asked before and nothing was written."""

    def find(self, name: str, **scope: object) -> t.Sequence[E_co]:
        """Those of that name or id in a scope; the second name asked for in a scope is answered by listing it once."""

    def fresh(self, held: t.Any) -> E_co:
        """The same thing, read again from the server. Raises NotFound."""

    def create(self, **fields: object) -> E_co: ...

    def update(self, id: str, **fields: object) -> E_co: ...

    def delete(self, id: str, **options: object) -> None: ...


class Settings(t.Protocol):
    """Configuration settings; ``scope`` is "global" or one of core.settings.SCOPES, ``scope_id`` its id."""

    def find(self, name: str, scope: str = "global", scope_id: str = "") -> t.Optional[Setting]: ...

    def all(self, scope: str = "global", scope_id: str = "") -> t.Sequence[Setting]: ...

    def write(self, name: str, value: str, scope: str = "global", scope_id: str = "") -> Setting: ...

    def reset(self, name: str, scope: str = "global", scope_id: str = "") -> Setting: ...


class Job(t.Protocol):
    """Something under way on the server."""

    @property
    def id(self) -> str: ...


class Jobs(t.Protocol):
    """Actions that are started now and asked for later."""

    def start(self, action: str, **fields: object) -> t.Union[Job, ApiError, None]:
        """An action of the gateway's table: a job, a refusal, or None when it was done at once."""

    def ask(self, job: t.Any) -> t.Union[bool, ApiError]:
        """False while it runs, True when it is done, the error when it failed (JobLost: forgotten by the server)."""

    def at_work_on(self, object_id: str) -> bool:
        """Whether a job of anybody's is under way on an object, whose state is then about to change."""


class Fleets(t.Protocol):
    """Clusters read whole."""

    def read(self, cluster: Cluster, since: t.Optional[Fleet] = None) -> Fleet:
        """``since``: an earlier reading of the same task, whose offerings, groups and dedication are still good."""

    def on_host(self, cluster: Cluster, host_id: str) -> t.Sequence[Instance]:
        """The VMs of every kind that hold capacity on one host."""

    def machine(self, vm_id: str, kind: str) -> t.Optional[Instance]:
        """One VM, read again; None when it is gone."""


class Capacities(t.Protocol):
    """What the server itself says of capacity; used holds what is reserved too."""

    def of_cluster(self, cluster_id: str, latest: bool = False) -> Balance:
        """``latest``: the server looks at every host anew first."""


class Dedications(t.Protocol):
    """Places that are kept for a domain or account; scopes are those of core.dedication.SCOPES."""

    def all(self, scope: str, place_id: str = "") -> t.Sequence[Dedication]: ...

    def give(self, scope: str, place_id: str, owner: Owner) -> None: ...

    def release(self, scope: str, place_id: str) -> None: ...

    def tenants(self, scope: str, place_id: str) -> t.Sequence[Tenant]:
        """Users' VMs that are on hosts of a place."""

    def family(self, domain_id: str) -> t.Collection[str]:
        """Ids of a domain and of all below it."""

    def names(self) -> t.Mapping[str, str]:
        """Paths of domains and names of accounts by their ids."""


class Vlans(t.Protocol):
    """Who has which guest VLANs, asked anew every time; owner: account and domain_id, or project_id."""

    def taken(self, physical_network_id: str) -> t.Sequence[TakenVlan]: ...

    def networks(self, zone_id: str) -> t.Sequence[GuestNetwork]: ...

    def dedications(self, physical_network_id: str) -> t.Sequence[VlanDedication]: ...

    def busy(self, zone_id: str) -> t.Collection[str]:
        """Ids of networks that a VM has a NIC on."""

    def private_gateways(self, zone_id: str) -> t.Sequence[PrivateGateway]: ...

    def users(self, network_id: str) -> t.Sequence[NetworkUser]:
        """Users' VMs with a NIC on a network."""

    def dedicate(self, physical_network_id: str, text: str, **owner: str) -> None: ...

    def release(self, dedication_id: str) -> None: ...

    def dedicate_public(self, range_id: str, **owner: str) -> None: ...

    def release_public(self, range_id: str) -> None: ...


class PodRanges(t.Protocol):
    """Management addresses of pods; read with the pod itself."""

    def add(self, pod_id: str, **fields: object) -> None: ...

    def resize(self, pod_id: str, start_ip: str, end_ip: str, new_end_ip: str) -> None: ...

    def remove(self, pod_id: str, start_ip: str, end_ip: str, vlan: str) -> None: ...


class Note(t.Protocol):
    """A note on a thing. created: the server's time, ISO 8601."""

    @property
    def id(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def created(self) -> str: ...

    @property
    def author(self) -> str: ...


class Notes(t.Protocol):
    """Notes that every administrator sees; entity types "HOST" and "CLUSTER"."""

    def all(self, entity_type: str, entity_id: str) -> t.Sequence[Note]:
        """Oldest first."""

    def add(self, entity_type: str, entity_id: str, text: str) -> None: ...

    def remove(self, note_id: str) -> None: ...


class Pages(t.Protocol):
    """Pages for people, as files of the machine that the task runs on."""

    def render(self, report: Report) -> str:
        """The page; the same report gives the same text. Raises MissingLibrary."""

    def read(self, path: str) -> t.Optional[tuple[str, int]]:
        """A file's text and mode; None when it is not there. Raises InvalidValue where no file can be."""

    def write(self, path: str, text: str, mode: int) -> None:
        """Whole or not at all."""


class Hypervisor(t.Protocol):
    """The hypervisors of one cluster. Hosts are told by HypervisorHost as ``read`` gave it.

    Everything may raise TransportError (unreachable), AccessDenied (never tried again with the same password) and
    HypervisorError (it answered that it will not).
    """

    @property
    def capabilities(self) -> HypervisorCapabilities: ...

    def read(self) -> HypervisorView:
        """The cluster, whole; the round trips do not grow with its VMs."""

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        """Guests that cannot leave the host, as the hypervisor itself judges; empty where it has no such judgement."""

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """Of an empty host, waited for; a host that is in it stays so. A master hands over its part first.

        Raises WaitTimeout. Nothing is done where capabilities.maintenance is false.
        """

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """Waited for; a host that is not in it stays so."""

    def close(self) -> None:
        """End sessions. May be called twice."""


class VsphereHosts(t.Protocol):
    """ESXi hosts of one cluster of a vCenter; errors as those of Hypervisor. Hosts are told as ``read`` gave them."""

    def read(self) -> Vsphere:
        """The cluster with all that its requirements are judged by; the round trips do not grow with it."""

    def set_ntp(self, host: VsphereHost, servers: t.Sequence[str]) -> None: ...

    def start_ntp(self, host: VsphereHost) -> None:
        """Now and with the host."""

    def enable_ruleset(self, host: VsphereHost, name: str) -> None: ...

    def set_port_group(self, host: VsphereHost, group: PortGroup, there: bool) -> None:
        """``there``: it is there with other values, of which its own policies stay."""

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        """This and the next two as in Hypervisor."""

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None: ...

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None: ...

    def close(self) -> None: ...


class KvmHosts(t.Protocol):
    """What only KVM hosts are asked. Raises as ``Hypervisor``; hosts that cannot be read come with their errors."""

    def survey(self, guests: bool) -> tuple[t.Sequence[KvmHost], t.Sequence[tuple[str, str]]]:
        """Hosts, with their running guests where these are asked for; and those unread."""

    def compare(self, wanted: t.Mapping[str, t.Collection[Cpu]]) -> t.Mapping[tuple[str, Cpu], Comparison]:
        """What each host (by name) says of CPUs; by host and CPU."""

    def baseline(self, hosts: t.Sequence[KvmHost]) -> t.Optional[CpuBaseline]:
        """The best CPU that all of them can give; None where there is none."""

    def consoles(self) -> tuple[t.Sequence[ConsoleHost], t.Sequence[tuple[str, str]]]:
        """Consoles with TLS, and the certificates that are to be seen from here; and hosts unread."""

    def reload_consoles(self, host: str, guests: t.Collection[str]) -> t.Sequence[tuple[str, str]]:
        """Guests of a host read their certificates again; those that would not, with their reasons."""

    def close(self) -> None:
        """End connections. May be called twice."""


class XenPool(t.Protocol):
    """A XenServer or XCP-ng pool that is laid out. Raises what Hypervisor does."""

    @property
    def clock(self) -> Clock: ...

    def layout(self) -> XenLayout:
        """The pool, whole; one more call for each host, for its clock."""

    def stuck(self, host_ref: str) -> t.Sequence[Obstacle]:
        """Guests that cannot leave a host, as the pool judges."""

    def perform(self, step: Step, timeout: float) -> None:
        """Waited for. Raises WaitTimeout."""

    def join(self, address: str, username: str, password: str, timeout: float) -> None:
        """Its only host goes over to the pool whose master has that address; no call reaches it here afterwards."""

    def close(self) -> None: ...


class Cloud(t.Protocol):
    """A CloudStack management server."""

    @property
    def zones(self) -> Collection[Zone]: ...

    @property
    def pods(self) -> Collection[Pod]: ...

    @property
    def clusters(self) -> Collection[Cluster]: ...

    @property
    def hosts(self) -> Collection[Host]: ...

    @property
    def physical_networks(self) -> Collection[PhysicalNetwork]: ...

    @property
    def traffic_types(self) -> Collection[TrafficType]: ...

    @property
    def providers(self) -> Collection[Provider]: ...

    @property
    def virtual_router_elements(self) -> Collection[Element]: ...

    @property
    def internal_lb_elements(self) -> Collection[Element]: ...

    @property
    def networks(self) -> Collection[Network]: ...

    @property
    def network_offerings(self) -> Collection[NetworkOffering]: ...

    @property
    def storage_ranges(self) -> Collection[StorageRange]: ...

    @property
    def vlan_ip_ranges(self) -> Collection[VlanIpRange]: ...

    @property
    def storage_pools(self) -> Collection[StoragePool]: ...

    @property
    def image_stores(self) -> Collection[ImageStore]: ...

    @property
    def vmware_datacenters(self) -> Collection[VmwareDatacenter]: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def fleets(self) -> Fleets: ...

    @property
    def capacities(self) -> Capacities: ...

    @property
    def dedications(self) -> Dedications: ...

    @property
    def vlans(self) -> Vlans: ...

    @property
    def pod_ranges(self) -> PodRanges: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def notes(self) -> Notes: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def progress(self) -> Progress: ...

    def owner_id(self, kind: str, name: str, domain: str = "") -> str:
        """The id of an account, domain (path or name) or project. Raises NotFound or Ambiguous."""

    def act(self, action: str, id: str) -> None:
        """A life-cycle action of a host or pool, waited for: see the gateway's table of actions."""
