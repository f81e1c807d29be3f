# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System offerings, and network offerings whose routers have one, against the API."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.system_vms.zone import Zone, open_zone
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    MissingValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox

MODULE, INFO = "cs_system_offering", "cs_system_offering_info"
LARGE: dict[str, Any] = {
    "name": "router-1g", "kind": "domainrouter", "cpu_number": 2, "cpu_speed": 1000, "memory": 1024,
}  # fmt: skip
EVERYTHING: dict[str, Any] = {
    **LARGE, "display_text": "Large", "storage_type": "local", "offer_ha": True, "limit_cpu_use": True,
    "network_rate": 500, "host_tags": ["fast", "b"], "storage_tags": ["ssd", "a"],
}  # fmt: skip
ISOLATED: dict[str, Any] = {
    "name": "large-routers", "guest_ip_type": "Isolated", "supported_services": ["Dhcp", "Dns", "SourceNat"],
    "state": "enabled",
}  # fmt: skip


@pytest.fixture
def zone(sandbox: Sandbox, connect: Connect) -> Zone:
    return open_zone(sandbox, connect)


@pytest.mark.parametrize("kind", ["domainrouter", "consoleproxy", "secondarystoragevm"])
def test_one_of_each_kind_is_created(zone: Zone, kind: str) -> None:
    done = twice(zone.cloud, MODULE, **{**LARGE, "kind": kind})
    assert {name: done.result[name] for name in ("kind", "memory", "display_text", "is_default")} == {
        "kind": kind, "memory": 1024, "display_text": "router-1g", "is_default": False,
    }  # fmt: skip
    (call,) = zone.server.calls.of("createServiceOffering")
    assert (call.params["issystem"], call.params["systemvmtype"]) == ("true", kind)


def test_every_option_arrives(zone: Zone) -> None:
    done = twice(zone.cloud, MODULE, **EVERYTHING)
    shown = {name: done.result[name] for name in EVERYTHING}
    assert {**shown, "host_tags": None, "storage_tags": None} == {
        **EVERYTHING, "host_tags": None, "storage_tags": None,
    }  # fmt: skip
    assert set(EVERYTHING["host_tags"]) == set(done.result["host_tags"])  # type: ignore[call-overload]
    assert set(EVERYTHING["storage_tags"]) == set(done.result["storage_tags"])  # type: ignore[call-overload]
    assert writes(zone.server) == ["createServiceOffering"]


@pytest.mark.parametrize(
    "changes",
    [
        {"display_text": "Other"},
        *(
            pytest.param(tags, marks=pytest.mark.since("4.16"))
            for tags in ({"host_tags": ["c"]}, {"storage_tags": ["hdd"]}, {"storage_tags": []})
        ),
    ],
)
def test_text_and_tags_are_changed(zone: Zone, changes: dict[str, Any]) -> None:
    perform(zone.cloud, MODULE, **EVERYTHING)
    zone.server.calls.clear()
    done = twice(zone.cloud, MODULE, **{**EVERYTHING, **changes})
    assert {name: list(value) if isinstance(value, tuple) else value for name, value in done.after.items()} == changes
    assert writes(zone.server) == ["updateServiceOffering"]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "consoleproxy"}, {"memory": 2048}, {"cpu_number": 1}, {"cpu_speed": 500}, {"storage_type": "shared"},
        {"offer_ha": False}, {"limit_cpu_use": False}, {"network_rate": 100},
    ],
)  # fmt: skip
def test_what_the_server_cannot_change_is_refused_by_name(zone: Zone, changes: dict[str, Any]) -> None:
    perform(zone.cloud, MODULE, **EVERYTHING)
    zone.server.calls.clear()
    with pytest.raises(Refused, match=next(iter(changes))):
        perform(zone.cloud, MODULE, **{**EVERYTHING, **changes})
    assert writes(zone.server) == []


@pytest.mark.parametrize("changes", [{"memory": 511}, {"cpu_number": 0}, {"cpu_speed": -1}, {"network_rate": -1}])
def test_sizes_that_no_system_vm_starts_with_are_refused(zone: Zone, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        perform(zone.cloud, MODULE, **{**LARGE, **changes})
    assert writes(zone.server) == []


def test_what_a_new_one_needs_is_named(zone: Zone) -> None:
    with pytest.raises(MissingValue, match="memory"):
        perform(zone.cloud, MODULE, name="x", kind="consoleproxy", cpu_number=1, cpu_speed=500)


def test_it_is_removed_and_the_server_s_own_stay(zone: Zone) -> None:
    perform(zone.cloud, MODULE, **LARGE)
    twice(zone.cloud, MODULE, name="router-1g", state="absent")
    offerings: Any = perform(zone.cloud, INFO, kind="consoleproxy").result["system_offerings"]
    own = next(each for each in offerings if each["is_default"])
    with pytest.raises(Refused) as refused:
        perform(zone.cloud, MODULE, name=own["id"], state="absent")
    assert [reason.code for reason in refused.value.reasons] == ["default_offering"]


def test_info_tells_those_of_a_kind_or_name(zone: Zone) -> None:
    perform(zone.cloud, MODULE, **LARGE)
    every: Any = perform(zone.cloud, INFO).result["system_offerings"]
    assert {each["kind"] for each in every} == {"domainrouter", "consoleproxy", "secondarystoragevm"}
    mine: Any = perform(zone.cloud, INFO, kind="domainrouter").result["system_offerings"]
    assert {each["kind"] for each in mine} == {"domainrouter"}
    named: Any = perform(zone.cloud, INFO, name="router-1g").result["system_offerings"]
    assert [each["memory"] for each in named] == [1024]


def test_routers_of_a_network_have_the_offering_of_its_network_offering(zone: Zone) -> None:
    large: Any = perform(zone.cloud, MODULE, **LARGE).result
    done = twice(zone.cloud, "cs_network_offering", **ISOLATED, service_offering="router-1g")
    assert done.result["service_offering_id"] == large["id"]
    told: Any = perform(zone.cloud, "cs_network_offering_info", name="large-routers").result["network_offerings"]
    assert [each["service_offering_id"] for each in told] == [large["id"]]
    network = zone.site.network("n1", "large-routers")
    zone.site.deploy(str(network["id"]))
    (router,) = zone.site.api.ok("listRouters", networkid=str(network["id"]))["router"]
    assert router["serviceofferingid"] == large["id"]


def test_the_offering_of_routers_stays_and_is_not_removed(zone: Zone) -> None:
    perform(zone.cloud, MODULE, **LARGE)
    perform(zone.cloud, MODULE, **{**LARGE, "name": "router-2g", "memory": 2048})
    perform(zone.cloud, "cs_network_offering", **ISOLATED, service_offering="router-1g")
    with pytest.raises(Refused, match="service_offering"):
        perform(zone.cloud, "cs_network_offering", **ISOLATED, service_offering="router-2g")
    with pytest.raises(Refused) as refused:
        perform(zone.cloud, MODULE, name="router-1g", state="absent")
    assert [reason.code for reason in refused.value.reasons] == ["offering_in_use"]


def test_an_offering_of_another_kind_or_none_is_refused(zone: Zone) -> None:
    perform(zone.cloud, MODULE, **{**LARGE, "kind": "consoleproxy", "name": "proxy-1g"})
    with pytest.raises(InvalidValue, match="domainrouter"):
        perform(zone.cloud, "cs_network_offering", **ISOLATED, service_offering="proxy-1g")
    with pytest.raises(NotFound):
        perform(zone.cloud, "cs_network_offering", **ISOLATED, service_offering="nothing")
