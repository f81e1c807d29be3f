# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of a vSphere cluster judged, and made ready for CloudStack."""

from __future__ import annotations

import typing as t

from ...core.change import Outcome
from ...core.errors import NotAsRead, Reason, Refused
from ...core.findings import Judgement
from ...core.vsphere.change import changes
from ...core.vsphere.check import judge_vsphere
from ...core.vsphere.expected import VsphereExpected
from ...core.vsphere.model import ELASTIC, PortGroup, Vsphere, VsphereHost, VsphereSwitch
from ...core.vsphere.wanted import (
    ISCSI,
    MAINTENANCE,
    NTP,
    NTP_SERVERS,
    RULESET,
    UNUSED,
    VMKERNEL,
    VSWITCH,
    VsphereChange,
    VsphereWanted,
)
from ...ports.vsphere import VsphereHosts


def judged(hosts: VsphereHosts, expected: VsphereExpected, ignore: t.Collection[str]) -> tuple[Vsphere, Judgement]:
    """The cluster as it is now, and what is wrong with it."""
    cluster = hosts.read()
    return cluster, judge_vsphere(cluster, expected, ignore)


def ensure_vsphere_hosts(hosts: VsphereHosts, wanted: VsphereWanted, check_mode: bool) -> Outcome:
    """Raises Refused before the first write, NotAsRead where a host shows something else afterwards."""
    cluster = hosts.read()
    found = changes(cluster, wanted)
    by_name = {each.name: each for each in cluster.hosts}
    _refuse_obstacles(hosts, [by_name[each.host] for each in found if each.kind == MAINTENANCE and each.wanted])
    if not check_mode and found:
        for change in found:
            if change.kind == UNUSED:
                hosts.remove_unused_group(change.name)
            else:
                _set(hosts, by_name[change.host], change, wanted)
        left = changes(hosts.read(), wanted)
        if left:
            raise NotAsRead(f"cluster {cluster.name}", _side(left, lambda each: each.held))
    before, after = _side(found, lambda each: each.held), _side(found, lambda each: each.wanted)
    result = {
        "cluster": cluster.name,
        "datacenter": cluster.datacenter,
        "hosts": sorted({each.host for each in found if each.host}),
        "restart": sorted({each.host for each in found if _after_restart(each, by_name)}),
    }
    return Outcome(bool(found), before, after, result)


def _after_restart(change: VsphereChange, hosts: t.Mapping[str, VsphereHost]) -> bool:
    """Whether it takes effect only when the host restarts: the number of ports, where it is fixed at all."""
    told = change.wanted if change.kind == VSWITCH and change.held is not None else None
    return isinstance(told, dict) and "ports" in told and hosts[change.host].release < ELASTIC


def _refuse_obstacles(hosts: VsphereHosts, entering: t.Sequence[VsphereHost]) -> None:
    reasons = [
        Reason(
            "hypervisor_obstacle",
            f"{each.guest} cannot be migrated from {host.name}: {each.message}",
            "repair it in vCenter, or shut down the VM",
            {"host": host.name, "vm": each.guest, "fault": each.code},
        )
        for host in entering
        for each in hosts.obstacles(host.host)
    ]
    if reasons:
        raise Refused("maintenance mode", reasons)


def _set(hosts: VsphereHosts, host: VsphereHost, change: VsphereChange, wanted: VsphereWanted) -> None:
    if change.kind == NTP_SERVERS:
        hosts.set_ntp(host, wanted.ntp_servers or ())
    elif change.kind == NTP:
        hosts.start_ntp(host)
    elif change.kind == RULESET:
        hosts.enable_ruleset(host, change.name)
    elif change.kind == VSWITCH and isinstance(change.target, VsphereSwitch):
        hosts.set_switch(host, change.target, there=change.held is not None)
    elif change.kind == VMKERNEL:
        services = next(each.services for each in host.adapters if each.device == change.name)
        wanted_services = change.wanted if isinstance(change.wanted, list) else []
        for service in (each for each in wanted_services if each not in services):
            hosts.enable_service(host, service, change.name)
    elif change.kind == ISCSI:
        hosts.add_iscsi_targets(host, wanted.iscsi_targets)
    elif change.kind == MAINTENANCE and change.wanted:
        hosts.enter_maintenance(host.host, wanted.timeout)
    elif change.kind == MAINTENANCE:
        hosts.leave_maintenance(host.host, wanted.timeout)
    else:
        group: PortGroup = next(each for each in wanted.port_groups if each.name == change.name)
        hosts.set_port_group(host, group, there=change.held is not None)


def _side(found: t.Sequence[VsphereChange], value: t.Callable[[VsphereChange], object]) -> dict[str, object]:
    """One side of a difference: by host, then by what."""
    side: dict[str, dict[str, object]] = {}
    for each in found:
        side.setdefault(each.host or "cluster", {})[f"{each.kind} {each.name}".rstrip()] = value(each)
    return dict(side)
