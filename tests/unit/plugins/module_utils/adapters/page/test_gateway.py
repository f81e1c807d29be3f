# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of a page: whole or not at all, and drawings that need their libraries."""

from __future__ import annotations

import builtins
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.page.gateway import SVG, Pages
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount, Balance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, MissingLibrary
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.report.certificates import (
    CertificateRow,
    CertificatesPart,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.report.model import (
    ClusterPart,
    HostRow,
    PlanPart,
    Report,
    WaveRow,
)

NAME = "<script>alert('1')</script> & \"kvm\""
BALANCE = Balance(Amount(8000, 8 << 30), Amount(1000, 1 << 30))


def page(name: str = NAME) -> Report:
    part = ClusterPart(name, "KVM", (HostRow(name, 0.2, 0.95, 3, "Disabled"),), BALANCE, 3, True, name, name)
    reason = {"code": name, "message": name, "remedy": name}
    plan = PlanPart(name, False, name, name, (), ({"wave": 1, "vm": name, "source": name, "target": name},), (reason,))
    certificates = CertificatesPart((CertificateRow(name, name, name, 1, name),), (name,))
    return Report(name, name, "2026-01-02T03:04:05Z", (part,), (plan,), (), None, certificates)


def test_system_vms_and_routers_have_a_table_of_their_own() -> None:
    row = {"wave": 1, "vm": NAME, "kind": "router", "alone_for": NAME, "source": NAME, "target": NAME}
    wave = WaveRow(1, ("kvm1",), 1, (), 0, 60, 1000, 1 << 30)
    plan = PlanPart("kvm-a", True, "", "", (wave,), (), (), (row,))
    text = Pages().render(replace(page("a"), plans=(plan,)))
    assert "1 move of system VMs and routers" in text
    assert text.count("&lt;script&gt;") == 4
    assert "<script" not in text


def test_whatever_names_hold_is_text() -> None:
    text = Pages().render(page())
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 15


@pytest.mark.parametrize(
    "odd",
    [
        "\x00",
        "\x1b[31m",
        "\ufffe",
        "\uffff",
        "\ud800",
        "\x0b",
        "\x7f",
        "\x9b",
        "\u2028",
        "\U0001fffe",
        "\u202e",
    ],
)
def test_a_name_that_xml_has_no_place_for_is_shown_and_stops_nothing(odd: str, tmp_path: Path) -> None:
    text = Pages().render(page(f"vm{odd}1"))
    assert odd not in text
    assert f"vm{ascii(odd[0])[1:-1]}" in text
    Pages().write(str(tmp_path / "page.html"), text, 0o644)
    assert page(f"vm{odd}1").summary()[0].isprintable()


def test_the_same_report_is_the_same_page() -> None:
    assert Pages().render(page()) == Pages().render(page())
    assert Pages().render(page("other")) != Pages().render(page())


def test_every_mark_says_what_it_shows() -> None:
    text = Pages().render(page("kvm1"))
    start = text.index("<svg")
    svg = ElementTree.fromstring(text[start : text.index("</svg>", start) + 6])
    marks = [element for element in svg.iter() if element.get("role") == "graphics-symbol"]
    titles = [element.findtext(f"{{{SVG}}}title") for element in marks]
    assert titles == ["kvm1: CPU 20 %, RAM 95 %, 3 VMs, Disabled"] * 2


@pytest.mark.parametrize("package", ["jinja2", "vl_convert"])
def test_a_library_that_is_not_there_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **more: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingLibrary, match=package.replace("_", ".")):
        Pages().render(page())


def test_a_file_is_written_whole_with_its_mode(tmp_path: Path) -> None:
    pages, file = Pages(), tmp_path / "report.html"
    assert pages.read(str(file)) is None
    pages.write(str(file), "a → b\n", 0o640)
    assert pages.read(str(file)) == ("a → b\n", 0o640)
    assert os.listdir(tmp_path) == ["report.html"]


def test_what_cannot_be_finished_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages, file = Pages(), tmp_path / "report.html"
    pages.write(str(file), "old", 0o644)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidValue, match="No space left"):
        pages.write(str(file), "new", 0o644)
    assert file.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["report.html"]


@pytest.mark.parametrize("path", [".", "missing/report.html"])
def test_a_place_that_holds_no_file_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="dest="):
        Pages().read(str(tmp_path / path))


def test_a_place_is_proven_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = str(tmp_path / "page.html")
    Pages().prove(place, 1000)
    with pytest.raises(InvalidValue, match="with room for"):
        Pages().prove(place, 1 << 62)
    full = os.statvfs(tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=9, f_frsize=4096, f_files=9, f_favail=0))
    with pytest.raises(InvalidValue, match="36864 bytes and 0 files left"):
        Pages().prove(place, 1000)
    # btrfs counts no files.
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=9, f_frsize=4096, f_files=0, f_favail=0))
    Pages().prove(place, 1000)
    monkeypatch.setattr(os, "statvfs", lambda path: full)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InvalidValue, match="can be written to"):
        Pages().prove(place, 1000)
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_one_and_a_page_keeps_its_attributes(tmp_path: Path) -> None:
    real = tmp_path / "shared" / "page.html"
    real.parent.mkdir()
    real.write_text("old", encoding="utf-8")
    os.setxattr(real, "user.hostcraft", b"kept")
    link = tmp_path / "page.html"
    link.symlink_to("shared/page.html")
    Pages().write(str(link), "new", 0o640)
    assert os.readlink(link) == "shared/page.html"
    assert real.read_text(encoding="utf-8") == "new"
    assert os.getxattr(real, "user.hostcraft") == b"kept"
    assert real.stat().st_mode & 0o777 == 0o640
    assert list(real.parent.iterdir()) == [real]
