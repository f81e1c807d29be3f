# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute offerings, their planners, and what offerings of both kinds are limited to, against the API."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    MissingValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

MODULE, INFO = "cs_service_offering", "cs_service_offering_info"
SIZE: dict[str, Any] = {"cpu_number": 2, "cpu_speed": 1000, "memory": 2048}
EVERYTHING: dict[str, Any] = {
    "name": "full", "display_text": "All", **SIZE, "storage_type": "local", "provisioning_type": "sparse",
    "offer_ha": True, "limit_cpu_usage": True, "is_volatile": True, "network_rate": 100, "host_tags": ["large"],
    "storage_tags": ["ssd"], "bytes_read_rate": 10_000_000, "bytes_write_rate": 5_000_000, "disk_iops_read_rate": 900,
    "disk_iops_write_rate": 800, "is_iops_customized": False, "disk_iops_min": 100, "disk_iops_max": 500,
    "hypervisor_snapshot_reserve": 200, "deployment_planner": "UserDispersingPlanner",
    "service_offering_details": {"purpose": "database"},
}  # fmt: skip


def codes(cloud: Gateway, module: str = MODULE, **arguments: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        perform(cloud, module, True, **arguments)
    return [each.code for each in caught.value.reasons]


def test_every_option_arrives(sandbox: Sandbox, cloud: Gateway) -> None:
    done = twice(cloud, MODULE, **EVERYTHING)
    shown = {name: list(value) if isinstance(value, tuple) else value for name, value in done.result.items()}
    assert {name: shown[name] for name in EVERYTHING} == EVERYTHING
    assert shown["implicit_dedication"] is None
    assert writes(sandbox) == ["createServiceOffering"]
    found: Any = perform(cloud, INFO, name="full").result["service_offerings"]
    assert [row["deployment_planner"] for row in found] == ["UserDispersingPlanner"]


def test_an_offering_has_a_card_or_a_part_of_one(sandbox: Sandbox, cloud: Gateway) -> None:
    """GPU passthrough and vGPU (4.11 documents, "GPU and vGPU support")."""
    card = {"pciDevice": "Group of NVIDIA Corporation GK107GL [GRID K1] GPUs", "vgpuType": "GRID K120Q"}
    done = twice(cloud, MODULE, name="cad", **SIZE, service_offering_details=card)
    assert done.result["service_offering_details"] == card
    (call,) = sandbox.calls.of("createServiceOffering")
    sent = {
        call.params[f"serviceofferingdetails[{n}].key"]: call.params[f"serviceofferingdetails[{n}].value"]
        for n in (0, 1)
    }
    assert sent == card


@pytest.mark.parametrize(
    "change",
    [
        {"memory": 4096}, {"offer_ha": False}, {"bytes_read_rate": 1}, {"deployment_planner": "FirstFitPlanner"},
        {"service_offering_details": {"purpose": "web"}}, {"is_volatile": False}, {"implicit_dedication": "strict"},
    ],
)  # fmt: skip
def test_what_the_server_cannot_change_is_refused_by_name(
    sandbox: Sandbox, cloud: Gateway, change: dict[str, Any]
) -> None:
    perform(cloud, MODULE, **EVERYTHING)
    sandbox.calls.clear()
    wanted = {**EVERYTHING, **change}
    if "implicit_dedication" in change:
        del wanted["deployment_planner"]
    assert set(codes(cloud, **wanted)) == {"fixed_field"}
    assert writes(sandbox) == []


@pytest.mark.since("4.16")
@pytest.mark.parametrize("change", [{"host_tags": []}, {"storage_tags": ["nvme", "a"]}])
def test_tags_are_changed(sandbox: Sandbox, cloud: Gateway, change: dict[str, Any]) -> None:
    perform(cloud, MODULE, **EVERYTHING)
    sandbox.calls.clear()
    twice(cloud, MODULE, name="full", **change)
    assert writes(sandbox) == ["updateServiceOffering"]


@pytest.mark.parametrize("mode", ["strict", "preferred"])
def test_the_implicit_planner_has_its_mode(sandbox: Sandbox, cloud: Gateway, mode: str) -> None:
    done = twice(cloud, MODULE, name="alone", **SIZE, implicit_dedication=mode)
    assert done.result["deployment_planner"] == "ImplicitDedicationPlanner"
    assert done.result["service_offering_details"] == {"ImplicitDedicationMode": mode.capitalize()}
    assert done.result["implicit_dedication"] == mode
    (call,) = sandbox.calls.of("createServiceOffering")
    assert call.params["serviceofferingdetails[0].key"] == "ImplicitDedicationMode"
    other = "preferred" if mode == "strict" else "strict"
    assert codes(cloud, name="alone", implicit_dedication=other) == ["fixed_field"]


def test_hosts_with_routers_are_told_where_dedication_is_strict(cloud: Gateway, site: Site) -> None:
    """The presence of system VMs and routers makes a host unsuitable (4.11.1 documentation)."""
    wanted = {"name": "alone", **SIZE, "implicit_dedication": "strict"}
    site.deploy(str(site.network("web")["id"]))
    routers = site.api.ok("listRouters", listall="true")["router"]
    (warning,) = perform(Gateway(cloud._client), MODULE, True, **wanted).warnings
    assert "of 2 hosts run system VMs or routers" in warning
    assert any(each["hostname"] in warning for each in routers)
    assert perform(cloud, MODULE, True, **{**wanted, "implicit_dedication": "preferred"}).warnings == ()


def test_what_cannot_be_is_refused(sandbox: Sandbox, cloud: Gateway) -> None:
    assert codes(cloud, name="x", **SIZE, deployment_planner="FirstFitPlaner") == ["unknown_planner"]
    assert codes(cloud, name="x", **SIZE, is_customized=True) == ["size_customized"]
    assert codes(cloud, name="x", **SIZE, is_iops_customized=True, disk_iops_min=3) == ["iops_customized"]
    with pytest.raises(MissingValue, match="cpu_speed, memory"):
        perform(cloud, MODULE, True, name="x", cpu_number=1)
    for wrong in ({"memory": 0}, {"network_rate": -1}, {"disk_iops_min": 9, "disk_iops_max": 8}):
        with pytest.raises(InvalidValue, match=next(iter(wrong))):
            perform(cloud, MODULE, True, **{"name": "x", **SIZE, **wrong})
    with pytest.raises(InvalidValue, match="deployment_planner"):
        perform(
            cloud, MODULE, True, name="x", **SIZE, implicit_dedication="strict", deployment_planner="FirstFitPlanner"
        )
    assert writes(sandbox) == []


@pytest.mark.since("4.13")
def test_users_choose_the_size_of_a_customized_one(cloud: Gateway) -> None:
    done = twice(cloud, MODULE, name="any", is_customized=True)
    assert (done.result["is_customized"], done.result["memory"]) == (True, None)


def test_it_is_removed(cloud: Gateway) -> None:
    perform(cloud, MODULE, name="small", **SIZE)
    twice(cloud, MODULE, name="small", state="absent")


KINDS = [
    (MODULE, {"name": "o", **SIZE}),
    ("cs_network_offering", {"name": "o", "guest_ip_type": "Isolated", "supported_services": ["Dhcp", "SourceNat"]}),
]


@pytest.mark.since("4.13")
@pytest.mark.parametrize(("module", "made"), KINDS, ids=["compute", "network"])
def test_an_offering_is_limited_and_opened_again(
    sandbox: Sandbox, cloud: Gateway, site: Site, module: str, made: dict[str, Any]
) -> None:
    domain = Api(sandbox).ok("createDomain", name="customers")["domain"]["id"]
    done = twice(cloud, module, **made, domains=["ROOT/customers"], zones=["z1"])
    assert (done.result["domain_ids"], done.result["zone_ids"]) == ([domain], [site.zone])
    assert not perform(cloud, module, name="o").changed
    opened = twice(cloud, module, name="o", domains=[], zones=[])
    assert (opened.result["domain_ids"], opened.result["zone_ids"]) == ([], [])
    last = sandbox.calls.of("updateServiceOffering" if module == MODULE else "updateNetworkOffering")[-1]
    assert (last.params["domainid"], last.params["zoneid"]) == ("public", "all")
    twice(cloud, module, name="o", zones=["z1"])
    with pytest.raises(NotFound):
        perform(cloud, module, True, name="o", zones=["z2"])


@pytest.mark.since("4.17")
def test_protocol_and_connections_of_a_network_offering(sandbox: Sandbox, cloud: Gateway) -> None:
    made = {"name": "dual", "guest_ip_type": "Isolated", "supported_services": ["Dhcp", "SourceNat", "Lb"]}
    done = twice(
        cloud, "cs_network_offering", **made, internet_protocol="DualStack", keepalive_enabled=True, max_connections=99
    )
    assert (done.result["internet_protocol"], done.result["max_connections"]) == ("DualStack", 99)
    rows = sandbox.run(lambda world: [row.keepalive for row in world.network_offerings if row.name == "dual"])
    assert rows == [True]
    assert codes(cloud, "cs_network_offering", name="dual", internet_protocol="IPv4") == ["fixed_field"]
    without = {**made, "name": "x", "supported_services": ["Dhcp"], "keepalive_enabled": True}
    assert codes(cloud, "cs_network_offering", **without) == ["needs_load_balancer"]


ALL_KINDS = [*KINDS, ("cs_disk_offering", {"name": "o", "disk_size": 1})]
# Compute and disk offerings of 4.11 can have a domain.
GONE = [
    pytest.param(
        field, *each, marks=[] if field == "domains" and each not in KINDS[1:] else [pytest.mark.since("4.13")]
    )
    for field in ("zones", "domains")
    for each in ALL_KINDS
]


@pytest.mark.parametrize(("field", "module", "made"), GONE)
def test_an_offering_of_a_place_that_is_gone_is_removed(
    sandbox: Sandbox, cloud: Gateway, site: Site, field: str, module: str, made: dict[str, Any]
) -> None:
    """One of other places, or of all, is another one."""
    api = Api(sandbox)
    dns = {"dns1": "10.0.0.1", "internaldns1": "10.0.0.1"}
    ids = {
        "zones": api.ok("createZone", name="z9", networktype="Advanced", **dns)["zone"]["id"],
        "domains": api.ok("createDomain", name="z9")["domain"]["id"],
    }
    here = {"zones": "z1", "domains": "ROOT"}[field]
    perform(cloud, module, **made, **{field: ["z9"]})
    for name, limits in (("everywhere", []), ("here", [here])):
        perform(cloud, module, **{**made, "name": name, field: limits})
    api.ok("deleteZone", id=ids["zones"])
    sandbox.run(lambda world: world.domains.remove(world.domains.by_uuid(ids["domains"])))
    cloud.forget()
    with pytest.raises(NotFound, match="z9"):
        perform(cloud, module, **made, **{field: ["z9"]})
    for name in ("everywhere", "here"):
        with pytest.raises(Refused, match="not z9"):
            perform(cloud, module, name=name, state="absent", **{field: ["z9"]})
    twice(cloud, module, name="o", state="absent", **{field: ["z9"]})
