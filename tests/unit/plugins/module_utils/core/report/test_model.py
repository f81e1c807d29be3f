# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report shows: sentences, loads before and after, and what is taken for a plan or a result."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet, vms_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import fingerprint
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.report.charts import (
    NARROW,
    WIDE,
    Spec,
    before_and_after,
    heat_map,
    short,
    timeline,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.report.model import (
    LEVELS,
    Report,
    bands,
    level,
    report,
    taken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

GIB = 1 << 30


def fleet(*counts: int, state: str = "Enabled") -> Fleet:
    """Hosts kvm1.example.net and so on of 4 × 2000 MHz and 8 GiB, with so many VMs of 1000 MHz and 1 GiB."""
    hosts = tuple(
        Host(
            f"h{n}",
            f"kvm{n}.example.net",
            state="Up",
            resource_state=state if n == 1 else "Enabled",
            cpu_number=4,
            cpu_speed=2000,
            memory_total=8 * GIB,
        )
        for n in range(1, len(counts) + 1)
    )
    instances = tuple(
        Instance(f"v{n}-{m}", f"vm{n}-{m}", "User", "Running", f"h{n}", cpu_number=1, cpu_speed=1000, ram=GIB)
        for n, count in enumerate(counts, 1)
        for m in range(count)
    )
    return Fleet(Cluster("c", "kvm-a", "z", "p"), hosts, instances, {})


def move(vm: str, source: int, target: int) -> dict[str, str]:
    return {"vm": vm, "source": f"kvm{source}.example.net", "target": f"kvm{target}.example.net"}


def planned(*waves: list[dict[str, str]], seconds: int = 900, **more: object) -> dict[str, object]:
    """A plan of one host a wave."""
    return {
        "cluster": "kvm-a",
        "feasible": True,
        "waves": [
            {
                "hosts": [f"kvm{n}.example.net"],
                "moves": moves,
                "seconds": seconds,
                "free": {"cpu_mhz": 1000, "ram_bytes": GIB},
            }
            for n, moves in enumerate(waves, 1)
        ],
        "moves": sum(map(len, waves)),
        "vms": 2,
        "bounds": {"moves": 2},
        "seconds": seconds * len(waves),
        "reasons": [],
        **more,
    }


def shown(its: Fleet, plans: list[dict[str, object]] | None = None, results: list[object] | None = None) -> Report:
    return report("", "z1", "2026-01-02T03:04:05Z", [its], plans or [], results or [])


@pytest.mark.parametrize(
    ("counts", "state", "borne", "words"),
    [
        ((2, 2), "Enabled", True, "N+1 holds: if a host fails"),
        ((7, 2), "Enabled", False, "Not N+1: if kvm1.example.net fails"),
        ((0, 0), "Enabled", True, "runs no VMs"),
        ((2,), "Disabled", False, "No host of the cluster accepts VMs"),
    ],
)
def test_spare_is_said_in_words(counts: tuple[int, ...], state: str, borne: bool, words: str) -> None:
    part = shown(fleet(*counts, state=state)).clusters[0]
    assert part.borne is borne
    assert words in part.sentence


def test_hosts_stand_by_number_with_their_shares() -> None:
    its = fleet(*([0] * 9), 4)
    part = shown(its).clusters[0]
    assert [row.name.partition(".")[0] for row in part.hosts][-2:] == ["kvm9", "kvm10"]
    assert (part.hosts[-1].cpu, part.hosts[-1].ram, part.hosts[-1].vms) == (0.5, 0.5, 4)
    assert part.spread == "9 hosts below 25 %, 1 host 50–75 %"


def test_every_share_has_one_band() -> None:
    assert len(bands()) == len(LEVELS) + 1
    assert [level(share) for share in (0.0, 0.2499, 0.25, 0.89, 0.9, 1.3)] == [0, 0, 1, 3, 4, 4]


def test_planned_moves_are_added_to_the_placement() -> None:
    plan = planned([move("vm1-0", 1, 2), move("vm1-1", 1, 2)], [move("vm1-0", 2, 1)])
    shift = shown(fleet(2, 0), [plan]).shifts[0]
    assert not shift.done
    assert [(row.ram, row.vms) for row in shift.hosts] == [((0.25, 0.125), (2, 1)), ((0.0, 0.125), (0, 1))]


def test_the_fullest_host_is_named_before_and_after() -> None:
    even = shown(fleet(4, 3, 0), [planned([move("vm1-0", 1, 3), move("vm1-1", 1, 3)])]).shifts[0]
    assert even.sentence == ("Fullest host: kvm1.example.net with 50 % before, kvm2.example.net with 38 % after.")
    assert even.verdict == "good"


def test_a_pile_is_never_shown_as_good() -> None:
    """All VMs on one host: the page once showed that in green."""
    pile = [move("vm1-0", 1, 2), move("vm1-1", 1, 2), move("vm3-0", 3, 2), move("vm3-1", 3, 2)]
    part = shown(fleet(2, 3, 2), [planned(pile)]).shifts[0]
    assert (part.verdict, "88 % after" in part.sentence) == ("bad", True)
    assert "threshold of 85 %" in part.sentence
    mild = shown(fleet(2, 3, 2), [planned(pile[:2])]).shifts[0]
    assert mild.verdict == ""
    limits = {"thresholds": {"cpu": 0.95, "memory": 0.6}}
    strict = shown(fleet(2, 3, 2), [planned(pile[:2], distribution=limits)]).shifts[0]
    assert strict.verdict == "bad"


def test_migrations_for_balance_count_in_what_is_planned() -> None:
    plan = planned([move("vm1-0", 1, 2)], balance=[move("vm2-0", 2, 1), move("vm2-1", 2, 1)])
    shift = shown(fleet(1, 3), [plan]).shifts[0]
    assert [row.vms for row in shift.hosts] == [(1, 2), (3, 2)]


def test_what_was_moved_at_the_end_of_a_roll_is_a_row_of_its_own() -> None:
    asked = {"module_args": {"cluster": "kvm-a", "state": "finished"}}
    nothing: object = {"moved": [], "invocation": asked}
    moved: object = {"moved": [move("vm1-0", 2, 1)], "invocation": asked}
    done = shown(fleet(1, 0), results=[nothing, moved]).done
    assert done is not None
    assert [(row.host, row.moved) for row in done.hosts] == [("balance of kvm-a", 1)]


def test_moves_that_were_made_are_taken_back() -> None:
    result = {"name": "kvm1.example.net", "moved": [move("vm2-0", 1, 3), move("vm2-0", 3, 2)], "seconds": 30}
    found = shown(fleet(0, 1, 0), results=[result])
    assert found.shifts[0].done
    assert [row.vms for row in found.shifts[0].hosts] == [(1, 0), (0, 1), (0, 0)]


def test_a_plan_for_a_placement_that_is_gone_is_told() -> None:
    its = fleet(1, 1)
    good = planned([], fingerprint=fingerprint(vms_of(its)))
    assert shown(its, [good]).plans[0].note == ""
    assert "make a new plan" in shown(its, [{**good, "fingerprint": "other"}]).plans[0].note


def test_system_vms_and_routers_move_in_a_table_of_their_own() -> None:
    its = fleet(2, 0)
    router = replace(its.instances[1], kind="Router", name="r-9-VM", alone_for="shop")
    its = replace(its, instances=(its.instances[0], router))
    moves = [{**move("vm1-0", 1, 2), "vm_id": "v1-0"}, {**move("r-9-VM", 1, 2), "vm_id": "v1-1"}]
    (plan,) = shown(its, [planned(moves)]).plans
    assert [row["vm"] for row in plan.moves] == ["vm1-0"]
    assert [(row["vm"], row["kind"], row["alone_for"]) for row in plan.system] == [("r-9-VM", "router", "shop")]


def namesakes() -> list[Fleet]:
    """Two clusters of one name; the second has hosts of other names, but a VM of the same name."""
    one = fleet(1, 0)
    one = replace(one, cluster=replace(one.cluster, pod="p"))
    hosts = tuple(replace(host, id=f"o{n}", name=f"other{n}") for n, host in enumerate(one.hosts, 1))
    instances = tuple(replace(vm, id=f"o-{vm.id}", host_id="o1") for vm in one.instances)
    return [one, Fleet(replace(one.cluster, id="c2", pod="q"), hosts, instances, {})]


OTHER = {"vm": "vm1-0", "source": "other1", "target": "other2"}


@pytest.mark.parametrize(
    "more",
    [
        {"cluster_id": "c2"},
        {"cluster_id": "c2", "cluster": "renamed meanwhile"},
        # As a plan before ids had it, and as a cluster is asked for.
        {},
        {"cluster": "q/kvm-a"},
        {"cluster": "KVM-A"},
    ],
)
def test_plans_of_clusters_of_one_name_are_told_apart(more: dict[str, object]) -> None:
    both = namesakes()
    plan = planned([OTHER], **more)
    plan["waves"] = [{**wave, "hosts": ["other1"]} for wave in planned([OTHER])["waves"]]  # type: ignore[attr-defined]
    plan["fingerprint"] = fingerprint(vms_of(both[1]))
    page = report("", "z1", "2026-01-02T03:04:05Z", both, [plan], [])
    assert [part.name for part in page.clusters] == ["p/kvm-a", "q/kvm-a"]
    assert [(part.cluster, part.note) for part in page.plans] == [("q/kvm-a", "")]
    assert [part.cluster for part in page.shifts] == ["q/kvm-a"]


def test_hosts_of_one_name_in_clusters_of_one_name_do_not_take_each_others_moves() -> None:
    one, _other = namesakes()
    both = [one, replace(one, cluster=replace(one.cluster, id="c2", pod="q"))]
    plan = planned([move("vm1-0", 1, 2)], cluster_id="c2")
    page = report("", "z1", "2026-01-02T03:04:05Z", both, [plan], [])
    assert [part.cluster for part in page.shifts] == ["q/kvm-a"]


@pytest.mark.parametrize("asked", ["q/kvm-a", "c2"])
def test_a_failed_plan_is_named_by_its_pod(asked: str) -> None:
    failed = {"failed": True, "msg": "no", "invocation": {"module_args": {"cluster": asked}}}
    page = report("", "z1", "2026-01-02T03:04:05Z", namesakes(), [failed], [])
    assert [part.cluster for part in page.plans] == ["q/kvm-a"]


@pytest.mark.parametrize("more", [{}, {"cluster_id": "gone"}, {"cluster": None}])
def test_a_plan_of_none_of_the_clusters_moves_nothing(more: dict[str, object]) -> None:
    plan = planned([move("vm1-0", 1, 2)], **{"cluster": "elsewhere", **more})
    page = report("", "z1", "2026-01-02T03:04:05Z", namesakes(), [plan], [])
    assert page.shifts == ()


def test_what_was_done_is_one_row_a_host() -> None:
    results = [
        {
            "name": "kvm1",
            "resource_state": "Maintenance",
            "moved": [move("vm1-0", 1, 2)],
            "stopped": ["a"],
            "seconds": 60,
        },
        {"name": "kvm1", "resource_state": "Enabled", "moved": [], "started": ["a"], "seconds": 30},
        {
            "failed": True,
            "msg": "refused",
            "invocation": {"module_args": {"name": "kvm2"}},
            "details": {"reasons": [{"code": "ram", "message": "m", "remedy": "r"}]},
        },
    ]
    done = shown(fleet(0, 1), results=results).done
    assert done is not None
    one, other = done.hosts
    assert (one.host, one.state, one.moved, one.stopped, one.started, one.seconds) == (
        "kvm1",
        "Enabled",
        1,
        ("a",),
        ("a",),
        90,
    )
    assert (other.host, other.problem, other.reasons[0]["code"]) == ("kvm2", "refused", "ram")
    assert done.sentence == "1 VM moved off 2 hosts, 1 stopped, in 2 min; 1 host failed."


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (None, 0),
        (planned(), 1),
        ([planned(), planned()], 2),
        ({"results": [planned(), {"skipped": True}]}, 1),
        ([{"results": [planned()]}, {"failed": True, "msg": "x"}], 2),
    ],
)
def test_results_are_taken_as_they_were_registered(value: object, count: int) -> None:
    assert len(taken("plan", value, "waves", "cs_maintenance_plan")) == count


