# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the files of a host define, whatever back-end they are of."""

from __future__ import annotations

import typing as t

from . import ifupdown, netplan, networkd, networkmanager
from .definition import Definition


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """What one file defines; nothing for settings of a back-end itself."""
    if path.endswith((".network", ".netdev")):
        return networkd.definitions(path, text)
    if path.endswith((".link", ".conf")):
        return ()
    if path.startswith(("/etc/NetworkManager/", "/etc/sysconfig/")):
        return networkmanager.definitions(path, text)
    if path.endswith((".yaml", ".yml")):
        return netplan.definitions(path, text)
    return ifupdown.definitions(path, text)


def all_of(files: t.Mapping[str, str]) -> tuple[Definition, ...]:
    """What several files define, in the order of their paths."""
    return tuple(one for path in sorted(files) for one in definitions(path, files[path]))
