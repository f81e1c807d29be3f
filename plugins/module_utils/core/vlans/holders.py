# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has which VLANs of a zone: one record a holder, whatever kind it is.

Source: Working with Hosts, "VLAN Provisioning" (VLANs of two physical networks), "Assigning VLANs to Isolated Networks"
(Setup); T3:34-41 (dedication, allocation).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .ranges import Range, difference, of, words


@dataclass(frozen=True)
class Kind:
    """word: how a holder of it is called. pool: its VLANs come from the guest VLANs of its physical network, so they
    stay among them; those of the others must not get in. kept: taking its VLANs out of the guest VLANs is refused.
    remedy: what frees the VLANs.
    """

    word: str
    pool: bool
    kept: bool
    remedy: str


KINDS: t.Mapping[str, Kind] = {
    "network": Kind("network", True, True, "delete the network first, or omit its VLAN"),
    "fixed_network": Kind("network", False, True, "delete the network first, or omit its VLAN"),
    "private_gateway": Kind("private gateway", False, True, "delete the VPC's private gateway first, or omit its VLAN"),
    "leak": Kind(
        "no network", True, True, "release it in the server's database, where it is allocated for a deleted network"
    ),
    "dedication": Kind("dedicated range", True, True, "release it first (cs_vlan_dedication, state absent)"),
    "shared_range": Kind("range of a shared network", False, True, "omit it, or remove the range first"),
    "public_range": Kind("public range", False, False, "omit it, or remove the range first (cs_vlan_ip_range)"),
    "portable_range": Kind("portable range", False, False, "omit it, or remove the range first (cs_portable_ip_range)"),
    "management_range": Kind("management range of pod", False, False, "omit it: management traffic uses it"),
    "storage_range": Kind("storage range", False, False, "omit it: storage traffic uses it"),
    "traffic_type": Kind("traffic type", False, False, "omit it, or change the traffic label first"),
    "physical_network": Kind(
        "physical network",
        False,
        False,
        "omit it, or add that network to separate_networks if it uses other switches",
    ),
}


@dataclass(frozen=True)
class Holder:
    """Something that has VLANs. kind: a key of KINDS. state: a network's; owner: an account or project with its domain.

    physical_network_id: "" where it is not known, which counts as every one. since: ISO 8601, as the server tells it.
    tunnel: its numbers are VNIs or keys, not VLANs.
    """

    kind: str
    ranges: tuple[Range, ...]
    name: str = ""
    id: str = ""
    state: str = ""
    owner: str = ""
    physical_network_id: str = ""
    physical_network: str = ""
    since: str = ""
    tunnel: bool = False

    def is_on(self, physical_network_id: str) -> bool:
        return self.physical_network_id in ("", physical_network_id)

    def called(self) -> str:
        """network n1 (Implemented, account acme of ROOT, on phys1, since …)."""
        facts = [self.state, self.owner, f"on {self.physical_network}" if self.physical_network else ""]
        facts.append(f"since {self.since}" if self.since else "")
        told = ", ".join(fact for fact in facts if fact)
        return f"{KINDS[self.kind].word} {self.name}".rstrip() + (f" ({told})" if told else "")

    def facts(self, vlans: t.Iterable[Range]) -> dict[str, object]:
        """Plain data for a refusal: the VLANs in question and everything known of the holder."""
        return {
            "vlans": words(vlans),
            "holder": self.kind,
            "name": self.name,
            "id": self.id,
            "state": self.state,
            "owner": self.owner,
            "physical_network": self.physical_network,
            "since": self.since,
        }


def owner_of(account: str, project: str, domain: str) -> str:
    """account acme of ROOT/customers; "" for nobody."""
    if not (account or project):
        return f"domain {domain}" if domain else ""
    return (f"project {project}" if project else f"account {account}") + (f" of {domain}" if domain else "")


_LABEL = re.compile(r"^[^,]*,\s*(\d+)\s*(?:,|$)")


def vlan_of_label(label: t.Optional[str]) -> t.Optional[int]:
    """The VLAN in a VMware traffic label ("vSwitch0,500,vmwaresvs"); None where it names none."""
    found = _LABEL.match(label or "")
    return int(found.group(1)) if found else None


@dataclass(frozen=True)
class GuestNetwork:
    """A guest network as far as VLANs go.

    ranges: its VLANs, both of a private one, or, with tunnel, its VNI; none before it has one.
    """

    id: str
    name: str
    state: str = ""
    ranges: tuple[Range, ...] = ()
    tunnel: bool = False
    owner: str = ""
    physical_network_id: str = ""
    guest_type: str = ""
    persistent: bool = False
    created: str = ""
    account: str = ""
    domain_id: str = ""
    project_id: str = ""


@dataclass(frozen=True)
class PrivateGateway:
    """A way out of a VPC on a VLAN of its own. name: the VPC's with the gateway's address."""

    id: str
    name: str
    vlan: int
    zone_id: str
    state: str = ""
    owner: str = ""
    physical_network_id: str = ""
    vpc_id: str = ""


@dataclass(frozen=True)
class TakenVlan:
    """A VLAN of the pool that the server calls allocated; networks: those that it names for it, none for a leak."""

    vlan: int
    physical_network_id: str
    since: str = ""
    networks: tuple[GuestNetwork, ...] = ()


@dataclass(frozen=True)
class VlanDedication:
    """Guest VLANs that are kept for an account or project."""

    id: str
    ranges: tuple[Range, ...]
    account: str = ""
    project: str = ""
    domain: str = ""
    domain_id: str = ""
    project_id: str = ""

    @property
    def owner(self) -> str:
        return owner_of(self.account, self.project, self.domain)


def guest_holders(
    taken: t.Iterable[TakenVlan],
    networks: t.Iterable[GuestNetwork],
    dedications: t.Mapping[str, t.Sequence[VlanDedication]],
    names: t.Mapping[str, str],
) -> t.Iterator[Holder]:
    """Holders of guest VLANs. dedications: by physical network id; names: of physical networks by id.

    A network whose VLAN the server has allocated from the pool holds it as such; any other VLAN was given by hand.
    """
    pooled: dict[str, list[int]] = {}
    for each in taken:
        place = each.physical_network_id
        for network in each.networks:
            pooled.setdefault(network.id, []).append(each.vlan)
        mine = ((each.vlan, each.vlan),)
        where: dict[str, t.Any] = {"physical_network_id": place, "physical_network": names.get(place, "")}
        if not each.networks:
            yield Holder("leak", mine, since=each.since, state="Allocated", **where)
        for network in each.networks:
            yield Holder(
                "network", mine, network.name, network.id, network.state, network.owner, since=each.since, **where
            )
    for network in networks:
        given = difference(network.ranges, of(pooled.get(network.id, ())))
        if given:
            yield Holder(
                "fixed_network",
                given,
                network.name,
                network.id,
                network.state,
                network.owner,
                network.physical_network_id,
                names.get(network.physical_network_id, ""),
                network.created,
                network.tunnel,
            )
    for place, kept in dedications.items():
        for one in kept:
            name = ",".join(words(one.ranges))
            yield Holder("dedication", one.ranges, name, one.id, "", one.owner, place, names.get(place, ""))
