# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll's plan as lines that a person reads before saying yes. Input: what cs_maintenance_plan returns."""

from __future__ import annotations

import typing as t
from collections import Counter

GIB = 1 << 30
Plan = t.Mapping[str, t.Any]


def plan_text(plan: Plan) -> list[str]:
    """The roll in a sentence, a line a wave, and every reason where it cannot be done."""
    head = f"cluster {plan['cluster']}: {len(plan['waves'])} waves, {plan['moves']} migrations for {plan['vms']} VMs"
    if plan["feasible"]:
        bound = plan["bounds"]["moves"]
        head += (
            f" ({plan['moves_per_vm']} for each VM; at least {bound} in any plan), about {duration(plan['seconds'])}"
        )
    lines = [head if plan["feasible"] else f"cluster {plan['cluster']}: cannot be rolled"]
    lines += [_wave(number, wave) for number, wave in enumerate(plan["waves"], 1)]
    if plan["feasible"] and plan.get("distribution"):
        lines += _loads(plan["distribution"], plan.get("balance") or ())
    if plan["feasible"]:
        lines += ["  each host:", *(f"    - {step}" for step in plan.get("procedure") or ())]
    lines += [f"  {reason}" for reason in _reasons(plan)]
    return lines


def plan_refusals(plans: t.Iterable[Plan], waits: bool = False) -> list[str]:
    """A sentence with every reason for each cluster that cannot be rolled, of the results of a loop.

    waits: a cluster that another run has locked is waited for, and is planned anew then.
    """
    barred = [plan for plan in plans if not plan["feasible"]]
    if waits:
        barred = [plan for plan in barred if "locked" not in {reason["code"] for reason in plan["reasons"]}]
    return [f"Cluster {_named(plan)} cannot be rolled: {'; '.join(_reasons(plan))}" for plan in barred]


def _named(plan: Plan) -> str:
    """Also as it was asked for: two pods may have clusters of one name."""
    name, asked = str(plan["cluster"]), str(plan.get("item") or plan["cluster"])
    return name if asked == name else f"{name} ({asked})"


def _reasons(plan: Plan) -> list[str]:
    return [f"{r['code']}: {r['message']} ({r['remedy']})" for r in plan["reasons"]]


def _wave(number: int, wave: Plan) -> str:
    targets = Counter(move["target"] for move in wave["moves"])
    places = ", ".join(f"{count} to {name}" for name, count in targets.most_common())
    free = wave["free"]
    text = f"  {number}. {', '.join(wave['hosts'])}: {len(wave['moves'])} VMs move"
    text += f" ({places})" if places else ""
    return f"{text}; free during the wave {free['cpu_mhz'] / 1000:.0f} GHz, {free['ram_bytes'] / GIB:.0f} GiB"


def _loads(spread: Plan, balance: t.Sequence[Plan]) -> list[str]:
    """The fullest host before and after, and what is done for balance alone."""
    before, after = spread["fullest"]["before"], spread["fullest"]["after"]
    text = f"  fullest host: {before['host']} {before['share']:.0%} before, {after['host']} {after['share']:.0%} after"
    if balance:
        text += f", with {len(balance)} more migrations for balance"
    elif spread["least"] is not None:
        text += f" (the best possible with these migrations is {spread['least']:.0%})"
    above = spread["above_threshold"]
    return [text, *([f"  above the cluster's threshold afterwards: {', '.join(above)}"] if above else [])]


def roll_text(now: Plan) -> str:
    """Where a roll stands, from what cs_rolling_maintenance state=next returns."""
    count = len(now["done"]) + len(now["skipped_hosts"])
    text = f"{count} of {count + len(now['pending'])} hosts done"
    if now["skipped_hosts"]:
        text += f" ({len(now['skipped_hosts'])} of them skipped)"
    if now["wave"]:
        text += f"; next {', '.join(now['wave'])}"
    if now["plan"]:
        plan = now["plan"]
        text += f"; {plan['moves']} migrations remaining, about {duration(plan['seconds'])} to go"
    if now.get("age", 0) >= 60:
        text += f"; started {duration(now['age'])} ago"
    if now["drifted"]:
        text += "; VMs have moved since the plan was made, so the rest was planned again"
    return text


def duration(seconds: float) -> str:
    """1 h 05 min, 12 min, 40 s."""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"
