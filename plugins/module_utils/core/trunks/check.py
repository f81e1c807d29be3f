# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VLANs of a zone can reach which host: a matrix with a reason for every VLAN that cannot.

A host can be judged as far as its own cards: what the switch beyond them lets through, only a frame can tell.

Source: Working with Hosts, "VLAN Provisioning"; 4.11.1 documentation, "Configuring physical networks" (labels); the
agent's BridgeVifDriver (see core.trunks.bridges).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..hypervisors.model import HypervisorHost, HypervisorNetwork
from ..hypervisors.vlan_provisioning import provisioning
from ..naming import nearest
from ..vlans import ranges as vlans
from ..vlans.ranges import Range
from .model import Lane, Row, TrunkHost, Way
from .mtu import mtu_findings

State = t.Literal["reaches", "does_not", "unseen"]
REACHES: State = "reaches"
DOES_NOT: State = "does_not"
UNSEEN: State = "unseen"
# What CloudStack takes where a label is unset, as far as it is the same everywhere.
DEFAULT_LABELS = {"VMware": "vSwitch0"}


@dataclass(frozen=True)
class Word:
    """What a code means: the state that it stands for, and what helps."""

    state: State
    remedy: str = ""


CODES: t.Mapping[str, Word] = {
    "reaches": Word(REACHES),
    "host_unread": Word(UNSEEN, "add the result of cs_host_network_info to hosts, or set hypervisor"),
    "host_disconnected": Word(UNSEEN, "reconnect the host to the hypervisor's management"),
    "label_unset": Word(UNSEEN, "set the label (cs_traffic_type): without it, each host's default applies"),
    "label_missing": Word(DOES_NOT, "create the bridge (network, switch) on the host, or correct the label"),
    "label_tagged": Word(
        DOES_NOT, "use a network without a VLAN as the label: double-tagged frames do not leave the host"
    ),
    "no_uplink": Word(
        DOES_NOT,
        "add the network card or bond to the bridge; the KVM agent recognizes only names such as eth0, "
        "bond0, eno1 (see cs_host_check)",
    ),
    "no_carrier": Word(DOES_NOT, "activate the network card, and check its cable and the port of the switch"),
    "carrier_unseen": Word(UNSEEN, "check the network card on the host"),
    "vlan_filtered": Word(
        DOES_NOT, "add the VLANs to the bridge's ports (bridge vlan add), or to the trunks of the port"
    ),
    "trunk_unseen": Word(UNSEEN, "check the VLANs of the host's bridge ports"),
    "host_tags": Word(
        UNSEEN, "nothing if the host or the switch tags this traffic: check the interface below the label"
    ),
}
# Kinds whose label is "switch,VLAN,type" and not a network's name.
SWITCH_LABELS = frozenset(("VMware",))
ALL: tuple[Range, ...] = ((1, 4094),)
# Traffic that the KVM agent plugs into the label's bridge as it is, whatever VLAN its addresses have.
UNTAGGED = {"KVM": ("Management",)}


def matrix(hosts: t.Sequence[TrunkHost], lanes: t.Sequence[Lane], only: t.Optional[tuple[Range, ...]] = None) -> Row:
    """Rows of every host and lane, what is not whole in a cluster, and where a VLAN is to be found. Plain data out.

    only: VLANs that matter, None for all.
    """
    ways = {(host.name, number): way(host, lane) for host in hosts for number, lane in enumerate(lanes)}
    rows = [
        row
        for host in hosts
        for number, lane in enumerate(lanes)
        for row in _rows(host, lane, ways[host.name, number], only)
    ]
    return {
        "matrix": rows,
        "incomplete": _incomplete(rows),
        "findings": list(mtu_findings(hosts, lanes, ways)),
        "clusters": _clusters(hosts, rows),
    }


def way(host: TrunkHost, lane: Lane) -> Way:
    """Where the label of a lane leads on a host."""
    label = lane.labels.get(host.hypervisor) or host.devices.get(lane.traffic_type)
    label = label or DEFAULT_LABELS.get(host.hypervisor, "")
    if host.seen is None:
        return Way(label, "host_unread", host.error or "the network of the host was not read")
    if not host.seen.connected:
        return Way(label, "host_disconnected", "the hypervisor's management has no connection to the host")
    if not label:
        return Way(
            label, "label_unset", f"no label is set for {lane.traffic_type} traffic, and the host's default is unknown"
        )
    networks = _labelled(host.seen, host.hypervisor, label)
    if not networks:
        there = sorted({name for one in host.seen.networks for name in (one.name, one.switch) if name})
        near = nearest(label, there)
        like = (
            f"the most similar name is {near[0]}" if near else f"existing interfaces: {', '.join(there[:8]) or 'none'}"
        )
        return Way(label, "label_missing", f"the host has no interface {label}; {like}")
    return _judged(host.seen, label, networks, host.hypervisor in SWITCH_LABELS)


def _labelled(seen: HypervisorHost, hypervisor: str, label: str) -> list[HypervisorNetwork]:
    if hypervisor in SWITCH_LABELS:
        return [one for one in seen.networks if one.switch == label.split(",")[0].strip()]
    return [one for one in seen.networks if one.name == label]


