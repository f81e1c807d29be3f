# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAProxy says of its nodes: read from ``show stat``, and the commands that take a node out and in."""

from __future__ import annotations

import csv
import re
import typing as t
from dataclasses import dataclass

from ..errors import NotFound, Unreadable
from ..naming import nearest
from .load_balancer import AGENTS, LABEL, WEB

# What a node is set to, and what HAProxy then shows, beside the state of its check.
STATES: t.Mapping[str, str] = {"ready": "", "drain": "DRAIN", "maint": "MAINT"}


@dataclass(frozen=True)
class Side:
    """One node of one backend. status: UP, DOWN, DRAIN, MAINT … check: the last result of its check."""

    status: str
    check: str = ""
    sessions: int = 0

    @property
    def state(self) -> str:
        """What it is set to."""
        first = self.status.split(" ")[0]
        return next((state for state, shown in STATES.items() if shown and shown == first), "ready")


@dataclass(frozen=True)
class Balanced:
    """A node as users and as agents reach it."""

    name: str
    web: Side
    agents: Side

    @property
    def serves(self) -> bool:
        """It gets new users and new agents."""
        return all(side.status.split(" ")[0] == "UP" for side in (self.web, self.agents))


def nodes(answer: str) -> tuple[Balanced, ...]:
    """From the answer to ``show stat``. Raises Unreadable where it is none, or not of the role's configuration."""
    try:
        rows = list(csv.DictReader(answer.lstrip("# ").splitlines()))
    except csv.Error:
        rows = []
    sides: dict[str, dict[str, Side]] = {WEB: {}, AGENTS: {}}
    for row in rows:
        backend, name = row.get("pxname") or "", row.get("svname") or ""
        if backend in sides and name not in ("FRONTEND", "BACKEND", ""):
            sides[backend][name] = _side(row)
    if not sides[WEB] or set(sides[WEB]) != set(sides[AGENTS]):
        raise Unreadable(
            f"HAProxy does not show the nodes of the backends {WEB} and {AGENTS}: run the role load_balancer"
        )
    return tuple(Balanced(name, web, sides[AGENTS][name]) for name, web in sides[WEB].items())


def loaded(answer: str) -> str:
    """What the configuration that runs is called, from the answer to ``show info``; "" where it is not the role's."""
    match = re.search(r"^[Dd]escription: *(\S+)", answer, re.MULTILINE)
    return match[1] if match and match[1].startswith(LABEL) else ""


def _side(row: t.Mapping[str, t.Optional[str]]) -> Side:
    sessions = row.get("scur") or ""
    code = row.get("check_code") or ""
    check = " ".join(filter(None, (row.get("check_status") or "", code)))
    return Side(row.get("status") or "", check, int(sessions) if sessions.isdigit() else 0)


def named(held: t.Sequence[Balanced], name: str) -> Balanced:
    for node in held:
        if node.name == name:
            return node
    names = [node.name for node in held]
    raise NotFound("node", name, f"HAProxy, which has {', '.join(names)}", nearest(name, names))


def commands(node: Balanced, state: str) -> tuple[str, ...]:
    """What to tell HAProxy; none where the node is in that state on both sides."""
    return tuple(
        f"set server {backend}/{node.name} state {state}"
        for backend, side in ((WEB, node.web), (AGENTS, node.agents))
        if side.state != state
    )


def others_serve(held: t.Iterable[Balanced], name: str) -> bool:
    return any(node.serves for node in held if node.name != name)
