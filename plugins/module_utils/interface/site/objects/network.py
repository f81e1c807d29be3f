# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_network``: a guest network."""

from __future__ import annotations

from ....operations.zone.guest_networks import ensure_network
from ...fields import (
    DISPLAY_TEXT,
    STATE,
    Spec,
    taken,
)
from ...task import ApiTask
from ...vlans import SCHEME
from ...zone import ONE_OWNER, OWNER, ZONE

PLACES = ("physical_network", "network_offering", "vpc")
ADDRESSES = (
    *("gateway", "netmask", "start_ip", "end_ip", "guest_vm_cidr"),
    *("gateway_ipv6", "cidr_ipv6", "start_ipv6", "end_ipv6"),
)
FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    **DISPLAY_TEXT,
    "vlan": {"type": "str"},
    "isolated_pvlan": {"type": "str"},
    "isolated_pvlan_type": {"type": "str", "choices": ["isolated", "community", "promiscuous"]},
    "bypass_vlan_overlap_check": {"type": "bool", "default": False},
    **{name: {"type": "str"} for name in ADDRESSES},
    "change_cidr": {"type": "bool", "default": False},
    "forced": {"type": "bool", "default": False},
    "network_domain": {"type": "str"},
    "acl_type": {"type": "str", "choices": ["Account", "Domain"]},
    "subdomain_access": {"type": "bool"},
    **OWNER,
}
OPTIONS: Spec = {
    **ZONE,
    "network_offering": {"type": "str"},
    "physical_network": {"type": "str"},
    "vpc": {"type": "str"},
    **SCHEME,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_network(
        cloud, p["zone"], taken(p, PLACES), taken(p, FIELDS), p["state"], check, p["scheme"]
    ),
    constraints={"mutually_exclusive": ONE_OWNER},
)
