# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address ranges of pods: storage and management.

Source: 4.11.1 documentation, "Adding a Pod", "IP Reservation" of management traffic; API of 4.22.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .change import Rules
from .networks import same_address, same_vlan_tag

KEPT = "the server has no way to change it: remove the range and declare it anew"


@dataclass(frozen=True)
class StorageRange:
    """Addresses of a pod's storage traffic as ``listStorageNetworkIpRange`` shows them."""

    id: str
    zone_id: str = ""
    pod_id: str = ""
    gateway: t.Optional[str] = None
    netmask: t.Optional[str] = None
    start_ip: t.Optional[str] = None
    end_ip: t.Optional[str] = None
    vlan: t.Optional[str] = None


_ADDRESSES = ("gateway", "netmask", "start_ip", "end_ip")
STORAGE_RANGE = Rules(
    kind="storage IP range",
    required=("pod_id", "start_ip", "gateway", "netmask"),
    fixed={"gateway": KEPT, "pod_id": KEPT},
    same={"vlan": same_vlan_tag, **dict.fromkeys(_ADDRESSES, same_address)},
)
