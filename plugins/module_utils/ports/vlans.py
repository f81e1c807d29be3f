# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest VLANs and who has them."""

from __future__ import annotations

import typing as t

from ..core.vlans.holders import GuestNetwork, PrivateGateway, TakenVlan, VlanDedication
from ..core.zone.guest_networks import NetworkUser


class Vlans(t.Protocol):
    """Who has which guest VLANs, asked anew every time; owner: account and domain_id, or project_id."""

    def taken(self, physical_network_id: str) -> t.Sequence[TakenVlan]: ...

    def networks(self, zone_id: str) -> t.Sequence[GuestNetwork]: ...

    def dedications(self, physical_network_id: str) -> t.Sequence[VlanDedication]: ...

    def busy(self, zone_id: str) -> t.Collection[str]:
        """Ids of networks that a VM has a NIC on."""

    def private_gateways(self, zone_id: str) -> t.Sequence[PrivateGateway]: ...

    def users(self, network_id: str) -> t.Sequence[NetworkUser]:
        """Users' VMs with a NIC on a network."""

    def addresses(self, range_id: str, public: bool) -> t.Sequence[str]:
        """Those of a range of addresses that are in use."""

    def dedicate(self, physical_network_id: str, text: str, **owner: str) -> None: ...

    def release(self, dedication_id: str) -> None: ...

    def dedicate_public(self, range_id: str, **owner: str) -> None: ...

    def release_public(self, range_id: str) -> None: ...
