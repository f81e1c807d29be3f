# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The charts of a report as Vega-Lite specifications: plain data, which an adapter turns into SVG.

Each is made for a width in pixels, so that a phone gets its own. Colours are the page's CSS properties, so that light,
dark and paper need one drawing. Every mark says in words what it shows (``description``).
"""

from __future__ import annotations

import typing as t

from ..placement.text import duration
from .changes import ShiftPart, counted, percent
from .model import (
    ClusterPart,
    HostRow,
    PlanPart,
    WaveRow,
    bands,
    level,
)

Spec = dict[str, t.Any]
Row = t.Mapping[str, object]
WIDE, NARROW = 900, 330  # pixels, within the padding that Vega adds
NAMED = 60  # hosts of a cluster that are drawn with their names unless fewer are asked for
ROWS = 40  # of a chart unless fewer are asked for; more are put together
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def _position(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _boxes(rows: t.Sequence[Row], radius: int = 3, **mark: object) -> Spec:
    """Rectangles of x, x2, y, y2 (pixels), fill, stroke, and what they say."""
    encoding = {
        "x": _position("x"),
        "x2": {"field": "x2"},
        "y": _position("y"),
        "y2": {"field": "y2"},
        "fill": {"field": "fill", "type": "nominal", "scale": None},
        "stroke": {"field": "stroke", "type": "nominal", "scale": None},
        "description": {"field": "says", "type": "nominal"},
    }
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "rect", "cornerRadius": radius, **mark},
        "encoding": encoding,
    }


def _texts(rows: t.Sequence[Row], **mark: object) -> Spec:
    """Words at x, y (pixels) in a colour. Not read aloud: the marks beside them say more."""
    encoding = {
        "x": _position("x"),
        "y": _position("y"),
        "text": {"field": "text", "type": "nominal"},
        "fill": {"field": "fill", "type": "nominal", "scale": None},
    }
    shape = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12, "aria": False, **mark}
    return {"data": {"values": list(rows)}, "mark": shape, "encoding": encoding}


def _chart(width: int, height: int, says: str, layers: t.Sequence[Spec]) -> Spec:
    return {
        "$schema": SCHEMA,
        "description": says,
        "width": width,
        "height": height,
        "padding": 2,
        "background": None,
        "config": {"view": {"stroke": None}, "font": "system-ui, sans-serif"},
        "layer": [layer for layer in layers if layer["data"]["values"]],
    }


def short(names: t.Sequence[str]) -> dict[str, str]:
    """Names without the domain that all of them share; as they are where that says less."""
    domains = {name.partition(".")[2] for name in names}
    if len(domains) > 1 or any(name.replace(".", "").isdigit() for name in names):
        return {name: name for name in names}
    return {name: name.partition(".")[0] for name in names}


def heat_map(part: ClusterPart, width: int, named: int = NAMED) -> Spec:
    """A tile a host: CPU on the left, RAM on the right, by their bands of load. named: most hosts that show a name."""
    small = len(part.hosts) > named
    known = short([host.name for host in part.hosts])
    across = max(1, (width + 8) // (44 if small else 148))
    step = (width + 8) / across
    high = 26 if small else 70
    boxes: list[Row] = []
    names: list[Row] = []
    loads: list[Row] = []
    for n, host in enumerate(part.hosts):
        x, y = (n % across) * step, (n // across) * high
        half = (step - 8) / 2
        top, bottom = (y, y + high - 6) if small else (y + 20, y + high - 14)
        for at, kind, share in ((x, "CPU", host.cpu), (x + half, "RAM", host.ram)):
            boxes.append(
                {
                    "x": at,
                    "x2": at + half - 1,
                    "y": top,
                    "y2": bottom,
                    "fill": f"var(--load-{level(share)})",
                    "stroke": "var(--bad)" if host.state else "transparent",
                    "says": _host_says(host),
                }
            )
            fill = f"var(--on-load-{level(share)})"
            loads.append(
                {"x": at + half / 2, "y": (top + bottom) / 2, "text": f"{kind} {percent(share)}", "fill": fill}
            )
        name = known[host.name] + (f" · {host.state}" if host.state else "")
        names.append({"x": x, "y": y + 10, "text": name, "fill": "var(--bad)" if host.state else "var(--ink)"})
    height = -(-len(part.hosts) // across) * high
    layers = [_boxes(boxes, 2 if small else 3, strokeWidth=1.5)]
    if not small:
        layers += [_texts(names, limit=step - 10), _texts(loads, align="center", fontSize=11)]
    says = f"Load of {counted(len(part.hosts), 'host')} of cluster {part.name}"
    return _chart(width, height, says, layers)


def _host_says(host: HostRow) -> str:
    text = f"{host.name}: CPU {percent(host.cpu)}, RAM {percent(host.ram)}, {counted(host.vms, 'VM')}"
    return f"{text}, {host.state}" if host.state else text


def timeline(plan: PlanPart, width: int, most: int = ROWS) -> Spec:
    """A row a wave (or some waves, where there are many), a bar from its beginning to its end."""
    rows = _grouped(plan.waves, most)
    known = short([name for wave in plan.waves for name in wave.hosts])
    whole = max((wave.end for wave in plan.waves), default=0) or 1
    left = 190 if width >= WIDE else 96
    scale = (width - left - 4) / whole
    grid, marks = _axis(whole, scale, left, len(rows) * 30)
    bars: list[Row] = []
    names: list[Row] = []
    notes: list[Row] = []
    for n, waves in enumerate(rows):
        y = 22 + n * 30
        hosts = [name for wave in waves for name in wave.hosts]
        count = sum(wave.moves for wave in waves)
        x, x2 = left + waves[0].start * scale, left + waves[-1].end * scale
        took = duration(waves[-1].end - waves[0].start)
        label = f"{waves[0].number}" if len(waves) == 1 else f"{waves[0].number}–{waves[-1].number}"
        says = f"wave {label}: {', '.join(hosts)}; {counted(count, 'VM')} to move first; {took}"
        bars.append({"x": x, "x2": max(x2 - 2, x + 2), "y": y, "y2": y + 22, "fill": "var(--accent)", "says": says})
        names.append(
            {"x": 0, "y": y + 11, "text": f"{label}. {', '.join(known[name] for name in hosts)}", "fill": "var(--ink)"}
        )
        notes.append(_beside(f"{counted(count, 'VM')} · {took}", x, x2, left, width, y + 11))
    layers = [_boxes(grid, 0), _texts(marks, fontSize=11), _boxes(bars), _texts(names, limit=left - 10)]
    inside = [note for note in notes if note["side"] == "in"]
    ahead = [note for note in notes if note["side"] == "left"]
    behind = [note for note in notes if note["side"] == "right"]
    layers += [_texts(inside), _texts(behind), _texts(ahead, align="right")]
    says = f"Roll of cluster {plan.cluster}: {counted(len(plan.waves), 'wave')} in {duration(whole)}"
    return _chart(width, 24 + len(rows) * 30, says, layers)


def _grouped(waves: t.Sequence[WaveRow], most: int) -> list[t.Sequence[WaveRow]]:
    size = -(-len(waves) // most) or 1
    return [waves[n : n + size] for n in range(0, len(waves), size)]


def _beside(text: str, x: float, x2: float, left: float, right: float, y: float) -> Row:
    """Inside of its bar where it fits, else on the side that has room."""
    need = 7.0 * len(text)
    if x2 - x > need + 12:
        return {"x": x + 8, "y": y, "text": text, "fill": "var(--on-accent)", "side": "in"}
    if right - x2 > need:
        return {"x": x2 + 4, "y": y, "text": text, "fill": "var(--ink)", "side": "right"}
    return {"x": x - 6, "y": y, "text": text if x - left > need else "", "fill": "var(--ink)", "side": "left"}


def _axis(whole: int, scale: float, left: float, height: int) -> tuple[list[Row], list[Row]]:
    """Lines and words at round times, four to eight of them."""
    steps = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800)
    fits = 4 if scale * whole < 400 else 8
    step = next((each for each in steps if whole / each <= fits), steps[-1])
    times = list(range(0, whole + 1, step))
    grid: list[Row] = [
        {
            "x": left + at * scale,
            "x2": left + at * scale + 1,
            "y": 18,
            "y2": 22 + height,
            "fill": "var(--line)",
            "says": "",
        }
        for at in times
    ]
    near = [at for at in times if at + 0.4 * step <= whole or at == 0]
    marks: list[Row] = [
        {"x": left + at * scale, "y": 8, "text": duration(at) if at else "0", "fill": "var(--muted)"} for at in near
    ]
    return grid, marks


def before_and_after(part: ShiftPart, width: int, kind: str, most: int = ROWS) -> Spec:
    """A cluster's hosts by one load ("cpu" or "ram"): two bars a host, or how many hosts have which load."""
    if len(part.hosts) > most:
        return _histogram(part, width, kind)
    rows = [(host.name, getattr(host, kind), host.vms) for host in part.hosts]
    says = [
        f"{name}: {kind.upper()} {percent(load[0])}, then {percent(load[1])}; {counted(vms[0], 'VM')}, then {vms[1]}"
        for name, load, vms in rows
    ]
    known = short([host.name for host in part.hosts])
    loads = [(known[name], load[0], load[1], f"{percent(load[0])} → {percent(load[1])}") for name, load, _vms in rows]
    return _pairs(loads, says, width, 1.0, f"{kind.upper()} of cluster {part.cluster} before and after")


