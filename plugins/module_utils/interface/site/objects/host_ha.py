# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host_ha``: host HA."""

from __future__ import annotations

from ...bmc.tasks import ensure_host_ha
from ...task import ApiTask
from ...zone import PLACES

TASK = ApiTask(
    options={
        **PLACES,
        "provider": {"type": "str"},
        "state": {"type": "str", "choices": ["enabled", "disabled"]},
        "degraded": {"type": "bool"},
        "consent": {"type": "bool", "default": False},
    },
    operation=ensure_host_ha,
    constraints={"required_one_of": [("provider", "state", "degraded")], "mutually_exclusive": [("state", "degraded")]},
)
