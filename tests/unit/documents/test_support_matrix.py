# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's support matrix is what core/versions.py says, and that names modules and options that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


# Tables of upgrades, packages and databases, which are of a release as a whole.
TABLES = ("core/upgrade/", "core/database/", "core/servers/javas.py")
DECIDES = re.compile(r"[<>=] *\(4, [12]\d|\(4, [12]\d(, \d+)*\) *[<>=]|^[A-Z_]+ = \(+4, [12]\d", re.MULTILINE)


def test_what_the_release_decides_is_in_one_place() -> None:
    utils = ROOT / "plugins/module_utils"
    texts = {path.relative_to(utils).as_posix(): path.read_text(encoding="utf-8") for path in utils.rglob("*.py")}
    found = {name for name, text in texts.items() if DECIDES.search(text)}
    assert {name for name in found if not name.startswith(TABLES)} == {"core/versions.py"}


def test_the_oldest_ansible_core_is_the_same_everywhere() -> None:
    read = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "requirements/oldest.in")}
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    oldest = runtime["requires_ansible"].removeprefix(">=").removesuffix(".0")
    roles = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("roles/*/meta/main.yml")]
    assert {role["galaxy_info"]["min_ansible_version"] for role in roles} == {oldest}
    assert f"ansible-core>={oldest}," in read["requirements/oldest.in"]
    assert f"ansible-core {oldest} or newer" in read["README.md"]


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
