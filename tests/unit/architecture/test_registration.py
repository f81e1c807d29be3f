# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module is grouped, has its action plugin and is exercised by an integration test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.architecture.registration import LOADS, gaps, promised, unmentioned

ROOT = Path(__file__).resolve().parents[3]


def module_names() -> list[str]:
    return sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py") if file.stem != "__init__")


def test_every_module_is_grouped_and_has_its_action_plugin() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    actions = {file.stem: file.read_text(encoding="utf-8") for file in (ROOT / "plugins" / "action").glob("*.py")}
    assert list(gaps(module_names(), runtime, actions)) == []


def test_every_module_is_exercised_in_integration() -> None:
    files = [f for f in (ROOT / "tests" / "integration").rglob("*") if f.suffix in (".py", ".yml")]
    assert unmentioned(module_names(), (f.read_text(encoding="utf-8") for f in files)) == []


def test_the_readme_speaks_of_modules_that_are_there() -> None:
    assert promised(module_names(), (ROOT / "README.md").read_text(encoding="utf-8")) == []


def test_a_molecule_scenario_has_the_name_of_the_role_that_it_tries() -> None:
    scenarios = {path.parent.name for path in (ROOT / "extensions" / "molecule").glob("*/molecule.yml")}
    assert scenarios
    assert scenarios - {path.name for path in (ROOT / "roles").iterdir()} == set()


def grouped(*names: str) -> dict[str, Any]:
    return {"action_groups": {"cloudstack": [*names, {"metadata": {}}]}}


def acting(*names: str) -> dict[str, str]:
    text = "\n".join(["...", *LOADS, ""])
    return dict.fromkeys(names, text)


def test_registered_modules_leave_no_gap() -> None:
    assert list(gaps(["cs_zone", "cs_pod"], grouped("cs_zone", "cs_pod"), acting("cs_zone", "cs_pod"))) == []
    assert list(gaps(["cs_zone", "cs_host_check"], grouped("cs_zone"), acting("cs_zone"))) == []


@pytest.mark.parametrize(
    ("modules", "runtime", "actions", "named"),
    [
        (["cs_zone"], {"action_groups": {}}, acting("cs_zone"), "cs_zone"),
        (["cs_zone"], {"action_groups": {"cloudstack": None}}, acting("cs_zone"), "cs_zone"),
        (["cs_zone", "cs_pod"], grouped("cs_zone"), acting("cs_zone"), "cs_pod"),
        (["cs_zone"], grouped("cs_zone"), {}, "cs_zone"),
        (["cs_zone"], grouped("cs_zone"), {"cs_zone": "from .cs_network_change import ActionModule\n"}, "cs_zone"),
        (["cs_zone"], grouped("cs_zone"), {"cs_zone": f"{LOADS[0]}\n"}, "cs_zone"),
        (["cs_zone"], grouped("cs_zone", "cs_gone"), acting("cs_zone"), "cs_gone"),
        (["cs_zone"], grouped("cs_zone"), acting("cs_zone", "cs_gone"), "cs_gone"),
        (["cs_zone", "cs_host_check"], grouped("cs_zone"), acting("cs_zone", "cs_host_check"), "cs_host_check"),
        (["cs_zone", "cs_host_check"], grouped("cs_zone", "cs_host_check"), acting("cs_zone"), "cs_host_check"),
    ],
)
def test_planted_gap_is_found(modules: list[str], runtime: dict[str, Any], actions: dict[str, str], named: str) -> None:
    found = list(gaps(modules, runtime, actions))
    assert found
    assert all(gap.startswith(f"{named}:") for gap in found)


def test_planted_module_without_a_test_is_found() -> None:
    assert unmentioned(["cs_host", "cs_zone"], ["- hostcraft.cloudstack.cs_zone:", "- cs_host_info:"]) == ["cs_host"]


def test_planted_promise_is_found() -> None:
    assert promised(["cs_zone"], "`cs_zone` ensures, `cs_moon` does not") == ["cs_moon"]
