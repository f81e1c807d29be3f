# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_acceptance against the API: a VM of its own, and everything as before, whatever fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from contract.conftest import Connect
from contract.system_vms.zone import PROXY, Zone, open_zone
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.acceptance.trial import (
    MARK,
    AcceptanceFailed,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    NotFound,
    Refused,
    TransportError,
)
from sandbox.server import Sandbox
from sandbox.world import World

MADE = ["createNetwork", "deployVirtualMachine", "destroyVirtualMachine", "deleteNetwork"]
HERE = ["127.0.0.1"]


@pytest.fixture
def zone(sandbox: Sandbox, connect: Connect) -> Zone:
    return open_zone(sandbox, connect)


def accept(its: Zone, check_mode: bool = False, **more: Any) -> Outcome:
    arguments = {"console_hosts": HERE, "timeout": 60, **more}
    return perform(its.cloud, "cs_acceptance", check_mode, **arguments)


def left(zone: Zone) -> tuple[list[str], list[str]]:
    """Names of the VMs and guest networks that there are."""

    def read(world: World) -> tuple[list[str], list[str]]:
        vms = [vm.name for vm in world.vms if vm.kind == "User"]
        return vms, [network.name for network in world.networks if not network.system]

    return zone.server.run(read)


def steps(details: Any) -> list[str]:
    return [step["name"] for step in details["steps"]]


def asked(zone: Zone) -> list[str]:
    return [name for name in writes(zone.server) if name != "createConsoleEndpoint"]


@pytest.mark.since("4.18", raises=AssertionError)
def test_a_vm_comes_and_goes(zone: Zone) -> None:
    done = accept(zone)
    told = ["system_vms", "template", "network", "deployed", "console", "removed", "system_vms_after"]
    assert steps(done.result) == told
    assert (done.changed, done.result["passed"], done.result["untested"]) == (False, True, [])
    assert asked(zone) == MADE
    assert left(zone) == ([], [])
    (sent,) = zone.server.calls.of("deployVirtualMachine")
    assert sent.params["displayname"] == MARK


