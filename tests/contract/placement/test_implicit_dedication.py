# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that an account has for itself, by its VMs' offering or by the administrator: as the server's planner does."""

from __future__ import annotations

from typing import Any

import pytest
from contract.placement.test_bonds import Lab, codes, drained, lab
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World

__all__ = ["lab"]
MODE = "ImplicitDedicationMode"


def alone(world: World) -> None:
    """No system VM is there, and none comes: the server starts none without secondary storage."""
    for store in list(world.image_stores):
        world.image_stores.remove(store)
    for vm in list(world.vms):
        if vm.kind != "User":
            life.drop(world, vm)


class Shared:
    """Hosts h0 to h2 with the VMs of a test alone, each as it is put: owner and planner's mode, "" for none."""

    def __init__(self, sandbox: Sandbox, lab: Lab) -> None:
        self.sandbox, self.lab = sandbox, lab
        lab.site.add_host(2)
        self.owners = {"": lab.owner("sales", "bob"), "other": lab.owner("staff", "eve")}
        self.networks = {key: str(lab.site.network(f"n{key}", **its)["id"]) for key, its in self.owners.items()}
        planner = {"deploymentplanner": "ImplicitDedicationPlanner", "serviceofferingdetails[0].key": MODE}
        self.offerings = {"": lab.offering("plain")}
        for mode in ("Strict", "Preferred"):
            self.offerings[mode] = lab.offering(mode, **planner, **{"serviceofferingdetails[0].value": mode})
        self.names = list(lab.hosts())
        sandbox.run(lambda world: world.durations.update(migration=0))
        sandbox.run(alone)

    def put(self, number: int, mode: str = "", owner: str = "") -> str:
        """A VM on a host, whatever the planner thinks of that."""
        its = self.owners[owner]
        vm = self.lab.deploy(self.networks[owner], self.offerings[mode], startvm="false", **its)
        host = self.lab.hosts()[self.names[number]]

        def start(world: World) -> None:
            row, target = world.vms.by_uuid(vm["id"]), world.hosts.by_uuid(host)
            assert row is not None
            assert target is not None
            life.start(world, row, target)
            alone(world)

        self.sandbox.run(start)
        return str(vm["displayname"])


@pytest.fixture
def shared(sandbox: Sandbox, lab: Lab) -> Shared:
    return Shared(sandbox, lab)


def target_of(cloud: Gateway, shared: Shared, vm: str) -> str:
    return f"h{shared.names.index(drained(cloud, shared.names[0])[vm])}"


OWN, THEIRS = "", "other"


@pytest.mark.parametrize(
    ("mode", "open_to_it", "closed"),
    [
        ("", ("", OWN), ("Strict", OWN)),
        ("", ("", THEIRS), ("Strict", THEIRS)),
        ("", ("Preferred", OWN), ("Strict", THEIRS)),
        ("Strict", ("Strict", OWN), ("", OWN)),
        ("Strict", ("Strict", OWN), ("", THEIRS)),
        ("Strict", ("Preferred", OWN), ("Strict", THEIRS)),
        ("Strict", ("Strict", OWN), ("Preferred", THEIRS)),
        ("Preferred", ("Strict", OWN), ("Strict", THEIRS)),
        ("Preferred", ("", THEIRS), ("Strict", THEIRS)),
    ],
)
def test_implicit_dedication_is_kept(
    shared: Shared, cloud: Gateway, mode: str, open_to_it: tuple[str, str], closed: tuple[str, str]
) -> None:
    """A VM leaves h0. h2 has more room than h1, but VMs that it may not join. The server's own drain does the same."""
    vm = shared.put(0, mode)
    for number, there in ((1, open_to_it), (1, open_to_it), (2, closed)):
        shared.put(number, *there)
    assert target_of(cloud, shared, vm) == by_the_server(shared, vm) == "h1"


def by_the_server(shared: Shared, vm: str) -> str:
    """Where its own drain of h0 puts a VM."""
    shared.lab.api.done("prepareHostForMaintenance", id=shared.lab.hosts()[shared.names[0]])
    found: list[dict[str, Any]] = shared.lab.api.ok("listVirtualMachines", listall="true")["virtualmachine"]
    host = next(str(each["hostname"]) for each in found if each["displayname"] == vm)
    return f"h{shared.names.index(host)}"


