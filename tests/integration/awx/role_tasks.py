# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of the role awx_content in this process: the arguments of each, and its module of awx.awx run with them.

A playbook run of the whole content would start a process for each of some 80 modules.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import io
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ansible.module_utils.testing import patch_module_args
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template

ROLE = Path(__file__).resolve().parents[3] / "roles" / "awx_content"
MODULES = "ansible_collections.awx.awx.plugins.modules"
LOADER = DataLoader()


@dataclass(frozen=True)
class Call:
    """One run of a module."""

    module: str
    arguments: dict[str, Any]


def loaded(file: Path) -> Any:
    return LOADER.load_from_file(str(file), trusted_as_template=True)


@functools.cache
def plugins() -> None:
    """Only in a process of its own: from here on, Ansible finds the collections that Python imports."""
    init_plugin_loader([])


def variables(given: dict[str, Any]) -> dict[str, Any]:
    plugins()
    found = dict(loaded(ROLE / "defaults" / "main.yml"))
    for file in sorted((ROLE / "vars" / "main").glob("*.yml")):
        found.update(loaded(file))
    return {**found, "omit": "__omit__", **given}


def plain(found: Any) -> Any:
    """Without omitted keys and without tags, as a module gets it."""
    kept = {key: each for key, each in found.items() if each != "__omit__"}
    return json.loads(json.dumps(kept, default=str))


@functools.cache
def renderer() -> ProcessPoolExecutor:
    """A new process: Ansible finds filters of collections only where nobody has imported a collection before it."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def calls(given: dict[str, Any]) -> list[Call]:
    return renderer().submit(rendered, given).result()


def value(text: Any, given: dict[str, Any]) -> Any:
    """What a template of the role says with these variables."""
    return renderer().submit(_value, text, given).result()


def _value(text: Any, given: dict[str, Any]) -> Any:
    plugins()
    return Templar(loader=LOADER, variables=given).template(trust_as_template(text))


def rendered(given: dict[str, Any]) -> list[Call]:
    """The same in this process, without the removal, which is included and reads from AWX."""
    known = variables(given)
    found: list[Call] = []
    for step in loaded(ROLE / "tasks" / "main.yml"):
        # Neither the removal nor the check of names of variables, which all roles share.
        file = step.get("ansible.builtin.import_tasks", "../")
        if file.startswith("../"):
            continue
        for task in loaded(ROLE / "tasks" / file):
            found += _calls(task, known)
    return found


def _calls(task: dict[str, Any], known: dict[str, Any]) -> Iterator[Call]:
    its = {**known, **task.get("vars", {})}
    if "ansible.builtin.assert" in task:
        templar = Templar(loader=LOADER, variables=its)
        if not templar.evaluate_conditional(task["ansible.builtin.assert"]["that"]):
            raise AssertionError(templar.template(task["ansible.builtin.assert"]["fail_msg"]))
        return
    (module,) = (key for key in task if key.startswith("awx.awx."))
    items = Templar(loader=LOADER, variables=its).template(task["loop"]) if "loop" in task else [None]
    name = task.get("loop_control", {}).get("loop_var", "item")
    for item in items:
        templar = Templar(loader=LOADER, variables={**its, name: item})
        if "when" not in task or templar.evaluate_conditional(task["when"]):
            yield Call(module.removeprefix("awx.awx."), plain(templar.template(copy.deepcopy(task[module]))))


def run(call: Call, url: str, token: str, *, check: bool = False) -> dict[str, Any]:
    """What the module returned."""
    its = importlib.import_module(f"{MODULES}.{call.module}")
    told = io.StringIO()
    arguments = {
        **call.arguments,
        **{"controller_host": url, "controller_oauthtoken": token},
        **{"_ansible_check_mode": check, "_ansible_remote_tmp": "/tmp"},
    }
    with patch_module_args(arguments), contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        its.main()
    found: dict[str, Any] = json.loads(told.getvalue().strip().splitlines()[-1])
    return found


__all__ = ["Call", "calls", "run", "value"]
