# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_physical_network``: a physical network."""

from __future__ import annotations

from ....operations.zone.physical_networks import (
    ensure_physical_network,
)
from ...fields import (
    ENABLED,
    POLL_ASYNC,
    Spec,
    presence,
    taken,
    yes_and_no,
)
from ...task import ApiTask
from ...zone import ZONE

FIELDS: Spec = {
    "name": {"type": "str", "required": True, "aliases": ["physical_network"]},
    "vlan": {"type": "raw"},
    "isolation_method": {"type": "str", "choices": ["VLAN", "VXLAN", "GRE", "L3"]},
    "broadcast_domain_range": {"type": "str", "choices": ["POD", "ZONE"]},
    "network_speed": {"type": "str"},
    "tags": {"type": "list", "elements": "str", "aliases": ["tag"]},
    "domain": {"type": "str"},
}
OPTIONS: Spec = {
    **ZONE,
    "vlan_state": {"type": "str", "choices": ["exact", "present"], "default": "exact"},
    "nsps_enabled": {"type": "list", "elements": "str"},
    "nsps_disabled": {"type": "list", "elements": "str"},
    **POLL_ASYNC,
    **ENABLED,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_physical_network(
        cloud,
        p["zone"],
        {**taken(p, FIELDS), **presence(p, "state").fields},
        presence(p).state,
        check,
        providers=yes_and_no(p, "nsps_enabled", "nsps_disabled"),
        vlan_state=p["vlan_state"],
    ),
)
