# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces that a change of files gives up: what defined them goes, and nothing defines them afterwards."""

from __future__ import annotations

import typing as t

from .change.model import NetworkChange
from .change.state import LinkState, RunningState
from .files.definition import NO_CARD, Facts
from .files.read import all_of
from .foreign import read_by


def released(change: NetworkChange, files: t.Mapping[str, str], state: RunningState) -> tuple[str, ...]:
    """Their names. files: all that back-ends read, text by path."""
    new = {file.path: file.content for file in change.files}
    after = {**{path: text for path, text in files.items() if path not in change.absent}, **new}
    before, still = read_by(change.backend, files), read_by(change.backend, after)
    gone = all_of({path: text for path, text in before.items() if still.get(path) != text})
    left = all_of(still)
    named = {link.name for link in change.links} | {port for link in change.links for port in link.ports}
    return tuple(
        name
        for name, link in state.links.items()
        if name not in named
        and any(one.claims(_facts(link)) or one.makes == name for one in gone)
        and not any(one.claims(_facts(link)) or one.makes == name for one in left)
    )


def _facts(link: LinkState) -> Facts:
    return Facts(link.name, link.mac, NO_CARD if link.kind else link.mac, kind=link.kind)
