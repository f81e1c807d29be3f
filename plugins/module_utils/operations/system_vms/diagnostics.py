# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools run inside of system VMs and routers, and archives of what is in them."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.change import Outcome
from ...core.errors import HostcraftError, Refused
from ...core.naming import matches, only
from ...core.system_vms import archive
from ...core.system_vms import diagnostics as diagnosis
from ...core.system_vms.archive import Source
from ...core.system_vms.check import whole
from ...core.system_vms.diagnostics import Diagnosis, Target
from ...core.system_vms.vm import KINDS, STORAGE
from ...core.text import printable
from ...ports.cloud import Cloud
from .. import lookup

# Characters of a tool's output that are returned.
MOST_OUTPUT = 100_000
STORAGE_DOMAIN = "secstorage.ssl.cert.domain"


class DiagnosisFailed(HostcraftError):
    """The tool ended with another exit code than 0."""

    code = "diagnosis_failed"


@dataclasses.dataclass(frozen=True)
class Question:
    """arguments: as they are sent. required: whether another exit code than 0 is an error."""

    name: str
    zone: str
    kind: str
    address: str
    arguments: str = ""
    required: bool = True


@dataclasses.dataclass(frozen=True)
class Archive:
    """files: () for the defaults of the server. plain: accept http. fetch: None only asks for it (check mode)."""

    name: str
    zone: str
    files: tuple[str, ...]
    plain: bool
    fetch: t.Callable[[Source], t.Mapping[str, object]]


def target(cloud: Cloud, name: str, zone: str) -> Target:
    """A system VM, or else a router. Raises NotFound, Ambiguous, Refused for one that does not run."""
    place = lookup.zone(cloud, zone) if zone else None
    vms = [
        Target(vm.id, vm.name, KINDS.get(vm.kind, vm.kind), vm.state, vm.zone_id, vm.zone, vm.runs)
        for vm in cloud.system_vms.all(place.id if place else "")
    ]
    found: t.Sequence[Target] = matches(vms, name)
    if not found:
        where: dict[str, str] = {"zone_id": place.id} if place else {}
        routers = [
            Target(each.id, each.name, "router", each.state, each.zone_id, each.zone, each.runs)
            for each in cloud.routers.all(where)
        ]
        found, vms = matches(routers, name), vms + routers
    chosen = only(found, "system VM or router", name, f"zone {place.name}" if place else "", [vm.name for vm in vms])
    reasons = diagnosis.unfit(chosen)
    if reasons:
        raise Refused(f"diagnostics of {chosen.name}", reasons)
    return chosen


def diagnose(cloud: Cloud, question: Question, check_mode: bool) -> Outcome:
    """Raises DiagnosisFailed, Refused, NotFound, Unsupported before 4.12."""
    cloud.diagnostics.needs_tools()
    where = target(cloud, question.name, question.zone)
    told: dict[str, object] = {
        "id": where.id,
        "name": where.name,
        "kind": where.kind,
        "zone": where.zone,
        "command": " ".join(each for each in (question.kind, question.address, question.arguments) if each),
    }
    if check_mode:
        return Outcome(False, result={**told, "output": "", "errors": "", "exit_code": None})
    seen = cloud.diagnostics.run(where.id, question.kind, question.address, question.arguments)
    told.update(_shown(seen))
    if question.required and not seen.good:
        message = f"{told['command']} in {where.name} ended with exit code {seen.exit_code}"
        last = str(told["errors"] or told["output"]).strip().splitlines()[-1:]
        raise DiagnosisFailed(": ".join([message, *last]), **told)
    return Outcome(False, result=told)


def _shown(seen: Diagnosis) -> dict[str, object]:
    return {
        "output": printable(seen.output[:MOST_OUTPUT], keep="\n"),
        "errors": printable(seen.errors[:MOST_OUTPUT], keep="\n"),
        "exit_code": seen.exit_code,
    }


def retrieve(cloud: Cloud, request: Archive, check_mode: bool) -> Outcome:
    """Raises UrlRefused for a URL of the server that leads elsewhere, NotFetched, Refused, Unsupported before 4.14."""
    cloud.diagnostics.needs_archives()
    where = target(cloud, request.name, request.zone)
    told: dict[str, object] = {"id": where.id, "name": where.name, "kind": where.kind, "zone": where.zone}
    settings = _settings(cloud)
    told.update(settings=settings, kept_seconds=_kept(settings))
    if check_mode:
        return Outcome(True, {"archive": None}, {"archive": where.name}, told)
    url = cloud.diagnostics.retrieve(where.id, request.files)
    stores = [vm for vm in cloud.system_vms.all(where.zone_id) if vm.kind == STORAGE]
    domain = cloud.settings.find(STORAGE_DOMAIN)
    hosts = archive.hosts_of((vm.address for vm in stores), domain.value if domain else "")
    source = archive.source(url, hosts, request.plain)
    cloud.progress(f"fetching {source.file_name} from {source.host}")
    told.update(request.fetch(source), archive=source.file_name, encrypted=source.encrypted)
    return Outcome(True, {"archive": None}, {"archive": where.name}, told)


def _settings(cloud: Cloud) -> dict[str, t.Optional[str]]:
    names = (archive.GC, archive.AGE, archive.RETRIEVAL, archive.THRESHOLD, archive.DEFAULTS)
    held = {name: cloud.settings.find(name) for name in names}
    return {name: each.value if each else None for name, each in held.items()}


def _kept(settings: t.Mapping[str, t.Optional[str]]) -> t.Optional[int]:
    """Seconds that the server keeps an archive; None where it keeps it for good, or does not say."""
    collects = (settings[archive.GC] or "").strip().casefold() == "true"
    return whole(settings[archive.AGE]) if collects else None
