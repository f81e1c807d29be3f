# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_site``: each object by the task of its own module."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.site import pieces
from ...core.site.pieces import PARTS, Declared, Piece, Terms
from ...operations.site.apply import Order, Removals, ensure_site
from ...ports.cloud import Cloud
from ..fields import Params, Spec
from ..maintenance.claims import LOCK, alone
from ..task import ApiTask
from .modules import task_of
from .validation import Validator

MOST = 64  # objects at the same time
DECLARED: Spec = {
    "declaration": {"type": "dict", "required": True},
    "hosts": {"type": "list", "elements": "dict"},
    "parts": {"type": "list", "elements": "str", "choices": list(PARTS), "default": list(PARTS)},
    "providers": {"type": "list", "elements": "str"},
    "primary_storage": {"type": "bool", "default": True},
    "storage_contents": {"type": "dict", "default": {}},
    "not_empty": {"type": "list", "elements": "str", "default": []},
}
OPTIONS: Spec = {
    **DECLARED,
    **LOCK,
    "at_once": {"type": "int", "default": 8},
    "prune": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "planned"], "default": "present"},
}


class Tasks:
    """What each module takes for its object, without what says where the server is."""

    def __init__(self) -> None:
        self._validators: dict[str, Validator] = {}

    def act(self, piece: Piece, cloud: Cloud, check_mode: bool) -> Outcome:
        """Raises NotValid, and what the module's operation raises."""
        task = task_of(piece.module)
        if piece.module not in self._validators:
            self._validators[piece.module] = Validator(task)
        return task.operation(cloud, self._validators[piece.module].validated(task.given(piece.given)), check_mode)


def operation(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    if not 1 <= params["at_once"] <= MOST:
        raise InvalidValue("at_once", params["at_once"], f"a number from 1 to {MOST}")
    planned = params["state"] == "planned"
    order = Order(
        str(params["declaration"].get("name")),
        stages_of(params),
        Tasks().act,
        params["at_once"],
    )
    if params["prune"]:
        order = order._replace(removals=lambda: _removals(cloud, params))
    found = ensure_site(cloud, order, check_mode or planned, alone(params))
    return replace(found, changed=False) if planned else found


def _removals(cloud: Cloud, params: Params) -> Removals:
    from ...operations.site.removal import not_declared  # only with prune

    return not_declared(cloud, declared(params))


def secrets(params: Params) -> t.Iterator[str]:
    """What the module of each object keeps secret."""
    if isinstance(params["declaration"], t.Mapping):
        for stage in stages_of(params):
            for piece in stage:
                yield from task_of(piece.module).secrets_in(piece.given)


def declared(params: Params) -> Declared:
    return Declared(params["declaration"], params["hosts"] or (), params["parts"] or PARTS)


def stages_of(params: Params) -> list[list[Piece]]:
    terms = Terms(
        params["providers"],
        params["primary_storage"] is not False,
        params["storage_contents"] or {},
        params["not_empty"] or (),
    )
    return pieces.stages(*declared(params), terms)


TASK = ApiTask(options=OPTIONS, operation=operation, secrets=secrets, unshown=frozenset(("declaration", "hosts")))
