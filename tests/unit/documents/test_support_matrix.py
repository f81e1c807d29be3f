# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's support matrix is what core/versions.py says, and that names modules and options that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core import versions
from sandbox import surface

ROOT = Path(__file__).resolve().parents[3]
SURFACE = surface.load(versions.NEWEST)


def test_the_readme_has_the_matrix_of_today() -> None:
    program = "import support_matrix as m; t = m.README.read_text(); print(m.written(t) == t)"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT / 'tools'}:{ROOT / '.venv/collections'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout == "True\n", f"run `make matrix`\n{answer.stderr}"


@pytest.mark.parametrize("late", versions.LATE, ids=lambda late: f"{late.command}-{late.parameter}")
def test_what_came_late_exists_and_is_used(late: versions.Late) -> None:
    since = surface.version_key(late.since)
    known = SURFACE if since <= surface.version_key(versions.NEWEST) else surface.load(late.since)
    assert late.command in known
    assert not late.parameter or late.parameter in known[late.command].params
    assert surface.version_key(versions.OLDEST) < since
    module, _, option = late.used.partition(": ")
    text = (ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8")
    fragments = [
        (ROOT / f"plugins/doc_fragments/{name.split('.')[2]}.py").read_text(encoding="utf-8")
        for name in re.findall(r"- (hostcraft\.cloudstack\.\w+)", text)
    ]
    name = option.partition("=")[0]
    assert not name or any(f"  {name}:\n" in each for each in (text, *fragments))


def test_an_older_sandbox_has_nothing_that_came_later() -> None:
    oldest = surface.load(versions.OLDEST)
    assert [f"{late.command} {late.parameter}" for late in versions.LATE if has(oldest, late)] == []
    newest = surface.version_key(versions.NEWEST)
    assert [each for each in versions.LATE if surface.version_key(each.since) > newest and has(SURFACE, each)] == []


def has(known: dict[str, surface.Api], late: versions.Late) -> bool:
    return late.command in known and (not late.parameter or late.parameter in known[late.command].params)


@pytest.mark.parametrize(
    ("command", "sent", "checked"),
    [
        ("updateHost", {"id": "1", "name": "h"}, ("name",)),
        ("updateHost", {"id": "1", "istagarule": False}, ()),
        ("updateHost", {"id": "1", "name": None}, ()),
        ("updateStoragePool", {"id": "1", "details[0].size": "1"}, ("details",)),
        ("migrateSystemVm", {"autoselect": True}, ()),
        ("createPod", {"name": "p"}, ()),
    ],
)
def test_what_is_checked_is_what_a_server_would_ignore(
    command: str, sent: dict[str, object], checked: tuple[str, ...]
) -> None:
    assert versions.to_be_checked(command, sent) == checked
