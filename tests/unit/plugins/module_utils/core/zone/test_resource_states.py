# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways between resource states."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.resource_states import STEPS, steps_to

# What each command does to each resource state, written from FIELD_FACTS "Host life cycle" (T2:32, 38, 41, 46) and the
# server's own state machine; a pair that is not here is refused. "wait" ends a drain that goes well.
SERVER = {
    ("Enabled", "enable"): "Enabled",
    ("Enabled", "disable"): "Disabled",
    ("Enabled", "prepare_maintenance"): "PrepareForMaintenance",
    ("Disabled", "enable"): "Enabled",
    ("Disabled", "disable"): "Disabled",
    ("PrepareForMaintenance", "wait"): "Maintenance",
    ("PrepareForMaintenance", "cancel_maintenance"): "Enabled",
    ("Maintenance", "cancel_maintenance"): "Enabled",
    ("ErrorInMaintenance", "prepare_maintenance"): "PrepareForMaintenance",
    ("ErrorInMaintenance", "cancel_maintenance"): "Enabled",
    ("ErrorInMaintenance", "disable"): "Disabled",
    ("ErrorInPrepareForMaintenance", "cancel_maintenance"): "Enabled",
    ("ErrorInPrepareForMaintenance", "disable"): "Disabled",
}
REACHABLE = ("Enabled", "Disabled", "Maintenance")
LIVING = ("Enabled", "Disabled", "Maintenance", "PrepareForMaintenance", "ErrorInMaintenance")


@pytest.mark.parametrize("start", [*LIVING, "ErrorInPrepareForMaintenance"])
@pytest.mark.parametrize("wanted", REACHABLE)
def test_every_way_is_legal_and_ends_where_it_should(start: str, wanted: str) -> None:
    state = start
    for step in steps_to(wanted, Host("1", "h", resource_state=start)):
        assert (state, step) in SERVER, f"{step} is refused in {state}"
        state = SERVER[state, step]
    assert state == wanted


@pytest.mark.parametrize("wanted", REACHABLE)
def test_who_is_there_does_nothing(wanted: str) -> None:
    assert steps_to(wanted, Host("1", "h", resource_state=wanted)) == ()


@pytest.mark.parametrize("start", ["Degraded", "Creating", "Error", ""])
@pytest.mark.parametrize("wanted", REACHABLE)
def test_states_without_a_way_out_are_refused_with_what_would_help(start: str, wanted: str) -> None:
    with pytest.raises(Refused) as caught:
        steps_to(wanted, Host("1", "kvm1", resource_state=start))
    (reason,) = caught.value.reasons
    assert reason.facts == {"resource_state": start, "wanted": wanted}
    assert "kvm1" in caught.value.message
    assert ("cancelHostAsDegraded" in reason.remedy) is (start == "Degraded")


def test_every_listed_way_is_walked_above() -> None:
    assert set(STEPS) == set(REACHABLE)
    assert {state for ways in STEPS.values() for state in ways} == {*LIVING, "ErrorInPrepareForMaintenance"}
