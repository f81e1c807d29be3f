# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences about hosts: whether they are there, their states, sizes (RAM less what the agent reserves), networks and
storage, and among each other.

Sources: Working with Hosts, "Removing XenServer Hosts" (tags stay), "vCenter ... and Maintenance Mode" (both modes);
Hypervisor installation, "KVM: Configure the Network Bridges", "XenServer: Physical Networking Setup".
"""

from __future__ import annotations

import collections
import typing as t

from ...zone.resource_states import MAINTENANCE
from ..model import HypervisorHost, HypervisorNetwork, HypervisorStorage, HypervisorView
from .model import Drift, Expected, Matched, Pair

LOST = ("Down", "Alert", "Disconnected")
# Of the RAM that the hypervisor leaves for guests: below it CloudStack counts with a host as it was once.
LEAST_SHARE, SPEED_TOLERANCE = 0.75, 0.1
Found = t.Iterator[Drift]


def host_differences(view: HypervisorView, expected: Expected, them: Matched) -> Found:
    """One host at a time."""
    for host in them.missing:
        message = f"CloudStack has host {host.name} ({host.ip_address}), but the hypervisor has no such host"
        remedy = (
            "check whether the host left the pool or cluster or was renamed; remove it from CloudStack if it "
            "no longer exists"
        )
        yield Drift("host_missing", "hurts", message, remedy, host.name, cloudstack=host.state)
    for seen in them.strangers:
        yield from _stranger(seen)
    for pair in them.both:
        yield from _states(pair, view.capabilities.maintenance)
        yield from _sizes(pair)
        yield from _networks(pair, expected.labels)
        yield from _storage(pair, expected.pools)
        for agent, state in pair.seen.agents:
            if state != "running":
                message = f"{agent} on {pair.host.name} is {state}"
                yield Drift("agent_not_running", "hurts", message, f"start {agent}", pair.host.name, hypervisor=state)


def _stranger(seen: HypervisorHost) -> Found:
    message = f"the hypervisor has host {seen.name}, but CloudStack does not"
    yield Drift(
        "host_unknown", "note", message, "add it to CloudStack, or remove it from the pool or cluster", seen.name
    )
    if seen.tags:
        message = f"{seen.name} is not in CloudStack and still has its tags {', '.join(seen.tags)}"
        remedy = "remove the tags: with them, CloudStack skips the preparation when the host is added again"
        yield Drift("tags_left", "hurts", message, remedy, seen.name, hypervisor=list(seen.tags))


def _states(pair: Pair, has_maintenance: bool) -> Found:
    host, seen = pair.host, pair.seen

    def differs(code: str, severity: t.Any, message: str, remedy: str, theirs: object) -> Drift:
        return Drift(code, severity, message, remedy, host.name, "", f"{host.state}, {host.resource_state}", theirs)

    if not seen.connected and host.state == "Up":
        message = f"{host.name} is Up in CloudStack, but the hypervisor's management has lost the connection to it"
        yield differs("host_disconnected", "hurts", message, "check the host itself first", False)
    if seen.connected and host.state in LOST:
        message = f"{host.name} is {host.state} in CloudStack, but running according to the hypervisor"
        yield differs("agent_lost", "hurts", message, "reconnect it (cs_host), and check its agent and port 8250", True)
    if seen.maintenance and host.resource_state != MAINTENANCE:
        message = f"{host.name} is in maintenance on the hypervisor and {host.resource_state} in CloudStack"
        remedy = (
            "end the hypervisor's maintenance, or set the host into maintenance in CloudStack too: VMs "
            "cannot start on it"
        )
        yield differs("maintenance_only_there", "hurts", message, remedy, True)
    if has_maintenance and not seen.maintenance and host.resource_state == MAINTENANCE:
        message = f"{host.name} is in maintenance in CloudStack, but not on the hypervisor"
        yield differs(
            "maintenance_only_here",
            "note",
            message,
            "set it into the hypervisor's maintenance too before patching",
            False,
        )
    if seen.address and host.ip_address and seen.address != host.ip_address:
        message = (
            f"CloudStack reaches {host.name} at {host.ip_address}, but its address on the hypervisor is {seen.address}"
        )
        remedy = "remove the host and add it with its present address"
        yield Drift("address_differs", "hurts", message, remedy, host.name, "", host.ip_address, seen.address)


def _sizes(pair: Pair) -> Found:
    host, seen = pair.host, pair.seen
    again = "reconnect the host, so that CloudStack reads it again"
    if host.cpu_number and seen.cpu_count and host.cpu_number != seen.cpu_count:
        message = f"CloudStack counts {host.cpu_number} CPUs on {host.name}, but it has {seen.cpu_count}"
        yield Drift("cpu_count_differs", "hurts", message, again, host.name, "", host.cpu_number, seen.cpu_count)
    if host.cpu_speed and seen.cpu_speed and abs(host.cpu_speed / seen.cpu_speed - 1) > SPEED_TOLERANCE:
        message = f"CloudStack counts {host.cpu_speed} MHz per CPU on {host.name}, but it has {seen.cpu_speed}"
        yield Drift("cpu_speed_differs", "note", message, again, host.name, "", host.cpu_speed, seen.cpu_speed)
    if host.memory_total and seen.memory:
        left = seen.memory - (seen.reserved or 0)
        if host.memory_total > seen.memory:
            message = f"CloudStack counts {host.memory_total} bytes of RAM on {host.name}, but it has {seen.memory}"
            yield Drift("memory_too_high", "hurts", message, again, host.name, "", host.memory_total, seen.memory)
        elif host.memory_total < LEAST_SHARE * left:
            message = (
                f"CloudStack counts {host.memory_total} bytes of RAM on {host.name}, but guests can use only {left}"
            )
            remedy = f"{again}; check the memory that the agent reserves (host.reserved.mem.mb)"
            yield Drift("memory_too_low", "note", message, remedy, host.name, "", host.memory_total, left)


def _networks(pair: Pair, labels: t.Mapping[str, str]) -> Found:
    host, seen = pair.host, pair.seen
    for traffic, label in labels.items():
        wanted = label.split(",")[0].strip()
        found = [each for each in seen.networks if wanted in (each.name, each.switch)]
        if not found:
            message = f"{host.name} has no network {wanted!r}, the label of {traffic} traffic"
            remedy = "create the network, or correct the traffic label (cs_traffic_type)"
            names: t.Any = sorted({each.name for each in seen.networks})
            yield Drift("network_missing", "hurts", message, remedy, host.name, "", label, names)
        elif not any(_has_link(network, seen) for network in found):
            message = f"no NIC of {wanted!r} on {host.name}, the label of {traffic} traffic, has a link"
            nics: t.Any = sorted({nic for each in found for nic in each.nics})
            yield Drift(
                "network_without_link", "hurts", message, "check the cables and the switch", host.name, "", label, nics
            )


def _has_link(network: HypervisorNetwork, seen: HypervisorHost) -> bool:
    """Whether a NIC of it is up; one whose NICs are not told counts as up."""
    known = {nic.name: nic.up for nic in seen.nics}
    return not network.nics or any(known.get(nic, True) for nic in network.nics)


def _storage(pair: Pair, pools: t.Mapping[str, str]) -> Found:
    host, seen = pair.host, pair.seen
    if not seen.storage and not pools:
        return
    yield from storage_lacking(host.name, seen, pools)
    wanted = {_key(text) for item in pools.items() for text in item}
    for its in seen.storage:
        if not its.reachable and its.shared and not {_key(its.id), _key(its.name)} & wanted:
            message = f"{host.name} does not reach storage {its.name}, which CloudStack does not use"
            yield Drift(
                "storage_unreachable", "note", message, "detach it if it is not needed", host.name, "", None, its.name
            )


def storage_lacking(host: str, seen: HypervisorHost, pools: t.Mapping[str, str]) -> Found:
    """Of CloudStack's storage (names by id) what a host does not know, or does not reach. host: CloudStack's name."""
    there = _by_key(seen)
    for pool, name in pools.items():
        its = there.get(_key(pool)) or there.get(_key(name))
        if its is None:
            message = f"{host} has no storage {name} ({pool})"
            remedy = "reconnect the host, so that CloudStack attaches the storage; VMs on it cannot start on this host"
            yield Drift("pool_missing", "hurts", message, remedy, host, "", name, None)
        elif not its.reachable:
            message = f"{host} does not reach the storage {name} ({pool})"
            yield Drift(
                "pool_unreachable", "hurts", message, "check the storage network and the mounts", host, "", name, False
            )


def storage_reached(hosts: t.Iterable[HypervisorHost], pools: t.Mapping[str, str]) -> dict[str, str]:
    """Of CloudStack's storage (names by id) what one of the hosts reaches; the rest is nothing that hosts show."""
    keys = {key for seen in hosts for key, its in _by_key(seen).items() if its.reachable}
    return {pool: name for pool, name in pools.items() if {_key(pool), _key(name)} & keys}


