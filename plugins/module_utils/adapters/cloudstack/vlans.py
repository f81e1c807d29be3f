# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs on the wire: who has which guest VLAN, dedication, storage ranges (T3:34-54).

Nothing is remembered: what is in use is asked for when a decision needs it.
"""

from __future__ import annotations

import typing as t

from ...core.errors import Unreadable, Unsupported
from ...core.vlans import ranges as vlans
from ...core.vlans.holders import GuestNetwork, PrivateGateway, TakenVlan, VlanDedication, owner_of
from ...core.vlans.ranges import HIGHEST_OF
from ...core.zone.guest_networks import NetworkUser
from . import readers
from .client import Client
from .everyones import everybodys
from .records import Record, Tell, Wire, unheard
from .transport import Json

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
            return [
                TakenVlan(vlan, physical_network_id, "", (each,))
                for each in self._drawn(physical_network_id)
                for vlan in _numbers(each)
            ]
        read = [taken(item, physical_network_id, self._client.tell) for item in found]
        if None in read:
            raise Unreadable("listGuestVlans: an allocated VLAN has no readable number", field="vlan")
        return [each for each in read if each is not None]

    def _drawn(self, physical_network_id: str) -> list[GuestNetwork]:
        """Networks whose VLAN the server took from the pool. Before CloudStack 4.20.1 their offering alone tells."""
        offerings = self._client.listing("listNetworkOfferings", "networkoffering", {})
        read = (Record(each, "network offering", self._client.tell) for each in offerings)
        given = {each.id() for each in read if each.flag("specifyvlan")}
        return self._networks({"physicalnetworkid": physical_network_id}, given)

    def networks(self, zone_id: str) -> t.Sequence[GuestNetwork]:
        """Every guest network of a zone, those of projects too."""
        return self._networks({"zoneid": zone_id})

    def _networks(self, scope: Json, but: t.Collection[str] = ()) -> list[GuestNetwork]:
        """but: ids of offerings."""
        found: dict[str, GuestNetwork] = {}
        for item in everybodys(self._client, "listNetworks", "network", scope):
            network = guest_network(item, self._client.tell)
            if Record(item, "network", self._client.tell).text("networkofferingid") not in but:
                found[network.id] = network
        return list(found.values())

    def dedications(self, physical_network_id: str) -> t.Sequence[VlanDedication]:
        """Those of one physical network: the answers name it by its row number only (T3:34)."""
        params: Json = {"physicalnetworkid": physical_network_id}
        found = self._client.listing("listDedicatedGuestVlanRanges", "dedicatedguestvlanrange", params)
        return [dedication(item, self._client.tell) for item in found]

    def busy(self, zone_id: str) -> frozenset[str]:
        """Ids of networks that a VM has a NIC on."""
        found: set[str] = set()
        asked: Json = {"zoneid": zone_id, "details": "nics"}
        for item in everybodys(self._client, "listVirtualMachines", "virtualmachine", asked):
            read = Record(item, "VM", self._client.tell)
            found.update(nic.text("networkid") for nic in read.records("nic", f"NIC of {read.called}"))
        return frozenset(found)

    def private_gateways(self, zone_id: str) -> t.Sequence[PrivateGateway]:
        """Those with a VLAN of their own: others go through a network, which has it. Listed without their zone."""
        found: dict[str, PrivateGateway] = {}
        for item in everybodys(self._client, "listPrivateGateways", "privategateway", {}):
            read = Record(item, "private gateway", self._client.tell)
            vlan = number_of(read)
            if vlan is not None and read.text("zoneid") == zone_id and not read.text("associatednetworkid"):
                found[read.id()] = private_gateway(item, vlan)
        return list(found.values())

    def users(self, network_id: str) -> t.Sequence[NetworkUser]:
        found: dict[str, NetworkUser] = {}
        asked: Json = {"networkid": network_id, "details": "min"}
        for item in everybodys(self._client, "listVirtualMachines", "virtualmachine", asked):
            read = Record(item, "VM", self._client.tell)
            name, id = read.text("displayname", "name"), read.id()
            found[id] = NetworkUser(id, name, read.text("state"), _owner(read))
        return list(found.values())

    def addresses(self, range_id: str, public: bool) -> t.Sequence[str]:
        found: dict[str, None] = {}
        # Without the last, the server tells public ones alone.
        asked: Json = {"vlanid": range_id, "forvirtualnetwork": public}
        for item in everybodys(self._client, "listPublicIpAddresses", "publicipaddress", asked):
            found[Record(item, "address", self._client.tell).text("ipaddress")] = None
        return list(found)

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


def _numbers(network: GuestNetwork) -> t.Iterator[int]:
    """The VLANs of a network that the server gave it. Raises Unreadable for more than a pool can hold."""
    if sum(high - low for low, high in network.ranges) > vlans.HIGHEST:
        raise Unreadable(f"network {network.name}: its VLANs are {vlans.text(network.ranges)}", field="vlan")
    for low, high in network.ranges:
        yield from range(low, high + 1)


def _sent(owner: t.Mapping[str, str]) -> Json:
    return {name.replace("_", ""): value for name, value in owner.items() if value}


def _owner(read: Record) -> str:
    return owner_of(read.text("account"), read.text("project"), read.text("domainpath", "domain"))


def number_of(read: Record) -> t.Optional[int]:
    """A network's VLAN, which only its URI tells for some; None for "untagged", "N/A" and for none."""
    plain = readers.broadcast(read.wire.get("vlan"))
    if plain is not None and plain.number is not None:
        return plain.number
    told = read.broadcast("broadcasturi")
    return None if told is None else told.number


