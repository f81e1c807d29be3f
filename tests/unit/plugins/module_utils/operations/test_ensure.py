# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""see → decide → act → verify on a collection in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from fakes.cloud import FakeCloud, Memory
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome, Rules, same_set
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    MissingValue,
    NotAsRead,
    NotFound,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.ensure import SETTLE, ensure, within


@dataclass(frozen=True)
class Thing:
    id: str
    name: str = ""
    size: int | None = None
    state: str = ""
    tags: tuple[str, ...] = ()


RULES = Rules(
    kind="thing",
    required=("name",),
    fixed={"size": "make another"},
    write_only=frozenset(("password",)),
    same={"tags": same_set},
)
HELD = Thing("1", "a", 1, "Up", ("x",))


def run(things: Memory[Thing], wanted: dict[str, Any], state: Any = "present", check: bool = False) -> Outcome:
    held = next(iter(things.rows.values()), None)
    return ensure(FakeCloud().port, things, RULES, held, wanted, state, check, options={"forced": True})


def test_what_is_so_already_is_not_written() -> None:
    things = Memory(Thing, HELD)
    outcome = run(things, {"name": "a", "size": 1, "tags": ["x"], "state": None, "password": "p"})
    assert outcome == Outcome(False, result={"id": "1", "name": "a", "size": 1, "state": "Up", "tags": ["x"]})
    assert (things.writes, things.reads) == ([], 0)


def test_only_what_differs_is_written_and_shown() -> None:
    things = Memory(Thing, HELD)
    outcome = run(things, {"name": "a", "state": "Down", "tags": ["x", "y"]})
    assert things.writes == [("update", "1", {"state": "Down", "tags": ["x", "y"]})]
    assert (outcome.before, outcome.after) == ({"state": "Up", "tags": ["x"]}, {"state": "Down", "tags": ["x", "y"]})
    assert outcome.result["state"] == "Down"


def test_what_is_not_there_is_made_with_its_late_fields_after_it() -> None:
    things = Memory(Thing, late=frozenset(("state",)), chosen={"name": "server-chose-this"})
    outcome = run(things, {"name": "b", "size": 2, "state": "Down", "password": "p", "tags": None})
    assert things.writes == [
        ("create", "id0", {"name": "b", "size": 2, "state": "Down", "password": "p"}),
        ("update", "id0", {"name": "b", "state": "Down"}),
    ]
    assert outcome.changed
    assert outcome.result == {"id": "id0", "name": "b", "size": 2, "state": "Down", "tags": []}
    assert (outcome.before, outcome.after) == ({}, {"name": "b", "size": 2, "state": "Down"})
    assert run(things, {"name": "b", "size": 2, "state": "Down", "password": "p"}).changed is False


def test_a_fixed_field_that_creating_got_wrong_is_told() -> None:
    things = Memory(Thing, chosen={"size": 99})
    with pytest.raises(NotAsRead) as caught:
        run(things, {"name": "b", "size": 2})
    assert caught.value.details["differences"] == {"size": {"held": 99, "wanted": 2}}
    assert [verb for verb, _id, _fields in things.writes] == ["create"]


def test_what_is_written_and_does_not_show_fails_after_the_time_to_settle() -> None:
    things, cloud = Memory(Thing, HELD, deaf=frozenset(("state",))), FakeCloud()
    with pytest.raises(NotAsRead) as caught:
        ensure(cloud.port, things, RULES, HELD, {"name": "a", "state": "Down"}, "present", False)
    assert caught.value.details["differences"] == {"state": {"held": "Up", "wanted": "Down"}}
    assert "thing a" in caught.value.message
    assert SETTLE < cloud.clock.time - 1000 < SETTLE + 10


def test_what_shows_later_is_waited_for() -> None:
    things, cloud = Memory(Thing, HELD, settle=4), FakeCloud()
    outcome = ensure(cloud.port, things, RULES, HELD, {"state": "Down"}, "present", False)
    assert outcome.result["state"] == "Down"
    assert things.reads == 5
    assert len(cloud.clock.sleeps) == 4
    assert len(things.writes) == 1


def test_removal_gives_its_options_and_shows_what_was_there() -> None:
    things = Memory(Thing, HELD)
    outcome = run(things, {"name": "a", "size": 77}, "absent")
    assert things.writes == [("delete", "1", {"forced": True})]
    assert outcome.before["name"] == "a"
    assert (outcome.after, outcome.result) == ({}, outcome.before)
    assert run(things, {"name": "a"}, "absent") == Outcome(False)


@pytest.mark.parametrize("check", [False, True])
def test_refusals_come_before_any_write_in_check_mode_too(check: bool) -> None:
    things: Memory[Thing] = Memory(Thing, HELD)
    with pytest.raises(Refused):
        run(things, {"size": 2, "state": "Down"}, check=check)
    empty: Memory[Thing] = Memory(Thing)
    with pytest.raises(MissingValue):
        run(empty, {"size": 2}, check=check)
    assert things.writes == empty.writes == []


WANTED = st.fixed_dictionaries(
    {
        "name": st.sampled_from("ab"),
        "state": st.none() | st.sampled_from(["Up", "Down"]),
        "tags": st.none() | st.lists(st.sampled_from("xyz"), max_size=3),
        "password": st.none() | st.just("S3cr3t"),
    }
)


@given(WANTED, st.booleans(), st.sampled_from(["present", "absent"]))
def test_check_mode_decides_the_same_and_writes_nothing(wanted: dict[str, Any], there: bool, state: str) -> None:
    def things() -> Memory[Thing]:
        return Memory(Thing, *([HELD] if there else []))

    checked, real = things(), things()
    dry, done = run(checked, wanted, state, check=True), run(real, wanted, state)
    assert checked.writes == []
    assert (dry.changed, dry.before, dry.after) == (done.changed, done.before, done.after)
    assert "S3cr3t" not in f"{dry} {done}"
    assert done.changed is bool(real.writes)
    assert run(real, wanted, state).changed is False


def missing() -> Thing:
    raise NotFound("zone", "z9")


def test_a_missing_place_is_predicted_in_check_mode_and_an_error_else() -> None:
    def never(place: Thing) -> Outcome:
        raise AssertionError(place)

    wanted = {"name": "a", "tags": ("x",), "size": None, "password": "S3cr3t", "vms_password": "S3cr3t"}
    predicted = within(missing, never, wanted, "present", True)
    assert predicted.changed
    assert predicted.after == predicted.result == {"name": "a", "tags": ["x"]}
    assert "z9" in predicted.warnings[0]
    with pytest.raises(NotFound):
        within(missing, never, wanted, "present", False)
    gone = within(missing, never, wanted, "absent", False)
    assert not gone.changed
    assert "nothing to remove" in gone.warnings[0]


def test_a_place_that_is_there_is_handed_on() -> None:
    assert within(
        lambda: HELD, lambda place: Outcome(True, result={"in": place.name}), {}, "present", False
    ) == Outcome(True, result={"in": "a"})
