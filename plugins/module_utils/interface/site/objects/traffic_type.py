# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_traffic_type``: a traffic type."""

from __future__ import annotations

from ....operations.zone.physical_networks import (
    ensure_traffic_type,
)
from ...fields import (
    POLL_ASYNC,
    STATE,
    Spec,
    taken,
)
from ...task import ApiTask
from ...zone import ONE_PHYSICAL_NETWORK, ZONE

FIELDS: Spec = {
    "traffic_type": {"type": "str", "required": True, "choices": ["Management", "Guest", "Public", "Storage"]},
    "hyperv_networklabel": {"type": "str"},
    "kvm_networklabel": {"type": "str"},
    "ovm3_networklabel": {"type": "str"},
    "vmware_networklabel": {"type": "str"},
    "xen_networklabel": {"type": "str"},
    "isolation_method": {"type": "str", "choices": ["vlan", "vxlan"]},
    "vlan": {"type": "str"},
}
OPTIONS: Spec = {
    **ONE_PHYSICAL_NETWORK,
    **ZONE,
    **POLL_ASYNC,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_traffic_type(
        cloud, p["zone"], p["physical_network"], taken(p, FIELDS), p["state"], check
    ),
)
