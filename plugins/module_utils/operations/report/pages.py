# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report: what the clusters hold now, with plans and results that were handed in."""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ...core.change import Outcome
from ...core.report.certificates import certificates_part
from ...core.report.doctor import doctor_part
from ...core.report.model import report, taken
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from ...ports.report import Pages
from .. import lookup

GROWTH = 4  # how much larger the page of a roll may be than that of its plan
STAMP = re.compile(r'<time datetime="([0-9TZ:-]+)">[^<]*</time>')


@dataclass(frozen=True)
class Request:
    """clusters: names, none for all of the zone. plan, results, certificates, doctor: as tasks registered them.

    zone: with ``doctor``, none for all.
    """

    zone: t.Optional[str]
    clusters: tuple[str, ...]
    dest: str
    plan: object = None
    results: object = None
    certificates: object = None
    doctor: object = None
    title: str = ""
    mode: int = 0o644


def write(cloud: Cloud, pages: Pages, request: Request, check_mode: bool) -> Outcome:
    """Write the page unless the one that is there says the same; when it was made does not count.

    Raises InvalidValue for what is no plan or result and for a place that cannot hold a file, MissingLibrary.
    """
    plans = taken("plan", request.plan, "waves", "cs_maintenance_plan")
    results = taken("results", request.results, "moved", "cs_maintenance")
    certificates = taken("certificates", request.certificates, "certificates", "cs_certificate_info")
    doctor = taken("doctor", request.doctor, "findings", "cs_doctor")
    held = pages.read(request.dest)
    zones = _zones(cloud, request, bool(doctor))
    if request.clusters:
        clusters = [lookup.cluster(cloud, name, zones[0]) for name in request.clusters]
    else:
        clusters = [each for zone in zones for each in cloud.clusters.all(zone_id=zone.id)]
        clusters.sort(key=lambda each: (each.zone, each.pod, each.name))
    fleets = [cloud.fleets.read(each) for each in clusters]
    stamp = datetime.fromtimestamp(cloud.clock.wall(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    called = ", ".join(zone.name for zone in zones)
    title = request.title or (f"State of {called}" if doctor else "")
    found = report(title, called, stamp, fleets, plans, results)
    found = replace(found, certificates=certificates_part(certificates), doctor=doctor_part(doctor))
    before = STAMP.search(held[0]) if held else None
    same = held is not None and before is not None and pages.render(replace(found, made=before[1])) == held[0]
    text = held[0] if held and same else pages.render(found)
    changed = not same or held is None or held[1] != request.mode
    if changed:
        # Of what was only planned so far, the page of what was done comes to the same place after the work.
        pages.prove(request.dest, len(text.encode()) * (1 if request.results else GROWTH))
    if changed and not check_mode:
        pages.write(request.dest, text, request.mode)
    size = len(text.encode())
    result = {"dest": request.dest, "size": size, "summary": found.summary()}
    now = _facts(text, request.mode)
    return Outcome(changed, _facts(*held) if held and changed else {}, now if changed else {}, result)


def _zones(cloud: Cloud, request: Request, whole: bool) -> list[Zone]:
    if request.zone or request.clusters or not whole or not cloud.zones.all():
        return [lookup.zone(cloud, request.zone)]
    return sorted(cloud.zones.all(), key=lambda zone: zone.name)


def _facts(text: str, mode: int) -> dict[str, object]:
    """A file for ``--diff``: a digest that does not depend on when the page was made, and the mode."""
    return {"sha256": hashlib.sha256(STAMP.sub("", text).encode()).hexdigest(), "mode": f"{mode:04o}"}
