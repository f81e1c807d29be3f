# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that every link inside the built documentation leads to a page and to a place in it: docs_links.py FOLDER"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """Places and links of a page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.places.add(value)
            elif (name == "href" or (name == "src" and tag in ("img", "script"))) and value:
                self.links.append(value)


def broken(folder: Path) -> list[str]:
    pages = {file.resolve(): Page(file) for file in sorted(folder.rglob("*.html"))}
    wrong = []
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            place = unquote(parts.fragment)
            if not target.exists():
                wrong.append(f"{file.relative_to(folder.resolve())}: no file {link}")
            elif place and target in pages and place not in pages[target].places:
                wrong.append(f"{file.relative_to(folder.resolve())}: no place {link}")
    if not pages:
        wrong.append(f"no pages in {folder}")
    return wrong


def main(arguments: list[str]) -> int:
    wrong = sorted({line for argument in arguments for line in broken(Path(argument))})
    print("\n".join(wrong) or "all links inside the documentation lead somewhere")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
