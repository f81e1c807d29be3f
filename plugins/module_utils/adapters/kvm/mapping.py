# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt's answers as facts of core. Sources: libvirt, "Driver capabilities", "Storage pool XML", "Network XML".

Names of what the agent makes for a guest network are those of CloudStack's modifyvlan.sh and modifyvxlan.sh.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from xml.etree import ElementTree

from ...core.hypervisors.model import (
    CRASHED,
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    HypervisorGuest,
    HypervisorHost,
    HypervisorNetwork,
    HypervisorNic,
    HypervisorStorage,
)
from ...core.zone.hosts import Host

KIB = 1024
# virDomainState: shutdown (5 is shut off) still takes memory while it goes on.
POWER: t.Mapping[int, str] = {
    0: STOPPED,
    1: RUNNING,
    2: RUNNING,
    3: PAUSED,
    4: RUNNING,
    5: STOPPED,
    6: CRASHED,
    7: SUSPENDED,
}
SHARED_POOLS = frozenset(("netfs", "rbd", "gluster", "iscsi", "iscsi-direct", "sheepdog", "scsi", "mpath", "vstorage"))
# A card without a link says so by the largest number, one of a virtual machine too.
NO_SPEED = 2**32 - 1
GUEST_PORT = re.compile(r"(vnet|tap|macvtap|veth|fwpr|fwln|qvo|qvb)\d")
BRIDGE_OF_VLAN = re.compile(r"br(?!vx-)(?P<nic>.+)-(?P<vlan>[1-9]\d{0,3})$")
NIC_OF_VLAN = re.compile(r"(?P<nic>.+)\.(?P<vlan>[1-9]\d{0,3})$")
VXLAN = re.compile(r"(brvx-|vxlan)\d+$")


@dataclass(frozen=True)
class Pool:
    """A storage pool as it was listed."""

    name: str
    uuid: str
    active: bool
    xml: str = ""


@dataclass(frozen=True)
class Answers:
    """All that one host said. interfaces: name → XML, "" for those that were only listed. memory, cpu: libvirt's dicts
    (KiB, nanoseconds). stats: name, UUID and statistics of each domain. versions: number of libvirt and of QEMU.
    """

    hostname: str
    capabilities: str
    info: t.Sequence[t.Any]
    versions: tuple[int, int]
    memory: t.Mapping[str, int] = field(default_factory=dict)
    cpu: t.Mapping[str, int] = field(default_factory=dict)
    interfaces: t.Mapping[str, str] = field(default_factory=dict)
    networks: tuple[str, ...] = ()
    pools: tuple[Pool, ...] = ()
    stats: tuple[tuple[str, str, t.Mapping[str, t.Any]], ...] = ()


def worth_asking(name: str) -> bool:
    """Whether an interface has more to say than its name: those that come and go with guests have not."""
    return name != "lo" and not any(each.match(name) for each in (GUEST_PORT, BRIDGE_OF_VLAN, NIC_OF_VLAN, VXLAN))


def version(number: int) -> str:
    """libvirt's number of a version: 1,000,000 major + 1,000 minor + release."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def to_host(host: Host, answers: Answers, id: str) -> HypervisorHost:
    """host: as CloudStack knows it. id: the UUID, or another one where two hosts share theirs."""
    capabilities = ElementTree.fromstring(answers.capabilities)
    model, _memory, cpus, speed, nodes, sockets = tuple(answers.info)[:6]
    nics, networks = to_networks(answers.interfaces, answers.networks)
    total = answers.memory.get("total")
    return HypervisorHost(
        id=id,
        name=answers.hostname or host.name,
        address=host.ip_address or "",
        uuid=host_uuid(answers.capabilities),
        cpu_model=capabilities.findtext("host/cpu/model") or str(model),
        cpu_count=cpus,
        # libvirt counts sockets of one NUMA node.
        cpu_sockets=sockets * nodes,
        cpu_speed=speed or None,
        cpu_features=tuple(sorted(each.get("name", "") for each in capabilities.iterfind("host/cpu/feature"))),
        memory=total * KIB if total else int(_memory) * KIB * KIB,
        reserved=_huge_pages(capabilities),
        version=f"libvirt {version(answers.versions[0])}, QEMU {version(answers.versions[1])}",
        uptime=_uptime(answers.cpu, cpus),
        nics=nics,
        networks=networks,
        storage=tuple(to_storage(each) for each in answers.pools),
    )


def host_uuid(capabilities: str) -> str:
    return ElementTree.fromstring(capabilities).findtext("host/uuid") or ""


def to_guests(answers: Answers, host_id: str) -> tuple[HypervisorGuest, ...]:
    return tuple(
        HypervisorGuest(
            id=uuid,
            name=name,
            host_id=host_id,
            power=POWER.get(told.get("state.state", 0), STOPPED),
            cpus=told.get("vcpu.current") or told.get("vcpu.maximum"),
            memory=_bytes(told.get("balloon.current")),
            memory_max=_bytes(told.get("balloon.maximum")),
        )
        for name, uuid, told in answers.stats
    )


def to_storage(pool: Pool) -> HypervisorStorage:
    """A pool that is not active, or of which nothing could be read, is not reachable from there."""
    root = ElementTree.fromstring(pool.xml) if pool.xml else ElementTree.Element("pool")
    kind = root.get("type", "")
    return HypervisorStorage(
        id=pool.uuid,
        name=pool.name,
        kind=kind,
        reachable=pool.active and bool(pool.xml),
        shared=kind in SHARED_POOLS,
        capacity=_number(root.findtext("capacity")),
        free=_number(root.findtext("available")),
    )


def to_networks(
    interfaces: t.Mapping[str, str], networks: t.Iterable[str] = ()
) -> tuple[tuple[HypervisorNic, ...], tuple[HypervisorNetwork, ...]]:
    """Cards and bridges of a host. A bridge is a network; so is the one of a virtual network of libvirt's own."""
    told = {name: ElementTree.fromstring(xml) for name, xml in interfaces.items() if xml}
    members = {
        port.get("name", ""): bond
        for bond, root in told.items()
        if root.get("type") == "bond"
        for port in root.iterfind("bond/interface")
    }
    cards = {name: root for name, root in told.items() if root.get("type") == "ethernet" and worth_asking(name)}
    for root in told.values():
        # The ports of a bridge or bond are shown within it only.
        for element in root.iter("interface"):
            name = element.get("name", "")
            if element is not root and element.get("type") == "ethernet" and worth_asking(name):
                cards.setdefault(name, element)
    nics = tuple(_nic(name, root, members.get(name)) for name, root in sorted(cards.items()))
    vlans = _vlans(interfaces)
    bonds: dict[str, tuple[str, ...]] = {}
    for port, bond in sorted(members.items()):
        bonds[bond] = (*bonds.get(bond, ()), port)
    bridges = [_bridge(name, root, bonds, vlans) for name, root in told.items() if root.get("type") == "bridge"]
    for name in interfaces:
        found = BRIDGE_OF_VLAN.match(name)
        if found:
            nic = found["nic"]
            bridges.append(HypervisorNetwork(name, "bridge", int(found["vlan"]), nics=bonds.get(nic, (nic,))))
        elif name.startswith("brvx-"):
            bridges.append(HypervisorNetwork(name, "bridge"))
    known = {each.name for each in bridges}
    for xml in networks:
        bridge = ElementTree.fromstring(xml).find("bridge")
        name = bridge.get("name", "") if bridge is not None else ""
        if name and name not in known:
            bridges.append(HypervisorNetwork(name, "network"))
    return nics, tuple(sorted(bridges, key=lambda each: each.name))


