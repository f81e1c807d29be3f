# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of clusters, of which two pods may have the same: POD/CLUSTER tells them apart, as ``lookup.cluster`` does."""

from __future__ import annotations

import typing as t
from collections import Counter


class Named(t.NamedTuple):
    """label: its name, with the pod where another cluster has the same. words: all that it may be called by."""

    label: str
    words: tuple[str, ...]


def named(clusters: t.Iterable[tuple[str, str]]) -> list[Named]:
    """clusters: pod and name of each."""
    pairs = list(clusters)
    often = Counter(name.casefold() for _pod, name in pairs)
    found = []
    for pod, name in pairs:
        long = f"{pod}/{name}"
        alone = often[name.casefold()] == 1
        found.append(Named(name if alone else long, (name, long) if alone else (long,)))
    return found


def of_records(clusters: t.Sequence[t.Mapping[str, t.Any]]) -> list[Named]:
    """The same of declared clusters."""
    return named((_text(each.get("pod")), _text(each.get("name"))) for each in clusters)


V = t.TypeVar("V")


def by_words(names: t.Sequence[Named], values: t.Iterable[V]) -> dict[str, V]:
    """The value of each cluster by all that it may be called by."""
    return {word: value for each, value in zip(names, values) for word in each.words}


def _text(value: object) -> str:
    return "" if value is None else str(value)
