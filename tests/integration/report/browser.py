# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser for tests: it opens a page of a server on loopback in a frame and tells what is to be seen there."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
# What is drawn is what has a size on the screen; the frame has the width of a device.
LOOK = """<!DOCTYPE html><link rel="icon" href="data:,">
<iframe id="frame" src="/{page}" style="width:{width}px;height:900px"></iframe><pre id="seen"></pre><script>
document.getElementById("frame").onload = event => {{
  const page = event.target.contentDocument, view = event.target.contentWindow;
  const shown = element => {{ const box = element.getBoundingClientRect(); return box.width > 0 && box.height > 0; }};
  const charts = [...page.querySelectorAll("svg.chart")].filter(shown).map(chart => {{
    const marks = [...chart.querySelectorAll("[role=graphics-symbol]")].filter(shown);
    return {{ says: chart.getAttribute("aria-label"), marks: marks.map(mark => mark.textContent),
      fills: [...new Set(marks.map(mark => view.getComputedStyle(mark).fill))],
      cut: chart.getBoundingClientRect().right > page.documentElement.clientWidth }};
  }});
  document.getElementById("seen").textContent = JSON.stringify({{ charts, title: page.title,
    text: page.body.textContent, images: page.images.length, scripts: page.scripts.length,
    too_wide: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    background: view.getComputedStyle(page.body).backgroundColor }});
}};
</script>"""


def program() -> str | None:
    """The path of a Chromium, None when there is none."""
    return next((found for found in map(shutil.which, NAMES) if found), None)


@dataclass(frozen=True)
class Chart:
    """A chart that has a size. says: its name. marks: what each drawn mark says. fills: their colours as computed."""

    says: str
    marks: list[str]
    fills: list[str]
    cut: bool


@dataclass(frozen=True)
class Seen:
    """A page as the browser shows it. fetched: paths asked for besides the page. complaints: of its console."""

    charts: list[Chart]
    facts: dict[str, Any]
    fetched: list[str]
    complaints: list[str]
    dark: bool


@dataclass
class _Site:
    folder: Path
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def served(self) -> Iterator[int]:
        site = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                site.asked.append(self.path)

        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(self.folder)))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def look(browser: str, page: Path, width: int, dark: bool, profile: Path) -> Seen:
    """Open the page in a window of that width (pixels)."""
    (page.parent / "look.html").write_text(LOOK.format(page=page.name, width=width), encoding="utf-8")
    site = _Site(page.parent)
    with site.served() as port:
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={profile}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            "--window-size=1400,1000",
            "--enable-logging=stderr",
            "--dump-dom",
            f"http://127.0.0.1:{port}/look.html",
        ]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    match = re.search(r'<pre id="seen">(.+?)</pre>', ended.stdout, re.DOTALL)
    if match is None:
        raise AssertionError(f"the page was not looked at: {ended.stdout[-500:]}")
    facts = json.loads(html.unescape(match[1]))
    charts = [Chart(**chart) for chart in facts.pop("charts")]
    fetched = [path for path in site.asked if path not in ("/look.html", f"/{page.name}")]
    complaints = [line for line in ended.stderr.splitlines() if "CONSOLE" in line]
    return Seen(charts, facts, fetched, complaints, dark)
