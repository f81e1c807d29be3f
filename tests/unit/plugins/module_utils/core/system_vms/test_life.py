# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions about system VMs: whom a series of them leaves without one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.check import (
    Limits,
    judge,
    load,
    whole,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.life import (
    RECREATED,
    RESTARTED,
    SCALED,
    STARTED,
    STATES,
    STOPPED,
    Step,
    Wish,
    short,
    step,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.vm import (
    CONSOLE,
    STORAGE,
    SystemVm,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.system_offerings import SystemOffering

VM = SystemVm("1", "v-1-VM", CONSOLE, "Running", "z", "zurich", "192.0.2.10", 2, host_id="h1", offering_id="o1")
VMS = st.builds(
    SystemVm,
    id=st.uuids().map(str),
    name=st.text("vs-0123456789", min_size=1),
    kind=st.sampled_from([CONSOLE, STORAGE]),
    state=st.sampled_from(["Running", "Stopped", "Starting", ""]),
    zone_id=st.sampled_from(["z1", "z2"]),
    zone=st.just("zurich"),
    viewers=st.just(0),
    agent=st.sampled_from(["Up", "Disconnected", ""]),
)


def nowhere(_vm: SystemVm) -> list[str]:
    return []


@given(st.lists(VMS, max_size=6, unique_by=lambda vm: vm.id), st.data())
def test_what_is_not_refused_leaves_no_zone_without_one_that_it_had(vms: list[SystemVm], data: st.DataObject) -> None:
    wish = Wish(data.draw(st.sampled_from(STATES)))
    chosen = data.draw(st.lists(st.sampled_from(vms), unique_by=lambda vm: vm.id)) if vms else []
    steps = [step(vm, wish, nowhere)[0] for vm in chosen]
    if short(vms, steps, wish):
        return
    state = {vm.id: vm for vm in vms}
    for each in steps:
        if not each.away:
            continue
        there = [vm for vm in state.values() if vm.serves and (vm.zone_id, vm.kind) == (each.vm.zone_id, each.vm.kind)]
        assert [vm for vm in there if vm.id != each.vm.id]
        if wish.state == STOPPED:
            state[each.vm.id] = replace(each.vm, state="Stopped")


@pytest.mark.parametrize(
    ("wish", "actions"),
    [
        (Wish(STARTED), ()),
        (Wish(STOPPED), (STOPPED,)),
        (Wish(RESTARTED), (RESTARTED,)),
        (Wish(RECREATED, SystemOffering("o1", "small")), (RECREATED, SCALED)),
        (Wish(RECREATED, SystemOffering("o2", "large")), (RECREATED, SCALED)),
        (Wish(None, SystemOffering("o1", "small")), ()),
        (Wish(RESTARTED, SystemOffering("o2", "large")), (SCALED, RESTARTED)),
    ],
)
def test_what_one_needs(wish: Wish, actions: tuple[str, ...]) -> None:
    assert step(VM, wish, nowhere)[0].actions == actions


def test_a_named_host_has_to_suit() -> None:
    assert step(VM, Wish(host="h1"), nowhere) == (Step(VM, ()), ())
    assert step(VM, Wish(host="h2"), lambda _vm: ["h3", "h2"])[0].host == "h2"
    assert [reason.code for reason in step(VM, Wish(host="h2"), lambda _vm: ["h3"])[1]] == ["no_suitable_host"]
    assert step(VM, Wish(leave=frozenset({"h1", "h3"})), lambda _vm: ["h3", "h2"])[0].host == "h2"


LIMITS = Limits(50, 10, 10)


@pytest.mark.parametrize(
    ("viewers", "codes"),
    [
        (0, []),
        (40, []),
        (41, ["consoles_few"]),
        (49, ["consoles_few"]),
        (50, ["consoles_full"]),
        (99, ["consoles_full"]),
    ],
)
def test_consoles_that_can_be_opened(viewers: int, codes: list[str]) -> None:
    vms = [replace(VM, viewers=viewers)]
    assert [each.code for each in judge("zurich", vms, LIMITS, (CONSOLE,))] == codes


@given(st.lists(VMS), st.integers(0, 1000))
def test_free_sessions_and_open_ones_are_the_capacity(vms: list[SystemVm], most: int) -> None:
    seen = load("zurich", vms, Limits(most))
    assert seen.capacity is not None
    assert seen.free == max(seen.capacity - seen.sessions, 0)
    assert load("zurich", vms, Limits()).free is None


@pytest.mark.parametrize(
    ("text", "number"), [("50", 50), (" 7 ", 7), ("", None), (None, None), ("x", None), ("²", None), ("-1", None)]
)
def test_a_setting_that_is_no_number_is_unknown(text: str | None, number: int | None) -> None:
    assert whole(text) == number
