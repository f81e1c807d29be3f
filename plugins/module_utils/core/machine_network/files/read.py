# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the files of a host define, whatever back-end they are of."""

from __future__ import annotations

import typing as t

from . import ifupdown, netplan, networkd, networkmanager
from .definition import Definition
from .own import family, of_backend

READ: t.Mapping[str, t.Callable[[str, str], tuple[Definition, ...]]] = {
    "ifupdown": ifupdown.definitions,
    "netplan": netplan.definitions,
    "networkd": networkd.definitions,
    "networkmanager": networkmanager.definitions,
}


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """What one file defines; nothing for settings of a back-end itself."""
    return () if of_backend(path) else READ[family(path)](path, text)


def all_of(files: t.Mapping[str, str]) -> tuple[Definition, ...]:
    """What several files define, in the order of their paths."""
    return tuple(one for path in sorted(files) for one in definitions(path, files[path]))