def ranges_of(read: Record) -> tuple[vlans.Range, ...]:
    """All VLANs of a network: those that it shows, and both of a private one, which only its URI tells."""
    both = (readers.broadcast(read.wire.get("vlan")), read.broadcast("broadcasturi"))
    return vlans.union(*(each.ranges for each in both if each is not None))


def guest_network(wire: Wire, tell: Tell = unheard) -> GuestNetwork:
    read = Record(wire, "network", tell)
    return GuestNetwork(
        id=read.id(),
        name=read.text("name"),
        state=read.text("state"),
        ranges=ranges_of(read),
        tunnel=read.text("broadcasturi").lower().startswith(TUNNELS),
        owner=_owner(read),
        physical_network_id=read.text("physicalnetworkid"),
        guest_type=read.text("type"),
        persistent=bool(read.flag("ispersistent")),
        created=read.moment("created") or "",
        account=read.text("account"),
        domain_id=read.text("domainid"),
        project_id=read.text("projectid"),
    )


def private_gateway(wire: Wire, vlan: int, tell: Tell = unheard) -> PrivateGateway:
    read = Record(wire, "private gateway", tell)
    return PrivateGateway(
        id=read.id(),
        name=f"{read.text('vpcname', 'vpcid')} {read.text('ipaddress')}".strip(),
        vlan=vlan,
        zone_id=read.text("zoneid"),
        state=read.text("state"),
        owner=_owner(read),
        physical_network_id=read.text("physicalnetworkid"),
        vpc_id=read.text("vpcid"),
    )


def taken(wire: Wire, physical_network_id: str, tell: Tell = unheard) -> t.Optional[TakenVlan]:
    """None where its number cannot be read, which is told."""
    read = Record(wire, "allocated VLAN", tell)
    vlan = read.whole("vlan")
    if vlan is None:
        return None
    return TakenVlan(
        vlan=vlan,
        physical_network_id=read.text("physicalnetworkid") or physical_network_id,
        since=read.moment("taken") or "",
        networks=tuple(guest_network(each.wire, tell) for each in read.records("network", "network")),
    )


def dedication(wire: Wire, tell: Tell = unheard) -> VlanDedication:
    read = Record(wire, "dedicated VLAN range", tell)
    return VlanDedication(
        id=read.id(),
        ranges=vlans.merged(read.ranges("guestvlanrange")),
        account=read.text("account"),
        project=read.text("project"),
        domain=read.text("domainpath", "domain"),
        domain_id=read.text("domainid"),
        project_id=read.text("projectid"),
    )
