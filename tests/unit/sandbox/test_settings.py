"""Settings: listing, scopes, types, reset."""

from __future__ import annotations

import pytest

from sandbox.server import Sandbox
from sandbox.world.settings import setting
from unit.sandbox.client import Api
from unit.sandbox.site import Site

CPU, MEMORY = "cpu.overprovisioning.factor", "mem.overprovisioning.factor"


@pytest.fixture(name="site")
def _site(sandbox: Sandbox) -> Site:
    return Site(Api(sandbox))


def test_a_name_is_found_inside_longer_names(site: Site) -> None:
    rows = site.api.ok("listConfigurations", name=CPU)["configuration"]
    assert [row["name"] for row in rows] == [CPU, f"vm.min.cpu.speed.equals.cpu.speed.divided.by.{CPU}"]
    assert "scope" not in rows[0]
    assert site.api.ok("listConfigurations", name="no.such.setting") == {}


def test_a_scope_lists_only_its_settings(site: Site) -> None:
    rows = site.api.ok("listConfigurations", clusterid=site.cluster, page=1, pagesize=500)
    assert rows["count"] == 50
    assert {row["scope"] for row in rows["configuration"]} == {"cluster"}
    zone = {row["name"] for row in site.api.ok("listConfigurations", zoneid=site.zone)["configuration"]}
    assert "router.template.kvm" in zone
    assert CPU not in zone


@pytest.mark.parametrize(
    ("value", "status"),
    [("2.0", 200), ("0.5", 200), ("1000", 200), ("4", 200), ("0", 431), ("-1", 431), ("abc", 431), ("", 431)],
)
def test_factors(site: Site, value: str, status: int) -> None:
    sent = {"name": CPU, "value": value, "clusterid": site.cluster}
    assert site.api.ask("updateConfiguration", **sent)[0] == status
    found = site.api.ok("listConfigurations", name=CPU, clusterid=site.cluster)["configuration"][0]["value"]
    assert found == (str(float(value)) if status == 200 else "1.0")


def test_a_cluster_returns_to_the_global_value(site: Site) -> None:
    api, here = site.api, {"name": MEMORY, "clusterid": site.cluster}
    assert api.ok("updateConfiguration", **here, value="2")["configuration"]["value"] == "2"
    cluster = api.ok("listClusters", id=site.cluster)["cluster"][0]
    assert cluster["memoryovercommitratio"] == "2"
    assert api.ok("updateConfiguration", name=MEMORY, value="1.5")["configuration"]["value"] == "1.5"
    reset = api.ok("resetConfiguration", **here)["configuration"]
    assert (reset["value"], reset["scope"]) == ("1.5", "Cluster")
    assert api.ok("resetConfiguration", name=MEMORY)["configuration"]["value"] == "1.0"


def test_a_global_factor_does_not_reach_clusters_that_are_there(site: Site) -> None:
    site.api.ok("updateConfiguration", name=CPU, value="3")
    listed = site.api.ok("listConfigurations", name=CPU, clusterid=site.cluster)["configuration"][0]
    assert listed["value"] == "1.0"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ca.plugin.root.auth.strictness", "maybe", "[class java.lang.Boolean]"),
        ("ping.interval", "soon", "[class java.lang.Integer]"),
        ("cluster.cpu.allocated.capacity.disablethreshold", "1.5", "between 0 and 1"),
        ("vm.allocation.algorithm", "best", "random,firstfit"),
        ("no.such.setting", "1", "doesn't exist"),
    ],
)
def test_values_are_checked_by_type(site: Site, name: str, value: str, words: str) -> None:
    status, body = site.api.ask("updateConfiguration", name=name, value=value)
    assert status == 431
    assert words in body["errortext"]


@pytest.mark.parametrize("kind", ["capacity", "allocated.capacity"])
def test_a_share_that_is_a_double_takes_any_number(site: Site, kind: str) -> None:
    site.api.ok("updateConfiguration", name=f"pool.storage.{kind}.disablethreshold", value="1.5")


@pytest.mark.parametrize(("version", "status"), [("4.15.2.0", 431), ("4.17.0.0", 200)])
def test_a_factor_below_one(version: str, status: int) -> None:
    with Sandbox(seed=1, version=version) as sandbox:
        assert Api(sandbox).ask("updateConfiguration", name=CPU, value="0.5")[0] == status


def test_a_setting_has_only_its_scopes(site: Site) -> None:
    status, body = site.api.ask("updateConfiguration", name=CPU, value="2", zoneid=site.zone)
    assert (status, "Invalid scope id" in body["errortext"]) == (431, True)
    both = {"zoneid": site.zone, "clusterid": site.cluster}
    assert site.api.ask("updateConfiguration", name=CPU, value="2", **both)[0] == 431


def test_a_pool_asks_its_zone_and_then_the_world(site: Site) -> None:
    name = "storage.overprovisioning.factor"

    def in_effect() -> str:
        return site.api.box.run(lambda w: setting(w, name, "StoragePool", next(iter(w.storage_pools)).id))

    assert in_effect() == "2"
    site.api.ok("updateConfiguration", name=name, value="3", zoneid=site.zone)
    assert in_effect() == "3"
    site.api.ok("updateConfiguration", name=name, value="4", storageid=site.pool)
    assert in_effect() == "4"
    assert site.api.ok("listStoragePools", id=site.pool)["storagepool"][0]["overprovisionfactor"] == "4.0"


def test_names_are_matched_without_regard_to_case(site: Site) -> None:
    body = site.api.ok("updateConfiguration", name="network.router.enableservicemonitoring", value="false")
    assert body["configuration"]["name"] == "network.router.EnableServiceMonitoring"


def test_a_keyword_finds_components_too(site: Site) -> None:
    found = site.api.ok("listConfigurations", keyword="outofbandmanagement", page=1, pagesize=50)
    assert found["count"] == 9
    assert "redfish.retries" in {row["name"] for row in found["configuration"]}


def test_of_a_scope_a_setting_is_found_by_its_exact_name_only(site: Site) -> None:
    sent = {"value": "true", "zoneid": site.zone}
    assert site.api.ask("updateConfiguration", name="network.router.enableservicemonitoring", **sent)[0] == 530
    assert site.api.ask("updateConfiguration", name="network.router.EnableServiceMonitoring", **sent)[0] == 200
