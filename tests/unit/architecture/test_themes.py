# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout keeps the table of themes, CONTRIBUTING shows it, and each rule is able to find a violation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unit.architecture import themes
from unit.architecture.checks import Check, Source
from unit.architecture.test_rooms import plugin_sources
from unit.architecture.themes import GROUND, THEMES

ROOT = Path(__file__).resolve().parents[3]
# What tests of a room are about, by the room's folder.
MIRRORS = ("tests/unit/plugins/module_utils/core", "tests/unit/plugins/module_utils/operations", "tests/contract")
# What integration tests are about that no theme is.
OTHERS = frozenset({"awx", "documents", "forked", "incumbent", "modules", "plugins", "ways"})


@pytest.mark.parametrize("check", [themes.themes_are_entered, themes.themes_go_down], ids=lambda check: check.__name__)
def test_rule_holds(check: Check) -> None:
    assert [str(finding) for source in plugin_sources() for finding in check(source)] == []


def test_no_two_folders_use_each_other() -> None:
    assert themes.folder_cycles(plugin_sources()) == []


def test_the_table_leads_down_only() -> None:
    order = list(THEMES)
    assert {(name, used) for name in order for used in THEMES[name] if order.index(used) >= order.index(name)} == set()


def test_every_theme_of_the_table_is_there() -> None:
    utils = ROOT / "plugins" / "module_utils"
    assert {name for name in THEMES if not any((utils / room / name).is_dir() for room in GROUND)} == set()
    assert {
        f"{room}/{name}"
        for room, names in GROUND.items()
        for name in names
        if not (utils / room / f"{name}.py").is_file()
    } == set()


@pytest.mark.parametrize("folder", MIRRORS)
def test_tests_lie_under_the_name_of_their_theme(folder: str) -> None:
    there = {path.name for path in (ROOT / folder).iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert there, folder
    assert there - set(THEMES) == set()


def test_integration_tests_lie_under_the_name_of_their_theme() -> None:
    folder = ROOT / "tests" / "integration"
    there = {path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert there - set(THEMES) == OTHERS


def test_no_file_repeats_the_name_of_its_theme() -> None:
    files = [
        path.relative_to(ROOT).as_posix()
        for top in (*(f"plugins/module_utils/{room}" for room in GROUND), *MIRRORS)
        for theme in THEMES
        for path in (ROOT / top / theme).rglob("*.py")
        if path.stem.removeprefix("test_").startswith((f"{theme}_", f"{theme.removesuffix('s')}_"))
    ]
    assert files == []


def test_contributing_says_what_each_theme_is_about() -> None:
    """Someone who looks for a rule chooses a theme by this table."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert [name for name, _about, _guides in rows] == list(THEMES)
    guides = {path.stem for path in (ROOT / "docs/guides").glob("*.md")}
    assert guides - set(re.findall(r"\(docs/guides/(\w+)\.md\)", text)) == set()


def test_contributing_shows_the_table() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    picture = re.search(r"```themes\n(.*?)```", text, re.DOTALL)
    assert picture
    shown = {}
    for line in picture.group(1).splitlines():
        name, _arrow, used = line.partition("→")
        shown[name.split()[0]] = frozenset(used.split())
    assert shown == dict(THEMES)


PLANTED = [
    (themes.themes_go_down, "module_utils/core/vlans/x.py", "from ..zone.hosts import Host"),
    (themes.themes_go_down, "module_utils/core/errors.py", "from .zone.hosts import Host"),
    (themes.themes_go_down, "module_utils/core/placement/deep/x.py", "from ...capacity import headroom"),
    (themes.themes_go_down, "module_utils/operations/zone/x.py", "from ..maintenance import locks"),
    (themes.themes_go_down, "module_utils/operations/waiting.py", "from .zone import hosts"),
    (themes.themes_go_down, "module_utils/ports/zone.py", "from .cloud import Cloud"),
    (themes.themes_go_down, "module_utils/interface/vlans.py", "from .hypervisors import access"),
    (themes.themes_go_down, "module_utils/operations/vlans/x.py", "from ...core.trunks import judge"),
    (themes.themes_go_down, "module_utils/operations/vlans/x.py", "from ...ports.zone import Settings"),
    (themes.themes_go_down, "module_utils/operations/hypervisors/x.py", "from ...core.xenserver import layout"),
    (themes.themes_go_down, "module_utils/ports/report.py", "from ..core.doctor import table"),
    (themes.themes_go_down, "module_utils/interface/bmc/x.py", "from ...operations.site import apply"),
    (themes.themes_are_entered, "module_utils/core/moon/x.py", ""),
    (themes.themes_are_entered, "module_utils/operations/helpers.py", ""),
    (themes.themes_are_entered, "module_utils/core/cloud/x.py", ""),
]
ALLOWED = [
    (
        "module_utils/core/zone/x.py",
        "from ..vlans.ranges import Range\nfrom ..errors import Refused\nfrom . import hosts",
    ),
    ("module_utils/core/hypervisors/drift/x.py", "from ..model import Obstacle\nfrom ...placement.fleet import Fleet"),
    ("module_utils/operations/vlans/x.py", "from ...core.zone.hosts import Host\nfrom ...ports.cloud import Cloud"),
    ("module_utils/operations/lookup.py", "from ..core.zone.hosts import Host\nfrom ..ports.cloud import Cloud"),
    ("module_utils/ports/cloud.py", "from .zone import Settings\nfrom .clock import Clock"),
    ("module_utils/adapters/linux/network/x.py", "from ..client import Linux"),
]


@pytest.mark.parametrize(("check", "path", "text"), PLANTED)
def test_planted_violation_is_found(check: Check, path: str, text: str) -> None:
    assert list(check(Source(path, text)))


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_what_the_table_allows_is_not_found(path: str, text: str) -> None:
    source = Source(path, text)
    assert [*themes.themes_are_entered(source), *themes.themes_go_down(source)] == []


def test_a_planted_cycle_of_folders_is_found() -> None:
    planted = [
        Source("module_utils/core/one/a.py", "from ..two.b import x"),
        Source("module_utils/core/two/b.py", "from .deep import c"),
        Source("module_utils/core/two/deep/c.py", "from ...one.a import y"),
    ]
    assert len(themes.folder_cycles(planted)) == 3
    assert themes.folder_cycles(planted[:2]) == []