@pytest.mark.parametrize("value", ["text", [1], {"moved": []}, {"results": [{"moved": []}]}])
def test_what_is_no_result_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="cs_maintenance_plan"):
        taken("plan", value, "waves", "cs_maintenance_plan")


def rows(spec: Spec) -> list[dict[str, object]]:
    return [row for layer in spec["layer"] for row in layer["data"]["values"]]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("hosts", [1, 3, 60, 61, 200])
def test_charts_stay_in_their_frame(width: int, hosts: int) -> None:
    its = fleet(*([1] * hosts))
    plan = planned(*([move(f"vm{n}-0", n, n % hosts + 1)] for n in range(1, hosts + 1)))
    found = shown(its, [plan])
    specs = [heat_map(found.clusters[0], width), timeline(found.plans[0], width)]
    specs += [before_and_after(shift, width, kind) for shift in found.shifts for kind in ("cpu", "ram")]
    assert len(specs) == 4
    for spec in specs:
        for row in rows(spec):
            assert 0 <= float(str(row["x"])) <= float(str(row.get("x2", width))) <= width + 0.001
            assert 0 <= float(str(row["y"])) <= float(str(row.get("y2", row["y"]))) <= spec["height"]


@pytest.mark.parametrize("most", [5, 16, 40])
def test_a_long_roll_is_put_together_without_losing_a_wave(most: int) -> None:
    count = 101
    plan = shown(fleet(*([0] * count)), [planned(*([] for _ in range(count)))]).plans[0]
    bars = [row for row in rows(timeline(plan, WIDE, most)) if str(row.get("says", "")).startswith("wave")]
    assert len(bars) <= most
    names = [name for row in bars for name in str(row["says"]).split(": ")[1].split(";")[0].split(", ")]
    assert names == [f"kvm{n}.example.net" for n in range(1, count + 1)]


