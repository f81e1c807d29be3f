# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host of a management server tells: the release of its packages, and the units that run."""

from __future__ import annotations

import typing as t

from ...core.backup.restore import UNITS
from ..linux.client import Linux

_ACTIVE = frozenset(("active", "activating", "reloading", "deactivating"))
_QUERIES: t.Sequence[t.Sequence[str]] = (
    ("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}${Version}"),
    ("rpm", "--query", "--queryformat=ii %{VERSION}-%{RELEASE}"),
)


def package(linux: Linux, name: str = UNITS[0]) -> str:
    """The version that is installed; "" for none."""
    for query in _QUERIES:
        answer = linux.run(*query, name)
        if answer is not None and answer.status == 0 and answer.out.startswith("ii "):
            return answer.out[len("ii ") :].strip()
    return ""


def active(linux: Linux) -> tuple[str, ...]:
    """Units of CloudStack's servers that run here, or are about to."""
    answers = ((unit, linux.run("systemctl", "is-active", unit)) for unit in UNITS)
    return tuple(unit for unit, answer in answers if answer is not None and answer.out.strip() in _ACTIVE)
