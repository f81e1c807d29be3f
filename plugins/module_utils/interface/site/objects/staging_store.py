# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_staging_store``: a staging store."""

from __future__ import annotations

from ....operations.zone.staging import ensure_staging_store
from ...fields import STATE
from ...task import ApiTask
from ...zone import ZONE

TASK = ApiTask(
    options={
        **ZONE,
        "url": {"type": "str", "required": True},
        "details": {"type": "dict", "no_log": True},
        **STATE,
    },
    operation=lambda cloud, p, check: ensure_staging_store(cloud, p["zone"], p["url"], p["state"], check, p["details"]),
)
