# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is imported again for each task: files that a module sends to a host, and those that hold filters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from unit.architecture.checks import PLUGINS, Source
from unit.architecture.registration import ON_THE_HOST

ROOT = Path(__file__).resolve().parents[3] / "plugins"
API = "module_utils/adapters/cloudstack/gateway.py"
# Its work is at the API: it makes the keys for it.
OF_THE_API = {"cs_admin_password"}
# What a file of filters may import when it is loaded: next to nothing else hangs on these.
LIGHT = {f"{PLUGINS}.module_utils.{name}" for name in ("core.errors", "core.variables", "core.declaration.problem")}


def sent(start: str, files: Mapping[str, str]) -> set[str]:
    """The files of the collection that a module carries with it. files: path in plugins/ → text."""
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for item in Source(here, files[here]).imports():
            parts = item.name.removeprefix(f"{PLUGINS}.").split(".")
            paths = ["/".join(parts[:length]) + ".py" for length in range(len(parts), 0, -1)]
            there = next((path for path in paths if path in files), None)
            if item.name.startswith(f"{PLUGINS}.") and there and there not in found:
                found.add(there)
                waiting.append(there)
    return found


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    found = [*ROOT.glob("modules/*.py"), *ROOT.glob("module_utils/**/*.py")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


@pytest.mark.parametrize("name", sorted(ON_THE_HOST - OF_THE_API))
def test_a_module_on_a_host_does_not_carry_the_api_there(name: str, files: dict[str, str]) -> None:
    assert API not in sent(f"modules/{name}.py", files)


def test_what_others_import_is_carried_too(files: dict[str, str]) -> None:
    assert API in sent("modules/cs_zone.py", files)
    by_a_function = {
        "modules/a.py": f"from {PLUGINS}.module_utils.b import b\n",
        "module_utils/b.py": "def b():\n    from .c import d\n    return d\n",
        "module_utils/c.py": "d = 1\n",
        "module_utils/e.py": "",
    }
    assert sent("modules/a.py", by_a_function) == {"modules/a.py", "module_utils/b.py", "module_utils/c.py"}


def at_once(text: str) -> set[str]:
    """The files of the collection that a file imports when it is loaded."""
    found = Source("filter/a.py", text).imports()
    return {item.name.rpartition(".")[0] for item in found if item.name.startswith(f"{PLUGINS}.") and not item.deferred}


def test_a_file_of_filters_imports_what_a_filter_needs_when_it_is_called() -> None:
    """Ansible loads these files one after another to find a filter, in the process of each task."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "filter").glob("*.py")}
    assert texts
    assert {name: at_once(text) - LIGHT for name, text in texts.items() if at_once(text) - LIGHT} == {}


def test_an_import_in_a_function_waits_for_its_call() -> None:
    line = f"from {PLUGINS}.module_utils.core.zone.tree import zone_tree\n"
    assert at_once(line) == {f"{PLUGINS}.module_utils.core.zone.tree"}
    assert at_once(f"def f():\n    {line}") == set()
