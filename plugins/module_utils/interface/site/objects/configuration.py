# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_configuration`` and ``cs_configuration_info``: settings."""

from __future__ import annotations

from ....core.change import Outcome
from ....operations.zone.info import answered_settings, listed_settings
from ....operations.zone.settings import ensure_in_scope
from ....ports.cloud import Cloud
from ...fields import Params, Spec, taken
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

ASKED: Spec = {"name": {"type": "str", "required": True}, "zone": {"type": "str"}, "cluster": {"type": "str"}}


def tell(cloud: Cloud, p: Params, _check_mode: bool) -> Outcome:
    if p["settings"] is not None:
        return answered_settings(cloud, p["settings"])
    return listed_settings(cloud, p["name"], taken(p, SCOPE))


INFO = ApiTask(
    options={"name": {"type": "str"}, "settings": {"type": "list", "elements": "dict", "options": ASKED}, **SCOPE},
    operation=tell,
    constraints={"mutually_exclusive": (*ONE_SCOPE, *(("settings", each) for each in ("name", *SCOPE)))},
    unshown=frozenset(("settings",)),
)
