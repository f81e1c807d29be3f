# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions and their portable addresses on the wire (not recorded; fields as listApis of 4.22 names them)."""

from __future__ import annotations

from ...core.zone.physical_networks import vlan_tag
from ...core.zone.portable_ranges import PortableAddress, PortableRange, Region
from .records import Record, Tell, Wire, unheard
from .resources import Resource


def region(wire: Wire, tell: Tell = unheard) -> Region:
    read = Record(wire, "region", tell)
    return Region(id=read.id(), name=read.text("name"), endpoint=read.url("endpoint"))


def portable_range(wire: Wire, tell: Tell = unheard) -> PortableRange:
    read = Record(wire, "portable IP range", tell)
    return PortableRange(
        id=read.id(),
        region_id=read.text("regionid"),
        start_ip=read.address("startip"),
        end_ip=read.address("endip"),
        gateway=read.address("gateway"),
        netmask=read.address("netmask"),
        vlan=vlan_tag(read.word("vlan")),
        addresses=tuple(
            PortableAddress(
                ip_address=each.text("ipaddress"),
                state=each.text("state"),
                zone_id=each.text("zoneid"),
                network_id=each.text("networkid"),
                vpc_id=each.text("vpcid"),
                account_id=each.text("accountid"),
                domain_id=each.text("domainid"),
            )
            for each in read.records("portableipaddress", "portable address")
        ),
    )


REGIONS: Resource[Region] = Resource(kind="region", read=region, list="listRegions", list_key="region")
PORTABLE_RANGES: Resource[PortableRange] = Resource(
    kind="portable IP range",
    read=portable_range,
    list="listPortableIpRanges",
    list_key="portableiprange",
    create="createPortableIpRange",
    delete="deletePortableIpRange",
    keys=("portableiprange",),
)
