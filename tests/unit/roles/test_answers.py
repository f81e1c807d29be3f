# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""0 and false are answers: ``default(x, true)`` takes them for none, the filter ``given`` does not."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import pytest
from documents.read_variables import ENVIRONMENT, PLAYBOOKS, ROOT, content, expressions, options

from unit.architecture.test_options import OURS, fragments, modules

FILES = sorted(
    {*PLAYBOOKS.rglob("*.yml"), *ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/vars/**/*.yml")}
    | set(ROOT.glob("roles/*/handlers/*.yml"))
)
PLAIN = {"int", "float", "bool"}
# Every host at once is what 0 means there, and nobody asks for that with a nought.
SERIAL = {"install_certificates_serial", "rotate_certificates_serial", "upgrade_agents_serial"}


def defaults(text: str) -> Iterator[tuple[jinja2.nodes.Node | None, jinja2.nodes.Node]]:
    """What stands before each ``default(x, true)`` of an expression, and the x."""
    for each in ENVIRONMENT.parse(text).find_all(jinja2.nodes.Filter):
        second = [*each.args[1:2], *(key.value for key in each.kwargs if key.key == "boolean")]
        if each.name in ("default", "d") and each.args and second == [jinja2.nodes.Const(True)]:
            yield each.node, each.args[0]


def counts(default: jinja2.nodes.Node) -> bool:
    """Whether it differs from 0 and false."""
    empty = isinstance(default, (jinja2.nodes.List, jinja2.nodes.Dict)) and not default.items
    return not empty and not (isinstance(default, jinja2.nodes.Const) and not default.value)


def overruled(value: object, kinds: Mapping[str, str]) -> Iterator[str]:
    """Defaults that are a number or true, and those of variables that are numbers or booleans. kinds: of variables."""
    for text in expressions(value):
        for before, default in defaults(text):
            name = getattr(before, "name", "") if isinstance(before, jinja2.nodes.Name) else ""
            number = isinstance(default, jinja2.nodes.Const) and isinstance(default.value, (bool, int, float))
            if name not in SERIAL and counts(default) and (number or kinds.get(name) in PLAIN):
                yield text


def arguments(value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Calls of modules of this collection, wherever they are in plays, blocks and tasks."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key.startswith(OURS + "cs_") and isinstance(each, dict):
                yield key.removeprefix(OURS), each
            yield from arguments(each)
    elif isinstance(value, list):
        for each in value:
            yield from arguments(each)


@functools.cache
def typed(module: str) -> Mapping[str, str]:
    said = modules()[module]
    found = dict(said.options)
    for slug in said.extends:
        found.update(fragments().get(slug, {}))
    return {name: option.get("type", "str") for name, option in found.items()}


def dropped(value: object) -> Iterator[str]:
    """Options of modules that are numbers or booleans, and whose 0 or false never arrives."""
    for module, given in arguments(value):
        for option, text in given.items():
            if typed(module).get(option) in PLAIN and isinstance(text, str) and "{{" in text:
                yield from (f"{module}: {option}: {text}" for _before, default in defaults(text) if counts(default))


@pytest.mark.parametrize("file", FILES, ids=lambda its: str(its.relative_to(ROOT)))
def test_nought_and_false_are_answers(file: Path) -> None:
    role = file.relative_to(ROOT).parts[1] if "roles" in file.parts else ""
    kinds = {name: str(option.get("type")) for name, option in options(role).items()} if role else {}
    assert [*overruled(content(file), kinds), *dropped(content(file))] == []


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        ("{{ a | default(omit, true) }}", True),
        ("{{ a | default(b, boolean=true) }}", True),
        ("{{ a | default(1, true) }}", True),
        ("{{ a | default(0, true) }}", False),
        ("{{ a | default('', true) }}", False),
        ("{{ a | default(omit) }}", False),
        ("{{ a | default('') | hostcraft.cloudstack.given(omit) }}", False),
    ],
)
def test_planted_options_are_found(argument: str, found: bool) -> None:
    task = [
        {"block": [{f"{OURS}cs_cluster_limit": {"spare_hosts": argument, "zone": "{{ z | default(omit, true) }}"}}]}
    ]
    assert (list(dropped(task)) != []) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ (a | default(true, true)) | bool }}", True),
        ("{{ a | default(5, true) | int }}", True),
        ("{{ its | default(omit, true) }}", True),
        ("{{ its | default(false, true) }}", False),
        ("{{ a | default(omit, true) }}", False),
        ("{{ a | default('blocks', true) }}", False),
    ],
)
def test_planted_defaults_are_found(text: str, found: bool) -> None:
    assert (list(overruled({"delay": text}, {"its": "bool"})) != []) is found