def _histogram(part: ShiftPart, width: int, kind: str) -> Spec:
    names = bands()
    counts = [[0, 0] for _name in names]
    for host in part.hosts:
        for side in (0, 1):
            counts[level(getattr(host, kind)[side])][side] += 1
    loads = [(name, float(c[0]), float(c[1]), f"{c[0]} → {c[1]} hosts") for name, c in zip(names, counts)]
    says = [f"{name}: {c[0]} hosts before, {c[1]} after" for name, c in zip(names, counts)]
    most = max(max(c) for c in counts) or 1
    return _pairs(loads, says, width, float(most), f"Hosts of cluster {part.cluster} by {kind.upper()}")


def _pairs(
    loads: t.Sequence[tuple[str, float, float, str]], says: t.Sequence[str], width: int, most: float, title: str
) -> Spec:
    """Two bars a row, of which the second is after; the words stand at the end."""
    left, right = (130, 104) if width > NARROW else (92, 92)
    scale = (width - left - right) / max(most, *(load for row in loads for load in row[1:3]))
    boxes: list[Row] = []
    names: list[Row] = []
    notes: list[Row] = []
    for n, ((name, before, after, text), words) in enumerate(zip(loads, says)):
        y = n * 30
        track = {"x": left, "x2": width - right, "fill": "var(--track)", "says": ""}
        boxes.append({**track, "y": y + 3, "y2": y + 25})
        for load, top, fill in ((before, y + 3, "var(--before)"), (after, y + 14, "var(--accent)")):
            end = left + max(load * scale, 1)
            boxes.append({"x": left, "x2": end, "y": top, "y2": top + 11, "fill": fill, "says": words})
        names.append({"x": 0, "y": y + 14, "text": name, "fill": "var(--ink)"})
        notes.append({"x": width - right + 8, "y": y + 14, "text": text, "fill": "var(--ink)"})
    return _chart(width, len(loads) * 30, title, [_boxes(boxes, 0), _texts(names, limit=left - 8), _texts(notes)])
