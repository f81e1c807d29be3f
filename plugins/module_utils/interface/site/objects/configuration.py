# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_configuration``: a setting."""

from __future__ import annotations

from ....operations.zone.settings import ensure_in_scope
from ...fields import taken
from ...task import ApiTask
from ...zone import ONE_SCOPE, SCOPE

TASK = ApiTask(
    options={
        "name": {"type": "str", "required": True},
        "value": {"type": "raw"},
        "state": {"type": "str", "choices": ["present", "reset"], "default": "present"},
        **SCOPE,
    },
    operation=lambda cloud, p, check: ensure_in_scope(
        cloud, p["name"], p["value"] if p["state"] == "present" else None, taken(p, SCOPE), check
    ),
    constraints={"mutually_exclusive": ONE_SCOPE, "required_if": [("state", "present", ["value"])]},
)