def test_an_old_server_leaves_the_console_untested(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(zone.server.api.apis, "createConsoleEndpoint", raising=False)
    done = accept(zone)
    assert [each["name"] for each in done.result["untested"]] == ["console"]
    assert done.result["passed"]
    assert left(zone) == ([], [])


def test_the_plan_changes_nothing_and_says_what_the_vm_is_made_of(zone: Zone) -> None:
    planned, foretold = accept(zone, state="planned"), accept(zone, check_mode=True)
    assert (planned.result["feasible"], planned.result["reasons"]) == (True, [])
    assert planned.result["service_offering"] == foretold.result["service_offering"] == "Small Instance"
    assert planned.result["network_offering"] == "DefaultIsolatedNetworkOfferingWithSourceNatService"
    assert writes(zone.server) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"template": "gone"}, "no_template"),
        ({"service_offering": "gone"}, "no_offering"),
        ({"network": "gone"}, "no_network"),
        ({"network_offering": "gone"}, "no_network_offering"),
        ({"hypervisor": "KVM"}, "no_host"),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_made(zone: Zone, arguments: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        accept(zone, **arguments)
    assert code in [reason.code for reason in refused.value.reasons]
    assert code in [reason["code"] for reason in accept(zone, state="planned", **arguments).result["reasons"]]
    assert writes(zone.server) == []
    with pytest.raises(NotFound):
        accept(zone, zone="gone")


def test_a_zone_that_is_disabled_or_without_hosts_is_refused_with_every_reason(zone: Zone) -> None:
    zone.site.api.ok("updateZone", id=zone.site.zone, allocationstate="Disabled")
    for host in zone.site.hosts:
        zone.site.api.ok("updateHost", id=host, allocationstate="Disable")
    with pytest.raises(Refused) as refused:
        accept(zone)
    assert [reason.code for reason in refused.value.reasons] == ["zone_disabled", "no_host"]


def test_an_existing_network_stays(zone: Zone) -> None:
    zone.site.network("shop")
    accept(zone, network="SHOP", console="none")
    assert asked(zone)[-2:] == ["deployVirtualMachine", "destroyVirtualMachine"]
    assert left(zone) == ([], ["shop"])


def test_in_a_basic_zone_no_network_is_named(zone: Zone) -> None:
    """The server refuses one there."""
    zone.site.network("guest")
    zone.change(lambda world: setattr(next(iter(world.zones)), "network_type", "Basic"))
    done = accept(zone, console="none")
    (sent,) = zone.server.calls.of("deployVirtualMachine")
    assert "networkids" not in sent.params
    assert done.result["network_offering"] is None
    with pytest.raises(Refused, match="no network can be chosen"):
        accept(zone, network="guest")


def test_with_security_groups_the_vm_is_in_a_shared_network(zone: Zone) -> None:
    made = zone.site.network("guest")
    zone.change(lambda world: setattr(next(iter(world.zones)), "security_groups", True))
    with pytest.raises(Refused, match="no shared network"):
        accept(zone)

    def shared(world: World) -> None:
        row = next(each for each in world.networks if each.uuid == made["id"])
        world.network_offerings[row.offering_id].guest_type = "Shared"

    zone.change(shared)
    assert accept(zone, console="none").result["network"] == "guest"
    assert left(zone) == ([], ["guest"])


# -- failures ---------------------------------------------------------------------------------------------------------


def no_capacity(zone: Zone) -> None:
    zone.server.faults.add("deployVirtualMachine", "job_failed", text="Insufficient capacity", times=9)


def no_network(zone: Zone) -> None:
    zone.server.faults.add("createNetwork", "http", status=431, text="no VLAN is left", times=9)


def stopped_proxy(zone: Zone) -> None:
    zone.stop(PROXY)


def silent_console(zone: Zone) -> None:
    zone.change(lambda world: setattr(world, "console_place", "http://127.0.0.1:9"))


def foreign_console(zone: Zone) -> None:
    zone.change(lambda world: setattr(world, "console_place", "http://192.0.2.7"))


def never_ready(zone: Zone) -> None:
    def loading(world: World) -> None:
        for template in world.templates:
            template.ready = template.kind != "BUILTIN"

    zone.change(loading)


def not_destroyed(zone: Zone) -> None:
    zone.server.faults.add("destroyVirtualMachine", "job_failed", text="out of order", times=1)


@pytest.mark.parametrize(
    ("harm", "step", "said"),
    [
        (stopped_proxy, "system_vms", "console proxy"),
        (no_network, "network", "no VLAN is left"),
        (no_capacity, "deployed", "Insufficient capacity"),
        pytest.param(silent_console, "console", "127.0.0.1:9", marks=pytest.mark.since("4.18", raises=BaseException)),
        pytest.param(
            foreign_console,
            "console",
            "192.0.2.7 is not a console proxy",
            marks=pytest.mark.since("4.18", raises=BaseException),
        ),
        (never_ready, "template", "to be ready"),
        (not_destroyed, "removed", "out of order"),
    ],
)
def test_a_failure_is_named_by_its_step_and_leaves_nothing(
    zone: Zone, harm: Callable[[Zone], None], step: str, said: str
) -> None:
    harm(zone)
    with pytest.raises(AcceptanceFailed, match=said) as failed:
        accept(zone)
    assert failed.value.details["step"] == step
    if step != "removed":
        assert failed.value.details["left"] == []
        assert left(zone) == ([], [])
    zone.server.faults.clear()
    zone.change(lambda world: setattr(world, "console_place", f"http://127.0.0.1:{zone.server.port}"))
    if step not in ("system_vms", "template"):
        done = accept(zone)
        assert done.changed is (step == "removed")
        assert left(zone) == ([], [])


class Killed(BaseException):
    """As a process ends by a signal: nothing is cleaned up."""


@pytest.mark.parametrize("at", [*MADE, "removal of the network"])
def test_a_killed_run_is_cleaned_up_by_the_next_one(zone: Zone, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    client = zone.cloud.trials._client
    run = client.run

    def deadly(command: str, params: Any = None) -> Any:
        answer = run(command, params)
        if command == at:
            raise Killed
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(client, "run", deadly)
        if at in MADE:
            with pytest.raises(Killed):
                accept(zone)
    vms, networks = left(zone)
    foretold = accept(zone, check_mode=True, state="absent")
    assert foretold.changed is bool(vms or networks)
    assert sorted(foretold.result["removed"]) == sorted([*vms, *networks])
    assert left(zone) == (vms, networks)
    done = accept(zone, state="absent") if at == MADE[0] else accept(zone)
    assert done.changed is foretold.changed
    assert left(zone) == ([], [])


def test_what_only_looks_like_a_test_is_left_alone(zone: Zone) -> None:
    """A name alone is no mark."""
    network = zone.site.network("acceptance-1")
    zone.site.deploy(str(network["id"]))
    before = left(zone)
    accept(zone, network="acceptance-1", console="none")
    assert left(zone) == before


@pytest.mark.parametrize("command", MADE)
def test_a_lost_answer_makes_nothing_twice(zone: Zone, command: str) -> None:
    zone.server.faults.add(command, "drop_after")
    assert accept(zone).result["passed"]
    assert left(zone) == ([], [])


def test_a_destroyed_vm_is_expunged(zone: Zone) -> None:
    """A server that may not expunge with the destruction leaves it Destroyed."""
    zone.server.faults.add("destroyVirtualMachine", "job_failed", text="no", times=9)
    with pytest.raises(HostcraftError):
        accept(zone)
    zone.server.faults.clear()
    zone.change(lambda world: next(world.vms.update(vm, state="Destroyed") for vm in world.vms if vm.kind == "User"))
    assert accept(zone, state="absent").changed
    assert left(zone) == ([], [])
    assert "expungeVirtualMachine" in asked(zone)


def test_a_server_that_is_away_is_an_error_and_no_verdict(zone: Zone) -> None:
    zone.server.faults.add("listZones", "http", status=503, times=99)
    with pytest.raises(TransportError):
        accept(zone)
