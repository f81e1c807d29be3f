# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that empty a pool, each judged by a checker of its own; and that none is missed where one exists."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.levels import Thresholds
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.storage.migration import Plan, Terms, planned
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.storage.volumes import Volume
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import StoragePool

HYPERVISORS = st.sampled_from(["KVM", "VMware", "XenServer", "Simulator"])
TAGS = st.frozensets(st.sampled_from(["ssd", "fast"]), max_size=2)


@st.composite
def pools(draw: st.DrawFn, id: str) -> StoragePool:
    cluster = draw(st.sampled_from(["", "c", "d"]))
    total = draw(st.integers(0, 40))
    return StoragePool(
        id,
        id,
        zone_id=draw(st.sampled_from(["z", "z", "z", "y"])),
        cluster_id=cluster,
        scope=draw(st.sampled_from(["CLUSTER", "HOST"])) if cluster else "ZONE",
        state=draw(st.sampled_from(["Up", "Up", "Up", "Disabled", "Maintenance"])),
        type=draw(st.sampled_from(["NetworkFilesystem", "CLVM"])),
        hypervisor=draw(st.sampled_from(["KVM", "VMware", "Any", None])),
        storage_tags=tuple(draw(TAGS)),
        disk_size_total=total,
        disk_size_allocated=draw(st.integers(0, 20)),
        disk_size_used=draw(st.integers(0, total)),
        overprovision_factor=draw(st.sampled_from(["1.0", "2.0", None])),
    )


@st.composite
def volumes(draw: st.DrawFn, count: int, hypervisor: str) -> list[Volume]:
    vms = {
        n: (draw(st.sampled_from(["Running", "Stopped", "Starting"])), draw(st.sampled_from(["User", "Router"])))
        for n in range(3)
    }
    found = []
    for n in range(count):
        vm = draw(st.sampled_from([None, 0, 1, 2]))
        size = draw(st.integers(0, 20))
        found.append(
            Volume(
                f"v{n}",
                f"v{n}",
                state=draw(st.sampled_from(["Ready", "Ready", "Ready", "Ready", "Snapshotting", "Destroy"])),
                size=size,
                physical=draw(st.one_of(st.none(), st.integers(0, size))),
                pool_id="s",
                vm_id="" if vm is None else f"id{vm}",
                vm="" if vm is None else f"vm{vm}",
                vm_state="" if vm is None else vms[vm][0],
                vm_kind="User" if vm is None else vms[vm][1],
                hypervisor=hypervisor,
                tags=draw(TAGS),
                local=draw(st.integers(0, 9)) == 0,
            )
        )
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[StoragePool, list[Volume], list[StoragePool], dict[str, Thresholds], Terms]:
    hypervisor = draw(HYPERVISORS)
    source = StoragePool(
        "s", "s", zone_id="z", cluster_id=draw(st.sampled_from(["c", ""])), state="Up", hypervisor=hypervisor
    )
    targets = [draw(pools(f"p{n}")) for n in range(draw(st.integers(0, 3)))]
    limits = {
        p.id: Thresholds(draw(st.sampled_from([0.5, 0.85, 1.0])), draw(st.sampled_from([0.5, 1.0]))) for p in targets
    }
    terms = Terms(
        consent=draw(st.sampled_from([(), ("all",), ("vm0",), ("id1", "vm2")])),
        live=draw(st.sampled_from([frozenset(), frozenset({"vmware", "xenserver"})])),
        snapshots=draw(st.sampled_from([frozenset(), frozenset({"id0"})])),
    )
    return source, draw(volumes(draw(st.integers(0, 5)), hypervisor)), targets, limits, terms


def may_hold(volume: Volume, source: StoragePool, pool: StoragePool) -> bool:
    """The documents' rules, said once more."""
    if pool.state != "Up" or pool.scope == "HOST" or pool.zone_id != "z":
        return False
    if pool.hypervisor not in (None, "Any", volume.hypervisor) or not volume.tags <= set(pool.storage_tags):
        return False
    if not pool.cluster_id:
        return True
    return pool.cluster_id == source.cluster_id or (not source.cluster_id and not volume.vm_id)


def may_move(volume: Volume, terms: Terms) -> bool:
    if volume.local or volume.state != "Ready" or volume.vm_state == "Starting":
        return False
    if volume.vm_id and volume.vm_id in terms.snapshots:
        return False
    if volume.vm_id and volume.vm_state == "Running":
        live = volume.hypervisor in ("VMware", "XenServer") and volume.hypervisor.lower() in terms.live
        return live or bool({"all", volume.vm, volume.vm_id} & set(terms.consent))
    return True


def fits(pool: StoragePool, limit: Thresholds, taken: list[Volume]) -> bool:
    if sum(v.size for v in taken) == 0:
        # A pool above its threshold keeps out only what weighs something.
        return True
    factor = float(pool.overprovision_factor or 1) if pool.type == "NetworkFilesystem" else 1.0
    promised = (pool.disk_size_allocated or 0) + sum(v.size for v in taken)
    written = (pool.disk_size_used or 0) + sum(v.size if v.physical is None else v.physical for v in taken)
    total = pool.disk_size_total or 0
    return promised <= int(int(total * factor) * limit.allocated) and written <= int(total * limit.used)


