# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a zone differs from its declaration, as findings."""

from __future__ import annotations

import typing as t

from ..change import Outcome
from ..errors import Reason
from ..findings import BLOCKS, HURTS, NOTE, Finding, Table, rows
from ..text import printable
from .pieces import Key, Piece
from .plan import Change, told

SOURCE = "guide A declared zone"
DRIFT = Table(
    "drift",
    rows(
        BLOCKS,
        (
            "declared_impossible",
            "declared, but cannot be changed to the declaration",
            "change the declaration, or remove the object and create it again",
            SOURCE,
        ),
    ),
    rows(
        HURTS,
        (
            "declared_missing",
            "declared, but not on the server",
            "run the playbook site, or remove it from the declaration",
            SOURCE,
        ),
        (
            "declared_differently",
            "differs from its declaration",
            "run the playbook site, or change the declaration if the server has the correct value",
            SOURCE,
        ),
    ),
    rows(
        NOTE,
        (
            "not_declared",
            "on the server, but not declared",
            "add it to the declaration, or remove it",
            SOURCE,
        ),
    ),
)


def of_piece(piece: Piece, outcome: t.Optional[Outcome], reasons: t.Mapping[Key, Reason]) -> t.Iterator[Finding]:
    """reasons: against objects, by their keys. outcome: None where what the object needs is not there either."""
    if piece.key in reasons:
        against = reasons[piece.key]
        yield _found("declared_impossible", piece, against.message, reason=against.code)
    elif outcome is None:
        yield _found("declared_missing", piece, printable(piece.label))
    elif outcome.changed:
        change = Change(piece.kind, piece.name, outcome.before, outcome.after)
        code = "declared_missing" if change.action == "create" else "declared_differently"
        yield _found(code, piece, told(change), before=dict(change.before), after=dict(change.after))


def of_undeclared(piece: Piece) -> Finding:
    return _found("not_declared", piece, printable(piece.label))


def _found(code: str, piece: Piece, evidence: str, **facts: object) -> Finding:
    return DRIFT.found(code, evidence, printable(piece.label), kind=piece.kind, name=piece.name, **facts)
