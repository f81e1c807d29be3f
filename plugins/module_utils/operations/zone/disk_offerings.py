# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk offerings created, changed and removed.

Source: 4.11.1 documentation, "Creating a New Disk Offering", "Modifying or Deleting a Service Offering".
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, State
from ...core.errors import MissingValue, Refused
from ...core.zone.disk_offerings import (
    DISK_OFFERING,
    IOPS,
    KIND,
    check_wanted,
    lacking,
    reasons_against_change,
    reasons_against_new,
)
from ...core.zone.offerings import fixed_iops
from ...ports.cloud import Cloud
from ..ensure import ensure
from .service_offerings import Names, for_creation, limited, limits


def ensure_disk_offering(cloud: Cloud, wanted: Fields, state: State, check_mode: bool) -> Outcome:
    """``wanted``: fields of core DiskOffering, "domains" and "zones" by name.

    Raises InvalidValue, MissingValue, NotFound, Refused.
    """
    fields, subject = dict(wanted), f"{KIND} {wanted['name']}"
    domains, zones = t.cast(Names, fields.pop("domains", None)), t.cast(Names, fields.pop("zones", None))
    held = limited(cloud, cloud.disk_offerings, KIND, str(wanted["name"]), domains, zones, state)
    if state == "absent":
        return ensure(cloud, cloud.disk_offerings, DISK_OFFERING, held, fields, state, check_mode)
    check_wanted(fields, held)
    fields.update(limits(cloud, domains, zones))
    if held is None:
        missing = lacking(fields)
        if missing:
            raise MissingValue(subject, missing)
        for_creation(fields)
        fields.update(
            display_text=fields.get("display_text") or wanted["name"], customized_iops=fixed_iops(fields, *IOPS)
        )
    reasons = list(reasons_against_new(fields) if held is None else reasons_against_change(fields, held))
    if reasons:
        raise Refused(subject, reasons)
    return ensure(cloud, cloud.disk_offerings, DISK_OFFERING, held, fields, state, check_mode)