def check(
    plan: Plan,
    source: StoragePool,
    its: list[Volume],
    targets: list[StoragePool],
    limits: dict[str, Thresholds],
    terms: Terms,
) -> None:
    by_pool: dict[str, list[Volume]] = {}
    for move in plan.moves:
        assert may_move(move.volume, terms)
        assert may_hold(move.volume, source, move.target)
        assert move.target.id != source.id
        by_pool.setdefault(move.target.id, []).append(move.volume)
        live = move.volume.hypervisor in ("VMware", "XenServer") and move.volume.hypervisor.lower() in terms.live
        running = move.volume.vm_state == "Running"
        assert move.how == ("live" if running and live else "stopped" if running else "offline")
    for pool in targets:
        assert fits(pool, limits[pool.id], by_pool.get(pool.id, []))
    # Each volume is told once: moved, refused, left to the server, or gone anyway.
    moved = [move.volume.id for move in plan.moves]
    refused = [str(reason.facts["volume_id"]) for reason in plan.reasons]
    users = [v.id for v in its if v.vm_kind == "User" and v.state != "Destroy"]
    assert sorted(moved + refused) == sorted(users)
    assert sorted(plan.waiting) == sorted(v.name for v in its if v.state == "Destroy")


@given(cases())
def test_every_plan_keeps_every_rule(
    case: tuple[StoragePool, list[Volume], list[StoragePool], dict[str, Thresholds], Terms],
) -> None:
    source, its, targets, limits, terms = case
    check(planned(source, its, [source, *targets], limits, terms), *case)


@given(cases())
def test_no_plan_is_missed_where_one_exists(
    case: tuple[StoragePool, list[Volume], list[StoragePool], dict[str, Thresholds], Terms],
) -> None:
    source, its, targets, limits, terms = case
    plan = planned(source, its, targets, limits, terms)
    if [reason.code for reason in plan.reasons if reason.code != "no_space"] or not plan.reasons:
        return
    wanted = [v for v in its if v.vm_kind == "User" and v.state != "Destroy"]
    for choice in product(targets, repeat=len(wanted)):
        if not all(may_hold(v, source, pool) for v, pool in zip(wanted, choice, strict=True)):
            continue
        taken = {p.id: [v for v, pool in zip(wanted, choice, strict=True) if pool is p] for p in targets}
        assert not all(fits(pool, limits[pool.id], taken[pool.id]) for pool in targets), "a distribution was missed"


TARGET = StoragePool("t", "t", zone_id="z", cluster_id="c", scope="CLUSTER", state="Up", disk_size_total=100)
SOURCE = StoragePool("s", "s", zone_id="z", cluster_id="c", scope="CLUSTER", state="Up")
ONE = {"t": Thresholds(0.9, 0.9)}


def one(volume: Volume, **terms: object) -> Plan:
    return planned(SOURCE, [volume], [TARGET], ONE, Terms(**terms))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("volume", "terms", "code", "word"),
    [
        (Volume("v", "v", hypervisor="KVM", vm_id="i", vm="web", vm_state="Running"), {}, "needs_stop", "KVM cannot"),
        (Volume("v", "v", state="Migrating"), {}, "volume_state", "Migrating"),
        (Volume("v", "v", local=True), {}, "local_storage", "local disk"),
        (
            Volume("v", "v", vm_id="i", vm="web", vm_state="Stopped"),
            {"snapshots": frozenset("i")},
            "vm_snapshots",
            "web",
        ),
        (Volume("v", "v", tags=frozenset({"ssd"})), {}, "no_target", "does not have the tags ssd"),
        (Volume("v", "v", size=91), {}, "no_space", "t 90 bytes"),
    ],
)
def test_what_is_refused_is_told_with_its_reason(
    volume: Volume, terms: dict[str, object], code: str, word: str
) -> None:
    (reason,) = one(volume, **terms).reasons
    assert (reason.code, word in reason.message) == (code, True)


def test_a_search_finds_what_filling_the_emptiest_first_does_not() -> None:
    """6+5+5 into 10 and 6: the largest one first into the larger pool leaves no place for both others."""
    sizes = {"a": 6, "b": 5, "c": 5}
    targets = [
        StoragePool(id, id, zone_id="z", cluster_id="c", scope="CLUSTER", state="Up", disk_size_total=total)
        for id, total in (("p", 10), ("q", 6))
    ]
    full = {pool.id: Thresholds(1.0, 1.0) for pool in targets}
    plan = planned(SOURCE, [Volume(name, name, size=size) for name, size in sizes.items()], targets, full, Terms())
    assert plan.reasons == ()
    assert Counter(move.target.id for move in plan.moves) == {"p": 2, "q": 1}
