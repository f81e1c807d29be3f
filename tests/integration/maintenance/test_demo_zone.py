# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared zone of the demo, rolled cluster by cluster under faults, with progress and a report."""

from __future__ import annotations

from pathlib import Path

from integration.zone.apply import INVENTORIES, play

from sandbox.jobs import SUCCEEDED
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.worlds import new_vm

CLUSTERS = ["kvm-a", "xen-a", "vmw-b"]
VMS = 4  # on each host


def furnish(world: World) -> None:
    """Running VMs on every host of the clusters."""
    for cluster in world.clusters:
        if cluster.name not in CLUSTERS:
            continue
        for host in world.hosts.select(cluster_id=cluster.id):
            for _number in range(VMS):
                vm = new_vm(world)
                world.vms.update(vm, zone_id=host.zone_id)
                vm.hypervisor = host.hypervisor
                life.place(world, vm, host)


def test_the_demo_zone_is_rolled_under_faults(tmp_path: Path) -> None:
    page = tmp_path / "roll.html"
    with Sandbox(seed=11, speed=20.0) as box:
        assert play(box, INVENTORIES / "advanced").status == 0
        box.run(furnish)
        box.faults.add("listHosts", "http", nth=6, status=503)
        box.faults.add("listVirtualMachines", "drop", nth=4)
        box.faults.add("queryAsyncJobResult", "html", nth=5, times=3)
        box.faults.add("migrateVirtualMachine", "job_failed", nth=3, times=2)
        box.faults.add("prepareHostForMaintenance", "drop_after", nth=2)
        box.faults.add("listClusters", "slow", nth=3, seconds=0.5)
        run = play(
            box,
            INVENTORIES / "advanced",
            "-e",
            f'{{"rolling_maintenance_clusters": {CLUSTERS!r}, "rolling_maintenance_zone": "zurich",'.replace("'", '"')
            + f'"rolling_maintenance_report": "{page}"}}',
            playbook="rolling_maintenance.yml",
        )
        assert run.status == 0, run.output
        hosts = box.run(
            lambda world: {
                host.name: (host.resource_state, world.clusters[host.cluster_id].name) for host in world.hosts
            }
        )
        states = box.run(lambda world: {vm.state for vm in world.vms})
        visited = box.run(
            lambda world: {
                job.instance[1] for job in world.jobs if job.command == "prepareHostForMaintenance" and job.instance
            }
        )
        moves = box.run(
            lambda world: sum(
                1 for job in world.jobs if job.command == "migrateVirtualMachine" and job.status == SUCCEEDED
            )
        )
        rolled = box.run(lambda world: {h.uuid for h in world.hosts if world.clusters[h.cluster_id].name in CLUSTERS})
    assert states == {"Running"}
    assert {state for state, cluster in hosts.values() if cluster in CLUSTERS} == {"Enabled"}
    # A host that the inventory keeps disabled stays so: it is of another cluster.
    assert hosts["kvm-b2.zurich.example.net"][0] == "Disabled"
    assert visited == rolled
    count = VMS * len(rolled)
    assert count <= moves <= count + len(CLUSTERS) * (VMS + 4)
    assert "VMs moved" in run.output
    text = page.read_text()
    assert all(name in text for name in CLUSTERS)
    assert "<script" not in text
