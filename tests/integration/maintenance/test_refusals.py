# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason why a host cannot be emptied, planted through the API: told with VM, numbers, remedy; nothing done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fakes.lab import Lab
from integration.maintenance.site import (
    Site,
    allowed,
    ask,
    notes,
    placement,
    refusal,
)

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations import lookup
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks


def mark(lab: Lab, vm: str, what: str) -> None:
    world = lab.box.world
    world.volume_marks[next(row.id for row in world.vms if row.name == vm)] = what


def state_of(lab: Lab, vm: str, state: str) -> None:
    next(row for row in lab.box.world.vms if row.name == vm).state = state


def leave(site: Site, *hosts: str) -> None:
    """Only these hosts stay open beside h0."""
    for name in set(site.hosts) - {"h0", *hosts}:
        site.set_host(name, allocationstate="Disable")


@pytest.fixture(autouse=True)
def untouched(lab: Lab, site: Site) -> Iterator[None]:
    """After every refusal VMs and hosts are as they were, and no note is left."""
    yield
    before = getattr(lab, "before", None)
    assert before is not None, "the test planted nothing"
    assert before == (placement(lab.box.world), [host.resource_state for host in lab.box.world.hosts])
    assert notes(lab.box.world) == []


def refused(lab: Lab, **how: Any) -> dict[str, dict[str, Any]]:
    lab.before = placement(lab.box.world), [h.resource_state for h in lab.box.world.hosts]  # type: ignore[attr-defined]
    found = refusal(lab, **how)
    assert refusal(lab, check=True, **how) == found
    for reason in found.values():
        assert reason["remedy"]
        assert reason["message"]
    return found


def test_cpu(lab: Lab, site: Site) -> None:
    site.offering("hungry", 512, 7000, 4)
    site.vm("big", "h0", "hungry")
    for name in ("h1", "h2", "h3"):
        site.vm(f"big{name}", name, "hungry")
    found = refused(lab)["cpu"]
    assert found["vm_name"] == "big"
    assert found["need"]["cpu"] == 28000
    assert found["hosts"] == {"cpu": 3}
    assert "28000 MHz" in found["message"]


def test_ram(lab: Lab, site: Site) -> None:
    site.offering("large", 3584, 500)
    site.vm("big", "h0", "large")
    for name in ("h1", "h2", "h3"):
        site.vm(f"big{name}", name, "large")
    found = refused(lab)["ram"]
    assert (found["vm_name"], found["need"]["ram"]) == ("big", 3584 << 20)


def test_aggregate_short(lab: Lab, site: Site) -> None:
    """Each VM fits, the sum does not: what the server's own check never adds up."""
    for name in site.hosts:
        for number in range(3):
            site.vm(f"more{name}-{number}", name)
    found = refused(lab)["aggregate_short"]
    assert found["need"]["ram"] > found["free"]["ram"]
    assert found["short"]["ram"] == found["need"]["ram"] - found["free"]["ram"]


def test_fragmentation(lab: Lab, site: Site) -> None:
    """Two VMs of 3.5 GiB, one hole of 5 GiB and others of less: the sum is there, the places are not."""
    site.offering("half", 3584, 500)
    site.offering("filler", 2 * 1024, 500)
    for number in range(3):
        site.client.run("destroyVirtualMachine", {"id": site.vms.pop(f"vm0-{number}"), "expunge": True})
    site.vm("half1", "h0", "half")
    site.vm("half2", "h0", "half")
    for name in ("h2", "h3"):
        site.vm(f"filler{name}", name, "filler")
    found = refused(lab)["fragmentation"]
    assert found["vms"] >= 2
    assert found["vm_name"].startswith("half")


def test_tag(lab: Lab, site: Site) -> None:
    site.set_host("h0", hosttags="ssd")
    site.offering("fast", hosttags="ssd")
    site.vm("tagged", "h0", "fast")
    found = refused(lab)["tag"]
    assert (found["vm_name"], found["hosts"]) == ("tagged", {"tag": 3})


def gpu(site: Site, vgpu_type: str) -> None:
    """A VM with a graphics card, or a slice of one, by the details of its offering."""
    keys = {"pciDevice": "Group of NVIDIA A40", "vgpuType": vgpu_type}
    site.offering("card", serviceofferingdetails=[{"key": key, "value": value} for key, value in keys.items()])
    site.vm("painter", "h0", "card")


@pytest.mark.parametrize(("vgpu_type", "code"), [("passthrough", "gpu"), ("nvidia-558", "vgpu")])
def test_cards(lab: Lab, site: Site, vgpu_type: str, code: str) -> None:
    gpu(site, vgpu_type)
    assert refused(lab)[code]["vm_name"] == "painter"


def limit(site: Site, guests: int) -> None:
    """What the hypervisor is said to be capable of."""
    asked = {"hypervisor": "Simulator"}
    for row in site.client.listing("listHypervisorCapabilities", "hypervisorCapabilities", asked):
        site.client.run("updateHypervisorCapabilities", {"id": row["id"], "maxguestslimit": guests})


