# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One VM to a chosen host against the API: moved, there already, and every reason against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, NotFound, Refused
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world.vms import USER, Vm
from unit.sandbox.site import Site

MODULE = "cs_vm_migration"
# The lock is a note at the cluster.
MIGRATED = ["addAnnotation", "migrateVirtualMachine", "removeAnnotation"]


@dataclass
class Place:
    """A VM on one of two hosts. here, there: their names."""

    vm: str
    name: str
    here: str
    there: str
    there_id: str


@pytest.fixture
def place(sandbox: Sandbox, site: Site) -> Place:
    vm = site.deploy(str(site.network("web")["id"]))
    found = site.api.ok("listVirtualMachines", id=vm, listall="true")["virtualmachine"][0]
    hosts = {row["id"]: row["name"] for row in site.api.ok("listHosts", type="Routing")["host"]}
    (other,) = set(hosts) - {found["hostid"]}
    sandbox.calls.clear()
    return Place(vm, found["displayname"], hosts[found["hostid"]], hosts[other], other)


def refusal(cloud: Gateway, **arguments: Any) -> Any:
    with pytest.raises(Refused) as caught:
        perform(cloud, MODULE, zone="z1", **arguments)
    (reason,) = caught.value.reasons
    return reason


def stop(sandbox: Sandbox) -> None:
    def act(world: Any) -> None:
        row: Vm = next(vm for vm in world.vms if vm.kind == USER)
        life.stop(world, row)

    sandbox.run(act)


def test_a_vm_goes_to_the_host_and_stays_there(sandbox: Sandbox, cloud: Gateway, place: Place) -> None:
    done = twice(cloud, MODULE, zone="z1", name=place.name, host=place.there)
    assert (done.before, done.after) == ({"host": place.here}, {"host": place.there})
    assert (done.result["vm_id"], done.result["source"]) == (place.vm, place.here)
    assert done.result["suitable_hosts"] == [place.there]
    assert writes(sandbox) == MIGRATED


def test_it_is_found_by_its_id_and_by_the_name_on_the_hypervisor(site: Site, cloud: Gateway, place: Place) -> None:
    told = site.api.ok("listVirtualMachines", id=place.vm, listall="true")["virtualmachine"][0]["instancename"]
    for name in (place.vm, told):
        assert perform(cloud, MODULE, True, zone="z1", name=name, host=place.there).result["vm_id"] == place.vm


def test_a_host_that_is_out_of_service_is_a_reason_with_its_remedy(site: Site, cloud: Gateway, place: Place) -> None:
    site.api.ok("updateHost", id=place.there_id, allocationstate="Disable")
    reason = refusal(cloud, name=place.name, host=place.there)
    assert (reason.code, reason.facts["suitable_hosts"]) == ("not_enabled", [])
    assert "enable the host; no other host of its cluster is suitable" in reason.remedy


def test_a_rule_that_the_server_does_not_check_is_a_reason(site: Site, cloud: Gateway, place: Place) -> None:
    """Migrating goes by capacity and tags alone (FIELD_FACTS), so the anti-affinity would be broken."""
    group = site.api.done("createAffinityGroup", name="apart", type="host anti-affinity")["affinitygroup"]["id"]
    network = site.api.ok("listNetworks", listall="true")["network"][0]["id"]
    offering = site.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
    template = next(
        row["id"]
        for row in site.api.ok("listTemplates", templatefilter="all")["template"]
        if row["templatetype"] == "BUILTIN"
    )
    sent = {"zoneid": site.zone, "serviceofferingid": offering, "templateid": template, "networkids": network}
    names = [
        site.api.done("deployVirtualMachine", **sent, affinitygroupids=group)["virtualmachine"] for _number in range(2)
    ]
    first, second = names
    assert first["hostname"] != second["hostname"]
    reason = refusal(cloud, name=first["id"], host=second["hostname"])
    assert (reason.code, reason.facts["vm"]) == ("anti_affinity", first["id"])
    assert "is not migrated to" in reason.message


def test_a_vm_that_does_not_run_is_not_in_the_cluster(sandbox: Sandbox, cloud: Gateway, place: Place) -> None:
    stop(sandbox)
    with pytest.raises(NotFound, match=place.name):
        perform(cloud, MODULE, zone="z1", name=place.name, host=place.there)
    with pytest.raises(NotFound, match="h9"):
        perform(cloud, MODULE, zone="z1", name=place.name, host="h9")
    assert writes(sandbox) == []


def test_the_servers_error_is_the_tasks(sandbox: Sandbox, cloud: Gateway, place: Place) -> None:
    sandbox.faults.add("migrateVirtualMachine", "job_failed", text="the hypervisor refused")
    with pytest.raises(ApiError, match="the hypervisor refused"):
        perform(cloud, MODULE, zone="z1", name=place.name, host=place.there)


def test_an_answer_that_is_lost_is_told_by_its_effect(sandbox: Sandbox, cloud: Gateway, place: Place) -> None:
    """Asked twice, the server would refuse a VM that is there already."""
    sandbox.faults.add("migrateVirtualMachine", "drop_after")
    assert perform(cloud, MODULE, zone="z1", name=place.name, host=place.there).changed
    assert writes(sandbox) == MIGRATED


def test_it_is_refused_while_a_roll_has_the_cluster(sandbox: Sandbox, cloud: Gateway, place: Place) -> None:
    """Which counts on where VMs are. Without a run's name the lock is given back."""
    (cluster,) = cloud.clusters.all()
    holder = {"token": "t1", "who": "root@node1", "job": "AWX job 25", "place": "node1"}
    roll = {"zone": "z1", "cluster": cluster.name, "run": "roll", "holder": holder}
    perform(cloud, "cs_cluster_lock", **roll)
    sandbox.calls.clear()
    assert perform(cloud, MODULE, True, zone="z1", name=place.name, host=place.there).changed
    assert refusal(cloud, name=place.name, host=place.there).code == "locked"
    assert "migrateVirtualMachine" not in writes(sandbox)
    # A task of the roll itself has its lock.
    assert perform(cloud, MODULE, zone="z1", name=place.name, host=place.there, run="roll", holder=holder).changed
    perform(cloud, "cs_cluster_lock", **roll, state="released")
    sandbox.calls.clear()
    assert perform(cloud, MODULE, zone="z1", name=place.name, host=place.here).changed
    assert writes(sandbox) == MIGRATED


def test_a_container_is_not_moved_and_its_host_is_emptied_by_consent(
    sandbox: Sandbox, site: Site, cloud: Gateway, place: Place
) -> None:
    """CloudStack refuses to migrate VMs of users on LXC; its own drain restarts them elsewhere."""

    def act(world: Any) -> None:
        for each in (*world.hosts, *world.vms):
            each.hypervisor = "LXC"

    sandbox.run(act)
    assert refusal(cloud, name=place.name, host=place.there).code == "container"
    ask = {"zone": "z1", "name": place.here, "state": "maintenance"}
    with pytest.raises(Refused, match="is a container"):
        perform(cloud, "cs_maintenance", **ask)
    assert "migrateVirtualMachine" not in writes(sandbox)
    done = perform(cloud, "cs_maintenance", **ask, consent=[place.name])
    assert (done.result["stopped"], done.result["resource_state"]) == ([place.name], "Maintenance")
