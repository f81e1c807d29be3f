# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module sends to a host: every file that it imports, directly or not, is compiled there for each task."""

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
