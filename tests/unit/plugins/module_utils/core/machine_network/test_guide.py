# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written about layouts in several places is the same in all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.layout import OPTIONS

ROOT = Path(__file__).resolve().parents[6]
CORE = ROOT / "plugins" / "module_utils" / "core" / "machine_network"
Json = dict[str, Any]


def _raised() -> Iterator[str]:
    """The codes of findings in the sources: second argument of of(), first of Finding(), and those handed on."""
    for path in [*CORE.glob("layout/*.py"), *CORE.glob("render/*.py"), *CORE.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"of": 1, "Finding": 0, "_reached": 3}.get(node.func.id)
                given = node.args[place] if place is not None and len(node.args) > place else None
                if isinstance(given, ast.Constant):
                    yield given.value


def test_the_guide_tells_every_code_and_no_other() -> None:
    text = (ROOT / "docs/guides/host_network.md").read_text(encoding="utf-8")
    table = text.partition("## What is refused")[2].partition("\n\n`connection_on_openvswitch`:")[0]
    told = {cell for row in table.splitlines() if row.startswith("| `") for cell in row.split("|")[1].split("`")[1::2]}
    assert told == set(_raised())


def test_the_guide_tells_every_reason_against_a_change() -> None:
    text = (ROOT / "docs/guides/host_network.md").read_text(encoding="utf-8")
    table = text.partition("## How a change is confirmed")[2]
    told = {cell for row in table.splitlines() if row.startswith("| `") for cell in row.split("|")[1].split("`")[1::2]}
    preflight = (CORE / "change" / "preflight.py").read_text(encoding="utf-8")
    judged = {
        node.args[0].value
        for node in ast.walk(ast.parse(preflight))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason"
        if isinstance(node.args[0], ast.Constant)
    }
    assert told - judged == {"pending", "busy", "rolled_back_before", "rolled_back", "no_guard"}
    assert judged < told


def _shape(options: Json, key: str) -> Json:
    """Names, types, choices and needs of options, however deep."""
    return {
        name: {
            **{word: option.get(word) for word in ("type", "elements", "choices")},
            "required": bool(option.get("required")),
            "default": option.get("default"),
            "options": _shape(option.get(key) or {}, key),
        }
        for name, option in options.items()
    }


def test_the_role_takes_the_layouts_that_the_module_takes() -> None:
    role = yaml.safe_load((ROOT / "roles/host_network/meta/argument_specs.yml").read_text(encoding="utf-8"))
    declared = role["argument_specs"]["main"]["options"]["host_network_layout"]["options"]
    layout: Json = OPTIONS["layout"]["options"]  # type: ignore[assignment]
    assert _shape(declared, "options") == _shape(layout, "options")


def test_defaults_are_those_that_the_role_documents() -> None:
    role = yaml.safe_load((ROOT / "roles/host_network/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = role["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROOT / "roles/host_network/defaults/main.yml").read_text(encoding="utf-8"))
    assert set(defaults) == set(options)
    assert {name: option["default"] for name, option in options.items() if "default" in option} == {
        name: value for name, value in defaults.items() if name != "host_network_layout"
    }
