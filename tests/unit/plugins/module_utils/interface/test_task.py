# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task's result: flat values, a true diff, errors with code and details, nothing secret."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    InvalidValue,
    NotAsRead,
    Reason,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import (
    environment,
    presence,
    taken,
    without_empty,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.module import (
    Module,
    failure,
    secrets_of,
    success,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

PARAMS = {"api_url": "http://127.0.0.1:9/client/api", "api_key": "the-key", "api_secret": "the-s3cret", "name": "a"}
OPTIONS: dict[str, dict[str, Any]] = {"name": {"type": "str"}, "password": {"type": "str", "no_log": True}}


def arguments_of(arguments: dict[str, Any]) -> Any:
    """Ansible's own patch_module_args, which ansible-core 2.18 has not yet."""
    sent = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    return patch.multiple("ansible.module_utils.basic", create=True, _ANSIBLE_ARGS=sent, _ANSIBLE_PROFILE="legacy")


def run(
    operation: Any, capsys: pytest.CaptureFixture[str], check: bool = False, **params: Any
) -> tuple[int, dict[str, Any], str]:
    """The module's exit status, its result, and everything that it printed."""
    arguments = {**PARAMS, **params, "_ansible_check_mode": check}
    with arguments_of(arguments), pytest.raises(SystemExit) as ended:
        ApiTask(options=OPTIONS, operation=operation).main()
    printed, errors = capsys.readouterr()
    assert "deprecat" not in errors
    return int(str(ended.value.code)), json.loads(printed), printed + errors


def test_values_come_flat_beside_a_true_diff(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(True, {"size": 1}, {"size": 2}, {"id": "7", "size": 2})
    status, result, _printed = run(lambda cloud, params, check: outcome, capsys)
    assert status == 0
    assert (result["changed"], result["id"], result["size"]) == (True, "7", 2)
    assert result["diff"] == {"before": {"size": 1}, "after": {"size": 2}}


@pytest.mark.parametrize("key", ["skipped", "finished", "rc", "msg", "warnings", "results", "ansible_facts"])
def test_no_result_takes_a_key_of_ansibles_own(key: str) -> None:
    """ansible-core 2.21 converts or drops their values, 2.19 takes a list in "skipped" for a task that did not run."""
    with pytest.raises(ValueError, match=key):
        success(Outcome(False, result={key: ["h1"]}))


def test_warnings_reach_the_operator(capsys: pytest.CaptureFixture[str]) -> None:
    """By Ansible's own way: it deprecates warnings among the values of a module's result."""
    _status, _result, printed = run(lambda cloud, params, check: Outcome(False, warnings=("careful",)), capsys)
    assert "careful" in printed


def test_check_mode_and_parameters_reach_the_operation(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Any] = []

    def operation(cloud: Any, params: Any, check: bool) -> Outcome:
        seen.append((params["name"], params["password"], check))
        return Outcome(False)

    run(operation, capsys, check=True, password="pA55")
    assert seen == [("a", "pA55", True)]


def test_no_log_values_are_masked_wherever_they_turn_up(capsys: pytest.CaptureFixture[str]) -> None:
    def operation(cloud: Any, params: Any, check: bool) -> Outcome:
        return Outcome(True, {}, {"note": "x the-s3cret"}, {"echo": ["pA55word", {"deep": "pA55word"}]})

    _status, result, printed = run(operation, capsys, password="pA55word")
    assert "the-s3cret" not in printed
    assert "pA55word" not in printed
    assert "the-key" not in printed
    assert result["changed"] is True


def test_an_error_is_told_with_code_and_details_and_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    def operation(cloud: Any, params: Any, check: bool) -> Outcome:
        raise ApiError("no, pA55word", command="addHost", http_status=530, errorcode=530, job_id="j1")

    status, result, printed = run(operation, capsys, password="pA55word")
    assert status == 1
    assert (result["failed"], result["code"]) == (True, "api")
    assert result["details"] == {"command": "addHost", "http_status": 530, "errorcode": 530, "job_id": "j1"}
    assert result["msg"].startswith("addHost: no, ")
    assert "pA55word" not in printed


def test_a_connection_that_cannot_be_is_an_error_of_the_task(capsys: pytest.CaptureFixture[str]) -> None:
    def never(cloud: Any, params: Any, check: bool) -> Outcome:
        raise AssertionError("called")

    status, result, _printed = run(never, capsys, api_url="cloud.example")
    assert (status, result["code"], result["details"]["parameter"]) == (1, "invalid_value", "api_url")


def test_what_is_no_error_of_ours_is_not_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(cloud: Any, params: Any, check: bool) -> Outcome:
        raise ZeroDivisionError

    with arguments_of(PARAMS), pytest.raises(ZeroDivisionError):
        ApiTask(options=OPTIONS, operation=broken).main()


@pytest.mark.parametrize(
    "error",
    [
        Refused("host a", [Reason("fixed_field", "it is so", "do that", {"held": 1})]),
        InvalidValue("vlan", "0", "1 to 4094"),
        NotAsRead("host a", {"name": {"held": "x", "wanted": "y"}}),
    ],
)
def test_every_error_is_plain_data(error: Any) -> None:
    assert json.loads(json.dumps(failure(error))) == {
        "msg": error.message,
        "code": error.code,
        "details": error.details,
    }


def test_a_result_is_plain_data() -> None:
    result = success(Outcome(True, {"a": 1}, {"a": 2}, {"id": "1"}, ("careful",)))
    assert json.loads(json.dumps(result))["warnings"] == ["careful"]
    assert result["id"] == "1"


@pytest.mark.parametrize(
    ("state", "there", "fields"),
    [
        ("present", "present", {}),
        ("absent", "absent", {}),
        ("enabled", "present", {"allocation_state": "Enabled"}),
        ("disabled", "present", {"allocation_state": "Disabled"}),
    ],
)
def test_enabled_and_disabled_mean_present(state: str, there: str, fields: dict[str, str]) -> None:
    assert presence({"state": state}) == (there, fields)


def test_unset_parameters_stay_unset() -> None:
    assert taken({"a": 1, "b": None, "x": 2}, ("a", "b", "c")) == {"a": 1, "b": None, "c": None}


@pytest.mark.parametrize("name", ["api_key", "api_secret"])
def test_every_task_takes_its_keys_as_secrets(name: str) -> None:
    task = ApiTask(options=OPTIONS, operation=lambda cloud, params, check: Outcome(False))
    assert task.argument_spec[name]["no_log"] is True
    assert set(OPTIONS) <= set(task.argument_spec)


class DoubtfulCloud:
    """A connection that could not read something of its answers."""

    def doubts(self) -> tuple[str, ...]:
        return ("host kvm01: cpunumber is 'many'",)


@pytest.mark.parametrize("fails", [False, True])
def test_what_could_not_be_read_is_a_warning_whether_the_task_succeeds_or_not(fails: bool) -> None:
    def operation(cloud: Any, params: Any, check: bool) -> Outcome:
        if fails:
            raise InvalidValue("name", "x", "y")
        return Outcome(False, warnings=("careful",))

    task = ApiTask(options=OPTIONS, operation=operation)
    cloud: Any = DoubtfulCloud()
    answer = task.carried_out(lambda: cloud, {}, False, set())
    assert answer["warnings"] == [*([] if fails else ["careful"]), "host kvm01: cpunumber is 'many'"]
    assert answer.get("failed", False) is fails


def test_a_module_that_refuses_one_parameter_shows_no_secret_of_another(capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal happens before the module's own body runs."""
    options: dict[str, dict[str, Any]] = {
        "properties": {"type": "dict"},
        "files": {"type": "list", "elements": "dict"},
        "url": {"type": "str"},
        "workers": {"type": "int"},
    }
    arguments = {
        "properties": {"keystore.passphrase": "s3cr3t-1", "host.token": "s3cr3t-2", "workers": 5},
        "files": [{"path": "/etc/network/interfaces", "content": "iface w0 inet dhcp\n    wpa-psk s3cr3t-3\n"}],
        "url": "rbd://admin:s3cr3t-4@mon/pool",
        "workers": "many",
    }
    with arguments_of(arguments), pytest.raises(SystemExit):
        Module(argument_spec=options)
    printed, _errors = capsys.readouterr()
    assert "workers" in json.loads(printed)["msg"]
    # ansible-core 2.21 shows no invocation here.
    assert ("wpa-psk" in printed) == ("invocation" in json.loads(printed))
    assert "s3cr3t" not in printed


def test_what_says_that_it_is_no_secret_is_shown() -> None:
    spec: dict[str, dict[str, Any]] = {
        "update_password": {"choices": ["always", "on_create"]},
        "token_kind": {"no_log": False},
        "random_password": {"type": "bool"},
    }
    given = {"update_password": "always", "token_kind": "hex", "random_password": True, "name": "a"}
    assert secrets_of(given, spec) == set()


SURVEY: dict[str, dict[str, Any]] = {
    "zone": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "timeout": {"type": "float", "default": 5.0},
    "force": {"type": "bool", "default": False},
    "annotation": {"type": "str"},
    "name": {"type": "str", "required": True, "aliases": ["title"]},
    "hypervisor": {"type": "dict", "options": {"url": {"type": "str"}, "timeout": {"type": "float", "default": 3.0}}},
}


def test_an_empty_answer_of_a_survey_is_unset_where_no_text_is_a_value() -> None:
    given = {
        "zone": "",
        "state": "",
        "timeout": "",
        "force": " ",
        "annotation": "",
        "name": "a",
        "hypervisor": {"timeout": ""},
    }
    assert without_empty(given, SURVEY) == {"annotation": "", "name": "a", "hypervisor": {}}
    assert without_empty(dict.fromkeys(SURVEY), SURVEY) == {}
    assert without_empty({"title": "", "other": ""}, SURVEY) == {"title": "", "other": ""}


def test_a_module_takes_its_defaults_for_empty_answers() -> None:
    with arguments_of(
        {"zone": "", "state": "", "timeout": "", "force": "", "name": "a", "hypervisor": {"url": "", "timeout": ""}}
    ):
        module = Module(argument_spec=SURVEY)
    params = module.params
    assert (params["zone"], params["state"], params["timeout"], params["force"]) == (None, "present", 5.0, False)
    assert params["hypervisor"] == {"url": None, "timeout": 3.0}


LOGIN: dict[str, Any] = {
    "type": "dict",
    "options": {"user": {"type": "str", "fallback": (environment, ["LOGIN_USER"])}},
}


@pytest.mark.parametrize("value", [5, 1.5, True, "s3cret", "{", ["user=a"], [{"user": "a"}]])
def test_another_value_for_a_mapping_that_the_environment_may_fill_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    monkeypatch.setenv("LOGIN_USER", "root")
    with arguments_of({"login": value, "_ansible_diff": True}), pytest.raises(SystemExit) as ended:
        Module(argument_spec={"login": LOGIN, "join": LOGIN})
    assert ended.value.code == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["failed"], result["code"]) == (True, "invalid_value")
    assert result["msg"] == f"login={type(value).__name__!r} is not valid: expected a mapping of user"


@pytest.mark.parametrize("value", [{}, {"user": "a"}, "user=a", '{"user": "a"}'])
def test_a_mapping_may_be_a_text(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    monkeypatch.setenv("LOGIN_USER", "root")
    with arguments_of({"login": value, "join": None}):
        params = Module(argument_spec={"login": LOGIN, "join": LOGIN}).params
    assert params == {"login": {"user": "a" if value else "root"}, "join": None}
