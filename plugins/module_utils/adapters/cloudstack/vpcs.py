# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs and their offerings on the wire (T6:221-250)."""

from __future__ import annotations

from ...core.zone.vpcs import Tier, Vpc, VpcOffering
from .everyones import ALL_PROJECTS
from .records import Record, Tell, Wire, unheard
from .resources import Resource


def vpc(wire: Wire, tell: Tell = unheard) -> Vpc:
    read = Record(wire, "VPC", tell)
    return Vpc(
        id=read.id(),
        name=read.text("name"),
        display_text=read.word("displaytext"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        state=read.text("state"),
        cidr=read.word("cidr"),
        vpc_offering_id=read.text("vpcofferingid"),
        vpc_offering=read.text("vpcofferingname"),
        network_domain=read.word("networkdomain"),
        account=read.word("account"),
        domain=read.word("domainpath") or read.word("domain"),
        domain_id=read.text("domainid"),
        project=read.word("project"),
        project_id=read.text("projectid"),
        redundant=bool(read.flag("redundantvpcrouter")),
        restart_required=bool(read.flag("restartrequired")),
        tiers=tuple(
            Tier(each.id(), each.text("name"), each.word("cidr"), each.word("vlan"), each.text("state"))
            for each in read.records("network", f"tier of {read.called}")
        ),
        created=read.moment("created"),
    )


def vpc_offering(wire: Wire, tell: Tell = unheard) -> VpcOffering:
    read = Record(wire, "VPC offering", tell)
    return VpcOffering(id=read.id(), name=read.text("name"), state=read.text("state"))


VPCS: Resource[Vpc] = Resource(
    kind="VPC",
    read=vpc,
    list="listVPCs",
    list_key="vpc",
    create="createVPC",
    update="updateVPC",
    delete="deleteVPC",
    keys=("vpc",),
    always={"listall": "true"},
    views=({}, {"projectid": ALL_PROJECTS}),
)
VPC_OFFERINGS: Resource[VpcOffering] = Resource(
    kind="VPC offering", read=vpc_offering, list="listVPCOfferings", list_key="vpcoffering"
)
