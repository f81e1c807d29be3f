# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_vmware_dc``: a datacenter of vCenter."""

from __future__ import annotations

from ....operations.zone.vmware_dcs import ensure_vmware_dc
from ...fields import STATE, Spec, taken
from ...task import ApiTask
from ...zone import ZONE

FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    "vcenter": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
}
OPTIONS: Spec = {
    **ZONE,
    "update_password": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_vmware_dc(
        cloud, p["zone"], taken(p, FIELDS), p["state"], check, p["update_password"] == "always"
    ),
)