def test_max_vms(lab: Lab, site: Site) -> None:
    """Every other host has as many VMs as its hypervisor may run, and room for more."""
    vms = lab.box.world.vms
    most = max(len(vms.select(host_id=host.id)) for host in lab.box.world.hosts)
    for name in ("h1", "h2", "h3"):
        here = next(host.id for host in lab.box.world.hosts if host.name == name)
        for number in range(most - len(vms.select(host_id=here))):
            site.vm(f"more{name}-{number}", name)
    limit(site, most)
    found = refused(lab)["max_vms"]
    assert found["hosts"] == {"max_vms": 3}
    limit(site, most + 3)
    assert ask(lab, check=True).changed


def test_tag_rule(lab: Lab, site: Site) -> None:
    """A rule is known to the server alone, so such a host is no destination."""
    for name in ("h1", "h2", "h3"):
        site.set_host(name, hosttags="tags[0] == 'ssd'", istagarule=True)
    found = refused(lab)
    assert found["last_host"]["hosts"] == {"tag_rule": 3}


def test_ha_host(lab: Lab, site: Site) -> None:
    """Hosts with the tag of ha.tag are kept for restarts: the server's own allocators place nothing else there."""
    for name in ("h1", "h2", "h3"):
        site.set_host(name, hosttags="spare")
    assert ask(lab, check=True).changed
    site.client.run("updateConfiguration", {"name": "ha.tag", "value": "spare"})
    found = refused(lab)["ha_host"]
    assert found["hosts"] == {"ha_host": 3}
    site.set_host("h2", hosttags="")
    moved = ask(lab, check=True).result["moved"]
    assert {move["target"] for move in moved} == {"h2"}


def dedicate(site: Site, *hosts: str) -> None:
    domain = site.client.listing("listDomains", "domain", {"listall": True})[0]["id"]
    for name in hosts:
        site.client.run("dedicateHost", {"hostid": site.hosts[name], "domainid": domain})


def test_dedication(lab: Lab, site: Site) -> None:
    dedicate(site, "h1", "h2", "h3")
    found = refused(lab)["dedication"]
    assert found["hosts"] == {"dedication": 3}


def test_not_dedicated(lab: Lab, site: Site) -> None:
    """A VM of a dedication group may run on dedicated hosts alone."""
    dedicate(site, "h0")
    world = lab.box.world
    vm = next(row for row in world.vms if row.name == "vm0-0")
    group = site.client.run("createAffinityGroup", {"name": "own", "type": "host affinity"})["affinitygroup"]["id"]
    row = world.affinity_groups.by_uuid(group)
    assert row is not None
    row.kind = "ExplicitDedication"
    row.vm_ids.add(vm.id)
    found = refused(lab)["not_dedicated"]
    assert (found["vm_name"], found["hosts"]) == ("vm0-0", {"not_dedicated": 3})


def grouped(lab: Lab, site: Site, kind: str, *vms: str) -> None:
    group = site.client.run("createAffinityGroup", {"name": "g", "type": kind})["affinitygroup"]["id"]
    row = lab.box.world.affinity_groups.by_uuid(group)
    assert row is not None
    row.vm_ids.update(vm.id for vm in lab.box.world.vms if vm.name in vms)


def test_anti_affinity(lab: Lab, site: Site) -> None:
    grouped(lab, site, "host anti-affinity", "vm0-0", "vm1-0", "vm2-0", "vm3-0")
    found = refused(lab)["anti_affinity"]
    assert (found["vm_name"], found["hosts"]) == ("vm0-0", {"anti_affinity": 3})


def test_affinity_group_split(lab: Lab, site: Site) -> None:
    site.offering("wide", 3 * 1024, 500)
    for name in ("h1", "h2", "h3"):
        site.vm(f"fill{name}", name, "wide")
    grouped(lab, site, "host affinity", "vm0-0", "vm0-1", "vm0-2")
    assert "VMs vm0-0, vm0-1, vm0-2 must run on one host" in refused(lab)["affinity_group_split"]["message"]


@pytest.mark.parametrize(("what", "code"), [("local", "local_storage"), ("Snapshotting", "snapshot")])
def test_volumes(lab: Lab, site: Site, what: str, code: str) -> None:
    mark(lab, "vm0-2", what)
    assert refused(lab)[code]["vm_name"] == "vm0-2"


def test_last_host(lab: Lab, site: Site) -> None:
    leave(site)
    assert refused(lab)["last_host"]["hosts"] == {"not_enabled": 3}


def test_not_enabled(lab: Lab, site: Site) -> None:
    """Where only a disabled host would do, that is the reason: to enable it helps at once."""
    site.set_host("h0", hosttags="ssd")
    site.set_host("h1", hosttags="ssd")
    site.offering("fast", hosttags="ssd")
    site.vm("tagged", "h0", "fast")
    leave(site, "h2", "h3")
    assert refused(lab)["not_enabled"]["vm_name"] == "tagged"


