# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to one router, and why it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.actions import (
    STATES,
    actions_for,
    refusals,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import BACKUP, PRIMARY, Router

ONE = Router("r1", "r-1-VM", "Running", network_id="n1", network="shop", redundant_state=PRIMARY)
OTHER = replace(ONE, id="r2", name="r-2-VM", redundant_state=BACKUP)


@pytest.mark.parametrize(
    ("now", "wanted", "actions"),
    [
        *[("Running", "started", []), ("Stopped", "started", ["start"]), ("Running", "stopped", ["stop"])],
        *[("Stopped", "restarted", ["start"]), ("Running", "restarted", ["reboot"])],
    ],
)
def test_what_is_done_follows_from_its_state(now: str, wanted: str, actions: list[str]) -> None:
    assert actions_for(replace(ONE, state=now), wanted, False, resized=False) == actions


@pytest.mark.parametrize("wanted", [each for each in STATES if each != "absent"])
def test_a_running_router_is_stopped_for_another_offering_and_runs_after_it_unless_it_shall_not(wanted: str) -> None:
    end = [] if wanted == "stopped" else ["start"]
    assert actions_for(ONE, wanted, False, resized=True) == ["stop", "resize", *end]


@pytest.mark.parametrize(
    ("needs", "forced", "done"), [(True, False, 1), (None, False, 1), (False, False, 0), (False, True, 1)]
)
def test_one_that_is_known_to_be_new_is_upgraded_only_by_force(needs: bool | None, forced: bool, done: int) -> None:
    seen = replace(ONE, requires_upgrade=needs)
    assert [len(actions_for(seen, wanted, forced, resized=False)) for wanted in ("patched", "upgraded")] == [done, done]


def test_the_only_router_is_not_destroyed_even_with_consent() -> None:
    assert [each.code for each in refusals(ONE, [ONE], ["destroy"], consent=True)] == ["only_router"]


def test_the_primary_of_two_is_destroyed_with_consent_alone() -> None:
    codes = [[each.code for each in refusals(ONE, [ONE, OTHER], ["destroy"], consent)] for consent in (False, True)]
    assert codes == [["primary_router"], []]


def test_a_network_is_without_service_only_where_no_other_stands_in() -> None:
    held = ([ONE], [ONE, OTHER], [ONE, replace(OTHER, state="Stopped")])
    assert [len(refusals(ONE, each, ["reboot"], consent=False)) for each in held] == [1, 0, 1]


def test_every_reason_is_told() -> None:
    lost = replace(ONE, state="Error")
    codes = {each.code for each in refusals(lost, [lost], ["patch", "start"], consent=False)}
    assert codes == {"router_not_running", "router_state"}
