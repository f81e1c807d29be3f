# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that the guide lists under the documents' words: each is set in each scope that the guide gives it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from contract.tasks import perform, twice, writes
from documents.blocks import ROOT

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.server import Sandbox

GUIDE = (ROOT / "docs" / "guides" / "procedures.md").read_text(encoding="utf-8")
NAMES = {"zone": "z1", "storage": "ps1", "account": "admin"}


def listed() -> list[tuple[str, str]]:
    """Setting and scope of each row of the table; the whole cloud has none."""
    table = GUIDE.partition("\n## Settings\n")[2].partition("\n## ")[0]
    found = []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        for name in re.findall(r"`([a-z.]+)`", cells[1]) if line.startswith("| ") and len(cells) == 4 else ():
            found += [(name, scope) for scope in re.findall(r"[a-z]+", cells[2])]
    return found


LISTED = listed()


def other(row: Any) -> str:
    """A value that the setting can have and does not have."""
    if row.type == "Boolean":
        return "false" if row.value == "true" else "true"
    if row.type == "Select":
        return next(each for each in row.options.split(",") if each != row.value)
    return f"{float(row.value) + 1:g}"


def test_the_table_was_read() -> None:
    assert len(LISTED) > 20
    assert {scope for _name, scope in LISTED} == {"cloud", "zone", "storage", "account"}


@pytest.mark.parametrize("scope", ["cloud", "zone", "storage", "account"])
def test_settings_of_the_documents_are_set_where_the_guide_says(sandbox: Sandbox, cloud: Gateway, scope: str) -> None:
    where = {} if scope == "cloud" else {scope: NAMES[scope]}
    for name in [name for name, its in LISTED if its == scope]:
        value = sandbox.run(lambda world, name=name: other(world.settings[name]))
        everywhere: Any = perform(cloud, "cs_configuration_info", name=name).result["configurations"]
        sandbox.calls.clear()
        done = twice(cloud, "cs_configuration", name=name, value=value, **where)
        held = done.result["value"]
        assert float(str(held)) == float(value) if re.match(r"\d", value) else held == value, name
        assert writes(sandbox) == ["updateConfiguration"], name
        now: Any = perform(cloud, "cs_configuration_info", name=name).result["configurations"]
        assert (now == everywhere) is (scope != "cloud"), name
