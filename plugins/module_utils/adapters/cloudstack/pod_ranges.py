# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management addresses of pods on the wire: the server names a range by its ends, and lists it with its pod."""

from __future__ import annotations

from .client import Client
from .transport import Json


class PodRanges:
    """The port ``PodRanges``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def add(self, pod_id: str, **fields: object) -> None:
        """fields: start_ip, end_ip, gateway, netmask, vlan, for_system_vms."""
        sent: Json = {name.replace("_", ""): value for name, value in fields.items() if value is not None}
        self._client.run("createManagementNetworkIpRange", {"podid": pod_id, **sent})

    def resize(self, pod_id: str, start_ip: str, end_ip: str, new_end_ip: str) -> None:
        self._client.run(
            "updatePodManagementNetworkIpRange",
            {"podid": pod_id, "currentstartip": start_ip, "currentendip": end_ip, "newendip": new_end_ip},
        )

    def remove(self, pod_id: str, start_ip: str, end_ip: str, vlan: str) -> None:
        self._client.run(
            "deleteManagementNetworkIpRange", {"podid": pod_id, "startip": start_ip, "endip": end_ip, "vlan": vlan}
        )
