# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VMs the maintenance of a pool stops."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.storage.maintenance import (
    planned,
    refusals,
    stands_in,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.storage.volumes import Volume
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import StoragePool

POOL = StoragePool("p", "p", scope="CLUSTER", cluster_id="c", state="Up")
STATES = st.sampled_from(["Running", "Stopped", "Starting", "Stopping", "Migrating", "Error"])
KINDS = st.sampled_from(["User", "Router", "ConsoleProxy"])


@st.composite
def volumes(draw: st.DrawFn) -> list[Volume]:
    found = []
    for n in range(draw(st.integers(0, 5))):
        state, kind = draw(STATES), draw(KINDS)
        for disk in range(draw(st.integers(1, 3))):
            found.append(Volume(f"{n}.{disk}", f"v{n}.{disk}", vm_id=str(n), vm=f"vm{n}", vm_state=state, vm_kind=kind))
    return [*found, Volume("free", "free")]


@given(volumes(), st.sets(st.sampled_from([f"vm{n}" for n in range(5)])), st.booleans())
def test_every_vm_with_a_volume_is_told_once_and_none_stops_without_consent(
    its: list[Volume], consent: set[str], other: bool
) -> None:
    pools = [POOL, StoragePool("q", "q", scope="ZONE", state="Up")] if other else [POOL]
    plan = planned(POOL, its, pools)
    told = [vm.id for vm in (*plan.stops, *plan.restarts, *plan.down)]
    assert sorted(told) == sorted({volume.vm_id for volume in its if volume.vm_id})
    refused = {str(reason.facts["vm"]) for reason in refusals(plan, consent) if reason.code == "vm_stops"}
    alive = {
        v.vm for v in its if v.vm_kind == "User" and v.vm_state in ("Running", "Starting", "Stopping", "Migrating")
    }
    assert refused == alive - consent
    homeless = {str(reason.facts["vm"]) for reason in refusals(plan, consent) if reason.code == "no_other_pool"}
    assert not (other and homeless)
    assert not list(refusals(plan, ["all"])) or any(v.vm_state in ("Starting", "Stopping", "Migrating") for v in its)


def test_what_another_pool_has_to_be_to_stand_in() -> None:
    def other(**changes: str) -> bool:
        return stands_in(
            StoragePool("q", "q", **{"scope": "CLUSTER", "cluster_id": "c", "state": "Up", **changes}), POOL
        )

    assert other()
    assert other(scope="ZONE", cluster_id="")
    assert not other(cluster_id="d")
    assert not other(state="Disabled")
    assert not other(scope="HOST")
    assert not stands_in(POOL, POOL)