@pytest.mark.parametrize(("mode", "possible"), [("", True), ("Strict", False), ("Preferred", True)])
def test_a_host_with_all_sorts_of_vms_is_open_to_all_but_strict_ones(
    shared: Shared, cloud: Gateway, mode: str, possible: bool
) -> None:
    shared.put(0, mode)
    for number in (1, 2):
        shared.put(number, "Strict", "other")
        shared.put(number)
    if possible:
        assert drained(cloud, shared.names[0])
    else:
        assert codes(cloud, shared.names[0]) == {"implicit_dedication"}


ROLL: dict[str, Any] = {"zone": "z1", "cluster": "c1", "spare_hosts": 0}


@pytest.mark.parametrize(
    ("mode", "there"), [("Strict", [("", OWN)]), ("", [("Strict", THEIRS)]), ("Preferred", [("Strict", THEIRS)])]
)
def test_a_vm_without_a_host_is_stopped_with_consent(
    shared: Shared, cloud: Gateway, mode: str, there: list[tuple[str, str]]
) -> None:
    """And by that alone; others of the host move. It is started again with its host."""
    vm = shared.put(0, mode)
    for number in (1, 2):
        for each in there:
            shared.put(number, *each)
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_maintenance", True, zone="z1", name=shared.names[0], consent=["another"])
    reason, unknown = caught.value.reasons
    assert (reason.code, "add its name to consent" in reason.remedy) == ("implicit_dedication", True)
    assert unknown.message.startswith("consent names another, but no VM on cluster c1 ")
    assert unknown.message.endswith(f"VMs that it can permit to stop there: {vm}") == bool(mode)
    hosts = [shared.names[0]]
    plan: Any = perform(cloud, "cs_maintenance_plan", **ROLL, hosts=hosts).result
    assert (plan["feasible"], {each["code"] for each in plan["reasons"]}) == (False, {"implicit_dedication"})
    assert perform(cloud, "cs_maintenance_plan", **ROLL, hosts=hosts, consent=[vm]).result["feasible"]
    done: Any = perform(cloud, "cs_maintenance", zone="z1", name=shared.names[0], consent=[vm]).result
    assert (done["stopped"], done["moved"]) == ([vm], [])
    back: Any = perform(cloud, "cs_maintenance", zone="z1", name=shared.names[0], state="enabled").result
    assert back["started"] == [vm]


def test_consent_stops_no_vm_that_has_a_host(shared: Shared, cloud: Gateway) -> None:
    """Strict VMs of two accounts, and one empty host: one of them is enough."""
    mine, theirs = shared.put(0, "Strict"), shared.put(0, "Strict", "other")
    plain = shared.put(0)
    shared.put(1)
    wish = {"zone": "z1", "name": shared.names[0]}
    with pytest.raises(Refused):
        perform(cloud, "cs_maintenance", True, **wish, consent=[plain])
    for consent, feasible in (([plain], False), (["all"], True)):
        plan: Any = perform(cloud, "cs_maintenance_plan", **ROLL, hosts=shared.names[:1], consent=consent).result
        assert plan["feasible"] == feasible
    done: Any = perform(cloud, "cs_maintenance", True, **wish, consent=["all"]).result
    (stopped,) = done["stopped"]
    assert stopped in (mine, theirs)
    assert {each["vm"]: each["target"] for each in done["moved"]} == {
        ({mine, theirs} - {stopped}).pop(): shared.names[2],
        plain: shared.names[1],
    }


def test_strict_vms_of_two_accounts_need_a_host_each(shared: Shared, cloud: Gateway) -> None:
    """Whichever comes first, the other finds the second host."""
    mine, theirs = shared.put(0, "Strict"), shared.put(0, "Strict", "other")
    plan = drained(cloud, shared.names[0])
    assert plan[mine] != plan[theirs]


@pytest.mark.parametrize("owner", ["", "other"])
@pytest.mark.parametrize("kind", ["account", "domain"])
def test_explicit_dedication_is_kept_without_its_group(shared: Shared, cloud: Gateway, owner: str, kind: str) -> None:
    """By both, whoever has the host."""
    its = dict(shared.owners[owner])
    if kind == "domain":
        del its["account"]
    shared.lab.api.done("dedicateHost", hostid=shared.lab.hosts()[shared.names[1]], **its)
    vm = shared.put(0)
    assert target_of(cloud, shared, vm) == by_the_server(shared, vm) == "h2"
