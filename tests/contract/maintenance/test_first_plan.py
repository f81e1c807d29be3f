# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a roll knows before its first host, and what a chosen migration brings together."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance import marks
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.hypervisor_capabilities import HypervisorCapabilities
from sandbox.world.vms import ROUTER, USER
from unit.sandbox.site import Site

PLAN = {"zone": "z1", "cluster": "c1"}


@pytest.mark.parametrize("state", ["Error", "Unknown"])
@pytest.mark.parametrize("away", [False, True])
def test_a_vm_in_error_is_known_before_the_first_host(
    sandbox: Sandbox, site: Site, cloud: Gateway, state: str, away: bool
) -> None:
    """The server refuses its host only once all VMs have left it; a host that is out already it does not ask."""
    network = str(site.network("web")["id"])
    site.deploy(network)

    def breaks(world: World) -> None:
        world.vms.update(next(vm for vm in world.vms if vm.kind == USER), state=state)

    sandbox.run(breaks)
    vm = site.api.ok("listVirtualMachines", listall="true")["virtualmachine"][0]
    if away:
        sandbox.run(lambda world: _set_out(world, str(vm["hostname"])))
    sandbox.calls.clear()
    plan: Any = perform(cloud, "cs_maintenance_plan", **PLAN).result
    told = [each for each in plan["reasons"] if each["code"] == "vm_error"]
    if away:
        assert told == []
        return
    (reason,) = told
    assert not plan["feasible"]
    assert (reason["host"], vm["displayname"] in reason["message"]) == (vm["hostname"], True)
    with pytest.raises(Refused, match=f"is in state {state}"):
        perform(cloud, "cs_rolling_maintenance", **PLAN, run="r1", state="next")
    assert not [each for each in writes(sandbox) if "Annotation" not in each]


def _set_out(world: World, name: str) -> None:
    next(host for host in world.hosts if host.name == name).resource_state = "Maintenance"


@pytest.mark.parametrize("vms", [False, True])
def test_a_host_that_is_down_is_known_before_the_first_host(
    sandbox: Sandbox, site: Site, cloud: Gateway, vms: bool
) -> None:
    """The server asks its agent first. Where the roll has begun, the others go on, and it is told at the end."""
    for number in (2, 3):
        site.add_host(number)
    site.deploy(str(site.network("web")["id"]))
    hosts = {str(each["name"]): str(each["id"]) for each in site.api.ok("listHosts", type="Routing")["host"]}
    used = {str(vm["hostname"]) for vm in site.api.ok("listVirtualMachines", listall="true")["virtualmachine"]}
    used |= {str(each["hostname"]) for each in site.api.ok("listRouters", listall="true")["router"]}
    name = sorted(used)[0] if vms else sorted(hosts.keys() - used)[0]

    def set_state(state: str) -> None:
        sandbox.run(lambda world: setattr(next(host for host in world.hosts if host.name == name), "state", state))

    set_state("Down")
    sandbox.calls.clear()
    plan: Any = perform(cloud, "cs_maintenance_plan", **PLAN).result
    (reason,) = plan["reasons"]
    assert (plan["feasible"], reason["code"], reason["host"]) == (False, "agent_down", name)
    roll = {**PLAN, "run": "r1", "holder": {"token": "t1"}}
    with pytest.raises(Refused, match=f"agent of host {name} is Down"):
        perform(cloud, "cs_rolling_maintenance", **roll, state="next")
    assert not [each for each in writes(sandbox) if "Annotation" not in each]
    set_state("Up")
    seen: Any = perform(cloud, "cs_rolling_maintenance", **roll, state="next").result
    set_state("Down")
    done = []
    for _host in range(len(hosts) - 1):
        seen = perform(cloud, "cs_rolling_maintenance", **roll, state="next").result
        done += seen["wave"]
        for each in seen["wave"]:
            perform(cloud, "cs_rolling_maintenance", **roll, state="done", host=each)
    assert sorted([*done, name]) == sorted(hosts)
    with pytest.raises(Refused, match="state=skipped"):
        perform(cloud, "cs_rolling_maintenance", **roll, state="next")
    perform(cloud, "cs_rolling_maintenance", **roll, state="skipped", host=name)
    assert perform(cloud, "cs_rolling_maintenance", **roll, state="next").result["wave"] == []


