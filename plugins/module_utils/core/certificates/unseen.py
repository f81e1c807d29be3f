# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of certificates that could not be made, because something could not be looked at."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import Unseen
from ..text import several, shortened
from .check import ALLOW_EXPIRED, RENEWAL, STRICTNESS, Secured

# What only the files of a host tell, and what each setting of the CA framework is needed for.
OF_FILES = (
    "certificate_unreadable",
    "key_differs",
    "authority_differs",
    "keystore_differs",
    "served_differs",
    "name_missing",
    "key_open",
)
OF_SETTINGS: t.Mapping[str, str] = {
    RENEWAL: "renewal_off",
    STRICTNESS: "strictness_off",
    ALLOW_EXPIRED: "expired_allowed",
}


@dataclass(frozen=True)
class Looked:
    """What could not be checked. files: hosts whose files were not read. ports: hosts, or others, by name.

    told: what CloudStack says of hosts. settings: that the server has.
    """

    files: t.Sequence[str]
    ports: t.Sequence[str]
    told: t.Sequence[Secured]
    settings: t.Collection[str]


def unseen(looked: Looked) -> t.Iterator[Unseen]:
    """The checks that could not be made because of that."""
    if looked.files:
        yield from (Unseen(code, f"the files of {_several(looked.files)}") for code in OF_FILES)
    if looked.ports:
        yield Unseen("not_served", f"the TLS ports of {_several(looked.ports)}")
    silent = [each.host for each in looked.told if each.secured is None]
    if silent:
        yield Unseen("host_unsecured", f"the data in CloudStack about {_several(silent)}")
    yield from (Unseen(code, f"setting {name}") for name, code in OF_SETTINGS.items() if name not in looked.settings)


def unseen_on_host(absent: t.Sequence[str], authorities: bool, names: bool) -> t.Iterator[Unseen]:
    """The same of one host's files. absent: files that are not there. authorities, names: whether they are given."""
    if absent:
        yield Unseen("certificate_unreadable", f"{_several(absent)} (does not exist)")
    if not authorities:
        yield from (Unseen(code, "the CA in force") for code in ("not_of_authority", "authority_differs"))
    if not names:
        yield Unseen("name_missing", "the names that certificates need")


def _several(names: t.Sequence[str]) -> str:
    return several([shortened(name) for name in names], 10)
