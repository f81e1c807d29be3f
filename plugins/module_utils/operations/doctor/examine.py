# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole cloud examined by every judge. One that fails is a finding itself and hides none of the others."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import typing as t

from ...core.doctor.report import Diagnosis, Gap, Row, diagnosis, given, row
from ...core.doctor.table import DOCTOR
from ...core.errors import ApiError, HostcraftError, InvalidValue, NoZone, Unsupported
from ...core.findings import Unseen
from ...core.untyped import Json
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from .judges import JUDGES, Asked, Judge

# What several judges ask for; figures that a judge asks for twice to see them change are not among them.
READ_ONCE: t.Mapping[str, tuple[str, ...]] = {
    "fleets": ("read",),
    "system_vms": ("all",),
    "routers": ("all",),
    "alerts": ("all",),
    "oobms": ("all", "switches"),
    "host_has": ("all",),
    "management_servers": ("all", "changed_settings"),
}


@dataclasses.dataclass(frozen=True)
class Request:
    """judges: names, none for all. results: what other modules returned, by the module's name."""

    asked: Asked
    judges: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    results: t.Mapping[str, t.Sequence[Json]] = dataclasses.field(default_factory=dict)


class _Port:
    """A port of a cloud that answers the same question from memory."""

    def __init__(self, port: object, names: tuple[str, ...]) -> None:
        self._port, self._names, self._known = port, names, {}  # type: tuple[object, tuple[str, ...], dict[str, t.Any]]

    def __getattr__(self, name: str) -> t.Any:
        held = getattr(self._port, name)
        return functools.partial(self._once, name, held) if name in self._names else held

    def _once(self, name: str, call: t.Callable[..., t.Any], *args: t.Any, **more: t.Any) -> t.Any:
        # A second argument of a fleet is an earlier reading, by which it is read anew.
        if name == "read" and len(args) > 1:
            return call(*args, **more)
        # However a judge spells it: by position, by name, or by leaving a default out.
        asked = inspect.signature(call).bind(*args, **more)
        asked.apply_defaults()
        key = f"{name} {sorted(asked.arguments.items())!r}"
        if key not in self._known:
            self._known[key] = call(*args, **more)
        return self._known[key]


class _Remembered:
    """A cloud of which the doctor reads each thing once."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._ports = {name: _Port(getattr(cloud, name), calls) for name, calls in READ_ONCE.items()}

    def __getattr__(self, name: str) -> t.Any:
        return self._ports[name] if name in self._ports else getattr(self._cloud, name)


def examine(cloud: Cloud, request: Request) -> Diagnosis:
    """Raises InvalidValue for a judge or a code that is none, NotFound for the zone, and what the connection raises."""
    judges = [each for each in JUDGES if not request.judges or each.name in request.judges]
    zones = [lookup.zone(cloud, request.asked.zone)] if request.asked.zone else _all_zones(cloud)
    once = t.cast(Cloud, _Remembered(cloud))
    _settings(cloud, zones)
    found: list[t.Union[Row, Gap]] = []
    judged = []
    for judge in judges:
        cloud.progress(f"doctor: {judge.name}")
        seen = [each for zone in (zones if judge.every else zones[:1]) for each in _seen(once, judge, request, zone)]
        if not any(isinstance(each, Row) and each.code == "judge_failed" for each in seen):
            judged.append(judge.name)
        found += seen
    for module, results in request.results.items():
        found += given(module, results)
        judged.append(module)
    _known(request.ignore, judges, found)
    return diagnosis(found, judged, request.ignore)


def _settings(cloud: Cloud, zones: t.Iterable[Zone]) -> None:
    """Of every scope in one listing each: the judges ask for many of them. Without them, they ask one by one."""
    scopes = [("global", "")]
    for zone in zones:
        scopes += [("zone", zone.id), *(("cluster", each.id) for each in cloud.clusters.all(zone_id=zone.id))]
    with contextlib.suppress(ApiError, Unsupported):
        for scope, id in scopes:
            cloud.settings.all(scope, id)


def _all_zones(cloud: Cloud) -> list[Zone]:
    zones = sorted(cloud.zones.all(), key=lambda zone: zone.name)
    if not zones:
        raise NoZone()
    return zones


def _seen(cloud: Cloud, judge: Judge, request: Request, zone: Zone) -> t.Iterator[t.Union[Row, Gap]]:
    where = zone.name if judge.every or request.asked.zone else ""
    try:
        verdicts = list(judge.look(cloud, request.asked, zone))
    except Unsupported as error:
        yield Gap("judge_failed", judge.name, where, error.message)
        return
    except HostcraftError as error:
        yield _failed(judge, where, f"[{error.code}] {error.message}")
        return
    # An answer that nobody has thought of must not hide what the other judges see.
    except Exception as error:
        yield _failed(judge, where, f"{type(error).__name__}: {error}")
        return
    for each in verdicts:
        if isinstance(each, Unseen):
            yield Gap(each.code, judge.name, where, each.missing)
        else:
            yield row(judge.name, where, each, judge.tools)


def _failed(judge: Judge, where: str, text: str) -> Row:
    return row(judge.name, where, DOCTOR.found("judge_failed", f"{judge.name}: {text}"), judge.tools)


def _known(ignore: t.Collection[str], judges: t.Iterable[Judge], found: t.Iterable[t.Union[Row, Gap]]) -> None:
    """Codes of handed in results are known by these alone."""
    codes = {code for judge in JUDGES for table in judge.tables for code in table.by_code} | set(DOCTOR.by_code)
    codes |= {each.code for each in found}
    for code in ignore:
        if code not in codes:
            raise InvalidValue("ignore", code, "a finding code of the doctor")
