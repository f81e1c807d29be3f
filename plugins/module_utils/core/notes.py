# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A comment on an object of the server (an annotation)."""

from __future__ import annotations

import typing as t


class Note(t.NamedTuple):
    """A note on a thing. at: when it was written, by the server's clock, in seconds since 1970; None: unknown."""

    id: str
    text: str
    at: t.Optional[float]
    author: str
