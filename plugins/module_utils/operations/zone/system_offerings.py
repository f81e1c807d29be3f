# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service offerings of system VMs created, changed and removed, and found for what uses them.

Sources: see core/zone/system_offerings.py.
"""

from __future__ import annotations

from ...core.change import Fields, Outcome, State
from ...core.errors import Reason, Refused
from ...core.zone.system_offerings import SYSTEM_OFFERING, SystemOffering, check_sizes
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
        _refuse(cloud, held)
    return ensure(cloud, cloud.system_offerings, SYSTEM_OFFERING, held, fields, state, check_mode)


def _refuse(cloud: Cloud, held: SystemOffering) -> None:
    """Raises Refused: the server's own one, and one that routers of networks are made with."""
    reasons = []
    if held.is_default:
        text = f"system offering {held.name} is one of the server's own"
        reasons.append(Reason("default_offering", text, "leave it, and create another one"))
    for each in cloud.network_offerings.all():
        if each.service_offering_id == held.id:
            text = f"network offering {each.name} uses it for its routers"
            remedy = "move its networks to another network offering, and delete it first"
            reasons.append(Reason("offering_in_use", text, remedy, {"network_offering": each.name}))
    if reasons:
        raise Refused(f"system offering {held.name}", reasons)
