# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_declaration_info`` and ``cs_declaration_export``."""

from __future__ import annotations

import typing as t

from ..adapters.declaration.folder import Folder
from ..core.change import Fields, Outcome, plain
from ..core.declaration.export import Export
from ..core.declaration.written import without_secrets
from ..operations.declaration.export import exported, write
from ..ports.cloud import Cloud
from .fields import Params, Spec
from .zone import ZONE

EXPORT: Spec = {
    **ZONE,
    "dest": {"type": "path", "required": True},
    "overwrite": {"type": "bool", "default": False},
}


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    found = exported(cloud, params["zone"] or "")
    return Outcome(False, result={**_told(found), "files": [plain(each) for each in found.files]})


def export(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    """Its diff has the text of each file that changes."""
    folder = Folder(params["dest"])
    done = write(cloud, folder, params["zone"] or "", params["overwrite"], check_mode)
    result = {**_told(done.export), "dest": folder.path, "files": [each.path for each in done.export.files]}
    before = {name: text for name, text in done.before.items() if text is not None}
    return Outcome(bool(done.after), _shown(before), _shown(done.after), {**result, "written": sorted(done.after)})


def _told(found: Export) -> dict[str, t.Any]:
    return {
        "name": found.declaration["name"],
        "vault": list(found.vault),
        "gaps": [plain(each) for each in found.gaps],
    }


def _shown(texts: t.Mapping[str, str]) -> Fields:
    """Somebody may have written passwords into a file since."""
    return {name: without_secrets(text) for name, text in texts.items()}
