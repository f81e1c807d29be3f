# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs stopped and started so that they take a cluster's factors, one after the other.

Before a VM is stopped it is noted on the cluster, so that the successor of a killed run starts it again.
"""

from __future__ import annotations

import math
import typing as t

from ...core.accounting import Factors
from ...core.capacity.overprovisioning import PRECISION, as_started
from ...core.errors import NotAsRead
from ...core.placement.instances import Instance
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes
from ..vms import bring, settled

MARK = "hostcraft.overprovisioning restarting "


def same_factors(one: Factors, other: Factors) -> bool:
    return math.isclose(one.cpu, other.cpu, rel_tol=PRECISION) and math.isclose(one.ram, other.ram, rel_tol=PRECISION)


def left_stopped(cloud: Cloud, cluster: Cluster, check_mode: bool) -> list[Instance]:
    """VMs that a killed run stopped and did not start again. Who stops one that was seen running since then means it:
    its note is removed.
    """
    notes = [note for note in cloud.notes.all("CLUSTER", cluster.id) if note.text.startswith(MARK)]
    ids = dict.fromkeys(note.text[len(MARK) :] for note in notes)
    found = {each: cloud.fleets.machine(each, "User") for each in ids}
    down = [vm for vm in found.values() if vm is not None and vm.state in ("Stopped", "Stopping")]
    runs = {MARK + each for each, vm in found.items() if vm is not None and vm.state == "Running"}
    if not check_mode:
        remove_notes(cloud, "CLUSTER", cluster.id, [note for note in notes if note.text in runs])
    return down


def restart(cloud: Cloud, cluster: Cluster, vm: Instance, new: Factors) -> None:
    """Stop it if it runs, and start it; raises NotAsRead when it does not run again with the new factors."""
    cloud.progress(f"VM {vm.name}: stopped and started to apply the new factors")
    add_note(cloud, "CLUSTER", cluster.id, MARK + vm.id)
    seen: t.Optional[Instance] = settled(cloud, vm.id, vm.kind, vm.name)
    if seen is not None and seen.state != "Stopped":
        bring(cloud, vm, "stop")
    seen = bring(cloud, vm, "start")
    if seen.state != "Running" or not as_started(seen.own, new):
        own = seen.own.started_with
        held = {"state": seen.state, "cpu_factor": own.cpu, "memory_factor": own.ram}
        wanted = {"state": "Running", "cpu_factor": new.cpu, "memory_factor": new.ram}
        raise NotAsRead(f"VM {vm.name}", {"restart": {"held": held, "wanted": wanted}})
    notes = [note for note in cloud.notes.all("CLUSTER", cluster.id) if note.text == MARK + vm.id]
    remove_notes(cloud, "CLUSTER", cluster.id, notes)
