# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of system VMs registered, waited for in every zone, made the default, and compared with what runs.

Sources: see core/system_vms/templates.py.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, NotFound, Reason, Refused
from ...core.findings import Judgement
from ...core.naming import nearest
from ...core.routers.router import MINIMUM, Router
from ...core.system_vms import templates
from ...core.system_vms.prepared import PoolCopy
from ...core.system_vms.templates import HYPERVISORS, TEMPLATES, Behind, SystemTemplate, Wish
from ...core.system_vms.vm import SystemVm
from ...core.zone.settings import same_value
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..lost_answers import surely
from ..waiting import until
from ..zone.settings import Scope, ensure_setting
from . import prepared

ALL = "-1"


@dataclasses.dataclass(frozen=True)
class Request:
    """zone: "" for all. default: whether new routers get it. minimum: of the version, "" to leave it.

    prepared: whether all primary storage pools that can hold it get a copy.
    """

    wish: Wish
    zone: str = ""
    default: bool = False
    minimum: str = ""
    prepared: bool = False
    timeout: float = 3600.0


class TemplateFailed(HostcraftError):
    """The server could not download the template."""

    code = "template_failed"


@dataclasses.dataclass(frozen=True)
class Question:
    """hypervisor, zone: "" for all."""

    hypervisor: str = ""
    zone: str = ""
    ignore: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Seen:
    """defaults: of new routers, by zone and hypervisor."""

    templates: tuple[SystemTemplate, ...]
    defaults: tuple[tuple[str, str, str], ...]
    behind: tuple[Behind, ...]
    judgement: Judgement


