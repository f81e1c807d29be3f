# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of host names, as the machine where the task runs resolves them."""

from __future__ import annotations

import socket
import typing as t

from .at_once import at_once


def addresses_of_all(names: t.Sequence[str]) -> list[tuple[str, ...]]:
    """Of each name."""
    return at_once(addresses_of, names)


def addresses_of(name: str) -> tuple[str, ...]:
    """Empty where the name does not resolve."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))
