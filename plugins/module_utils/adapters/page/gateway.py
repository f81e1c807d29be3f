# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report: charts drawn by Vega, HTML by Jinja2, one file that fetches nothing and runs no script."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import typing as t
from xml.etree import ElementTree

from ...core.errors import InvalidValue, MissingLibrary
from ...core.placement.text import duration
from ...core.report.changes import counted, percent
from ...core.report.charts import (
    NARROW,
    WIDE,
    Spec,
    before_and_after,
    heat_map,
    timeline,
)
from ...core.report.model import Report, bands
from ...core.text import all_printable
from ..linux.files import like
from .template import PAGE, STYLE

SVG = "http://www.w3.org/2000/svg"
GIB = 1 << 30
CHARTS: t.Mapping[str, t.Callable[..., Spec]] = {
    "heat_map": heat_map,
    "timeline": timeline,
    "before_and_after": before_and_after,
}


class Pages:
    """Implements the port ``Pages`` on the file system of the machine that the task runs on."""

    def __init__(self) -> None:
        self._drawn: dict[str, str] = {}

    def render(self, report: Report) -> str:
        """The page. Raises MissingLibrary without jinja2 or vl_convert."""
        try:
            import jinja2
            from markupsafe import Markup
        except ImportError:
            raise MissingLibrary("jinja2", "to write the page of a report") from None
        environment = jinja2.Environment(
            autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        )
        environment.filters.update(percent=percent, duration=duration, ghz=_ghz, gib=_gib)

        def draw(name: str, *what: object) -> Markup:
            """One chart in both widths; the style shows the one that fits."""
            return Markup("\n").join(Markup(svg) for svg in self._charts(name, *what))

        page = environment.from_string(PAGE)
        # XML has no place for control characters and lone surrogates, which names of a server may hold.
        shown = all_printable(report)
        return page.render(report=shown, draw=draw, counted=counted, style=Markup(STYLE), bands=bands())

    def read(self, path: str) -> t.Optional[tuple[str, int]]:
        """A file's text and mode; None when it is not there. Raises InvalidValue for a directory."""
        if os.path.isdir(path):
            raise InvalidValue("dest", path, "the path of a file")
        try:
            with open(path, encoding="utf-8", errors="replace", newline="") as file:
                return file.read(), os.fstat(file.fileno()).st_mode & 0o7777
        except FileNotFoundError:
            if not os.path.isdir(os.path.dirname(path) or "."):
                raise InvalidValue("dest", path, "a path in an existing directory") from None
            return None
        except OSError as error:
            raise InvalidValue("dest", path, f"a file that can be read ({error.strerror})") from None

    def prove(self, path: str, size: int) -> None:
        """By what the file system says; only writing shows quotas. Raises InvalidValue."""
        folder = os.path.dirname(os.path.realpath(path))
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InvalidValue("dest", path, f"a path in a directory that can be written to; {folder} cannot")
        try:
            held = os.statvfs(folder)
        except OSError:
            return
        free = held.f_bavail * held.f_frsize
        if free < size or (held.f_files and not held.f_favail):
            needs = f"a path in a file system with room for {size} bytes and one file"
            raise InvalidValue("dest", path, f"{needs}; {folder} has {free} bytes and {held.f_favail} files left")

    def write(self, path: str, text: str, mode: int) -> None:
        """Write it whole or not at all: beside the place first, then in one step. A symbolic link stays one."""
        real, beside = os.path.realpath(path), ""
        try:
            folder, name = os.path.split(real)
            handle, beside = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            with open(handle, "w", encoding="utf-8", newline="") as file:
                # Of no page, and by a user who may not, nothing is taken over.
                with contextlib.suppress(OSError):
                    like(real, file.fileno())
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside, mode)
            os.replace(beside, real)
            beside = ""
        except OSError as error:
            raise InvalidValue("dest", path, f"a path that can be written to ({error.strerror})") from None
        finally:
            if beside:
                os.unlink(beside)

    def _charts(self, name: str, part: object, *more: object) -> t.Iterator[str]:
        for width, css in ((WIDE, "wide"), (NARROW, "narrow")):
            yield self._svg(CHARTS[name](part, width, *more), css)

    def _svg(self, spec: Spec, css: str) -> str:
        """Vega's SVG, with what each mark says as its tooltip. The same chart is drawn once."""
        key = json.dumps([spec, css], sort_keys=True)
        if key not in self._drawn:
            self._drawn[key] = _spoken(_vega(spec), str(spec["description"]), css)
        return self._drawn[key]


def _vega(spec: Spec) -> str:
    try:
        import vl_convert
    except ImportError:
        raise MissingLibrary("vl-convert-python", "to draw the charts of a report") from None
    # No address is allowed: a drawing is made of its specification alone.
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _spoken(svg: str, says: str, css: str) -> str:
    """The drawing as an element of the page: classes, a name, a tooltip a mark, and a size that yields."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    root.set("class", f"chart {css}")
    root.set("role", "graphics-document")
    root.set("aria-label", says)
    for element in list(root.iter()):
        words = element.attrib.pop("aria-label", "") if element is not root else ""
        for name in ("id", "font-family", "aria-roledescription"):
            element.attrib.pop(name, None)
        if element.get("role") == "graphics-symbol" and words:
            ElementTree.SubElement(element, f"{{{SVG}}}title").text = words
        elif element is not root:
            element.attrib.pop("role", None)
    return ElementTree.tostring(root, encoding="unicode")


def _ghz(mhz: int) -> str:
    return f"{mhz / 1000:,.1f} GHz".replace(",", "\u202f")


def _gib(size: int) -> str:
    return f"{size / GIB:,.{1 if abs(size) < 10 * GIB else 0}f} GiB".replace(",", "\u202f")