def ensure_template(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is done, TemplateFailed, WaitTimeout, NotFound."""
    wish, zones = request.wish, _zones(cloud, request.zone)
    held = _held(cloud, wish, zones)
    os_type = _os_type(cloud, wish.os_type) if not held else ""
    settings = _settings(cloud, request, zones)
    reasons = [*templates.against(wish, held)]
    missing = [zone for zone in zones if not any(each.zone_id == zone.id for each in held)]
    if missing and not wish.url:
        where = ", ".join(zone.name for zone in missing)
        text = f"zone {where} has no template {wish.name}, and there is no url to register it from"
        reasons.append(Reason("url_missing", text, "set url", {"zones": [zone.name for zone in missing]}))
    if reasons:
        raise Refused(f"template {wish.name}", reasons)
    before: dict[str, object] = {name: now for name, _scope, now, _wanted in settings}
    after: dict[str, object] = {name: wanted for name, _scope, _now, wanted in settings}
    if missing:
        before["zones"] = sorted(each.zone for each in held)
        after["zones"] = sorted(zone.name for zone in zones)
    unready = [each for each in held if not each.complete]
    copies = prepared.on_pools(cloud, zones, held, wish.hypervisor.name) if request.prepared else ()
    if prepared.missing(copies):
        before["prepared"] = prepared.names(copies, ready_only=True)
        after["prepared"] = prepared.names(copies, ready_only=False)
    changed = bool(before)
    if check_mode:
        return _outcome(cloud, request, zones, changed, before, after, held, copies)
    if missing:
        _register(cloud, request, held, missing, zones, os_type)
    if missing or unready:
        held = _ready(cloud, request, zones)
    warned: tuple[str, ...] = ()
    if prepared.missing(copies):
        look = functools.partial(_held, cloud, wish, zones)
        copies, warned = prepared.prepare(cloud, zones, look, wish.hypervisor.name, request.timeout)
        held = look()
    restart = []
    for name, scope, _now, wanted in settings:
        setting = cloud.settings.find(name, scope.name, scope.id)
        ensure_setting(cloud, name, wanted, scope, False)
        if setting is None or setting.dynamic is not True:
            restart.append(name)
    return _outcome(cloud, request, zones, changed, before, after, held, copies, sorted(set(restart)), warned)


def _zones(cloud: Cloud, name: str) -> list[Zone]:
    return [lookup.zone(cloud, name)] if name else sorted(cloud.zones.all(), key=lambda zone: zone.name)


def _held(cloud: Cloud, wish: Wish, zones: t.Sequence[Zone]) -> list[SystemTemplate]:
    """Rows of the template in the zones; templates of other hypervisors may have its name."""
    inside = {zone.id for zone in zones}
    found = [each for each in cloud.system_templates.find(wish.name) if each.zone_id in inside]
    same = [each for each in found if _of(each, wish.hypervisor.name)]
    return sorted(same or found, key=lambda each: each.zone)


def _os_type(cloud: Cloud, name: str) -> str:
    """The id of an OS type. Without a name, the newest 64-bit Debian that the server knows."""
    known = cloud.system_templates.os_types()
    if name:
        found = [id for id, text in known.items() if text.casefold() == name.casefold()]
        if not found:
            raise NotFound("OS type", name, near=nearest(name, known.values()))
        return found[0]
    newest = sorted((templates.debian(text), id) for id, text in known.items() if templates.debian(text))
    return newest[-1][1] if newest else ""


def _register(
    cloud: Cloud,
    request: Request,
    held: t.Sequence[SystemTemplate],
    missing: t.Sequence[Zone],
    zones: t.Sequence[Zone],
    os_type: str,
) -> None:
    """In all zones at once; where some have it already, it is copied from one of them."""
    wish, port = request.wish, cloud.system_templates
    if held:
        for zone in missing:
            cloud.progress(f"copying template {wish.name} to zone {zone.name}")
            port.copy(held[0].id, held[0].zone_id, zone.id)
        return
    cloud.progress(f"registering template {wish.name}")
    place = missing[0].id if request.zone or len(zones) == 1 else ALL

    def there() -> t.Optional[bool]:
        return True if _held(cloud, wish, zones) else None

    def register() -> bool:
        port.register(wish, place, os_type)
        return True

    surely(cloud, register, there)


def _ready(cloud: Cloud, request: Request, zones: t.Sequence[Zone]) -> list[SystemTemplate]:
    """Raises TemplateFailed, WaitTimeout."""
    wish = request.wish

    def look() -> list[SystemTemplate]:
        found = _held(cloud, wish, zones)
        for each in found:
            if each.failed:
                facts = {"zone": each.zone, "status": each.status}
                raise TemplateFailed(f"template {wish.name} could not be downloaded in {each.progress}", **facts)
        return found

    def done(found: t.Sequence[SystemTemplate]) -> bool:
        there = {each.zone_id for each in found if each.complete}
        return all(zone.id in there for zone in zones)

    def show(found: t.Sequence[SystemTemplate]) -> str:
        return "; ".join(each.progress for each in found if not each.complete) or "not in every zone yet"

    return until(cloud, look, done, what=f"template {wish.name} to be ready", limit=request.timeout, show=show)


def _settings(cloud: Cloud, request: Request, zones: t.Sequence[Zone]) -> list[tuple[str, Scope, str, str]]:
    """Those that change: name, where, held and wanted value. Raises Refused where the server lacks one."""
    wanted: list[tuple[str, Scope, str]] = []
    if request.default:
        scope = Scope("zone", zones[0].id, {"zone": zones[0].name}) if request.zone else Scope()
        wanted.append((request.wish.hypervisor.setting, scope, request.wish.name))
    if request.minimum:
        wanted.append((MINIMUM, Scope(), request.minimum))
    found = []
    for name, scope, value in wanted:
        setting = cloud.settings.find(name, scope.name, scope.id)
        if setting is None:
            text = f"this server has no setting {name}"
            remedy = "omit the option: this version of the server decides by itself"
            raise Refused(f"template {request.wish.name}", [Reason("setting_missing", text, remedy, {"setting": name})])
        if not same_value(setting, value):
            found.append((name, scope, setting.value, value))
    return found


def _outcome(
    cloud: Cloud,
    request: Request,
    zones: t.Sequence[Zone],
    changed: bool,
    before: dict[str, object],
    after: dict[str, object],
    held: t.Sequence[SystemTemplate],
    copies: t.Sequence[PoolCopy] = (),
    restart: t.Sequence[str] = (),
    warned: tuple[str, ...] = (),
) -> Outcome:
    wish = request.wish
    ids = {each.id for each in held}
    found = _behind(_running(cloud, zones), zones, wish.hypervisor.name, ids, {wish.name}, request.minimum)
    result = {
        "name": wish.name,
        "templates": [shown(each) for each in held],
        "behind": [plain(each) for each in found],
        "restart_required": list(restart),
        "pools": [plain(each) for each in copies],
    }
    if restart:
        warned = (*warned, f"restart every management server for {', '.join(restart)}")
    return Outcome(changed, before, after, result, warned)


def shown(each: SystemTemplate) -> dict[str, object]:
    return {**plain(each), "complete": each.complete}


class _Running(t.NamedTuple):
    vms: t.Sequence[SystemVm]
    routers: t.Sequence[Router]


def _running(cloud: Cloud, zones: t.Sequence[Zone]) -> _Running:
    """One listing of each for all zones."""
    zone_id = zones[0].id if len(zones) == 1 else ""
    return _Running(cloud.system_vms.all(zone_id), cloud.routers.all({"zone_id": zone_id} if zone_id else {}))


def _behind(
    running: _Running,
    zones: t.Sequence[Zone],
    hypervisor: str,
    present: t.Collection[str],
    names: t.Collection[str],
    least: str,
) -> list[Behind]:
    inside = {zone.id for zone in zones}
    vms = [vm for vm in running.vms if vm.zone_id in inside and _of(vm, hypervisor)]
    routers = [each for each in running.routers if each.zone_id in inside and _of(each, hypervisor)]
    return templates.behind(vms, routers, present, names, least)


def seen_templates(cloud: Cloud, question: Question) -> Seen:
    """Raises NotFound for a zone."""
    zones = _zones(cloud, question.zone)
    held = [each for each in cloud.system_templates.of_system() if each.zone_id in {zone.id for zone in zones}]
    minimum, running = cloud.settings.find(MINIMUM), _running(cloud, zones)
    defaults, found, findings = [], [], []
    for zone in zones:
        used = sorted({host.hypervisor for host in cloud.hosts.all(zone_id=zone.id) if host.hypervisor})
        for hypervisor in used:
            if question.hypervisor and hypervisor.casefold() != question.hypervisor.casefold():
                continue
            mine = [each for each in held if each.zone_id == zone.id and _of(each, hypervisor)]
            default = _default(cloud, zone, hypervisor)
            defaults.append((zone.name, hypervisor, default or ""))
            findings += list(templates.judge_zone(zone.name, hypervisor, mine, default))
            # Without a setting the server itself chooses among the templates of the system.
            present = [each for each in mine if not default or each.name.casefold() == default.casefold()]
            ids, names = {each.id for each in present}, {each.name for each in present}
            if ids:
                found += _behind(running, [zone], hypervisor, ids, names, minimum.value if minimum else "")
    findings += list(templates.judge_behind(found))
    if question.hypervisor:
        held = [each for each in held if _of(each, question.hypervisor)]
    order = sorted(held, key=lambda each: (each.zone, each.hypervisor, each.name))
    return Seen(tuple(order), tuple(defaults), tuple(found), TEMPLATES.judgement(findings, question.ignore))


def _of(thing: t.Union[SystemTemplate, SystemVm, Router], hypervisor: str) -> bool:
    return thing.hypervisor.casefold() == hypervisor.casefold()


def _default(cloud: Cloud, zone: Zone, hypervisor: str) -> t.Optional[str]:
    known = next((each for each in HYPERVISORS.values() if each.name.casefold() == hypervisor.casefold()), None)
    setting = cloud.settings.find(known.setting, "zone", zone.id) if known else None
    return setting.value if setting else None