def test_agent_down_elsewhere(lab: Lab, site: Site) -> None:
    site.set_host("h0", hosttags="ssd")
    site.set_host("h1", hosttags="ssd")
    site.offering("fast", hosttags="ssd")
    site.vm("tagged", "h0", "fast")
    lab.box._lose_agent("h1")
    assert refused(lab)["agent_down"]["vm_name"] == "tagged"


def test_agent_down_here(lab: Lab, site: Site) -> None:
    lab.box._lose_agent("h0")
    found = refused(lab)["agent_down"]
    assert (found["host_name"], found["state"]) == ("h0", "Disconnected")


def test_other_draining(lab: Lab, site: Site) -> None:
    lab.box.world.durations["migration"] = 1e6
    site.client.run("prepareHostForMaintenance", {"id": site.hosts["h3"]})
    assert refused(lab)["other_draining"]["host_name"] == "h3"


def test_other_draining_of_another_run(lab: Lab, site: Site) -> None:
    """What is told is whose run it is: to cancel its drain would break it."""
    lab.box.world.durations["migration"] = 1e6
    site.client.run("prepareHostForMaintenance", {"id": site.hosts["h3"]})
    cloud = lab.cloud()
    cluster = lookup.cluster(cloud, "c1", lookup.zone(cloud, None))
    claim = locks.Claim(locks.Lock("theirs", "anna@admin", "roll 7"))
    locks.take(cloud, cluster, claim)
    found = refused(lab)
    assert (list(found), found["locked"]["who"]) == (["locked"], "anna@admin")
    locks.release(cloud, cluster, claim)


@pytest.mark.parametrize("state", ["Error", "Unknown"])
def test_vm_error(lab: Lab, site: Site, state: str) -> None:
    """The server refuses it too, but only once all other VMs have left."""
    row = next(vm for vm in lab.box.world.vms if vm.name == "vm0-1")
    lab.run(lambda: lab.box.world.vms.update(row, state=state))
    found = refused(lab)["vm_error"]
    assert (found["vm_name"], found["state"]) == ("vm0-1", state)
    with pytest.raises(ApiError, match="VMs in error/unknown"):
        site.client.run("prepareHostForMaintenance", {"id": site.hosts["h0"]})


def test_n_plus_f(lab: Lab, site: Site) -> None:
    """Its VMs find places, but then no further host may fail."""
    for name in site.hosts:
        site.vm(f"fourth{name}", name)
    found = refused(lab, terms=allowed(spare_hosts=1))["n_plus_f"]
    assert found["failing"]


def test_all_reasons_come_at_once(lab: Lab, site: Site) -> None:
    mark(lab, "vm0-0", "local")
    mark(lab, "vm0-1", "Snapshotting")
    assert set(refused(lab)) == {"local_storage", "snapshot"}


def test_a_lock_of_another_run_is_told_with_who_and_since_when(lab: Lab, site: Site) -> None:
    """The only refusal that is found after the plan, by a note of its own that goes again; the other's note stays."""
    lab.before = placement(lab.box.world), [h.resource_state for h in lab.box.world.hosts]  # type: ignore[attr-defined]
    other = lab.client()
    text = 'hostcraft.lock {"token":"x","who":"anna@desk","job":"AWX job 7","lease":9000}'
    note = other.run("addAnnotation", {"entitytype": "CLUSTER", "entityid": site.cluster, "annotation": text})
    with lab.watched() as calls, pytest.raises(Refused) as caught:
        ask(lab)
    (found,) = caught.value.details["reasons"]
    assert (found["code"], found["who"], found["job"]) == ("locked", "anna@desk", "AWX job 7")
    written = {call.command for call in calls if not call.command.startswith(("list", "query"))}
    assert written <= {"addAnnotation", "removeAnnotation"}
    left = [each.text for each in lab.box.world.annotations]
    assert left == [text]
    other.run("removeAnnotation", {"id": note["annotation"]["id"]})


def test_migration_failed(lab: Lab, site: Site) -> None:
    """A VM that refuses every migration: the host is given back with all its other VMs where they went."""
    vm = site.vms["vm0-0"]

    def refuse(call: Any) -> None:
        if call.command == "migrateVirtualMachine" and call.params["virtualmachineid"] == vm:
            lab.box.faults.add("migrateVirtualMachine", "job_failed", text="guest does not respond")

    lab.on_call = refuse
    with pytest.raises(Exception, match="migration") as caught:
        ask(lab)
    codes = {reason["code"] for reason in caught.value.details["reasons"]}  # type: ignore[attr-defined]
    assert codes == {"migration_failed"}
    assert caught.value.details["reasons"][0]["vm_name"] == "vm0-0"  # type: ignore[attr-defined]
    where = placement(lab.box.world)
    assert where["vm0-0"] == "h0"
    assert "Stopped" not in where.values()
    assert site.state("h0") == "Enabled"
    lab.before = where, [h.resource_state for h in lab.box.world.hosts]  # type: ignore[attr-defined]