def _by_key(seen: HypervisorHost) -> dict[str, HypervisorStorage]:
    return {_key(name): each for each in seen.storage for name in (each.id, each.name)}


def _key(name: str) -> str:
    """vCenter's datastores are named by the pool's id without dashes."""
    return name.replace("-", "").casefold()


def cluster_differences(both: t.Sequence[Pair]) -> Found:
    """Hosts of one cluster that are not alike."""
    yield from _unlike(
        both, "version_differs", "hurts", "version", lambda seen: seen.version, "install the same version on all hosts"
    )
    yield from _unlike(
        both,
        "cpu_model_differs",
        "note",
        "CPU model",
        lambda seen: seen.cpu_model,
        "limit the CPU features to those of all hosts",
    )
    union = {patch for pair in both for patch in pair.seen.patches}
    for pair in both:
        lacking = sorted(union - set(pair.seen.patches))
        if lacking:
            message = f"{pair.host.name} does not have {', '.join(lacking)}, which other hosts of its cluster have"
            remedy = "apply the updates; VMs may not be able to migrate back to an older host"
            yield Drift("patches_missing", "hurts", message, remedy, pair.host.name, hypervisor=lacking)
    vlans: dict[str, dict[t.Optional[int], list[str]]] = {}
    for pair in both:
        for network in pair.seen.networks:
            vlans.setdefault(network.name, {}).setdefault(network.vlan, []).append(pair.host.name)
    for name, by_vlan in vlans.items():
        if len(by_vlan) > 1:
            shown = "; ".join(f"VLAN {vlan or 'none'} on {', '.join(hosts)}" for vlan, hosts in by_vlan.items())
            message = f"network {name!r} differs between hosts: {shown}"
            yield Drift("network_vlan_differs", "hurts", message, "use the same VLAN on all hosts", hypervisor=shown)


def _unlike(
    both: t.Sequence[Pair],
    code: str,
    severity: t.Any,
    what: str,
    get: t.Callable[[HypervisorHost], str],
    remedy: str,
) -> Found:
    """Hosts that differ from most of the cluster; where there is no most, from the first."""
    told = [(pair, get(pair.seen)) for pair in both if get(pair.seen)]
    counted = collections.Counter(value for _pair, value in told)
    if len(counted) < 2:
        return
    usual = counted.most_common(1)[0][0]
    for pair, value in told:
        if value != usual:
            message = f"{pair.host.name} has {what} {value}, but most hosts of its cluster have {usual}"
            yield Drift(code, severity, message, remedy, pair.host.name, "", None, value)
