# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_vlan_ip_range``: a range of public or guest addresses."""

from __future__ import annotations

from ....operations.zone.ip_ranges import ensure_range
from ...fields import STATE, Spec, taken
from ...task import ApiTask
from ...zone import (
    IP_RANGE,
    ONE_OWNER,
    OWNER,
    POD,
    ZONE,
)

PLACES = ("network", "physical_network", "pod")
FIELDS: Spec = {
    **IP_RANGE,
    "start_ipv6": {"type": "str"},
    "end_ipv6": {"type": "str"},
    "gateway_ipv6": {"type": "str"},
    "cidr_ipv6": {"type": "str"},
    "vlan": {"type": "str"},
    **OWNER,
    "for_virtual_network": {"type": "bool"},
    "for_system_vms": {"type": "bool"},
}
OPTIONS: Spec = {
    "network": {"type": "str"},
    "physical_network": {"type": "str"},
    **POD,
    **ZONE,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_range(
        cloud, p["zone"], taken(p, PLACES), taken(p, FIELDS), p["state"], check
    ),
    constraints={
        "required_one_of": [("start_ip", "start_ipv6", "cidr_ipv6")],
        "mutually_exclusive": ONE_OWNER,
    },
)
