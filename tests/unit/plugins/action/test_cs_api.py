# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API tasks inside the controller process: one session for a loop, secrets masked, the environment put back."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.hostcraft.cloudstack.plugins.action import cs_api
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.connection import open_cloud, resolve
from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["sandbox"]

Run = Callable[..., dict[str, Any]]
ZONE = {"name": "z1", "network_type": "Advanced", "dns1": "192.0.2.53"}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of this machine, and no gateway of another test."""
    for name in [name for name in os.environ if name.startswith("CLOUDSTACK_")]:
        monkeypatch.delenv(name)
    cs_api._gateways.clear()
    yield
    cs_api._gateways.clear()


@pytest.fixture
def run() -> Run:
    """Run one task. environment: the keyword of that name; transport: of its connection.

    sent: is given the arguments as Ansible sends them back.
    """

    def task(
        action: str,
        args: dict[str, Any],
        environment: list[dict[str, str]] | None = None,
        transport: str = "local",
        check: bool = False,
        until: list[str] | None = None,
        sent: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        told = MagicMock(action=action, args=args, async_val=0, check_mode=check, diff=False, environment=environment)
        told.until, told.retries = until or [], 3 if until else None
        connection = MagicMock(transport=transport, has_native_async=False)
        loader = DataLoader()
        plugin = cs_api.ActionModule(
            told, connection, SimpleNamespace(become=False), loader, Templar(loader=loader), MagicMock()
        )
        plugin._execute_module = MagicMock(return_value={"ran": "as a module"})
        answer: dict[str, Any] = plugin.run(task_vars={})
        if sent is not None:
            sent.update(told.args)
        return answer

    return task


def keys(server: Sandbox) -> dict[str, str]:
    return {"api_url": server.url, "api_key": server.key, "api_secret": server.secret}


def variables(server: Sandbox) -> dict[str, str]:
    return {
        "CLOUDSTACK_ENDPOINT": server.url,
        "CLOUDSTACK_KEY": server.key,
        "CLOUDSTACK_SECRET": server.secret,
    }


def test_all_items_of_a_loop_share_session_and_listing(sandbox: Sandbox, run: Run) -> None:
    for n in range(3):
        assert run("hostcraft.cloudstack.cs_zone", {**keys(sandbox), **ZONE, "name": f"z{n}"})["changed"] is True
    asked = len(sandbox.calls)
    for n in range(3):
        assert run("hostcraft.cloudstack.cs_zone", {**keys(sandbox), **ZONE, "name": f"z{n}"})["changed"] is False
    assert len(sandbox.calls) - asked <= 1
    assert sandbox.connections == 1


def test_each_attempt_of_a_task_that_waits_reads_anew(sandbox: Sandbox, run: Run) -> None:
    wait: dict[str, Any] = {"until": ["answer.zones != []"]}
    assert run("cs_zone_info", keys(sandbox), **wait)["zones"] == []
    # By another process: nothing tells the gateway of the first attempt.
    other = open_cloud(resolve(keys(sandbox)))
    other.zones.create(name="z1", network_type="Advanced", dns1="192.0.2.53", internal_dns1="192.0.2.53")
    assert [zone["name"] for zone in run("cs_zone_info", keys(sandbox), **wait)["zones"]] == ["z1"]


def test_other_keys_have_a_session_of_their_own(sandbox: Sandbox, run: Run) -> None:
    run("cs_zone_info", keys(sandbox))
    refused = run("cs_zone_info", {**keys(sandbox), "api_secret": "not-it"})
    assert refused["failed"] is True
    assert refused["code"] == "authentication"
    assert sandbox.connections == 2


def test_check_mode_predicts_and_writes_nothing(sandbox: Sandbox, run: Run) -> None:
    assert run("cs_zone", {**keys(sandbox), **ZONE}, check=True)["changed"] is True
    assert "createZone" not in sandbox.calls.counts
    assert sandbox.run(lambda world: len(world.zones)) == 0


def test_secrets_are_masked_in_result_and_invocation(sandbox: Sandbox, run: Run) -> None:
    answers = [
        run("cs_zone", {**keys(sandbox), **ZONE, "network_domain": f"{sandbox.secret}.example"}),
        run("cs_zone", {**keys(sandbox), **ZONE, "name": sandbox.secret, "network_type": "Basic"}),
        run("cs_zone", {**keys(sandbox), "name": "z2", "network_type": sandbox.secret}),
        run("cs_zone", {**keys(sandbox), "name": "z3"}),
    ]
    assert [answer.get("failed", False) for answer in answers] == [False, False, True, True]
    for answer in answers:
        assert sandbox.secret not in str(answer)
        assert sandbox.key not in str(answer)
        assert answer["invocation"]["module_args"]["api_url"] == sandbox.url


def test_the_environment_keyword_is_honoured_and_put_back(
    sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDSTACK_KEY", "the controller's own")
    before = dict(os.environ)
    assert run("cs_zone_info", {}, [variables(sandbox)])["changed"] is False
    assert dict(os.environ) == before
    assert run("cs_zone", {"name": "z"}, [variables(sandbox)])["code"] == "missing_value"
    assert dict(os.environ) == before
    assert sandbox.calls.counts["listZones"] == 1


def test_the_environment_is_put_back_after_an_accident(
    sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cs_api, "open_cloud", broken)
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError):
        run("cs_zone_info", {}, [variables(sandbox)])
    assert dict(os.environ) == before


def test_wrong_parameters_are_refused_before_anything_is_asked(sandbox: Sandbox, run: Run) -> None:
    answer = run("cs_zone", {**keys(sandbox), **ZONE, "nmae": "x", "state": "perhaps"})
    assert answer["failed"] is True
    assert "nmae" in answer["msg"]
    assert "perhaps" in answer["msg"]
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize("bmc", [5, "admin", ["admin"]])
def test_another_value_for_the_mapping_of_a_login_is_refused(
    sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, bmc: object
) -> None:
    monkeypatch.setenv("CLOUDSTACK_BMC_USERNAME", "root")
    answer = run("cs_oobm", {**keys(sandbox), "host": "kvm1", "address": sandbox.secret, "bmc": bmc})
    assert (answer["failed"], answer["code"]) == (True, "invalid_value")
    assert answer["msg"].startswith(f"bmc={type(bmc).__name__!r} is not valid: expected a mapping of address, ca_path,")
    assert sandbox.calls == []


def test_unknown_parameters_are_told_as_a_module_tells_them(sandbox: Sandbox, run: Run) -> None:
    answer = run("hostcraft.cloudstack.cs_zone", {**keys(sandbox), **ZONE, "name": "z", "zone": "z"})
    start = "Unsupported parameters for (hostcraft.cloudstack.cs_zone) module: zone. Supported parameters include: "
    assert answer["msg"].startswith(start)


def test_nowhere_to_connect_to_is_a_failure_with_a_code(run: Run) -> None:
    answer = run("cs_zone_info", {"api_url": "http://127.0.0.1:9/client/api"})
    assert (answer["failed"], answer["code"]) == (True, "missing_value")
    assert answer["details"]["missing"] == ["api_key", "api_secret"]


def test_any_other_connection_runs_the_module_itself(sandbox: Sandbox, run: Run) -> None:
    answer = run("cs_zone", {**keys(sandbox), **ZONE}, transport="ssh")
    assert answer["ran"] == "as a module"
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize(
    ("action", "args", "secret"),
    [
        ("cs_storage_pool", {"storage_url": "rbd://admin:s3/cr3t=@mon/pool", "scope": "nowhere"}, "s3/cr3t="),
        (
            "cs_image_store",
            {"url": "cifs://nas/share?user=u&password=s3%2Fcr3t", "name": "a", "state": "odd"},
            "s3%2Fcr3t",
        ),
        ("cs_configuration", {"name": "quota.usage.smtp.password", "value": "s3cr3t", "state": "odd"}, "s3cr3t"),
        ("cs_host", {"name": "kvm1", "password": ["s3cr3t"], "allocation_state": "odd", "unknown": 1}, "s3cr3t"),
        ("cs_image_store", {"name": "a", "details": {"s3key": "s3cr3t"}, "read_only": "maybe"}, "s3cr3t"),
        ("cs_zone", {"name": "z", "api_url": "https://admin:s3cr3t@cloud/client/api", "state": "odd"}, "s3cr3t"),
    ],
)
def test_a_refusal_of_one_parameter_shows_no_secret_of_another(
    run: Run, action: str, args: dict[str, Any], secret: str
) -> None:
    answer = run(f"hostcraft.cloudstack.{action}", args)
    assert answer["failed"]
    assert answer["invocation"]["module_args"]
    assert secret not in str(answer)


@pytest.mark.parametrize("declared", [{"vms_password": "P@ss/w*rd~"}, {"password": "P@ss/w*rd~"}])
def test_an_error_shows_no_spelling_of_a_declared_secret(
    run: Run, declared: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError
    from ansible_collections.hostcraft.cloudstack.plugins.modules import cs_cluster

    echoed = "P%40ss%2fw%2Ard%7E P&#64;ss/w*rd~ P@ss\\/w*rd~"

    def fails(cloud: Any, params: Any, check: bool) -> Any:
        raise ApiError(f"no login with {echoed}", command="addCluster")

    monkeypatch.setattr(cs_cluster, "TASK", dataclasses.replace(cs_cluster.TASK, operation=fails))
    server = {"api_url": "http://cloud/client/api", "api_key": "key-1", "api_secret": "secret-1"}
    answer = run("hostcraft.cloudstack.cs_cluster", {"name": "c", **server, **declared})
    assert answer["msg"] == "addCluster: no login with **** **** ****"


def loaded_by(before: str) -> set[str]:
    """The names of all modules in a new process that has imported the action plugin of cs_zone, and nothing else."""
    script = (
        f"import json, sys; {before}; import ansible_collections.hostcraft.cloudstack.plugins.action.cs_zone;"
        "print(json.dumps([name for name, module in sys.modules.items() if module]))"
    )
    path = os.pathsep.join(filter(None, sys.path))
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ended.stdout))


def test_what_a_task_needs_is_imported_before_its_process_is_forked() -> None:
    assert {"requests", "ansible_collections.hostcraft.cloudstack.plugins.modules.cs_zone"} <= loaded_by("pass")


def test_a_missing_http_library_does_not_keep_the_plugin_from_loading() -> None:
    assert "requests" not in loaded_by("sys.modules['requests'] = None")


def test_a_task_in_the_process_ends_with_its_playbook(
    sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that runs elsewhere is no process of ours."""
    asked = MagicMock()
    monkeypatch.setattr(cs_api, "end_with_playbook", asked)
    assert run("cs_zone_info", keys(sandbox), transport="ssh")["ran"] == "as a module"
    assert asked.call_count == 0
    assert run("cs_zone_info", keys(sandbox))["zones"] == []
    assert asked.call_count == 1


@pytest.mark.parametrize(("until", "kept"), [(None, False), (["site is changed"], True)])
def test_a_whole_zone_is_not_sent_back_unless_the_task_is_repeated_with_it(
    sandbox: Sandbox, run: Run, until: list[str] | None, kept: bool
) -> None:
    hosts = [{"name": "kvm1", "url": "http://kvm1", "cluster": "c1", "password": "S3cret-x"}]
    args = {**keys(sandbox), "declaration": {"name": "z1"}, "hosts": hosts, "parts": ["networks"], "state": "planned"}
    sent: dict[str, Any] = {}
    answer = run("hostcraft.cloudstack.cs_site", args, until=until, sent=sent)
    assert "failed" not in answer, answer
    assert sent["parts"] == ["networks"]
    assert [name in sent for name in ("declaration", "hosts")] == [kept, kept]
