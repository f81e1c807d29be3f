# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_declaration_info``."""

from __future__ import annotations

from ..core.change import Outcome, plain
from ..operations.zone.export import exported
from ..ports.cloud import Cloud
from .fields import Params


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    found = exported(cloud, params["zone"] or "")
    result = {
        "name": found.declaration["name"],
        "files": [plain(each) for each in found.files],
        "vault": list(found.vault),
        "gaps": [plain(each) for each in found.gaps],
    }
    return Outcome(False, result=result)
