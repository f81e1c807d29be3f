# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that a playbook reads: in its plays, in task files and playbooks that it names, and as options of roles."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import yaml

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = ROOT / "playbooks"
# Their values are expressions without braces.
BARE = {"when", "that", "until", "failed_when", "changed_when", "break_when"}
ENVIRONMENT = jinja2.Environment()


class Loader(yaml.SafeLoader):
    """Ansible's own tags are texts here."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: loader.construct_scalar(node))


@functools.cache
def content(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader)


def expressions(value: object, bare: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from expressions(each, key in BARE)
    elif isinstance(value, list):
        for each in value:
            yield from expressions(each, bare)
    elif isinstance(value, str) and ("{{" in value or "{%" in value):
        yield value
    elif isinstance(value, str) and bare:
        yield "{{ (" + value + ") }}"


def names(value: object) -> set[str]:
    """Variables that the expressions in it read."""
    return {
        name.name
        for text in expressions(value)
        for name in ENVIRONMENT.parse(text).find_all(jinja2.nodes.Name)
        if name.ctx == "load"
    }


@functools.cache
def files(playbook: str) -> list[Path]:
    """The playbook, and each task file and playbook that it names."""
    found, waiting = [], [PLAYBOOKS / f"{playbook}.yml"]
    while waiting:
        file = waiting.pop()
        found.append(file)
        text = file.read_text(encoding="utf-8")
        named = re.findall(r"(?:include_tasks|import_tasks|import_playbook|file): ([\w./]+\.yml)$", text, re.MULTILINE)
        near = [each for name in named for each in (file.parent / name, PLAYBOOKS / name) if each.is_file()]
        waiting += [each for each in near if each not in found + waiting]
    return found


@functools.cache
def roles(playbook: str) -> set[str]:
    text = "\n".join(file.read_text(encoding="utf-8") for file in files(playbook))
    listed = re.findall(r"- \{name: (\w+), group: ", text)
    return {*re.findall(r"(?:name|role): hostcraft\.cloudstack\.(\w+)$", text, re.MULTILINE), *listed}


@functools.cache
def options(role: str) -> dict[str, Any]:
    found: dict[str, Any] = content(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["main"][
        "options"
    ]
    return found


@functools.cache
def read(playbook: str) -> set[str]:
    own = set().union(*(names(content(file)) for file in files(playbook)))
    return own.union(*(options(role) for role in roles(playbook)))
