# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords of hosts in CloudStack's record, on the wire."""

from __future__ import annotations

from .client import Client
from .transport import Json

COMMAND, ON_HOST = "updateHostPassword", "update_passwd_on_host"


class HostRecords:
    """The port ``HostRecords``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def update(self, scope: str, id: str, username: str, password: str, on_host: bool) -> None:
        params: Json = {f"{scope}id": id, "username": username, "password": password}
        if on_host:
            # A server that does not know the parameter would change its record alone, and say that all is well.
            self._client.needs(COMMAND, ON_HOST)
            params[ON_HOST] = True
        self._client.run(COMMAND, params)
