# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_report by a playbook, and its pages in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.playbook import HERE, Run, run
from integration.report.browser import Seen, look, program

from sandbox import snapshot
from sandbox.server import Sandbox
from sandbox.world import World

# A name that would fetch, run and break out wherever it is not escaped.
EVIL = "<img src=/planted onerror=document.title='run'>\"'&</title></script>"
BROWSER = program()
needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here: see make browser")


def rename_one(world: World) -> None:
    world.vms.update(next(iter(world.vms)), name=EVIL)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """The folder of the pages, and the run that wrote them: three hosts of 8 GiB with 1, 5 and 1 VMs."""
    folder = tmp_path_factory.mktemp("report")
    lines: list[snapshot.Line] = [
        {"kind": "zone", "name": "z1"},
        {"kind": "pod", "name": "p1", "zone": "z1", "net": "172.16.0.1"},
        {"kind": "cluster", "name": "c0", "pod": "p1", "hypervisor": "Simulator"},
    ]
    counts = (1, 5, 1)
    lines += [
        {"kind": "host", "name": f"kvm{n}.example.net", "cluster": "c0", "vms": [0] * counts[n]} for n in range(3)
    ]
    snapshot.write(folder / "world.jsonl", iter(lines))
    with Sandbox(seed=1, speed=10.0, snapshot=folder / "world.jsonl") as sandbox:
        sandbox.run(rename_one)
        return folder, run(sandbox, HERE / "report" / "report.yml", folder / "tasks", folder=str(folder))


def test_playbook_ends_well(pages: tuple[Path, Run]) -> None:
    _folder, ended = pages
    assert ended.status == 0, ended.output
    assert ended.complaints == []


def test_cloudstack_is_only_read(pages: tuple[Path, Run]) -> None:
    assert [task.writes for task in pages[1].tasks if task.module == "cs_report" and task.writes] == []


def seen(folder: Path, page: str, width: int, dark: bool, profile: Path) -> Seen:
    if BROWSER is None:
        raise AssertionError("skipped without a browser")
    return look(BROWSER, folder / page, width, dark, profile)


@pytest.fixture(scope="module", params=[(1100, False), (390, True)], ids=["desktop", "phone, dark"])
def view(request: pytest.FixtureRequest, pages: tuple[Path, Run], tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The page of what was done."""
    return seen(pages[0], "done.html", *request.param, tmp_path_factory.mktemp("profile"))


@needs_browser
def test_charts_are_drawn_within_the_window(view: Seen) -> None:
    assert [chart.says for chart in view.charts] == [
        "Load of 3 hosts of cluster c0",
        "Roll of cluster c0: 3 waves in 45 min",
        "RAM of cluster c0 before and after",
        "CPU of cluster c0 before and after",
    ]
    heat, roll, ram, _cpu = view.charts
    assert [len(chart.marks) for chart in view.charts] == [6, 3, 6, 6]
    assert "kvm1.example.net: CPU 0 %, RAM 0 %, 0 VMs, Maintenance" in heat.marks
    assert {mark.partition(":")[0] for mark in roll.marks} == {"wave 1", "wave 2", "wave 3"}
    assert "kvm1.example.net: RAM 62 %, then 0 %; 5 VMs, then 0" in ram.marks
    assert not [chart.says for chart in view.charts if chart.cut]
    assert view.facts["too_wide"] <= 0


@needs_browser
def test_colours_follow_the_reader(view: Seen) -> None:
    # They are the page's properties: unresolved, they would be none or black.
    assert {fill for chart in view.charts for fill in chart.fills}.isdisjoint({"none", "rgb(0, 0, 0)"})
    assert view.facts["background"] == ("rgb(18, 22, 28)" if view.dark else "rgb(246, 247, 249)")


@needs_browser
def test_names_are_text_and_nothing_is_fetched_or_run(view: Seen) -> None:
    assert view.facts["title"] == "Zurich & <b>Bern</b>"
    assert EVIL in view.facts["text"]
    assert (view.facts["images"], view.facts["scripts"]) == (0, 0)
    assert view.fetched == []
    assert view.complaints == []


@needs_browser
def test_a_page_that_fetches_and_fails_is_seen_to(tmp_path: Path) -> None:
    page = tmp_path / "planted.html"
    page.write_text("<title>x</title><body><img src='/planted'><script>nothing()</script>", encoding="utf-8")
    view = seen(tmp_path, page.name, 390, False, tmp_path / "profile")
    assert view.charts == []
    assert "/planted" in view.fetched
    assert [line for line in view.complaints if "nothing is not defined" in line]