def _judged(seen: HypervisorHost, label: str, networks: t.Sequence[HypervisorNetwork], by_switch: bool) -> Way:
    """by_switch: CloudStack makes port groups with any VLAN on the switch, whatever those that are there have."""
    first = networks[0]
    cards = tuple(dict.fromkeys(name for one in networks for name in one.nics))
    there = vlans.union(*(vlans.parse(one.vlans) for one in networks), vlans.of(_tags(networks) if by_switch else ()))
    its = Way(label, there=there, nics=cards, mtu=first.mtu, vlan=first.vlan)
    if not cards:
        return replace(its, code="no_uplink", message=f"{label} has no network card that connects it to the network")
    carriers = [nic.up for nic in seen.nics if nic.name in cards]
    if len(carriers) == len(cards) and not any(carriers):
        return replace(its, code="no_carrier", message=f"no carrier on {', '.join(cards)}")
    if not any(carriers):
        return replace(its, code="carrier_unseen", message=f"the state of {', '.join(cards)} is unknown")
    trunks = [ALL] if by_switch else [vlans.parse(one.trunk) for one in networks if one.trunk is not None]
    if trunks:
        return replace(its, passing=vlans.union(*trunks))
    if first.vlan:
        return replace(its, code="label_tagged", message=f"{label} is in VLAN {first.vlan} itself")
    return replace(its, code="trunk_unseen", message=f"the VLANs that {label} passes are unknown")


def _tags(networks: t.Iterable[HypervisorNetwork]) -> t.Iterator[int]:
    return (one.vlan for one in networks if one.vlan)


def _rows(host: TrunkHost, lane: Lane, its: Way, only: t.Optional[tuple[Range, ...]]) -> t.Iterator[Row]:
    for use in lane.uses:
        wanted = use.ranges if only is None else vlans.intersection(use.ranges, only)
        for code, which, message in _parts(host, lane, its, wanted):
            yield {
                "host": host.name,
                "cluster": host.cluster,
                "hypervisor": host.hypervisor,
                "physical_network": lane.physical_network,
                "traffic_type": lane.traffic_type,
                "label": its.label,
                "vlans": vlans.words(which),
                "holder": use.kind,
                "names": list(use.names),
                "state": CODES[code].state,
                "code": code,
                "message": message,
                "remedy": CODES[code].remedy,
                "present": vlans.words(vlans.intersection(which, its.there)),
                "nics": list(its.nics),
                "mtu": its.mtu,
            }


def _parts(
    host: TrunkHost, lane: Lane, its: Way, wanted: tuple[Range, ...]
) -> t.Iterator[tuple[str, tuple[Range, ...], str]]:
    """Codes with the VLANs that they are about: all of ``wanted`` once."""
    if not wanted:
        return
    if its.code:
        yield its.code, wanted, its.message
        return
    if lane.traffic_type in UNTAGGED.get(host.hypervisor, ()):
        tagged = vlans.intersection(wanted, vlans.of([its.vlan] if its.vlan else []))
        if tagged:
            yield "reaches", tagged, ""
        other = vlans.difference(wanted, tagged)
        if other:
            yield "host_tags", other, f"{its.label} passes this traffic untagged: CloudStack adds no tag"
        return
    through = vlans.intersection(wanted, its.passing)
    if through:
        yield "reaches", through, ""
    held = vlans.difference(wanted, its.passing)
    if held:
        passing = ", ".join(vlans.words(its.passing)) or "none"
        yield "vlan_filtered", held, f"only VLANs {passing} pass from {its.label} to {', '.join(its.nics)}"


def _incomplete(rows: t.Iterable[Row]) -> list[Row]:
    """VLANs of a cluster that not every host of it has: a VM on them cannot run, or move, everywhere."""
    lanes: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        lanes.setdefault((row["cluster"], row["physical_network"], row["traffic_type"]), []).append(row)
    found: list[Row] = []
    for (cluster, network, traffic), mine in lanes.items():
        missing: dict[str, tuple[Range, ...]] = {}
        for row in mine:
            if row["state"] == DOES_NOT:
                name = str(row["host"])
                missing[name] = vlans.union(missing.get(name, ()), vlans.parse(row["vlans"]))
        for ranges in dict.fromkeys(missing.values()):
            found.append(
                {
                    "cluster": cluster,
                    "physical_network": network,
                    "traffic_type": traffic,
                    "vlans": vlans.words(ranges),
                    "hosts": sorted(name for name, held in missing.items() if held == ranges),
                    "of": len({row["host"] for row in mine}),
                }
            )
    return found


def _clusters(hosts: t.Iterable[TrunkHost], rows: t.Iterable[Row]) -> list[Row]:
    """Where a VLAN is to be found, by the kind of hypervisor, and how many rows of the cluster say what."""
    kinds = dict.fromkeys((host.cluster, host.hypervisor) for host in hosts)
    counted: dict[str, dict[str, int]] = {cluster: {REACHES: 0, DOES_NOT: 0, UNSEEN: 0} for cluster, _kind in kinds}
    for row in rows:
        counted[str(row["cluster"])][str(row["state"])] += 1
    return [
        {"cluster": cluster, "hypervisor": kind, **provisioning(kind), **counted[cluster]} for cluster, kind in kinds
    ]
