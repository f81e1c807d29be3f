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
NAMES = {"zone": "z1", "cluster": "c1", "storage": "ps1", "account": "admin", "domain": "ROOT"}


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


@pytest.mark.parametrize(("name", "scope"), LISTED, ids=[" ".join(each) for each in LISTED])
def test_a_setting_of_the_documents_is_set_where_the_guide_says(
    sandbox: Sandbox, cloud: Gateway, name: str, scope: str
) -> None:
    value = sandbox.run(lambda world: other(world.settings[name]))
    where = {} if scope == "cloud" else {scope: NAMES[scope]}
    everywhere: Any = perform(cloud, "cs_configuration_info", name=name).result["configurations"]
    done = twice(cloud, "cs_configuration", name=name, value=value, **where)
    assert float(done.result["value"]) == float(value) if re.match(r"\d", value) else done.result["value"] == value
    assert writes(sandbox) == ["updateConfiguration"]
    now: Any = perform(cloud, "cs_configuration_info", name=name).result["configurations"]
    assert (now == everywhere) is (scope != "cloud")
