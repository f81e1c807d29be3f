# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs: a router and tiers, which are networks within its addresses.

Source: 4.11.1 documentation, "Configuring a Virtual Private Cloud"; T6:221-250.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ..change import Rules, same_word
from ..errors import InvalidValue, Reason

ANEW = "the server cannot change it: delete the VPC and create it again"
PRIVATE = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


@dataclass(frozen=True)
class Tier:
    """A network of a VPC."""

    id: str
    name: str
    cidr: t.Optional[str] = None
    vlan: t.Optional[str] = None
    state: str = ""


@dataclass(frozen=True)
class Vpc:
    """A VPC as ``listVPCs`` shows it. redundant: whether it has two routers."""

    id: str
    name: str
    zone_id: str = ""
    zone: str = ""
    display_text: t.Optional[str] = None
    state: str = ""
    cidr: t.Optional[str] = None
    vpc_offering_id: str = ""
    vpc_offering: str = ""
    network_domain: t.Optional[str] = None
    account: t.Optional[str] = None
    domain: t.Optional[str] = None
    domain_id: str = ""
    project: t.Optional[str] = None
    project_id: str = ""
    redundant: bool = False
    restart_required: bool = False
    tiers: tuple[Tier, ...] = ()
    created: t.Optional[str] = None


@dataclass(frozen=True)
class VpcOffering:
    """What VPCs are made of."""

    id: str
    name: str
    state: str = ""


def same_cidr(wanted: object, held: object) -> bool:
    try:
        return ipaddress.ip_network(str(wanted)) == ipaddress.ip_network(str(held))
    except ValueError:
        return wanted == held


VPC = Rules(
    kind="VPC",
    required=("name", "cidr", "vpc_offering_id"),
    fixed=dict.fromkeys(("cidr", "vpc_offering_id", "network_domain", "account", "project_id"), ANEW),
    write_only=frozenset(("zone_id", "domain_id", "start")),
    same={"cidr": same_cidr, "account": same_word},
)


def check_cidr(value: object) -> None:
    """Raises InvalidValue. The server refuses public addresses unless allow.non.rfc1918.compliant.ips is set."""
    try:
        ipaddress.IPv4Network(str(value))
    except ValueError:
        raise InvalidValue("cidr", value, "a CIDR of IPv4 such as 10.1.0.0/16") from None


def is_private(value: object) -> bool:
    net = ipaddress.IPv4Network(str(value))
    return any(net.subnet_of(each) for each in PRIVATE)


def reasons_against_vpc(offering: VpcOffering) -> t.Iterator[Reason]:
    if offering.state != "Enabled":
        message = f"VPC offering {offering.name} is {offering.state}"
        yield Reason("offering_disabled", message, "enable it, or use another VPC offering")


def reasons_to_keep_vpc(vpc: Vpc, gateways: t.Iterable[str]) -> t.Iterator[Reason]:
    """gateways: names of its private gateways."""
    for tier in vpc.tiers:
        facts = {"network": tier.name, "id": tier.id, "cidr": tier.cidr}
        yield Reason(
            "tier_there", f"tier {tier.name} ({tier.cidr}) is in it", "delete it first (cs_network, absent)", facts
        )
    for name in gateways:
        message = f"it has the private gateway {name}"
        yield Reason("private_gateway", message, "delete it first (deletePrivateGateway)", {"private_gateway": name})
