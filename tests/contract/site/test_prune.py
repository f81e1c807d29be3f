# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_site with prune: what is no longer declared is removed by its own procedure, or nothing is written at all."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.site import test_site
from contract.tasks import perform, writes
from integration.zone.apply import there

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused
from sandbox.server import Sandbox
from sandbox.world import World

LISTS = ("clusters", "pods", "primary_storage", "public_ip_ranges", "vmware_datacenters", "secondary_storage")


def example() -> dict[str, Any]:
    """With a zone that is disabled, so that no system VM starts on a host."""
    given = test_site.example()
    given["declaration"]["allocation_state"] = "disabled"
    return given


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    """The example as it is declared."""
    perform(Gateway(connect(sandbox)), "cs_site", **example())
    sandbox.calls.clear()
    return Gateway(connect(sandbox))


def without(word: str) -> dict[str, Any]:
    """The example without a cluster, its hosts and its pools."""
    given = example()
    its = given["declaration"]
    its["clusters"] = [each for each in its["clusters"] if each["name"] != word]
    its["primary_storage"] = [each for each in its["primary_storage"] if each.get("cluster") != word]
    given["hosts"] = [each for each in given["hosts"] if each["cluster"] != word]
    assert len(given["hosts"]) < len(example()["hosts"])
    return given


def idle(cloud: Gateway, cluster: str) -> None:
    for host in example()["hosts"]:
        if host["cluster"] == cluster:
            state = {"zone": "zurich", "name": host["name"], "allocation_state": "maintenance"}
            perform(cloud, "cs_host", **state)


def reasons(caught: Any) -> set[tuple[str, str]]:
    return {(each.code, str(each.facts["name"])) for each in caught.value.reasons}


def test_a_cluster_goes_with_its_hosts_and_pools_and_the_rest_stays(sandbox: Sandbox, cloud: Gateway) -> None:
    idle(cloud, "xen-a")
    before, given = there(sandbox), without("xen-a")
    sandbox.calls.clear()
    planned = perform(cloud, "cs_site", prune=True, state="planned", **given)
    foretold = perform(cloud, "cs_site", True, prune=True, **given)
    assert writes(sandbox) == []
    assert planned.result["plan"] == foretold.result["plan"]
    assert {line[:2] for line in planned.result["plan"]} == {"- "}
    done = perform(cloud, "cs_site", prune=True, **given)
    assert (done.result["plan"], done.before, done.after) == (foretold.result["plan"], foretold.before, {})
    after = there(sandbox)
    gone = {key: [row for row in before[key] if row not in after[key]] for key in before}
    names = {host["name"] for host in example()["hosts"]} - {host["name"] for host in given["hosts"]}
    assert {row[0] for row in gone.pop("hosts")} == names
    assert [row[0] for row in gone.pop("clusters")] == ["xen-a"]
    pools = {each["name"] for each in example()["declaration"]["primary_storage"]}
    assert {row[0] for row in gone.pop("pools")} == pools - {
        each["name"] for each in given["declaration"]["primary_storage"]
    }
    assert {key: rows for key, rows in gone.items() if rows} == {}
    assert not perform(cloud, "cs_site", prune=True, **given).changed


def test_nothing_is_removed_without_prune(sandbox: Sandbox, cloud: Gateway) -> None:
    idle(cloud, "xen-a")
    sandbox.calls.clear()
    assert not perform(cloud, "cs_site", **without("xen-a")).changed
    assert writes(sandbox) == []


def test_hosts_in_service_are_named_before_the_first_write(sandbox: Sandbox, cloud: Gateway) -> None:
    """Also where something else would be written."""
    given = without("kvm-b")
    given["declaration"]["dns2"] = "192.0.2.77"
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_site", prune=True, **given)
    names = {host["name"] for host in example()["hosts"] if host["cluster"] == "kvm-b"}
    disabled = {row[0] for row in there(sandbox)["hosts"] if row[3] == "Disabled"}
    assert reasons(caught) == {("host_in_service", name) for name in names - disabled}
    assert "put it into maintenance first" in str(caught.value)
    assert writes(sandbox) == []


def test_a_cluster_whose_hosts_stay_a_used_range_and_a_disabled_host_with_a_vm(
    sandbox: Sandbox, cloud: Gateway
) -> None:
    given = example()
    its = given["declaration"]
    first = its["public_ip_ranges"][0]["start_ip"]
    its.update(clusters=its["clusters"][1:], public_ip_ranges=[], pods=its["pods"][1:])
    its["primary_storage"] = [each for each in its["primary_storage"] if each.get("cluster") != "kvm-a"]

    def use(world: World) -> None:
        row = next(row for row in world.vlan_ranges if row.start == first)
        row.used_ips.add(first)

    sandbox.run(use)
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_site", prune=True, **given)
    assert reasons(caught) == {
        ("cluster_in_use", "kvm-a"),
        ("pod_in_use", its_pod()),
        ("range_in_use", first),
    }
    assert writes(sandbox) == []


def its_pod() -> str:
    return str(example()["declaration"]["pods"][0]["name"])


def test_nothing_is_removed_after_a_failure(sandbox: Sandbox, cloud: Gateway) -> None:
    idle(cloud, "xen-a")
    given = without("xen-a")
    given["hosts"].append(
        {**given["hosts"][0], "name": "kvm-a9.zurich.example.net", "url": "http://kvm-a9.zurich.example.net"}
    )
    sandbox.faults.add("addHost", "http", nth=1)
    with pytest.raises(HostcraftError) as caught:
        perform(cloud, "cs_site", prune=True, **given)
    assert caught.value.code == "site_incomplete"
    left: Any = caught.value.details["left_out"]
    assert "cluster xen-a" in left
    assert not [each for each in writes(sandbox) if each.startswith("delete")]
    sandbox.faults.clear()
    plan: Any = perform(cloud, "cs_site", prune=True, **given).result["plan"]
    assert "- cluster xen-a" in plan


def test_a_list_that_is_not_set_removes_nothing(sandbox: Sandbox, cloud: Gateway) -> None:
    given = example()
    for name in LISTS:
        del given["declaration"][name]
    del given["hosts"]
    given["declaration"]["physical_networks"] = None
    done = perform(cloud, "cs_site", prune=True, **given)
    assert (done.changed, writes(sandbox)) == (False, [])


def test_a_zone_that_is_not_there_has_nothing_to_remove(sandbox: Sandbox, cloud: Gateway) -> None:
    given = example()
    given["declaration"].update(name="other", clusters=[], pods=[], primary_storage=[], public_ip_ranges=[])
    del given["hosts"]
    planned = perform(cloud, "cs_site", prune=True, state="planned", **given)
    plan: Any = planned.result["plan"]
    assert not [line for line in plan if line.startswith("-")]
    assert there(sandbox)["clusters"]
