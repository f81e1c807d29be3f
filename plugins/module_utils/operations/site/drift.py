# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone compared with its declaration, by the decisions that would bring it there. Nothing is written."""

from __future__ import annotations

import typing as t

from ...core.findings import Finding
from ...core.site.drift import of_piece, of_undeclared
from ...core.site.pieces import Declared, Piece
from ...ports.cloud import Cloud
from .decide import Act, decided
from .removal import not_declared


class Drift(t.NamedTuple):
    """warnings: of the decisions. objects: number of declared objects."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    objects: int


def drift(cloud: Cloud, asked: Declared, stages: t.Sequence[t.Sequence[Piece]], act: Act) -> Drift:
    """Raises what the connection raises."""
    extra = not_declared(cloud, asked).pieces
    found, against = decided(cloud, stages, act, False)
    reasons = {(str(each.facts["kind"]), str(each.facts["name"])): each for each in against}
    each_one = [one for stage in found for one in stage]
    findings = [finding for one in each_one for finding in of_piece(one.piece, one.outcome, reasons)]
    warnings = [text for one in each_one if one.outcome for text in one.outcome.warnings]
    return Drift((*findings, *map(of_undeclared, extra)), tuple(dict.fromkeys(warnings)), len(each_one))
