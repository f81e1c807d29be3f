# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as a site: each guide is in the sidebar, and a broken link is found."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCS = runpy.run_path(str(ROOT / "tools/docs.py"))
LINKS = runpy.run_path(str(ROOT / "tools/docs_links.py"))


def test_each_guide_is_in_one_theme_of_the_sidebar() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = [name for _title, names in DOCS["themes"](readme) for name in names]
    assert sorted(found) == sorted(file.stem for file in (ROOT / "docs/guides").glob("*.md"))


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#here">b</a> <a href="https://x.invalid/">x</a>', encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="here"><a href="#no">n</a> <a href="c.html">c</a>', encoding="utf-8")
    assert LINKS["broken"](tmp_path) == ["b.html: no place #no", "b.html: no file c.html"]
    assert LINKS["broken"](tmp_path / "empty") != []


def test_links_between_documents_fit_the_tree() -> None:
    text = "[a](docs/guides/a.md) [r](../../roles/x_y/README.md) [s](../z/README.md#top)"
    assert DOCS["fitted"](text) == "[a](guides/a.md) [r](../roles/x_y.md) [s](z.md#top)"
