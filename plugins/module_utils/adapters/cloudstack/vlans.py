# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs on the wire: who has which guest VLAN, dedication, storage ranges (T3:34-54).

Nothing is remembered: what is in use is asked for when a decision needs it.
"""

from __future__ import annotations

import re
import typing as t

from ...core.errors import Unsupported
from ...core.vlans import ranges as vlans
from ...core.vlans.holders import GuestNetwork, PrivateGateway, TakenVlan, VlanDedication, owner_of
from ...core.vlans.ranges import HIGHEST_OF
from ...core.zone.guest_networks import NetworkUser
from .client import Client
from .transport import Json

# Networks of projects are left out of a listing unless they are asked for alone.
PROJECTS = "-1"
_NUMBER = re.compile(r"^(?:[a-z0-9]+://)?(\d+)$")
TUNNELS = tuple(f"{method.lower()}://" for method in HIGHEST_OF)


class Vlans:
    """The port ``Vlans``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def taken(self, physical_network_id: str) -> t.Sequence[TakenVlan]:
        """VLANs of the pool that are allocated (T3:41).

        Before CloudStack 4.17 only networks tell, so a VLAN that is allocated and no network's is not seen there.
        """
        params: Json = {"physicalnetworkid": physical_network_id, "allocatedonly": True}
        try:
            found = self._client.listing("listGuestVlans", "guestvlan", params)
        except Unsupported:
            drawn = [each for each in self._networks(physicalnetworkid=physical_network_id) if not each.specify_vlan]
            return [TakenVlan(each.vlan, physical_network_id, "", (each,)) for each in drawn if each.vlan is not None]
        return [taken(item, physical_network_id) for item in found]

    def networks(self, zone_id: str) -> t.Sequence[GuestNetwork]:
        """Every guest network of a zone, those of projects too."""
        return self._networks(zoneid=zone_id)

    def _networks(self, **scope: str) -> list[GuestNetwork]:
        found: dict[str, GuestNetwork] = {}
        for project in (None, PROJECTS):
            params: Json = {**scope, "listall": True, "projectid": project}
            for item in self._client.listing("listNetworks", "network", params):
                found[str(item["id"])] = guest_network(item)
        return list(found.values())

    def dedications(self, physical_network_id: str) -> t.Sequence[VlanDedication]:
        """Those of one physical network: the answers name it by its row number only (T3:34)."""
        params: Json = {"physicalnetworkid": physical_network_id}
        found = self._client.listing("listDedicatedGuestVlanRanges", "dedicatedguestvlanrange", params)
        return [dedication(item) for item in found]

    def busy(self, zone_id: str) -> frozenset[str]:
        """Ids of networks that a VM has a NIC on."""
        found: set[str] = set()
        for project in (None, PROJECTS):
            params: Json = {"zoneid": zone_id, "listall": True, "details": "nics", "projectid": project}
            for item in self._client.listing("listVirtualMachines", "virtualmachine", params):
                found.update(str(nic.get("networkid")) for nic in item.get("nic") or ())
        return frozenset(found)

    def private_gateways(self, zone_id: str) -> t.Sequence[PrivateGateway]:
        """Those with a VLAN of their own: others go through a network, which has it. Listed without their zone."""
        found = []
        for project in (None, PROJECTS):
            params: Json = {"listall": True, "projectid": project}
            for item in self._client.listing("listPrivateGateways", "privategateway", params):
                vlan = number(item)
                if vlan is not None and item.get("zoneid") == zone_id and not item.get("associatednetworkid"):
                    found.append(private_gateway(item, vlan))
        return found

    def users(self, network_id: str) -> t.Sequence[NetworkUser]:
        found = []
        for project in (None, PROJECTS):
            params: Json = {"networkid": network_id, "listall": True, "details": "min", "projectid": project}
            for item in self._client.listing("listVirtualMachines", "virtualmachine", params):
                name = str(item.get("displayname") or item.get("name") or "")
                found.append(NetworkUser(str(item["id"]), name, str(item.get("state") or ""), _owner(item)))
        return found

    def dedicate(self, physical_network_id: str, text: str, **owner: str) -> None:
        """owner: account and domain_id, or project_id."""
        params: Json = {"physicalnetworkid": physical_network_id, "vlanrange": text}
        self._client.run("dedicateGuestVlanRange", {**params, **_sent(owner)})

    def release(self, dedication_id: str) -> None:
        self._client.run("releaseDedicatedGuestVlanRange", {"id": dedication_id})

    def dedicate_public(self, range_id: str, **owner: str) -> None:
        self._client.run("dedicatePublicIpRange", {"id": range_id, **_sent(owner)})

    def release_public(self, range_id: str) -> None:
        self._client.run("releasePublicIpRange", {"id": range_id})


def _sent(owner: t.Mapping[str, str]) -> Json:
    return {name.replace("_", ""): value for name, value in owner.items() if value}


def _owner(item: Json) -> str:
    domain = str(item.get("domainpath") or item.get("domain") or "")
    return owner_of(str(item.get("account") or ""), str(item.get("project") or ""), domain)


def number(item: Json) -> t.Optional[int]:
    """A network's VLAN; "vlan://500" where only the URI tells it, None for "untagged" and for none."""
    for key in ("vlan", "broadcasturi"):
        match = _NUMBER.match(str(item.get(key) or "").strip().lower())
        if match:
            return int(match.group(1))
    return None


def guest_network(item: Json) -> GuestNetwork:
    return GuestNetwork(
        id=str(item["id"]),
        name=str(item.get("name") or ""),
        state=str(item.get("state") or ""),
        vlan=number(item),
        tunnel=str(item.get("broadcasturi") or "").lower().startswith(TUNNELS),
        owner=_owner(item),
        physical_network_id=str(item.get("physicalnetworkid") or ""),
        guest_type=str(item.get("type") or ""),
        specify_vlan=bool(item.get("specifyvlan")),
        persistent=bool(item.get("ispersistent")),
        created=str(item.get("created") or ""),
        account=str(item.get("account") or ""),
        domain_id=str(item.get("domainid") or ""),
        project_id=str(item.get("projectid") or ""),
    )


def private_gateway(item: Json, vlan: int) -> PrivateGateway:
    return PrivateGateway(
        id=str(item["id"]),
        name=f"{item.get('vpcname') or item.get('vpcid') or ''} {item.get('ipaddress') or ''}".strip(),
        vlan=vlan,
        zone_id=str(item.get("zoneid") or ""),
        state=str(item.get("state") or ""),
        owner=_owner(item),
        physical_network_id=str(item.get("physicalnetworkid") or ""),
    )


def taken(item: Json, physical_network_id: str) -> TakenVlan:
    return TakenVlan(
        vlan=int(item["vlan"]),
        physical_network_id=str(item.get("physicalnetworkid") or physical_network_id),
        since=str(item.get("taken") or ""),
        networks=tuple(guest_network(each) for each in item.get("network") or ()),
    )


def dedication(item: Json) -> VlanDedication:
    return VlanDedication(
        id=str(item["id"]),
        ranges=vlans.parse(item.get("guestvlanrange"), highest=max(HIGHEST_OF.values())),
        account=str(item.get("account") or ""),
        project=str(item.get("project") or ""),
        domain=str(item.get("domainpath") or item.get("domain") or ""),
        domain_id=str(item.get("domainid") or ""),
        project_id=str(item.get("projectid") or ""),
    )
