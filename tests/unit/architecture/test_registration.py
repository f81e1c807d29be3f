# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module is grouped, routed and exercised by an integration test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.architecture.registration import ACTION, promised, runtime_gaps, unmentioned

ROOT = Path(__file__).resolve().parents[3]


def module_names() -> list[str]:
    return sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py") if file.stem != "__init__")


def test_runtime_speaks_of_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert list(runtime_gaps(module_names(), runtime)) == []


def test_the_action_plugin_of_the_routes_is_there() -> None:
    assert not module_names() or (ROOT / "plugins" / "action" / f"{ACTION.rpartition('.')[2]}.py").is_file()


def test_every_module_is_exercised_in_integration() -> None:
    files = [f for f in (ROOT / "tests" / "integration").rglob("*") if f.suffix in (".py", ".yml")]
    assert unmentioned(module_names(), (f.read_text(encoding="utf-8") for f in files)) == []


def test_the_readme_speaks_of_modules_that_are_there() -> None:
    assert promised(module_names(), (ROOT / "README.md").read_text(encoding="utf-8")) == []


def registered(*names: str) -> dict[str, Any]:
    return {
        "action_groups": {"cloudstack": [*names, {"metadata": {}}]},
        "plugin_routing": {"modules": {name: {"action_plugin": ACTION} for name in names}},
    }


def test_registered_modules_leave_no_gap() -> None:
    assert list(runtime_gaps(["cs_zone", "cs_pod"], registered("cs_zone", "cs_pod"))) == []
    assert list(runtime_gaps(["cs_zone", "cs_host_check"], registered("cs_zone"))) == []


@pytest.mark.parametrize(
    ("modules", "runtime", "named"),
    [
        (["cs_zone"], {"action_groups": {}}, "cs_zone"),
        (["cs_zone", "cs_pod"], registered("cs_zone"), "cs_pod"),
        (["cs_zone"], {**registered("cs_zone"), "plugin_routing": {"modules": {"cs_zone": {}}}}, "cs_zone"),
        (["cs_zone"], {**registered("cs_zone"), "action_groups": {"cloudstack": None}}, "cs_zone"),
        (["cs_zone"], registered("cs_zone", "cs_gone"), "cs_gone"),
        (["cs_zone", "cs_host_check"], registered("cs_zone", "cs_host_check"), "cs_host_check"),
    ],
)
def test_planted_gap_is_found(modules: list[str], runtime: dict[str, Any], named: str) -> None:
    gaps = list(runtime_gaps(modules, runtime))
    assert gaps
    assert all(gap.startswith(f"{named}:") for gap in gaps)


def test_planted_module_without_a_test_is_found() -> None:
    assert unmentioned(["cs_host", "cs_zone"], ["- hostcraft.cloudstack.cs_zone:", "- cs_host_info:"]) == ["cs_host"]


def test_planted_promise_is_found() -> None:
    assert promised(["cs_zone"], "`cs_zone` ensures, `cs_moon` does not") == ["cs_moon"]
