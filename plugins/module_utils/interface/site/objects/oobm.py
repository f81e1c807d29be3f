# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_oobm``: out-of-band management."""

from __future__ import annotations

from ...bmc.access import BMC
from ...bmc.tasks import ensure_oobm
from ...task import ApiTask
from ...zone import PLACES

TASK = ApiTask(
    options={
        **PLACES,
        **BMC,
        "driver": {"type": "str", "choices": ["ipmitool", "redfish", "nestedcloudstack"]},
        "address": {"type": "str"},
        "port": {"type": "str"},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "new_password": {"type": "str", "no_log": True},
        "state": {"type": "str", "choices": ["enabled", "disabled"]},
        "verify": {"type": "bool", "default": True},
    },
    operation=ensure_oobm,
)
