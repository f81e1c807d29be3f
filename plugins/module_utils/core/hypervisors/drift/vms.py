# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences about VMs: where they run, whether they run, how large they are, and what memory they really take.

Sources: Working with Hosts, "Over-Provisioning and Service Offering Limits" (ballooning; XenServer's limit of 4),
"Adding Hosts" (no VM of others on a host).
"""

from __future__ import annotations

import re
import typing as t

from ...accounting import HOLDING
from ...placement.fleet import Fleet
from ...placement.instances import Instance
from ..model import CRASHED, PAUSED, RUNNING, HypervisorGuest, HypervisorView
from .model import Drift, Pair

# CloudStack's own VMs: users' (i-ACCOUNT-ID-…), routers, secondary storage, console proxies, load balancers.
CLOUDSTACK_NAME = re.compile(r"^(i-\d+-\d+-.+|[rsvbl]-\d+-.+)$")
MEMORY_TOLERANCE = 0.02
ACTIVE = (RUNNING, PAUSED)
Found = t.Iterator[Drift]


def is_cloudstacks(guest: HypervisorGuest) -> bool:
    """Whether a guest's name is one that CloudStack gives."""
    return bool(CLOUDSTACK_NAME.match(guest.name))


def vm_differences(fleet: Fleet, view: HypervisorView, both: t.Sequence[Pair]) -> Found:
    """VM by VM; those on hosts that could not be read are left out."""
    host_of = {pair.seen.id: pair.host.name for pair in both}
    names = {pair.host.id: pair.host.name for pair in both}
    guests: dict[str, list[HypervisorGuest]] = {}
    for guest in view.guests:
        guests.setdefault(guest.name, []).append(guest)
    known = set()
    for vm in fleet.instances:
        if vm.state in HOLDING and vm.instance_name:
            known.add(vm.instance_name)
            # One that is between two states is where it says only in a moment.
            if vm.state == "Running" and vm.host_id in names:
                yield from _vm(vm, names[vm.host_id], guests.get(vm.instance_name, []), host_of, bool(view.unread))
    for pair in both:
        for guest in view.active_on(pair.seen):
            if guest.name not in known:
                yield _unknown(guest, pair.host.name)


def _vm(vm: Instance, host: str, its: t.Sequence[HypervisorGuest], host_of: t.Mapping[str, str], unread: bool) -> Found:
    active = [each for each in its if each.power in ACTIVE]
    name = vm.instance_name
    if not active:
        crashed = any(each.power == CRASHED for each in its)
        power = its[0].power if its else "not there"
        message = f"{name} is Running on {host} in CloudStack and {power} on the hypervisor"
        remedy = "stop it in CloudStack (forced) and start it again" + (
            ", then find out why it crashed" if crashed else ""
        )
        # It may be on a host that could not be asked.
        if not unread or its:
            yield Drift(
                "vm_crashed" if crashed else "vm_not_running", "hurts", message, remedy, host, name, "Running", power
            )
        return
    places = sorted({host_of.get(each.host_id, "a host that is not in CloudStack") for each in active})
    if len(active) > 1:
        message = f"{name} runs on several hosts: {', '.join(places)}"
        remedy = "stop all but one immediately: concurrent writes destroy its disks"
        yield Drift("vm_twice", "hurts", message, remedy, host, name, host, places)
        return
    guest = active[0]
    if host not in places:
        message = f"{name} is on {host} in CloudStack, but it runs on {places[0]}"
        remedy = "wait for the next power report, then reconnect both hosts; do not start the VM again"
        yield Drift("vm_elsewhere", "hurts", message, remedy, host, name, host, places[0])
    if guest.power == PAUSED:
        message = f"{name} is paused on {places[0]}"
        yield Drift("vm_paused", "hurts", message, "check its storage, then resume it", host, name, "Running", PAUSED)
    yield from _vm_size(vm, guest, host)


def _vm_size(vm: Instance, guest: HypervisorGuest, host: str) -> Found:
    name, again = vm.instance_name, "stop and start the VM to apply its offering"
    if guest.cpus and vm.cpu_number and guest.cpus != vm.cpu_number:
        message = f"{name} has {vm.cpu_number} CPUs in CloudStack and {guest.cpus} on the hypervisor"
        yield Drift("vm_cpus_differ", "note", message, again, host, name, vm.cpu_number, guest.cpus)
    if guest.memory_max and vm.ram and abs(guest.memory_max / vm.ram - 1) > MEMORY_TOLERANCE:
        message = f"{name} has {vm.ram} bytes of RAM in CloudStack and {guest.memory_max} on the hypervisor"
        yield Drift("vm_memory_differs", "note", message, again, host, name, vm.ram, guest.memory_max)


def _unknown(guest: HypervisorGuest, host: str) -> Drift:
    if is_cloudstacks(guest):
        message = f"{guest.name} runs on {host}; CloudStack has no running VM of that name in this cluster"
        remedy = (
            "check whether it is stopped, expunged or in another cluster in CloudStack; stop it on this host "
            "before it is started twice"
        )
        return Drift("vm_stray", "hurts", message, remedy, host, guest.name, None, guest.power)
    message = f"{guest.name} runs on {host} and is not managed by CloudStack, which counts its memory as free"
    remedy = "move it to a host outside CloudStack; hosts of CloudStack must run no other VMs"
    return Drift("vm_foreign", "hurts", message, remedy, host, guest.name, None, guest.power)


def memory_differences(fleet: Fleet, view: HypervisorView, both: t.Sequence[Pair]) -> Found:
    """Over-provisioning by number against the memory that there is."""
    factor, limit = fleet.factors.ram, view.capabilities.memory_factor_limit
    if limit is not None and factor > limit:
        message = (
            f"the memory factor of {fleet.cluster.name} is {factor:g}, but its hypervisor supports at most {limit:g}"
        )
        yield Drift(
            "factor_above_limit", "hurts", message, f"use {limit:g} or less (cs_overprovision)", "", "", factor, limit
        )
    for pair in both:
        active = view.active_on(pair.seen)
        yield from _rigid(pair, factor, active)
        yield from _short(pair, factor, active)


def _rigid(pair: Pair, factor: float, active: t.Sequence[HypervisorGuest]) -> Found:
    """With a factor above 1 guests must be able to give memory back; at 1 none should have to."""
    if factor > 1:
        rigid = [g.name for g in active if g.memory_min and g.memory_max and g.memory_min >= g.memory_max]
        if rigid:
            count = f"{len(rigid)} of {len(active)} VMs on {pair.host.name}"
            message = f"{count} cannot release memory, but the memory factor is {factor:g}"
            remedy = "install balloon drivers in the guests and stop and start them, or lower the factor"
            yield Drift("vm_rigid", "hurts", message, remedy, pair.host.name, "", factor, sorted(rigid))
        return
    for guest in active:
        if guest.memory and guest.memory_max and guest.memory < guest.memory_max * (1 - MEMORY_TOLERANCE):
            message = f"{guest.name} has {guest.memory} of its {guest.memory_max} bytes, though the memory factor is 1"
            remedy = "restore its memory, and find out what reduced it"
            yield Drift(
                "vm_ballooned", "note", message, remedy, pair.host.name, guest.name, guest.memory_max, guest.memory
            )


def _short(pair: Pair, factor: float, active: t.Sequence[HypervisorGuest]) -> Found:
    """What guests take or may claim, against what the host has."""
    if not pair.seen.memory:
        return
    left = pair.seen.memory - (pair.seen.reserved or 0)
    wanted = sum((g.memory_max if factor <= 1 else g.memory) or g.memory or 0 for g in active)
    if wanted > left:
        message = f"guests of {pair.host.name} {'claim' if factor <= 1 else 'use'} {wanted} bytes of {left}"
        remedy = "migrate VMs away (cs_maintenance state=draining), or lower the memory factor"
        yield Drift("memory_short", "hurts", message, remedy, pair.host.name, "", left, wanted)
