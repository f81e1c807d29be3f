# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that name a zone and what is in it; ``doc_fragments/zone.py`` documents them."""

from __future__ import annotations

from .fields import Spec

ZONE: Spec = {"zone": {"type": "str"}}
POD: Spec = {"pod": {"type": "str"}}
CLUSTER: Spec = {"cluster": {"type": "str"}}
HOST: Spec = {"host": {"type": "str"}}
ONE_POD: Spec = {"pod": {"type": "str", "required": True}}
ONE_CLUSTER: Spec = {"cluster": {"type": "str", "required": True}}
ONE_HOST: Spec = {"host": {"type": "str", "required": True}}

# The innermost of these is meant.
PLACES: Spec = {**ZONE, **POD, **CLUSTER, **HOST}
HOST_ALONE = (("host", "pod"), ("host", "cluster"))
# What a host has seen on storage that is to be added.
CONTENT: Spec = {"content": {"type": "dict"}, "allow_not_empty": {"type": "bool", "default": False}}
ONE_PHYSICAL_NETWORK: Spec = {"physical_network": {"type": "str", "required": True}}

OWNER: Spec = {"domain": {"type": "str"}, "account": {"type": "str"}, "project": {"type": "str"}}
ONE_OWNER = (("account", "project"),)

# What an offering is limited to.
LIMITS: Spec = {name: {"type": "list", "elements": "str"} for name in ("domains", "zones")}
REQUIRED_TAGS: Spec = {name: {"type": "list", "elements": "str"} for name in ("host_tags", "storage_tags")}
IP_RANGE: Spec = {name: {"type": "str"} for name in ("start_ip", "end_ip", "gateway", "netmask")}

# Where a setting has its value; without any, it is the global one.
SCOPE: Spec = {name: {"type": "str"} for name in ("zone", "cluster", "storage", "image_store", "account", "domain")}
ONE_SCOPE = (
    ("cluster", "storage", "image_store", "account"),
    *((one, "domain") for one in ("zone", "cluster", "storage", "image_store")),
    ("zone", "account"),
)
