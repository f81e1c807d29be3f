# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of calls that several tests make."""

from __future__ import annotations

from typing import Any

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client

ZONE = {"networktype": "Advanced", "dns1": "192.0.2.53", "internaldns1": "192.0.2.53"}


def new_zone(client: Client, name: str = "z1") -> dict[str, Any]:
    zone: dict[str, Any] = client.call("createZone", {"name": name, **ZONE})["zone"]
    return zone
