# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as a person reads it."""

from __future__ import annotations

from typing import Any

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.text import (
    plan_refusals,
    plan_text,
)


def plan(**more: Any) -> dict[str, Any]:
    ends = {"before": {"host": "kvm1", "share": 0.312}, "after": {"host": "kvm4", "share": 0.354}}
    spread = {"fullest": ends, "least": 0.338, "thresholds": {}, "above_threshold": []}
    return {
        "cluster": "kvm-a",
        "feasible": True,
        "waves": [],
        "moves": 9,
        "vms": 8,
        "moves_per_vm": 1.125,
        "bounds": {"moves": 9, "waves": 4},
        "seconds": 60,
        "reasons": [],
        "distribution": {**spread, **more.pop("spread", {})},
        **more,
    }


def test_the_fullest_host_is_told_with_what_can_be_had_at_best() -> None:
    assert plan_text(plan())[1:2] == [
        "  fullest host: kvm1 31% before, kvm4 35% after (the best possible with these migrations is 34%)"
    ]


def test_migrations_for_balance_are_told_in_its_place() -> None:
    assert plan_text(plan(balance=[{}, {}]))[1].endswith("35% after, with 2 more migrations for balance")


def test_hosts_above_the_threshold_are_named() -> None:
    assert "  above the cluster's threshold afterwards: kvm4" in plan_text(plan(spread={"above_threshold": ["kvm4"]}))


def test_a_plan_of_an_older_release_is_told_too() -> None:
    old = plan()
    del old["distribution"]
    assert not any("fullest" in line for line in plan_text(old))


def barred(cluster: str, *codes: str, **more: Any) -> dict[str, Any]:
    reasons = [{"code": code, "message": f"host h{n}: no", "remedy": "help"} for n, code in enumerate(codes)]
    wave = {"hosts": ["h9"], "moves": [], "free": {"cpu_mhz": 0, "ram_bytes": 0}}
    return plan(cluster=cluster, feasible=False, reasons=reasons, waves=[wave], **more)


def test_a_refusal_names_only_clusters_that_cannot_be_rolled_with_every_reason() -> None:
    plans = [
        plan(item="kvm-a"),
        barred("kvm-b", "n_plus_f", "ram", item="kvm-b"),
        barred("kvm-c", "tag", item="p2/kvm-c"),
    ]
    assert plan_refusals(plans) == [
        "Cluster kvm-b cannot be rolled: n_plus_f: host h0: no (help); ram: host h1: no (help)",
        "Cluster kvm-c (p2/kvm-c) cannot be rolled: tag: host h0: no (help)",
    ]


def test_a_locked_cluster_is_no_refusal_where_it_is_waited_for() -> None:
    plans = [barred("kvm-a", "ram", "locked"), barred("kvm-b", "ram")]
    assert len(plan_refusals(plans)) == 2
    assert plan_refusals(plans, waits=True) == ["Cluster kvm-b cannot be rolled: ram: host h0: no (help)"]
