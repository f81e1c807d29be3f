# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong while a template was seeded, where no decision is to blame."""

from __future__ import annotations

from ..errors import HostcraftError


class SeedingFailed(HostcraftError):
    """step: mount, fetch, unpack, install."""

    code = "seeding"

    def __init__(self, step: str, message: str, **details: object) -> None:
        super().__init__(message, step=step, **details)
