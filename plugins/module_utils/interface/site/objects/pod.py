# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_pod``: a pod."""

from __future__ import annotations

from ....operations.zone.topology import ensure_pod
from ...fields import (
    ENABLED,
    ID,
    Spec,
    presence,
    taken,
)
from ...task import ApiTask
from ...zone import ZONE

FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    "start_ip": {"type": "str"},
    "end_ip": {"type": "str"},
    "netmask": {"type": "str"},
    "gateway": {"type": "str"},
}
OPTIONS: Spec = {
    **ID,
    **ZONE,
    **ENABLED,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_pod(
        cloud, p["zone"], {**taken(p, FIELDS), **presence(p).fields}, presence(p).state, check, id=p["id"]
    ),
)
