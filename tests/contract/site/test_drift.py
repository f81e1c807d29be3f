# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_site_info: what was changed on the server without its declaration is found, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.site.test_site import example
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
from sandbox.server import Sandbox
from sandbox.world import World


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    """The example as it is declared."""
    perform(Gateway(connect(sandbox)), "cs_site", **example())
    sandbox.calls.clear()
    return Gateway(connect(sandbox))


def told(cloud: Gateway, given: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    found = perform(cloud, "cs_site_info", **given, **more)
    assert not found.changed
    rows: Any = found.result["findings"]
    return sorted((each["code"], each["host"]) for each in rows)


def test_a_zone_as_declared_has_none_and_is_only_read(sandbox: Sandbox, cloud: Gateway) -> None:
    found = perform(cloud, "cs_site_info", **example())
    assert (found.result["findings"], writes(sandbox)) == ([], [])
    assert str(found.result["text"]).endswith("objects: as declared']")


def test_each_kind_of_difference_has_its_code(sandbox: Sandbox, cloud: Gateway) -> None:
    """Tags and a cluster's hosts changed, a pool and an image store gone, a pool whose address is another."""

    def change(world: World) -> None:
        next(row for row in world.hosts if row.name.startswith("kvm-a4")).tags = ["{{ evil }}", "ssd"]
        world.hosts.remove(next(row for row in world.hosts if row.name.startswith("kvm-a2")))
        world.image_stores.remove(next(row for row in world.image_stores if row.name == store))
        next(row for row in world.storage_pools if row.name == pool).path = "/somewhere/else"

    # They are made at the same time, so any of them may be the first there.
    given = example()
    pool, store = (given["declaration"][key][0]["name"] for key in ("primary_storage", "secondary_storage"))
    sandbox.run(change)
    found = perform(cloud, "cs_site_info", **given)
    rows: Any = found.result["findings"]
    assert [(each["severity"], each["code"], each["host"]) for each in rows] == [
        ("blocks", "declared_impossible", f"storage pool {pool}"),
        ("hurts", "declared_missing", "host kvm-a2.zurich.example.net"),
        ("hurts", "declared_differently", "host kvm-a4.zurich.example.net"),
        ("hurts", "declared_missing", f"image store {store}"),
    ]
    assert rows[2]["facts"]["before"] == {"host_tags": ["{{ evil }}", "ssd"]}
    assert found.result["summary"] == {"blocks": 1, "hurts": 3, "note": 0}
    assert writes(sandbox) == []
    assert "sesame" not in str(found)
    with pytest.raises(HostcraftError, match="differs from its declaration in 4 objects") as caught:
        perform(cloud, "cs_site_info", fail="hurts", **given)
    assert caught.value.code == "zone_differs"
    assert told(cloud, given, ignore=["declared_impossible", "declared_missing"]) == [
        ("declared_differently", "host kvm-a4.zurich.example.net")
    ]


def test_what_is_not_declared_is_found_where_its_list_is_set(cloud: Gateway) -> None:
    given = example()
    whole = given["declaration"]
    fewer = {
        **whole,
        "pods": whole["pods"][:1],
        "clusters": whole["clusters"][:1],
        "public_ip_ranges": [],
        "primary_storage": [],
        "secondary_storage": [],
        "vmware_datacenters": [],
        "physical_networks": [{**whole["physical_networks"][0], "traffic_types": []}],
    }
    parts = ["networks", "addresses", "clusters", "storage"]
    names = {key: [each["name"] for each in whole[key]] for key in ("clusters", "primary_storage", "secondary_storage")}
    found = told(cloud, {"declaration": fewer, "hosts": []}, parts=parts)
    assert {code for code, _name in found} == {"not_declared"}
    labels = [name for _code, name in found]
    assert [name for name in labels if name.startswith("cluster ")] == sorted(
        f"cluster {n}" for n in names["clusters"][1:]
    )
    assert [name for name in labels if name.startswith("storage pool")] == sorted(
        f"storage pool {name}" for name in names["primary_storage"]
    )
    assert [name for name in labels if name.startswith("host ")] == []
    assert len([name for name in labels if name.startswith("VLAN IP range")]) == len(whole["public_ip_ranges"])
    assert len([name for name in labels if name.startswith("VMware")]) == len(whole["vmware_datacenters"])
    assert f"pod {whole['pods'][1]['name']}" in labels
    assert f"physical network {whole['physical_networks'][1]['name']}" in labels
    assert len([name for name in labels if name.startswith("traffic type")]) == len(
        whole["physical_networks"][0]["traffic_types"]
    )
    silent = {key: value for key, value in whole.items() if not isinstance(value, list)}
    assert told(cloud, {"declaration": silent, "hosts": []}, parts=parts) == []


def test_a_host_that_is_not_declared_is_found_by_any_of_its_names(cloud: Gateway) -> None:
    """By its short name, in capitals, and by the address in its URL."""
    given = example()
    first, second, third, *others = given["hosts"]
    hosts = [{**first, "name": first["name"].split(".")[0]}, {**second, "name": second["name"].upper()}, *others]
    assert told(cloud, {**given, "hosts": hosts}) == [("not_declared", f"host {third['name']}")]


def test_findings_are_a_part_of_the_doctors(cloud: Gateway) -> None:
    given = example()
    given["declaration"]["primary_storage"] = given["declaration"]["primary_storage"][1:]
    found = perform(cloud, "cs_site_info", **given)
    doctor = perform(cloud, "cs_doctor", judges=["settings"], results={"cs_site_info": found.result})
    rows: Any = doctor.result["findings"]
    (row,) = [each for each in rows if each["code"] == "not_declared"]
    assert (row["judge"], row["object"].split()[0], row["tools"]) == ("cs_site_info", "storage", ["cs_site_info"])


def test_a_host_without_a_password_is_missing_and_not_impossible(sandbox: Sandbox, cloud: Gateway) -> None:
    """Who compares needs no password: a host that is gone is told as such all the same."""
    sandbox.run(lambda world: world.hosts.remove(next(each for each in world.hosts if each.name.startswith("kvm-a2"))))
    given = example()
    given["hosts"] = [
        {key: value for key, value in each.items() if key not in ("username", "password")} for each in given["hosts"]
    ]
    assert told(cloud, given) == [("declared_missing", "host kvm-a2.zurich.example.net")]


def test_what_differs_of_the_zone_itself_is_found_once(sandbox: Sandbox, cloud: Gateway, connect: Connect) -> None:
    """Its state, which is written last, is an object of its own: the rest is none of it."""
    given = example()
    given["declaration"]["dns1"] = "192.0.2.99"
    zone = given["declaration"]["name"]
    assert told(cloud, given) == [("declared_differently", f"zone {zone}")]
    assert told(cloud, given, parts=["state"]) == []
    planned = perform(cloud, "cs_site", **given, state="planned")
    assert [each for each in planned.result["plan"] if "dns1" in each] == planned.result["plan"]
    assert len(planned.result["plan"]) == 1
    assert not perform(cloud, "cs_site", **given, parts=["state"]).changed
    sandbox.run(lambda world: setattr(next(iter(world.zones)), "allocation_state", "Disabled"))
    given["declaration"]["dns1"] = example()["declaration"]["dns1"]
    fresh = Gateway(connect(sandbox))
    assert told(fresh, given) == [("declared_differently", f"state of zone {zone}")]


def test_a_zone_that_is_not_there_is_missing_whole(sandbox: Sandbox, cloud: Gateway) -> None:
    given = example()
    given["declaration"]["name"] = "nowhere"
    given["hosts"] = given["hosts"][:2]
    found = told(cloud, given)
    assert {code for code, _name in found} == {"declared_missing"}
    assert ("declared_missing", "zone nowhere") in found
    assert writes(sandbox) == []
