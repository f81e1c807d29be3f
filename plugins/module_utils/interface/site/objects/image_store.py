# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_image_store``: a store of secondary storage."""

from __future__ import annotations

from ....core.masking import secrets_in_url
from ....operations.zone.storage import (
    Seen,
    ensure_image_store,
)
from ...fields import STATE, Spec, taken
from ...task import ApiTask
from ...zone import CONTENT, ZONE

FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    "url": {"type": "str"},
    "provider": {"type": "str"},
    "details": {"type": "dict", "no_log": True},
    "read_only": {"type": "bool"},
}
OPTIONS: Spec = {
    **ZONE,
    "force_recreate": {"type": "bool", "default": False},
    **CONTENT,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_image_store(
        cloud,
        p["zone"],
        taken(p, FIELDS),
        p["state"],
        check,
        recreate=p["force_recreate"],
        seen=Seen(p["content"], p["allow_not_empty"]),
    ),
    secrets=lambda p: secrets_in_url(p["url"]),
)
