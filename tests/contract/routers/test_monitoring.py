# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_router_monitoring and its info against the API."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.system_vms.zone import Zone, open_zone
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from sandbox.server import Sandbox
from sandbox.world import World

MODULE = "cs_router_monitoring"


@pytest.fixture
def zone(sandbox: Sandbox, connect: Connect) -> Zone:
    return open_zone(sandbox, connect)


@pytest.fixture
def router(zone: Zone) -> str:
    """The name of a router of a KVM host."""
    zone.site.deploy(str(zone.site.network()["id"]))

    def change(world: World) -> None:
        for vm in world.vms.select(kind="DomainRouter"):
            vm.hypervisor = "KVM"

    zone.change(change)
    zone.server.calls.clear()
    return str(zone.site.api.ok("listRouters", listall="true")["router"][0]["name"])


@pytest.mark.since("4.15", raises=AssertionError)
def test_settings_are_as_wanted_and_what_has_to_be_restarted_is_told(zone: Zone, router: str) -> None:
    done = twice(zone.cloud, MODULE, service_monitoring=False, basic_interval=5, max_cpu=90)
    assert done.after == {
        "network.router.EnableServiceMonitoring": "false",
        "router.health.checks.basic.interval": "5",
        "router.health.checks.max.cpu.usage.threshold": "90",
    }
    assert done.result["restart_servers"] == ["network.router.EnableServiceMonitoring"]
    assert done.result["restart_routers"] == [router]
    assert len(done.warnings) == 2


@pytest.mark.since("4.15", raises=AssertionError)
def test_a_threshold_needs_no_restart(zone: Zone, router: str) -> None:
    done = perform(zone.cloud, MODULE, max_memory=80)
    assert done.changed
    assert (done.result["restart_servers"], done.result["restart_routers"], done.warnings) == ([], [], ())


def test_a_zone_has_its_own_values(zone: Zone) -> None:
    name = zone.site.api.ok("listZones")["zone"][0]["name"]
    twice(zone.cloud, MODULE, zone=name, exclude=["dhcp_check.py", "dns_check.py"])
    held = zone.site.api.ok("listConfigurations", name="router.health.checks.to.exclude")["configuration"]
    assert held[0]["value"] == ""
    with pytest.raises(Refused) as refused:
        perform(zone.cloud, MODULE, zone=name, health_checks=False)
    assert [reason.code for reason in refused.value.reasons] == ["not_of_a_zone"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"basic_interval": -1},
        {"max_cpu": 101},
        {"max_memory": 0},
        {"exclude": ["dhcp_check"]},
        {"recreate_on": ["connectivity.test", "bogus"]},
    ],
)
def test_what_the_server_would_accept_and_not_understand_is_refused(zone: Zone, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        perform(zone.cloud, MODULE, **given)
    assert writes(zone.server) == []


def test_a_server_without_a_setting_says_so(zone: Zone) -> None:
    zone.change(lambda world: world.settings.pop("router.version.check") and None)
    with pytest.raises(Refused) as refused:
        perform(zone.cloud, MODULE, version_check=False)
    assert [reason.code for reason in refused.value.reasons] == ["setting_missing"]


def codes(zone: Zone) -> list[tuple[str, str]]:
    found = perform(zone.cloud, f"{MODULE}_info").result["findings"]
    return [(each["code"], each["host"]) for each in found]


def test_info_compares_with_what_routers_do(zone: Zone, router: str) -> None:
    zone.change(
        lambda world: [setattr(vm, "hypervisor", "Hyperv") for vm in world.vms.select(kind="DomainRouter")] and None
    )
    assert codes(zone) == [("hypervisor_unmonitored", router)]
    perform(zone.cloud, MODULE, basic_interval=0, advanced_interval=0, recreate_on=["connectivity.test"])
    assert {code for code, _host in codes(zone)} == {
        "checks_without_interval",
        "hypervisor_unmonitored",
        "recreation_on",
    }


def test_info_shows_the_settings_by_their_options(zone: Zone) -> None:
    told = perform(zone.cloud, f"{MODULE}_info").result
    assert (told["settings"]["basic_interval"], told["settings"]["service_monitoring"]) == ("3", "true")
