# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute offerings on the wire (T2:2-4)."""

from __future__ import annotations

import typing as t

from ...core.zone.service_offerings import ServiceOffering
from .records import Record, Tell, Wire, unheard
from .resources import Resource

# What an empty limit is called when it is taken away.
EVERYWHERE: t.Mapping[tuple[str, object], object] = {("domain_ids", ()): "public", ("zone_ids", ()): "all"}
LIMITS = {"domain_ids": "domainid", "zone_ids": "zoneid"}


def storage_tags(read: Record) -> tuple[str, ...]:
    """Of an answer on service offerings, which calls them ``tags`` up to 4.15."""
    return read.names("storagetags" if read.has("storagetags") else "tags") or ()


def service_offering(wire: Wire, tell: Tell = unheard) -> ServiceOffering:
    read = Record(wire, "service offering", tell)
    details = read.record("serviceofferingdetails", f"details of {read.called}")
    return ServiceOffering(
        id=read.id(),
        name=read.text("name"),
        display_text=read.word("displaytext"),
        state=read.text("state"),
        cpu_number=read.whole("cpunumber"),
        cpu_speed=read.whole("cpuspeed"),
        memory=read.whole("memory"),
        is_customized=read.flag("iscustomized"),
        storage_type=read.text("storagetype"),
        provisioning_type=read.text("provisioningtype"),
        offer_ha=read.flag("offerha"),
        limit_cpu_usage=read.flag("limitcpuuse"),
        is_volatile=read.flag("isvolatile"),
        network_rate=read.whole("networkrate"),
        host_tags=read.names("hosttags") or (),
        storage_tags=storage_tags(read),
        bytes_read_rate=read.whole("diskBytesReadRate"),
        bytes_write_rate=read.whole("diskBytesWriteRate"),
        disk_iops_read_rate=read.whole("diskIopsReadRate"),
        disk_iops_write_rate=read.whole("diskIopsWriteRate"),
        is_iops_customized=read.flag("iscustomizediops"),
        disk_iops_min=read.whole("miniops"),
        disk_iops_max=read.whole("maxiops"),
        hypervisor_snapshot_reserve=read.whole("hypervisorsnapshotreserve"),
        deployment_planner=read.text("deploymentplanner"),
        service_offering_details={key: details.text(key) for key in details.wire},
        domain_ids=read.names("domainid") or (),
        zone_ids=read.names("zoneid") or (),
        created=read.moment("created"),
    )


SERVICE_OFFERINGS: Resource[ServiceOffering] = Resource(
    kind="service offering",
    read=service_offering,
    list="listServiceOfferings",
    list_key="serviceoffering",
    create="createServiceOffering",
    update="updateServiceOffering",
    delete="deleteServiceOffering",
    keys=("serviceoffering",),
    names={
        **LIMITS,
        "is_customized": "customized",
        "limit_cpu_usage": "limitcpuuse",
        "disk_iops_read_rate": "iopsreadrate",
        "disk_iops_write_rate": "iopswriterate",
        "is_iops_customized": "customizediops",
        "disk_iops_min": "miniops",
        "disk_iops_max": "maxiops",
    },
    late=frozenset(("storage_tags",)),
    often=frozenset(("storage_tags",)),
    values={"updateServiceOffering": EVERYWHERE},
    pairs=frozenset(("service_offering_details",)),
)
