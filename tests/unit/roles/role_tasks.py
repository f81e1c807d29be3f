# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of roles by name, their expressions with the role's own variables, and their scripts with stand-ins."""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.ages import changed_files
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.outdated import Started
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.outdated import outdated as judge

ROOT = Path(__file__).resolve().parents[3]


def trusted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trusted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value


@functools.cache
def content(path: str) -> Any:
    """Not to be changed: it is read once."""
    file = ROOT / path
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None


def walk(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        yield task
        yield from walk([*task.get("block", []), *task.get("tasks", [])])


def task(path: str, name: str) -> dict[str, Any]:
    """The one task of a file (of a role or a playbook) with a name."""
    (found,) = (each for each in walk(content(path)) if each.get("name") == name)
    return found


def names(path: str) -> list[str]:
    return [each["name"] for each in walk(content(path))]


@functools.cache
def filters() -> Mapping[str, Callable[..., Any]]:
    """Of this collection, by their full names. Ansible's own finder of collections would change all other tests."""
    found: dict[str, Callable[..., Any]] = {}
    for file in sorted((ROOT / "plugins/filter").glob("*.py")):
        module = importlib.import_module(f"ansible_collections.hostcraft.cloudstack.plugins.filter.{file.stem}")
        found |= {f"hostcraft.cloudstack.{name}": each for name, each in module.FilterModule().filters().items()}
    return found


def templar(role: str, **known: Any) -> Templar:
    """With the defaults and variables of a role, and what is known beside them."""
    its = {**(content(f"roles/{role}/defaults/main.yml") or {}), **(content(f"roles/{role}/vars/main.yml") or {})}
    loader = DataLoader()
    loader.set_basedir(str(ROOT / "roles" / role / "templates"))
    made = Templar(loader=loader, variables={**trusted(its), **known})
    # Taken once: Ansible looks for who takes it, as that is deprecated, and that is slow.
    kept = made.environment.filters
    for name, each in filters().items():
        kept[name] = each
    return made


def rendered(role: str, value: Any, **known: Any) -> Any:
    return templar(role, **known).template(trusted(value))


def holds(role: str, conditions: Any, **known: Any) -> bool:
    """Whether all conditions of a task are true."""
    whole = conditions if isinstance(conditions, list) else [conditions]
    its = templar(role, **known)
    return all(its.evaluate_conditional(trusted(each)) if isinstance(each, str) else each for each in whole)


def shell(script: str, stand_ins: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script of a task; programs in a folder come before those of the system."""
    return subprocess.run(
        ["/bin/sh", "-c", script],
        env={**os.environ, "PATH": f"{stand_ins}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def programs(folder: Path, scripts: Mapping[str, str]) -> Path:
    """Stand-ins for programs."""
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def outdated(
    role: str, its: Mapping[str, Any], since: float, resting: Sequence[str] = (), check: bool = False, **known: Any
) -> list[str]:
    """Units that a task of cs_outdated_units_info would return. All were started then; ``resting`` do not run."""
    given = dict(known)
    for name, text in its.get("vars", {}).items():
        given[name] = rendered(role, text, **given)
    asked = rendered(role, its["hostcraft.cloudstack.cs_outdated_units_info"], **given)
    units = [Started(name, name not in resting, since) for name in asked.get("units", [asked.get("stamp")])]
    return judge(units, changed_files(each for each in asked["files"] if each), check and asked["changed"])