def _bridge(
    name: str,
    root: ElementTree.Element,
    bonds: t.Mapping[str, tuple[str, ...]],
    vlans: t.Mapping[str, t.Collection[int]],
) -> HypervisorNetwork:
    """A bridge on ``bond0.100`` carries VLAN 100 alone; one on ``bond0`` stands for the VLANs made beside it."""
    ports = [port.get("name", "") for port in root.iterfind("bridge/interface")]
    ports = [port for port in ports if port and not GUEST_PORT.match(port)]
    tagged = [found for found in map(NIC_OF_VLAN.match, ports) if found]
    below = [found["nic"] for found in tagged] or ports
    nics = tuple(nic for each in below for nic in bonds.get(each, (each,)))
    mtu = root.find("mtu")
    return HypervisorNetwork(
        name,
        "bridge",
        vlan=int(tagged[0]["vlan"]) if tagged else None,
        nics=nics,
        vlans=tuple(str(vlan) for vlan in sorted({vlan for each in below for vlan in vlans.get(each, ())})),
        mtu=_number(mtu.get("size")) if mtu is not None else None,
    )


def _vlans(names: t.Iterable[str]) -> dict[str, set[int]]:
    """VLANs that a host has an interface of already, by the card or bond below."""
    found: dict[str, set[int]] = {}
    for name in names:
        match = BRIDGE_OF_VLAN.match(name) or NIC_OF_VLAN.match(name)
        if match:
            found.setdefault(match["nic"], set()).add(int(match["vlan"]))
    return found


def _nic(name: str, root: ElementTree.Element, bond: t.Optional[str]) -> HypervisorNic:
    link, mac, mtu = root.find("link"), root.find("mac"), root.find("mtu")
    speed = _number(link.get("speed")) if link is not None else None
    return HypervisorNic(
        name,
        mac=mac.get("address", "") if mac is not None else "",
        speed=speed if speed and speed != NO_SPEED else None,
        up=link is None or link.get("state") not in ("down", "lowerlayerdown", "notpresent"),
        mtu=_number(mtu.get("size")) if mtu is not None else None,
        bond=bond,
    )


def _huge_pages(capabilities: ElementTree.Element) -> int:
    """Bytes of pages larger than the usual 4 KiB, which are kept for guests that ask for them."""
    pages = capabilities.iterfind("host/topology/cells/cell/pages")
    sizes = [(int(each.get("size", "0")), int(each.text or 0)) for each in pages]
    return sum(size * KIB * number for size, number in sizes if size > 64)


def _uptime(cpu: t.Mapping[str, int], cpus: int) -> t.Optional[float]:
    """Seconds since the start: what all CPUs did since, and did not."""
    return round(sum(cpu.values()) / 1e9 / cpus, 1) if cpu and cpus else None


def _bytes(kib: t.Optional[int]) -> t.Optional[int]:
    return kib * KIB if kib is not None else None


def _number(text: t.Optional[str]) -> t.Optional[int]:
    return int(text) if text and text.isdigit() else None
