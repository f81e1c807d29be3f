# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk offerings on the wire (fields as the API publishes them)."""

from __future__ import annotations

from ...core.zone.disk_offerings import KIND, DiskOffering
from .records import Record, Tell, Wire, unheard
from .resources import Resource
from .service_offerings import EVERYWHERE, LIMITS


def disk_offering(wire: Wire, tell: Tell = unheard) -> DiskOffering:
    read = Record(wire, KIND, tell)
    return DiskOffering(
        id=read.id(),
        name=read.text("name"),
        display_text=read.word("displaytext"),
        state=read.text("state"),
        disk_size=read.whole("disksize", "GB"),
        customized=read.flag("iscustomized"),
        display_offering=read.flag("displayoffering"),
        storage_type=read.text("storagetype"),
        provisioning_type=read.text("provisioningtype"),
        storage_tags=read.names("tags") or (),
        cache_mode=read.word("cacheMode"),
        bytes_read_rate=read.whole("diskBytesReadRate"),
        bytes_read_rate_max=read.whole("diskBytesReadRateMax"),
        bytes_read_rate_max_length=read.whole("diskBytesReadRateMaxLength"),
        bytes_write_rate=read.whole("diskBytesWriteRate"),
        bytes_write_rate_max=read.whole("diskBytesWriteRateMax"),
        bytes_write_rate_max_length=read.whole("diskBytesWriteRateMaxLength"),
        iops_read_rate=read.whole("diskIopsReadRate"),
        iops_read_rate_max=read.whole("diskIopsReadRateMax"),
        iops_read_rate_max_length=read.whole("diskIopsReadRateMaxLength"),
        iops_write_rate=read.whole("diskIopsWriteRate"),
        iops_write_rate_max=read.whole("diskIopsWriteRateMax"),
        iops_write_rate_max_length=read.whole("diskIopsWriteRateMaxLength"),
        customized_iops=read.flag("iscustomizediops"),
        iops_min=read.whole("miniops"),
        iops_max=read.whole("maxiops"),
        hypervisor_snapshot_reserve=read.whole("hypervisorsnapshotreserve"),
        disk_size_strictness=read.flag("disksizestrictness"),
        encrypt=read.flag("encrypt"),
        domain_ids=read.names("domainid") or (),
        zone_ids=read.names("zoneid") or (),
        created=read.moment("created"),
    )


DISK_OFFERINGS: Resource[DiskOffering] = Resource(
    kind=KIND,
    read=disk_offering,
    list="listDiskOfferings",
    list_key="diskoffering",
    create="createDiskOffering",
    update="updateDiskOffering",
    delete="deleteDiskOffering",
    keys=("diskoffering",),
    names={**LIMITS, "storage_tags": "tags", "iops_min": "miniops", "iops_max": "maxiops"},
    always={"listall": "true"},
    values={"updateDiskOffering": EVERYWHERE},
)
