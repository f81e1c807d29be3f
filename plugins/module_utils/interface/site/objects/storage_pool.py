# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_storage_pool``: a pool of primary storage."""

from __future__ import annotations

from ....core.masking import secrets_in_url, secrets_within
from ....operations.storage.maintenance import check_unasked, prepared_unasked
from ....operations.zone.storage import Care, Seen, ensure_pool
from ...fields import STATE, Spec, taken
from ...hypervisors.kind import NAMES
from ...task import ApiTask
from ...zone import CLUSTER, CONTENT, POD, ZONE

PLACES = ("pod", "cluster")
FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    "scope": {"type": "str", "choices": ["cluster", "zone"]},
    "storage_url": {"type": "str"},
    "hypervisor": {"type": "str", "choices": [*NAMES, "Any"]},
    "provider": {"type": "str"},
    "capacity_bytes": {"type": "int"},
    "capacity_iops": {"type": "int"},
    "managed": {"type": "bool"},
    "details": {"type": "dict"},
    "storage_tags": {"type": "list", "elements": "str", "aliases": ["storage_tag"]},
}
OPTIONS: Spec = {
    **ZONE,
    **POD,
    **CLUSTER,
    "allocation_state": {"type": "str", "choices": ["enabled", "disabled", "maintenance"]},
    **CONTENT,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_pool(
        cloud,
        p["zone"],
        taken(p, PLACES),
        taken(p, FIELDS),
        p["state"],
        check,
        pool_state=p["allocation_state"],
        seen=Seen(p["content"], p["allow_not_empty"]),
        care=Care(check_unasked, prepared_unasked),
    ),
    secrets=lambda p: (*secrets_in_url(p["storage_url"]), *secrets_within(p["details"], "details")),
)
