# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as it stands in a file: what there is, and at which characters."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

Kind = t.Literal["mapping", "sequence", "scalar"]


@dataclass(frozen=True)
class Node:
    """start, end: characters of the text, where an alias has those of its anchor. line: from 1.

    plain: a scalar without quotes. flow: in braces or brackets. shared: an alias refers to it.
    """

    kind: Kind
    start: int
    end: int
    line: int
    value: str = ""
    plain: bool = False
    flow: bool = False
    shared: bool = False
    pairs: tuple[tuple[Node, Node], ...] = ()
    items: tuple[Node, ...] = ()

    def get(self, key: str) -> t.Optional[Node]:
        return next((value for name, value in self.pairs if name.value == key), None)

    def names(self) -> frozenset[str]:
        return frozenset(name.value for name, _value in self.pairs)


@dataclass(frozen=True)
class Edit:
    """This text instead of these characters."""

    start: int
    end: int
    text: str


def edited(text: str, edits: t.Iterable[Edit]) -> str:
    """Raises ValueError for edits that overlap."""
    parts, at = [], 0
    for edit in sorted(set(edits), key=lambda each: (each.start, each.end)):
        if edit.start < at:
            raise ValueError(f"overlapping edits at {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def options(node: Node) -> t.Iterator[tuple[Node, Node]]:
    """Keys and values of a mapping, those that it merges included. Values in a shared mapping are shared."""
    for key, value in node.pairs:
        if key.value == "<<" and key.plain:
            for merged in value.items or (value,):
                yield from options(merged)
        else:
            yield key, replace(value, shared=True) if node.shared else value


def last(node: Node) -> int:
    """Where the text of a node ends. The end of a block is that of its last scalar; a comment after it is not in it."""
    if node.flow or node.kind == "scalar":
        return node.end
    inner = [value for _key, value in node.pairs] or list(node.items)
    return last(inner[-1]) if inner else node.end
