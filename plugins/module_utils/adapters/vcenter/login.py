# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login of a vCenter, tried once with a password: more tries lock the account."""

from __future__ import annotations

import contextlib
import dataclasses

from ...core.errors import AccessDenied
from ...core.hypervisors.model import HypervisorAccess
from .client import VcenterClient


class VcenterLogin:
    """The port ``Login``. access: its user; the password is the one of each call."""

    def __init__(self, access: HypervisorAccess) -> None:
        self._access = access

    def accepts(self, password: str) -> bool:
        with contextlib.closing(VcenterClient(dataclasses.replace(self._access, password=password))) as client:
            try:
                return client.content is not None
            except AccessDenied:
                return False
