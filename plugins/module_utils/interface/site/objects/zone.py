# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_zone``: a zone."""

from __future__ import annotations

from ....operations.zone.topology import ensure_zone
from ...fields import (
    ENABLED,
    ID,
    Spec,
    presence,
    taken,
)
from ...task import ApiTask

FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    "network_type": {"type": "str", "choices": ["Basic", "Advanced"]},
    "dns1": {"type": "str"},
    "dns2": {"type": "str"},
    "internal_dns1": {"type": "str"},
    "internal_dns2": {"type": "str"},
    "dns1_ipv6": {"type": "str"},
    "dns2_ipv6": {"type": "str"},
    "network_domain": {"type": "str"},
    "guest_cidr_address": {"type": "str"},
    "dhcp_provider": {"type": "str"},
    "local_storage_enabled": {"type": "bool"},
    "securitygroups_enabled": {"type": "bool"},
    "is_edge": {"type": "bool"},
    "domain": {"type": "str"},
}
OPTIONS: Spec = {
    **ID,
    **ENABLED,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_zone(
        cloud, {**taken(p, FIELDS), **presence(p).fields}, presence(p).state, check, id=p["id"]
    ),
)
