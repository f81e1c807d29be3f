# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of a vSphere cluster's networks: traffic labels, switches, VMkernel ports."""

from __future__ import annotations

import typing as t

from ..findings import Finding
from .expected import VsphereExpected
from .labels import TrafficLabel, read_label
from .model import DISTRIBUTED, ELASTIC, NEXUS, STANDARD, VsphereHost
from .table import told

ON_STANDARD = ("management", "storage")


def judge_labels(hosts: t.Sequence[VsphereHost], expected: VsphereExpected) -> t.Iterator[Finding]:
    """Each label by itself, then against every host."""
    yield from _several(expected)
    for traffic, text in expected.labels:
        label, wrong = read_label(text)
        where = f"{traffic} traffic, {text!r}"
        for problem in wrong:
            yield told("label_invalid", f"{where}: {problem}", label=text)
        if wrong:
            continue
        if label.vlan is not None and traffic != "public":
            yield told("label_vlan_ignored", where, label=text)
        if label.kind in (DISTRIBUTED, NEXUS) and traffic in ON_STANDARD:
            yield told("label_needs_standard", where, label=text)
        elif label.kind in (DISTRIBUTED, NEXUS) and expected.use_dvswitch is False:
            yield told("dvswitch_off", where, label=text)
        for host in hosts:
            yield from _on_host(host, traffic, label, expected)


def _several(expected: VsphereExpected) -> t.Iterator[Finding]:
    used: dict[str, set[str]] = {}
    for traffic, text in expected.labels:
        label, _wrong = read_label(text)
        if label.kind == DISTRIBUTED:
            used.setdefault(traffic, set()).add(label.switch)
    for traffic, switches in used.items():
        if len(switches) > 1:
            names = sorted(switches)
            yield told("dvswitch_several", f"{traffic} traffic: {', '.join(names)}", switches=names)


def _on_host(host: VsphereHost, traffic: str, label: TrafficLabel, expected: VsphereExpected) -> t.Iterator[Finding]:
    switch = host.switch(label.switch)
    if switch is None:
        names = ", ".join(each.name for each in host.switches) or "none"
        yield told("switch_missing", f"{traffic} traffic uses {label.switch}; existing switches are {names}", host.name)
        return
    # Without a kind the zone's default counts: a standard switch, unless CloudStack uses distributed ones.
    kind = label.kind or ("" if expected.use_dvswitch else STANDARD)
    if kind and kind != NEXUS and kind != switch.kind:
        evidence = f"{traffic} traffic, {label.switch} is {switch.kind}, but the label requires {kind}"
        yield told("label_wrong_kind", evidence, host.name, switch=switch.name)
    if switch.kind == DISTRIBUTED and not label.kind and traffic in ON_STANDARD:
        yield told("label_needs_standard", f"{traffic} traffic, {label.switch}", host.name, switch=switch.name)


def judge_adapters(host: VsphereHost, expected: VsphereExpected) -> t.Iterator[Finding]:
    """The management network that CloudStack looks for by the name of its port group."""
    name = expected.management_portgroup
    found = [each for each in host.adapters if each.port_group == name]
    if not found:
        groups = ", ".join(sorted({each.port_group or "a distributed one" for each in host.adapters})) or "none"
        yield told("management_portgroup_missing", f"{name!r}; VMkernel ports are on {groups}", host.name, wanted=name)
    elif not any("management" in each.services for each in found):
        yield told("management_traffic_off", f"{found[0].device} on {name!r}", host.name, adapter=found[0].device)
    if not any("vmotion" in each.services for each in host.adapters):
        yield told("vmotion_off", f"{len(host.adapters)} VMkernel ports", host.name)
    group = host.port_group(name)
    wanted = expected.management_vlan
    if group is not None and wanted is not None and group.vlan != wanted:
        yield told("management_vlan_differs", f"{group.vlan}, expected {wanted}", host.name, vlan=group.vlan)


def judge_switches(host: VsphereHost, expected: VsphereExpected) -> t.Iterator[Finding]:
    """Those that labels name, and the one of the management network."""
    group = host.port_group(expected.management_portgroup)
    used = {read_label(text)[0].switch for _traffic, text in expected.labels} | ({group.switch} if group else set())
    links = {each.name: each.up for each in host.host.nics}
    for switch in host.switches:
        if switch.name not in used:
            continue
        if not switch.nics:
            yield told("switch_without_nic", switch.name, host.name, switch=switch.name)
        elif len(switch.nics) == 1:
            yield told("nic_single", f"{switch.name}: {switch.nics[0]}", host.name, switch=switch.name)
        policy = switch.policy
        left = [nic for nic in switch.nics if nic not in (*(policy.active or ()), *(policy.standby or ()))]
        if left and policy.active is not None:
            yield told("nic_unused", f"{switch.name}: {', '.join(left)}", host.name, switch=switch.name, nics=left)
        down = [nic for nic in switch.nics if links.get(nic) is False]
        if down:
            yield told("nic_down", f"{switch.name}: {', '.join(down)}", host.name, switch=switch.name, nics=down)
        if switch.ports is not None and host.release < ELASTIC and switch.ports < expected.switch_ports:
            evidence = f"{switch.name}: {switch.ports} of {expected.switch_ports}"
            yield told("switch_ports_few", evidence, host.name, switch=switch.name, ports=switch.ports)
