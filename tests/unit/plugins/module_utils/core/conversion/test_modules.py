# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the converter, compared with the argument specs of both collections.

``peer_options.json`` has those of ngine_io.cloudstack 2.5.0 and 3.3.0; ``make bench-convert`` compares it with the
installed package.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.conversion.meanings import (
    GENERAL,
    MEANINGS,
    meanings,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.conversion.modules import (
    FORMER,
    MODULES,
    ONLY_THEIRS,
    base,
)
from unit.architecture.checks import PLUGINS

ROOT = Path(__file__).resolve().parents[6]
PEER = json.loads((Path(__file__).parent / "peer_options.json").read_text(encoding="utf-8"))
VERSIONS = tuple(PEER)


def names(spec: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    return frozenset({*spec, *(alias for option in spec.values() for alias in option.get("aliases") or ())})


def option(spec: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((each for key, each in spec.items() if name in (key, *(each.get("aliases") or ()))), {})


def spec(module: str) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = importlib.import_module(
        f"{PLUGINS}.modules.cs_{module}"
    ).TASK.argument_spec
    return found


def cases() -> Iterator[Any]:
    for version in VERSIONS:
        for module in PEER[version]["options"]:
            yield pytest.param(version, module, id=f"{module} of {version}")


def test_every_module_of_theirs_is_known() -> None:
    for version in VERSIONS:
        assert [name for name in PEER[version]["modules"] if not base(name)] == []
    assert set(PEER["3.3.0"]["options"]) == set(MODULES)
    ours = {file.stem for file in (ROOT / "plugins/modules").glob("cs_*.py")}
    assert {f"cs_{name}" for name in MODULES} <= ours
    assert [name for name in ONLY_THEIRS if f"cs_{name}" in ours] == []
    assert set(FORMER.values()) <= ONLY_THEIRS | set(MODULES)
    assert base("ping") == ""


@pytest.mark.parametrize(("version", "module"), [*cases()])
def test_the_tables_say_exactly_what_differs(version: str, module: str) -> None:
    theirs, ours, rules = PEER[version]["options"][module], spec(module), MODULES[module]
    assert names(theirs) - names(ours) == names(theirs) & {*rules.missing, *rules.renamed}
    for name in names(theirs) & names(ours):
        there, here = option(theirs, name), option(ours, name)
        lost = set(there.get("choices") or ()) - set(here.get("choices") or there.get("choices") or ())
        assert lost == {*rules.values.get(name, {}), *rules.refused.get(name, {})}, name
        free = not there.get("choices") and bool(here.get("choices"))
        assert tuple(here["choices"] if free else ()) == rules.choices.get(name, ()), name
        loose = {None, "str", "raw", "float"}
        same = there.get("type") == here.get("type") or here.get("type") in loose or there.get("type") is None
        assert same or name in rules.forms, name
    assert {*rules.renamed.values()} <= set(ours)
    for name, values in rules.values.items():
        assert set(values.values()) <= set(option(ours, name)["choices"]), name


def test_every_meaning_has_its_row() -> None:
    document = (ROOT / "docs/peer_bugs.md").read_text(encoding="utf-8")
    assert [
        row for row in {*(each.row for each in MEANINGS), *(row for row, _text in GENERAL)} if row not in document
    ] == []
    for each in MEANINGS:
        known = names(PEER["2.5.0"]["options"].get(each.module, {})) | names(PEER["3.3.0"]["options"][each.module])
        assert [name for name in (*each.given, each.without) if name and name not in known] == []


def test_every_row_of_options_is_told() -> None:
    """Rows of the table of deliberate differences are meanings, or options that the tables of modules have."""
    table = (ROOT / "docs/peer_bugs.md").read_text(encoding="utf-8").partition("deliberately other\n")[2]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| module")]
    assert len(rows) > 8
    data = [each.row for each in MEANINGS] + [row for row, _text in GENERAL]
    for line in rows:
        module = line.split("`")[1] if "`" in line.split("|")[1] else ""
        assert any(row in line for row in data) or (MODULES[module].missing or MODULES[module].forms), line


def test_meanings_depend_on_the_task() -> None:
    basic = (
        "in ngine_io.cloudstack a zone is Basic by default; in this collection a new zone is Advanced, and an "
        "existing one keeps its type"
    )
    assert basic in list(meanings("zone", {"name": "east"}, False))
    assert basic not in list(meanings("zone", {"name": "east", "network_type": "Advanced"}, False))
    drain = "in ngine_io.cloudstack a failed drain counts as done; in this collection the task fails"
    assert drain in list(meanings("host", {"allocation_state": "maintenance"}, False))
    assert drain not in list(meanings("host", {"allocation_state": "enabled"}, False))
    kept = "the result path is named storage_path in this collection"
    assert kept in list(meanings("storage_pool", {}, True))
    assert kept not in list(meanings("storage_pool", {}, False))