def test_many_hosts_become_counts_that_add_up() -> None:
    its = fleet(*([2] * 50))
    shift = shown(its, [planned([move("vm1-0", 1, 2)])]).shifts[0]
    texts = [str(row["text"]) for row in rows(before_and_after(shift, WIDE, "ram")) if "→" in str(row.get("text"))]
    pairs = [text.removesuffix(" hosts").split(" → ") for text in texts]
    assert [sum(int(pair[side]) for pair in pairs) for side in (0, 1)] == [50, 50]


def test_names_lose_the_domain_that_all_share() -> None:
    assert short(["a.example.net", "b.example.net"]) == {"a.example.net": "a", "b.example.net": "b"}
    assert short(["a.example.net", "a.example.org"]) == {n: n for n in ("a.example.net", "a.example.org")}
    assert short(["10.1.2.3"]) == {"10.1.2.3": "10.1.2.3"}


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.just([]), st.just({}), st.just([{}])
)


def places(value: object, place: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield place
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*place, key))


def planted(value: Any, place: tuple[Any, ...], odd: object) -> Any:
    if not place:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = planted(copy[place[0]], place[1:], odd)
    return copy


WHOLE = planned([move("vm1-0", 1, 2)], balance=[], distribution={"thresholds": {"cpu": 0.8}}, cluster_id="c")
RESULT = {
    "name": "kvm1",
    "moved": [move("vm1-0", 1, 2)],
    "stopped": ["a"],
    "started": [],
    "remaining": [],
    "seconds": 3,
}


