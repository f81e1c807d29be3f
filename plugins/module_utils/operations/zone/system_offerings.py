# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service offerings of system VMs created, changed and removed, and found for what uses them.

Sources: see core/zone/system_offerings.py.
"""

from __future__ import annotations

from ...core.change import Fields, Outcome, State
from ...core.errors import Refused
from ...core.zone.system_offerings import SYSTEM_OFFERING, check_sizes, removal_reasons
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure

KIND = "system offering"


def ensure_system_offering(cloud: Cloud, wanted: Fields, state: State, check_mode: bool) -> Outcome:
    """``wanted``: fields of core SystemOffering. Raises InvalidValue, MissingValue, Refused."""
    check_sizes(wanted)
    name = str(wanted["name"])
    held = lookup.maybe(cloud.system_offerings, KIND, name)
    fields = dict(wanted)
    if held is None and state == "present":
        fields = {**fields, "display_text": fields.get("display_text") or name, "is_system": True}
        fields["tags"] = fields.get("storage_tags")
    if held is not None and state == "absent":
        reasons = list(removal_reasons(held, cloud.network_offerings.all()))
        if reasons:
            raise Refused(f"system offering {held.name}", reasons)
    return ensure(cloud, cloud.system_offerings, SYSTEM_OFFERING, held, fields, state, check_mode)
