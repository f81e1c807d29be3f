# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first login: the password of a new installation changed, its keys made, lost answers among it."""

from __future__ import annotations

import configparser
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from contract.tasks import writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    InvalidValue,
    MissingValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers import admin
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.servers import admin as operation
from sandbox.server import Sandbox

NEW = "n3w & s3cret ü%+="


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "PAUSE", 0.0)
    for name in ("CLOUDSTACK_ENDPOINT", "CLOUDSTACK_KEY", "CLOUDSTACK_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fresh(sandbox: Sandbox) -> Sandbox:
    """A new installation: the default password, and no keys."""
    user = sandbox.world.users[2]
    user.api_key = user.secret_key = ""
    return sandbox


def task(server: Sandbox, check_mode: bool = False, **arguments: Any) -> Outcome:
    checked = ArgumentSpecValidator(admin.OPTIONS).validate({"api_url": server.url, **arguments})
    assert not checked.error_messages
    return admin.work(checked.validated_parameters, check_mode)


def section(path: Path, name: str = "cloudstack") -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return dict(parser.items(name))


def test_the_password_and_the_keys_are_new_once(fresh: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "cloudstack.ini"
    given: dict[str, Any] = {"new_password": NEW, "keys_file": str(file)}
    foretold = task(fresh, True, **given)
    assert (foretold.changed, writes(fresh), file.exists()) == (True, ["login"] * 2, False)
    done = task(fresh, **given)
    assert done.result == {"password_changed": True, "keys_made": True, "keys_written": True}
    assert (done.before, done.after) == (foretold.before, foretold.after)
    user = fresh.world.users[2]
    assert user.password == NEW
    assert section(file) == {"endpoint": fresh.url, "key": user.api_key, "secret": user.secret_key}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = repr(done)
    assert not any(secret in shown for secret in (NEW, user.api_key, user.secret_key))
    fresh.calls.clear()
    assert not task(fresh, **given).changed
    assert writes(fresh) == ["login"]
    assert all(call.method == "POST" for call in fresh.calls)


def test_keys_that_there_are_stay_and_come_into_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "c.ini"
    file.write_text("# mine\n[other]\nkey = a\n\n[cloudstack]\n; note\ntimeout = 9\nKEY: old\n\n[last]\nkey=b\n")
    done = task(sandbox, keys_file=str(file))
    assert done.result == {"password_changed": False, "keys_made": False, "keys_written": True}
    assert section(file)["key"] == sandbox.key
    assert section(file)["timeout"] == "9"
    assert section(file, "other") == {"key": "a"}
    assert section(file, "last") == {"key": "b"}
    assert {"# mine", "; note"} <= set(file.read_text().splitlines())
    assert not task(sandbox, keys_file=str(file)).changed
    rotated = task(sandbox, keys_file=str(file), rotate_keys=True)
    assert rotated.result["keys_made"]
    assert section(file)["key"] != sandbox.key


@pytest.mark.parametrize("kind", ["drop", "drop_after", "restart"])
@pytest.mark.parametrize("command", ["updateUser", "registerUserKeys"])
def test_a_lost_answer_is_looked_after(fresh: Sandbox, tmp_path: Path, command: str, kind: str) -> None:
    file = tmp_path / "c.ini"
    fresh.faults.add(command, kind)
    task(fresh, new_password=NEW, keys_file=str(file))
    user = fresh.world.users[2]
    assert user.password == NEW
    assert section(file)["key"] == user.api_key
    made = len(fresh.calls.of("registerUserKeys"))
    assert made == (2 if command == "registerUserKeys" and kind != "drop_after" else 1)


def test_a_wrong_password_is_tried_once_and_named(fresh: Sandbox) -> None:
    with pytest.raises(Refused) as refused:
        task(fresh, password="wr0ng-one", new_password=NEW)
    assert refused.value.reasons[0].code == "login_refused"
    assert [call.params["password"] for call in fresh.calls.of("login")] == [NEW, "wr0ng-one"]
    assert not any(secret in refused.value.message for secret in (NEW, "wr0ng-one"))


@pytest.mark.parametrize(
    "given",
    [
        {"new_password": "password"},
        {"new_password": "short"},
        {"new_password": " blank before"},
        {"new_password": "line\nbreak-in-it"},
        {"new_password": "Administrator", "username": "administrator"},
        {"new_password": "the-same-one", "password": "the-same-one"},
        {"rotate_keys": True, "new_password": NEW},
    ],
)
def test_what_cannot_be_right_is_refused_before_a_login(fresh: Sandbox, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as refused:
        task(fresh, **given)
    assert not fresh.calls
    secret = given.get("new_password", "")
    assert not secret or secret == "password" or secret not in refused.value.message


def test_an_unreadable_file_is_told_without_its_content(fresh: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "c.ini"
    file.write_text("secret-key-in-no-section\n")
    with pytest.raises(InvalidValue) as refused:
        task(fresh, keys_file=str(file))
    assert "secret-key" not in refused.value.message
    assert not fresh.calls


def test_a_busy_server_is_no_wrong_password(fresh: Sandbox) -> None:
    fresh.faults.add("login", "http", status=530, text=f"database away for {NEW}")
    with pytest.raises(ApiError) as failed:
        task(fresh, new_password=NEW)
    assert NEW not in failed.value.message


def test_the_url_is_needed(fresh: Sandbox) -> None:
    with pytest.raises(MissingValue):
        admin.work({**dict.fromkeys(admin.OPTIONS), "username": "admin", "password": "password"}, True)
