# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that keep a VM off a host, and the book of who runs where."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planner.check import may_run, plain
from planner.generate import Cluster, any_cluster

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import plan
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import (
    REMEDIES,
    Needs,
    Packing,
    Vm,
    VmHost,
    misfit,
    reason,
)

HOST = VmHost("h", "h", Amount(100, 100), 8, 2000)
MINE = frozenset({"account:a", "domain:/"})


@pytest.mark.parametrize(
    ("needs", "facts", "code"),
    [
        (Needs(), {}, ""),
        (Needs(), {"unusable": "agent_down"}, "agent_down"),
        (Needs(tags=frozenset("ab")), {"tags": frozenset("a")}, "tag"),
        (Needs(tags=frozenset("a")), {"tags": frozenset("ab")}, ""),
        (Needs(), {"for_ha": True, "tags": frozenset("a")}, "ha_host"),
        (Needs(tags=frozenset("a")), {"for_ha": True, "tags": frozenset("a")}, ""),
        (Needs(), {"dedicated_to": "account:a"}, "dedication"),
        (Needs(owners=MINE), {"dedicated_to": "account:a"}, ""),
        (Needs(owners=MINE), {"dedicated_to": "account:b"}, "dedication"),
        (Needs(owners=MINE), {}, ""),
        (Needs(anywhere=True), {"dedicated_to": "account:b"}, ""),
        (Needs(), {"zone_of": "account:b"}, ""),
        (Needs(dedicated=True, owners=MINE), {"zone_of": "account:a"}, ""),
        (Needs(dedicated=True, owners=MINE), {"zone_of": "account:b"}, "dedication"),
        (Needs(dedicated=True, owners=MINE), {"dedicated_to": "account:a"}, ""),
        (Needs(dedicated=True, owners=MINE), {"dedicated_to": "account:b"}, "dedication"),
        (Needs(dedicated=True, owners=MINE), {}, "not_dedicated"),
        (Needs(pools=frozenset("p")), {}, ""),
        (Needs(pools=frozenset("p")), {"pools": frozenset("q")}, "storage_scope"),
        (Needs(access_groups=frozenset("a")), {"access_groups": frozenset("ab")}, ""),
        (Needs(access_groups=frozenset("ab")), {"access_groups": frozenset("a")}, "access_group"),
        (Needs(), {"access_groups": frozenset("a")}, ""),
        (Needs(arch="aarch64"), {"arch": "x86_64"}, "arch"),
        (Needs(arch="aarch64"), {}, ""),
        (Needs(uefi=True), {"uefi": False}, "uefi"),
        (Needs(cores=9), {}, "cores"),
        (Needs(speed=2001), {}, "cores"),
    ],
)
def test_misfit_names_the_rule(needs: Needs, facts: dict[str, object], code: str) -> None:
    assert misfit(needs, replace(HOST, **facts)) == code  # type: ignore[arg-type]


@given(any_cluster())
def test_the_rules_are_those_of_the_checker(item: Cluster) -> None:
    data, _ = plain(item, plan(item.hosts[:1], (), replace(item.order, hosts=(), first=())))
    for vm, vm_data in zip(item.vms, data["vms"], strict=True):
        for host, host_data in zip(item.hosts, data["hosts"], strict=True):
            assert (misfit(vm.needs, host) == "") == may_run(vm_data, host_data)


@given(any_cluster(4), st.randoms(use_true_random=False))
def test_moving_vms_about_and_back_leaves_the_book_as_it_was(item: Cluster, chance: Random) -> None:
    packing = Packing(item.hosts, item.vms)
    twin = packing.copy()
    moved = chance.sample(item.vms, min(5, len(item.vms)))
    for vm in moved:
        packing.take(vm)
        packing.put(vm, chance.randrange(len(item.hosts)))
    for vm in moved:
        packing.take(vm)
        packing.put(vm, packing.index[vm.host])
    assert (packing.cpu, packing.ram, packing.slots, packing.where) == (twin.cpu, twin.ram, twin.slots, twin.where)
    assert all(packing.room_code(vm, n) == twin.room_code(vm, n) for vm in moved for n in range(len(item.hosts)))


def test_room_code_and_fits_agree() -> None:
    vm = Vm("v", "v", "h", Amount(10, 10), apart=("g",))
    for room, most, guest, code in (
        (Amount(10, 9), 9, (), "ram"),
        (Amount(9, 10), 9, (), "cpu"),
        (Amount(10, 10), 0, (), "max_vms"),
        (Amount(10, 10), 9, (Vm("w", "w", "h", Amount(), apart=("g",)),), "anti_affinity"),
        (Amount(10, 10), 9, (Vm("w", "w", "h", Amount(), apart=("other",)),), ""),
    ):
        packing = Packing([replace(HOST, room=room, most_vms=most)], guest)
        assert packing.room_code(vm, 0) == code
        assert packing.fits(vm, 0) == (not code)


def test_every_reason_has_a_remedy() -> None:
    assert all(reason(code, "").remedy for code in REMEDIES)
