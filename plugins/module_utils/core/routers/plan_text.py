# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router upgrade's plan as plain data, and as lines that a person reads before saying yes."""

from __future__ import annotations

import typing as t

from ..change import plain
from ..text import printable
from .upgrade import Plan, Unit

Shown = t.Mapping[str, t.Any]


def plan_shown(plan: Plan) -> dict[str, t.Any]:
    units = plan.units
    return {
        "feasible": not plan.reasons,
        "routers": plan.routers,
        "up_to_date": plan.current,
        "batches": [[_unit(unit) for unit in batch] for batch in plan.batches],
        "networks": len(units),
        "interrupted": [
            {"name": unit.name, "id": unit.id, "account": unit.account, "seconds_down": unit.down}
            for unit in units
            if unit.down > 0
        ],
        "left_out": [plain(each) for each in plan.left_out],
        "reasons": [
            {"code": each.code, "message": each.message, "remedy": each.remedy, **each.facts} for each in plan.reasons
        ],
        "seconds": plan.seconds,
    }


def _unit(unit: Unit) -> dict[str, t.Any]:
    return {
        "kind": unit.kind,
        "id": unit.id,
        "name": unit.name,
        "zone": unit.zone,
        "account": unit.account,
        "domain": unit.domain,
        "redundant": unit.redundant,
        "method": unit.method,
        "why": list(unit.why),
        "steps": [plain(step) for step in unit.steps],
        "seconds": unit.seconds,
        "seconds_down": unit.down,
    }


def plan_text(plan: Shown) -> list[str]:
    """A sentence, a line for each network in its batch, what is left out, and every reason where it cannot be done."""
    head = f"{plan['routers']} routers, {plan['up_to_date']} up to date"
    if not plan["feasible"]:
        head += ": cannot be upgraded"
    elif plan["networks"]:
        head += f"; {plan['networks']} networks in {len(plan['batches'])} batches, about {plan['seconds']:.0f} s"
    lines = [head]
    for number, batch in enumerate(plan["batches"], 1):
        lines += [f"  {number}. {_line(unit)}" for unit in batch]
    lines += [f"  left out: {each['name']} [{each['code']}] {_said(each)}" for each in plan["left_out"]]
    lines += [f"  {each['code']}: {_said(each)}" for each in plan["reasons"]]
    return [printable(line) for line in lines]


def _line(unit: Shown) -> str:
    what = "VPC" if unit["kind"] == "vpc" else "network"
    steps = ", ".join(f"{step['action']} {step['name']}".strip() for step in unit["steps"])
    down = f"down for about {unit['seconds_down']:.0f} s" if unit["seconds_down"] else "not down"
    return f"{what} {unit['name']} ({unit['account']}): {steps}; {down}; because of {', '.join(unit['why'])}"


def _said(each: Shown) -> str:
    return f"{each['message']} ({each['remedy']})" if each["remedy"] else str(each["message"])
