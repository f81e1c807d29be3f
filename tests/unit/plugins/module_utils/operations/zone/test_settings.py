# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings written, verified and reset."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, NotAsRead, NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.settings import Setting
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.settings import Scope, ensure_setting
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud


class Held:
    """The port ``Settings`` over a dict of values by (name, scope). deaf: writes are taken and change nothing."""

    def __init__(self, *known: Setting, deaf: bool = False) -> None:
        self.known = {each.name: each for each in known}
        self.own: dict[tuple[str, str], str] = {}
        self.writes: list[tuple[str, ...]] = []
        self.deaf = deaf

    @property
    def settings(self) -> Held:
        return self

    def find(self, name: str, scope: str = "global", scope_id: str = "") -> Setting | None:
        setting = self.known.get(name)
        if setting is None:
            return None
        above = self.own.get((name, "global"), setting.value)
        return replace(setting, value=self.own.get((name, scope), above), scope=scope)

    def all(self, scope: str = "global", scope_id: str = "") -> list[Setting]:
        return list(self.known.values())

    def write(self, name: str, value: str, scope: str = "global", scope_id: str = "") -> None:
        self.writes.append(("write", name, value, scope))
        if not self.deaf:
            self.own[name, scope] = value

    def reset(self, name: str, scope: str = "global", scope_id: str = "") -> None:
        self.writes.append(("reset", name, scope))
        self.own.pop((name, scope), None)
        if scope == "global":
            self.own[name, scope] = self.known[name].default or ""

    @property
    def port(self) -> Cloud:
        return cast(Cloud, self)


FACTOR = Setting("cpu.overprovisioning.factor", "1.0", "1.0", "Decimal")
LIMIT = Setting("some.limit", "5", None, "Number")
CLUSTER = Scope("cluster", "c1")


def test_the_same_number_in_other_digits_is_no_change() -> None:
    cloud = Held(FACTOR)
    assert ensure_setting(cloud.port, FACTOR.name, "1", Scope(), False).changed is False
    assert cloud.writes == []


@pytest.mark.parametrize("check", [False, True])
def test_a_change_is_shown_and_written_unless_checked(check: bool) -> None:
    cloud = Held(FACTOR)
    outcome = ensure_setting(cloud.port, FACTOR.name, "2.5", CLUSTER, check)
    assert (outcome.before, outcome.after) == ({"value": "1.0"}, {"value": "2.5"})
    assert outcome.result["value"] == ("1.0" if check else "2.5")
    assert cloud.writes == ([] if check else [("write", FACTOR.name, "2.5", "cluster")])


def test_a_reset_in_a_scope_returns_to_the_global_value() -> None:
    cloud = Held(FACTOR)
    cloud.own = {(FACTOR.name, "global"): "3.0", (FACTOR.name, "cluster"): "2.0"}
    assert ensure_setting(cloud.port, FACTOR.name, None, CLUSTER, False).after == {"value": "3.0"}
    assert ensure_setting(cloud.port, FACTOR.name, None, CLUSTER, False).changed is False
    assert cloud.writes == [("reset", FACTOR.name, "cluster")]


def test_a_number_without_a_default_can_be_reset() -> None:
    cloud = Held(LIMIT)
    assert ensure_setting(cloud.port, LIMIT.name, None, Scope(), False).after == {"value": ""}
    assert cloud.writes == [("reset", LIMIT.name, "global")]


def test_what_does_not_show_after_writing_is_an_error() -> None:
    with pytest.raises(NotAsRead):
        ensure_setting(Held(FACTOR, deaf=True).port, FACTOR.name, "2", Scope(), False)


def test_a_value_of_another_type_and_an_unknown_name_are_refused_unwritten() -> None:
    cloud = Held(FACTOR, LIMIT)
    with pytest.raises(InvalidValue, match=r"some\.limit='many'"):
        ensure_setting(cloud.port, LIMIT.name, "many", Scope(), False)
    with pytest.raises(NotFound, match=r"did you mean cpu\.overprovisioning\.factor"):
        ensure_setting(cloud.port, "cpu.overprovisoning.factor", "2", Scope(), False)
    assert cloud.writes == []


@pytest.mark.parametrize("category", ["Hidden", "Secure"])
def test_a_secret_setting_is_never_shown(category: str) -> None:
    held = Setting("ldap.bind.password", "0ld-s3cret", "", "String", category)
    outcome = ensure_setting(Held(held).port, held.name, "n3w-s3cret", Scope(), False)
    assert outcome.changed
    assert set(outcome.secrets) == {"0ld-s3cret", "n3w-s3cret"}
    assert "s3cret" not in f"{outcome.before} {outcome.after} {outcome.result}"


@pytest.mark.parametrize("name", ["quota.usage.smtp.password", "cloudian.admin.password"])
def test_a_password_that_is_advanced_is_never_shown(name: str) -> None:
    held = Setting(name, "0ld-s3cret", "", "String", "Advanced")
    outcome = ensure_setting(Held(held).port, name, "n3w-s3cret", Scope(), False)
    assert set(outcome.secrets) == {"0ld-s3cret", "n3w-s3cret"}
    assert "s3cret" not in f"{outcome.before} {outcome.after} {outcome.result}"


def test_of_a_url_only_its_secret_is_masked() -> None:
    held = Setting("secstorage.proxy", "http://u:0ld-s3cret@old:3128", "", "String", "Advanced")
    outcome = ensure_setting(Held(held).port, held.name, "http://u:n3w-s3cret@new:3128", Scope(), False)
    assert outcome.after == {"value": "http://u:****@new:3128"}
    assert set(outcome.secrets) == {"0ld-s3cret", "n3w-s3cret"}


@pytest.mark.parametrize(("name", "kind"), [("vm.password.length", "Number"), ("system.vm.random.password", "Boolean")])
def test_a_number_or_a_switch_is_no_secret_whatever_its_name(name: str, kind: str) -> None:
    value = "12" if kind == "Number" else "true"
    outcome = ensure_setting(Held(Setting(name, "6", "", kind, "Advanced")).port, name, value, Scope(), False)
    assert (outcome.secrets, outcome.after) == ((), {"value": value})


class Encrypted(Held):
    """Answers a secret encrypted, otherwise at each asking, as a server whose database is encrypted does."""

    asked = 0

    def find(self, name: str, scope: str = "global", scope_id: str = "") -> Setting | None:
        self.asked += 1
        found = super().find(name, scope, scope_id)
        return found and replace(found, value=f"c1pher-{self.asked}")


def test_a_secret_that_is_shown_encrypted_is_written_and_the_doubt_is_told() -> None:
    held = Setting("ldap.bind.password", "0ld-s3cret", "", "String", "Secure")
    cloud = Encrypted(held)
    outcome = ensure_setting(cloud.port, held.name, "n3w-s3cret", Scope(), False)
    assert outcome.changed
    assert cloud.writes == [("write", held.name, "n3w-s3cret", "global")]
    assert [held.name in warning and "encrypted" in warning for warning in outcome.warnings] == [True]
    assert "s3cret" not in f"{outcome.before} {outcome.after} {outcome.result} {outcome.warnings}"
    assert "c1pher" not in f"{outcome.before} {outcome.after} {outcome.result} {outcome.warnings}"


def test_an_open_setting_that_is_answered_otherwise_is_still_an_error() -> None:
    with pytest.raises(NotAsRead):
        ensure_setting(Encrypted(Setting("a.text", "x", "", "String", "Advanced")).port, "a.text", "y", Scope(), False)
