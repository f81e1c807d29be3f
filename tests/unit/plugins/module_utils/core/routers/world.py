# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small model of networks with routers, written apart from the planner: it carries out steps and checks plans."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import Router
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.upgrade import Plan, Step, Unit

OLD, NEW = "4.10.0", "4.18.1"


@dataclass
class Networks:
    """rows: routers by id. work: ids of routers that were renewed, patched or rebooted, in order."""

    rows: dict[str, Router] = field(default_factory=dict)
    work: list[str] = field(default_factory=list)
    without_primary: list[str] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(100))

    def add(self, network: str, version: str, state: str = "", **more: object) -> Router:
        number = next(self.numbers)
        fields = {
            "network_id": network,
            "network": network,
            "account": "admin",
            "domain_path": "ROOT",
            "redundant": bool(state),
            "redundant_state": state or "UNKNOWN",
            "requires_upgrade": version == OLD,
            **more,
        }
        row = Router(f"id{number}", f"r-{number}-VM", "Running", version=version, **fields)  # type: ignore[arg-type]
        self.rows[row.id] = row
        return row

    def of(self, network: str) -> list[Router]:
        return [row for row in self.rows.values() if row.network_id == network]

    def carry_out(self, unit: Unit, step: Step) -> None:
        """One step, as a server would; a pair that has no PRIMARY afterwards is remembered."""
        if step.action == "complete":
            self._again(unit.id, "BACKUP")
        elif step.action == "fail_over":
            self._set(step.router, state="Stopped", redundant_state="UNKNOWN")
            for row in self.of(unit.id):
                if row.state == "Running" and row.redundant_state == "BACKUP":
                    self._set(row.id, redundant_state="PRIMARY")
        elif step.action == "start":
            self._set(step.router, state="Running", redundant_state="BACKUP")
        elif step.action == "renew":
            self.work.append(step.router)
            del self.rows[step.router]
            self._again(unit.id, "BACKUP")
        elif step.action == "recreate":
            for row in self.of(unit.id):
                self.work.append(row.id)
                del self.rows[row.id]
                self._again(unit.id, "")
        elif step.action == "patch":
            for row in self.of(unit.id):
                self._patch(row)
        else:
            self._reboot(step.router)
        if unit.redundant and not any(r.redundant_state == "PRIMARY" and r.runs for r in self.of(unit.id)):
            self.without_primary.append(f"{unit.id} after {step.action}")

    def _reboot(self, id: str) -> None:
        self.work.append(id)
        row = self.rows[id]
        fresh = row.redundant_state if row.redundant_state in ("BACKUP", "PRIMARY") else "BACKUP"
        state = fresh if row.redundant else "UNKNOWN"
        self._set(id, state="Running", version=NEW, requires_upgrade=False, redundant_state=state)

    def _patch(self, row: Router) -> None:
        if row.version == OLD:
            self.work.append(row.id)
            self._set(row.id, version=NEW, requires_upgrade=False)

    def _again(self, network: str, state: str) -> None:
        self.add(network, NEW, state)

    def _set(self, id: str, **fields: object) -> None:
        self.rows[id] = dataclasses.replace(self.rows[id], **fields)  # type: ignore[arg-type]


def faults(plan: Plan, routers: Sequence[Router], needing: Iterable[str], most: int, consent: bool) -> list[str]:
    """What is wrong with a plan, found without the planner's own functions."""
    found = []
    by_id = {each.id: each for each in routers}
    touched: list[str] = []
    for number, batch in enumerate(plan.batches):
        if len(batch) > (1 if number == 0 else most):
            found.append(f"batch {number} has {len(batch)} networks")
        for unit in batch:
            held = [each for each in routers if (each.vpc_id or each.network_id) == unit.id]
            touched += unit.needing
            pair = any(each.redundant for each in held)
            if not pair and unit.down > 0 and not consent:
                found.append(f"{unit.name} goes down without consent")
            if pair:
                found += _order(unit, by_id)
            if unit.down != sum(step.down for step in unit.steps):
                found.append(f"{unit.name}: down {unit.down}")
    if len(touched) != len(set(touched)):
        found.append("a router twice")
    left = {each.id for each in plan.left_out}
    wanted = {id for id in needing if (by_id[id].vpc_id or by_id[id].network_id) not in left}
    if not plan.reasons and set(touched) != wanted:
        found.append(f"touched {sorted(touched)}, wanted {sorted(wanted)}")
    return found


def _order(unit: Unit, by_id: dict[str, Router]) -> list[str]:
    """A PRIMARY is renewed or rebooted only after it was stopped and the other was made right."""
    actions = [(step.action, step.router) for step in unit.steps]
    found = []
    for place, (action, router) in enumerate(actions):
        was_primary = router in by_id and by_id[router].redundant_state == "PRIMARY"
        if was_primary and action in ("renew", "reboot") and ("fail_over", router) not in actions[:place]:
            found.append(f"{unit.name}: {router} without fail-over")
        if action == "recreate":
            found.append(f"{unit.name}: a pair is made anew at once")
        if action == "fail_over":
            others = [r for r in by_id.values() if r.network_id == unit.id and r.id != router and r.id in unit.needing]
            done = {r for _a, r in actions[:place]}
            found += [
                f"{unit.name}: {other.id} takes over before it is renewed" for other in others if other.id not in done
            ]
    return found