def test_a_chosen_migration_that_brings_two_routers_together_is_told(
    sandbox: Sandbox, site: Site, cloud: Gateway
) -> None:
    site.add_host(2)
    site.redundant_offering("two")
    site.deploy(str(site.network("web", offering="two")["id"]))
    rows = site.api.ok("listRouters", listall="true")["router"]
    names = [str(each["name"]) for each in site.api.ok("listHosts", type="Routing")["host"]]

    def apart(world: World) -> None:
        """As the server starts them."""
        hosts = {host.name: host.id for host in world.hosts}
        for vm, name in zip([vm for vm in world.vms if vm.kind == ROUTER], names, strict=False):
            world.vms.update(vm, host_id=hosts[name])
        rows, version = world.hypervisor_capabilities, next(iter(world.hosts)).hypervisor_version
        rows.add(HypervisorCapabilities(rows.next_id(), world.new_uuid(), "Simulator", version, 50, 6, motion=True))

    sandbox.run(apart)
    assert len(rows) == 2
    first, second = sorted(str(each["name"]) for each in site.api.ok("listRouters", listall="true")["router"])
    where = {each["name"]: each["hostname"] for each in site.api.ok("listRouters", listall="true")["router"]}
    free = next(name for name in names if name not in where.values())
    done = perform(cloud, "cs_vm_migration", True, zone="z1", name=first, host=where[second])
    assert done.result["suitable_hosts"] == [free]
    assert any("of one redundant network will be on host" in each for each in done.warnings)
    assert perform(cloud, "cs_vm_migration", True, zone="z1", name=first, host=free).warnings == ()