@given(st.sampled_from(list(places(WHOLE))), ODD)
def test_a_plan_of_another_form_is_refused_or_shown(place: tuple[object, ...], odd: object) -> None:
    """Out of a file, of an older version, or changed by hand: never a traceback."""
    with contextlib.suppress(InvalidValue):
        shown(fleet(1, 1), list(taken("plan", planted(WHOLE, place, odd), "waves", "cs_maintenance_plan")))


@given(st.sampled_from(list(places(RESULT))), ODD)
def test_a_result_of_another_form_is_refused_or_shown(place: tuple[object, ...], odd: object) -> None:
    with contextlib.suppress(InvalidValue):
        shown(fleet(1, 1), results=list(taken("results", planted(RESULT, place, odd), "moved", "cs_maintenance")))


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (("waves", 0, "moves", 0, "target"), "waves[0].moves[0].target"),
        (("bounds",), "bounds"),
        (("distribution", "thresholds", "cpu"), "distribution.thresholds.cpu"),
    ],
)
def test_the_place_of_another_form_is_told(place: tuple[object, ...], told: str) -> None:
    with pytest.raises(InvalidValue, match=re.escape(f"plan.{told}=['x'] is not valid: expected what cs_")):
        taken("plan", planted(WHOLE, place, ["x"]), "waves", "cs_maintenance_plan")
