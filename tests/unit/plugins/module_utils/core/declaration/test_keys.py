# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role zone documents is what the judge knows, key by key; settings are gathered from every scope."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.settings import declared_settings
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.shape import ZONE, Schema

SPECS = Path(__file__).resolve().parents[6] / "roles" / "zone" / "meta" / "argument_specs.yml"
# How argument specs spell a kind.
TYPES = {
    "bool": "bool",
    "number": "int",
    "names": "list",
    "settings": "dict",
    "details": "dict",
    "record": "dict",
    "records": "list",
    "vlans": "raw",
}

Flat = dict[str, tuple[str, bool, tuple[str, ...]]]


def known(schema: Schema, path: str = "") -> Flat:
    found: Flat = {}
    for name, key in schema.items():
        found[path + name] = (TYPES.get(key.kind, "str"), key.required, key.choices)
        found.update(known(key.of, f"{path}{name}."))
    return found


def documented(options: dict[str, Any], path: str = "") -> Flat:
    found: Flat = {}
    for name, option in options.items():
        found[path + name] = (option["type"], option.get("required", False), tuple(option.get("choices", ())))
        found.update(documented(option.get("options", {}), f"{path}{name}."))
    return found


def test_the_role_documents_every_key() -> None:
    main = yaml.safe_load(SPECS.read_text(encoding="utf-8"))["argument_specs"]["main"]
    assert documented(main["options"]["zone_declaration"]["options"]) == known(ZONE)


def test_settings_of_every_scope_are_gathered() -> None:
    zone = {
        "name": "z",
        "settings": {"a": 1},
        "zone_settings": {"b": True},
        "clusters": [{"name": "c", "settings": {"d": "x"}}, {"name": "e"}],
    }
    assert declared_settings(zone) == [
        {"name": "a", "value": 1, "zone": None, "cluster": None},
        {"name": "b", "value": True, "zone": "z", "cluster": None},
        {"name": "d", "value": "x", "zone": "z", "cluster": "c"},
    ]