def test_the_servers_engine_is_not_replaced_by_ours(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    with pytest.raises(InvalidValue, match="engine=cloudstack"):
        perform(cloud, "cs_rolling_maintenance", **PLAN, engine="cloudstack", state="advanced")
    assert writes(sandbox) == []


@pytest.mark.parametrize("value", ["true", "false"])
def test_the_servers_own_balancing_is_told_with_the_plan(
    sandbox: Sandbox, site: Site, cloud: Gateway, value: str
) -> None:
    cluster = cloud.clusters.find("c1")[0]
    cloud.settings.write("drs.automatic.enable", value, "cluster", cluster.id)
    warnings = perform(cloud, "cs_maintenance_plan", **PLAN).warnings
    assert len([each for each in warnings if "drs.automatic.enable" in each]) == (value == "true")


def _in_state(sandbox: Sandbox, name: str, state: str) -> None:
    def act(world: World) -> None:
        world.hosts.update(next(host for host in world.hosts if host.name == name), resource_state=state)

    sandbox.run(act)


@pytest.mark.parametrize(
    ("state", "code"), [("Degraded", "resource_state"), ("ErrorInPrepareForMaintenance", "other_draining")]
)
def test_a_state_in_the_way_is_known_before_the_first_host(
    sandbox: Sandbox, site: Site, cloud: Gateway, state: str, code: str
) -> None:
    """Of a host that is visited, or a failed drain of one that is not: the server drains no other host then."""
    for number in (2, 3):
        site.add_host(number)
    first, *others = sorted(str(each["name"]) for each in site.api.ok("listHosts", type="Routing")["host"])
    _in_state(sandbox, first, state)
    scope = {} if code == "resource_state" else {"hosts": others}
    sandbox.calls.clear()
    plan: Any = perform(cloud, "cs_maintenance_plan", **PLAN, **scope).result
    (reason,) = plan["reasons"]
    assert (plan["feasible"], reason["code"], reason["host"]) == (False, code, first)
    with pytest.raises(Refused, match=state):
        perform(cloud, "cs_rolling_maintenance", **PLAN, **scope, run="r1", state="next")
    assert not [each for each in writes(sandbox) if "Annotation" not in each]


def test_a_host_whose_drain_failed_comes_first(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    for number in (2, 3):
        site.add_host(number)
    last = sorted(str(each["name"]) for each in site.api.ok("listHosts", type="Routing")["host"])[-1]
    _in_state(sandbox, last, "ErrorInPrepareForMaintenance")
    plan: Any = perform(cloud, "cs_maintenance_plan", **PLAN).result
    assert (plan["feasible"], plan["waves"][0]["hosts"]) == (True, [last])
    roll = {**PLAN, "run": "r1", "holder": {"token": "t1"}}
    seen: Any = perform(cloud, "cs_rolling_maintenance", **roll, state="next").result
    assert seen["wave"] == [last]
    done: Any = perform(cloud, "cs_rolling_maintenance", **roll, state="advanced").result
    assert done["ended"]
    assert {str(each["resourcestate"]) for each in site.api.ok("listHosts", type="Routing")["host"]} == {"Enabled"}


def _host_state(sandbox: Sandbox, name: str, state: str) -> None:
    sandbox.run(lambda world: setattr(next(host for host in world.hosts if host.name == name), "state", state))


def test_a_host_that_is_down_and_whose_drain_failed_is_refused_before_a_write(
    sandbox: Sandbox, site: Site, cloud: Gateway
) -> None:
    """The server asks its agent for the next drain, and drains no other host; a run's own mark is gone on with."""
    site.add_host(2)
    name, *_others = sorted(str(each["name"]) for each in site.api.ok("listHosts", type="Routing")["host"])
    _in_state(sandbox, name, "ErrorInPrepareForMaintenance")
    _host_state(sandbox, name, "Down")
    plan: Any = perform(cloud, "cs_maintenance_plan", **PLAN).result
    assert [(each["code"], each["host"]) for each in plan["reasons"]] == [("agent_down", name)]
    assert not plan["feasible"]
    roll = {**PLAN, "run": "r1", "holder": {"token": "t1"}}
    for state in ("next", "advanced"):
        with pytest.raises(Refused, match=f"agent of host {name} is Down"):
            perform(cloud, "cs_rolling_maintenance", **roll, state=state)
    notes = [note.text for kind, its in _annotated(site) for note in cloud.notes.all(kind, its)]
    assert notes == []
    cloud.notes.add("HOST", _host_id(site, name), marks.BEFORE + "Enabled")
    plan = perform(cloud, "cs_maintenance_plan", **PLAN).result
    assert (plan["feasible"], plan["waves"][0]["hosts"]) == (True, [name])
    assert perform(cloud, "cs_rolling_maintenance", **roll, state="next").result["wave"] == [name]


def _host_id(site: Site, name: str) -> str:
    return next(str(each["id"]) for each in site.api.ok("listHosts", type="Routing")["host"] if each["name"] == name)


def _annotated(site: Site) -> list[tuple[str, str]]:
    hosts = [("HOST", str(each["id"])) for each in site.api.ok("listHosts", type="Routing")["host"]]
    return [*hosts, ("CLUSTER", site.cluster)]


def test_a_plan_of_a_roll_that_has_begun_goes_on_without_a_lost_host(
    sandbox: Sandbox, site: Site, cloud: Gateway
) -> None:
    """As state=next does; once only lost hosts are left, both refuse."""
    site.add_host(2)
    names = sorted(str(each["name"]) for each in site.api.ok("listHosts", type="Routing")["host"])
    roll = {**PLAN, "run": "r1", "holder": {"token": "t1"}}
    (done,) = perform(cloud, "cs_rolling_maintenance", **roll, state="next").result["wave"]
    perform(cloud, "cs_rolling_maintenance", **roll, state="done", host=done)
    lost, left = [name for name in names if name != done]
    _host_state(sandbox, lost, "Down")
    outcome: Any = perform(cloud, "cs_maintenance_plan", **PLAN, run="r1")
    plan = outcome.result
    assert (plan["feasible"], plan["reasons"], [wave["hosts"] for wave in plan["waves"]]) == (True, [], [[left]])
    (warning,) = [each for each in outcome.warnings if "Down" in each]
    assert warning.startswith(f"the agent of host {lost} is Down")
    assert "continues with the other hosts" in warning
    assert perform(cloud, "cs_rolling_maintenance", **roll, state="next").result["wave"] == [left]
    perform(cloud, "cs_rolling_maintenance", **roll, state="done", host=left)
    outcome = perform(cloud, "cs_maintenance_plan", **PLAN, run="r1")
    assert [each["code"] for each in outcome.result["reasons"]] == ["agent_down"]
    assert (outcome.result["feasible"], [each for each in outcome.warnings if "Down" in each]) == (False, [])
