# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a prediction, a difference and an unchanged thing tell: the places they stand in, and names as they are."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

POD = {"start_ip": "192.0.2.100", "netmask": "255.255.255.0", "gateway": "192.0.2.1"}
STORAGE_RANGE = {"start_ip": "198.51.100.10", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}
PUBLIC = {"start_ip": "203.0.113.10", "netmask": "255.255.255.0", "gateway": "203.0.113.1", "vlan": "77"}
# Each new thing with the places it stands in, by the names that the task has.
NEW: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("cs_pod", {"name": "p9", **POD}, {"zone": "z1"}),
    ("cs_cluster", {"name": "c9", "hypervisor": "KVM"}, {"zone": "z1", "pod": "p1"}),
    ("cs_host", {"name": "h9", "url": "http://sim/c1/h9", "username": "root", "password": "x"}, {"cluster": "c1"}),
    ("cs_physical_network", {"name": "phys9", "isolation_method": "VLAN"}, {"zone": "z1"}),
    ("cs_traffic_type", {"traffic_type": "Guest"}, {"zone": "z1", "physical_network": "phys2"}),
    ("cs_vlan_ip_range", PUBLIC, {"zone": "z1", "physical_network": "phys1"}),
    ("cs_storage_ip_range", STORAGE_RANGE, {"zone": "z1", "pod": "p1"}),
    ("cs_storage_pool", {"name": "ps9", "storage_url": "nfs://10.0.0.9/ps9"}, {"zone": "z1", "cluster": "c1"}),
    ("cs_image_store", {"name": "s9", "url": "nfs://10.0.0.9/s9", "provider": "NFS"}, {"zone": "z1"}),
]


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    """Disabled, because an enabled zone takes no new physical network; with storage traffic on a network of its own."""
    api = Api(sandbox)
    site = Site(api, system_vms=False)
    api.ok("updateZone", id=site.zone, allocationstate="Disabled")
    storage = api.done("createPhysicalNetwork", zoneid=site.zone, name="phys2")["physicalnetwork"]["id"]
    api.done("addTrafficType", physicalnetworkid=storage, traffictype="Storage")
    sandbox.calls.clear()
    return site


@pytest.mark.parametrize(
    ("module", "fields", "places"),
    [
        # A new host is given its name by an update.
        pytest.param(module, *rest, id=module, marks=[pytest.mark.since("4.15")] if module == "cs_host" else [])
        for module, *rest in NEW
    ],
)
def test_a_creation_is_predicted_and_shown_with_its_places(
    cloud: Gateway, module: str, fields: dict[str, Any], places: dict[str, str]
) -> None:
    foretold = perform(cloud, module, True, **fields, **places)
    done = perform(cloud, module, **fields, **places)
    assert (foretold.before, foretold.after) == (done.before, done.after)
    for name, value in places.items():
        assert foretold.after[name] == value
        # Playbooks read the id there, as the incumbent returns it.
        expected = done.result["physical_network_id"] if name == "physical_network" else value
        assert foretold.result[name] == expected


@pytest.mark.parametrize(("module", "fields", "places"), NEW, ids=[module for module, _fields, _places in NEW])
def test_a_creation_in_a_place_that_is_not_there_yet_tells_it(
    cloud: Gateway, module: str, fields: dict[str, Any], places: dict[str, str]
) -> None:
    missing = {"zone": "nowhere", **places, **({"zone": "nowhere"} if "zone" in places else {})}
    foretold = perform(cloud, module, True, **fields, **missing)
    assert foretold.warnings
    for name, value in missing.items():
        assert foretold.after[name] == value
        assert foretold.result[name] == value


@pytest.mark.parametrize("more", [{}, {"cluster": "c1"}, {"host_tags": []}, {"allocation_state": "enabled"}])
def test_an_unchanged_host_tells_its_places(cloud: Gateway, more: dict[str, Any]) -> None:
    name = cloud.hosts.all(detail="min")[0].name
    told = perform(cloud, "cs_host", name=name, **more)
    assert not told.changed
    assert {key: told.result[key] for key in ("zone", "pod", "cluster")} == {"zone": "z1", "pod": "p1", "cluster": "c1"}


def test_a_removed_host_is_shown_with_its_places(cloud: Gateway) -> None:
    name = cloud.hosts.all(detail="min")[0].name
    gone = perform(cloud, "cs_host", True, name=name, state="absent")
    assert (gone.before["pod"], gone.before["cluster"]) == ("p1", "c1")


@pytest.mark.parametrize(
    ("module", "fields"),
    [
        ("cs_zone", {"name": "Z1"}),
        ("cs_pod", {"name": "P1", "zone": "z1"}),
        ("cs_cluster", {"name": "C1", "zone": "Z1", "pod": "P1"}),
        ("cs_physical_network", {"name": "PHYS1", "zone": "z1"}),
        ("cs_storage_pool", {"name": "PS1", "zone": "z1"}),
        ("cs_image_store", {"name": "SEC1", "zone": "z1", "provider": "nfs"}),
        ("cs_network_offering", {"name": "defaultsharednetworkoffering", "state": "present"}),
    ],
)
def test_a_name_in_other_case_is_the_same_name(
    cloud: Gateway, sandbox: Sandbox, module: str, fields: dict[str, Any]
) -> None:
    told = perform(cloud, module, **fields)
    assert not told.changed
    assert str(told.result["name"]).casefold() == fields["name"].casefold()
    assert told.result["name"] != fields["name"]
    assert writes(sandbox) == []


def test_an_id_renames_in_case_alone(cloud: Gateway, site: Site) -> None:
    assert perform(cloud, "cs_pod", id=site.pod, zone="z1", name="P1").result["name"] == "P1"
    assert perform(cloud, "cs_cluster", id=site.cluster, zone="z1", name="C1").result["name"] == "C1"


@pytest.mark.parametrize("tags", ["", " ", ["", " "], []])
def test_empty_tags_are_no_tags(cloud: Gateway, tags: Any) -> None:
    name = cloud.hosts.all(detail="min")[0].name
    perform(cloud, "cs_host", name=name, host_tags="ssd, gpu")
    assert perform(cloud, "cs_host", name=name, host_tags=["gpu", "ssd"]).changed is False
    assert perform(cloud, "cs_host", name=name, host_tags=tags).result["host_tags"] == []
    assert not perform(cloud, "cs_host", name=name, host_tags=tags).changed
    assert not perform(cloud, "cs_physical_network", name="phys1", zone="z1", tags=tags).changed


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", float("nan")])
@pytest.mark.parametrize(
    ("module", "fields", "name"),
    [
        ("cs_overprovision", {"zone": "z1", "cluster": "c1"}, "cpu_factor"),
        ("cs_overprovision", {"zone": "z1", "cluster": "c1"}, "memory_factor"),
        ("cs_host", {"name": "h0", "state": "absent"}, "maintenance_timeout"),
        ("cs_cluster", {"name": "c1"}, "managed_state_timeout"),
    ],
)
def test_numbers_that_are_none(
    cloud: Gateway, sandbox: Sandbox, module: str, fields: dict[str, Any], name: str, value: Any
) -> None:
    with pytest.raises(InvalidValue, match=name):
        perform(cloud, module, **fields, **{name: value})
    assert writes(sandbox) == []
