# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a declared zone, judged by what the server says of each."""

from __future__ import annotations

import typing as t

from ..errors import InvalidValue
from ..masking import MASK, is_secret_name
from ..zone.settings import Setting, check, doubt, spelled
from .cluster_names import of_records
from .problem import WARNING, Part, Path, Problem, Record, shown

OFFERED = "a setting of this server, see cs_configuration_info"


class Declared(t.NamedTuple):
    """One setting and where it stands. zone and cluster are None where the setting is of a wider scope."""

    path: Path
    name: str
    value: t.Any
    zone: t.Optional[str] = None
    cluster: t.Optional[str] = None


def declared(zone: Part) -> t.Iterator[Declared]:
    """Every setting of every scope, in a fixed order; what is no map of settings was reported by its shape."""
    name = zone.get("name")
    yield from _of(zone, "settings")
    yield from _of(zone, "zone_settings", name)
    clusters = list(zone.parts("clusters"))
    for cluster, its in zip(clusters, of_records([each.record for each in clusters])):
        yield from _of(cluster, "settings", name, its.label)


def _of(part: Part, key: str, zone: t.Any = None, cluster: t.Any = None) -> t.Iterator[Declared]:
    held = part.get(key)
    for name, value in held.items() if isinstance(held, t.Mapping) else ():
        yield Declared((*part.path, key, str(name)), str(name), value, zone, cluster)


def declared_settings(declaration: object) -> list[dict[str, t.Any]]:
    """Every setting as {name, value, zone, cluster}: zone and cluster None where the setting is of a wider scope."""
    zone = Part((), declaration if isinstance(declaration, t.Mapping) else {})
    return [{"name": its.name, "value": its.value, "zone": its.zone, "cluster": its.cluster} for its in declared(zone)]


def setting_problems(zone: Part, answers: t.Sequence[t.Sequence[Record]]) -> t.Iterator[Problem]:
    """Settings that the server does not have, or not in that scope, and values that are not of their types.

    answers: rounds of questions, each with one answer a setting in the order of ``declared``: the result of
    cs_configuration_info, or of its failure. The first round that knows a setting counts.
    """
    for number, its in enumerate(declared(zone)):
        told = [each[number] for each in answers if number < len(each)]
        found = next((each["configurations"][0] for each in told if each.get("configurations")), None)
        unknown = next((each for each in told if _is_unknown(each)), None)
        if found is not None:
            yield from _value_problems(its, found)
        elif unknown is not None:
            yield _unknown(its, unknown["details"])


def _is_unknown(answer: Record) -> bool:
    """Another failure says nothing of the setting: its zone or cluster is not there yet, or the server is silent."""
    details = answer.get("details")
    return answer.get("code") == "not_found" and isinstance(details, t.Mapping) and details.get("kind") == "setting"


def _unknown(its: Declared, details: Record) -> Problem:
    where = details.get("where")
    near = " or ".join(map(str, details.get("near") or ()))
    message = f"the server has no setting {its.name!r}" + (f" among {where}" if where else "")
    return Problem("unknown_setting", its.path, _seen(its), message, near or OFFERED)


def _value_problems(its: Declared, found: Record) -> t.Iterator[Problem]:
    if isinstance(its.value, (list, tuple, t.Mapping)):
        return  # its form was reported before
    default = found.get("default")
    kind, description = (str(found.get(word) or "") for word in ("type", "description"))
    default_text = None if default is None else str(default)
    setting = Setting(its.name, default=default_text, type=kind, description=description)
    try:
        text = spelled(its.value)
        if text is not None:
            check(setting, text)
            doubtful = doubt(setting, text)
            if doubtful is not None:
                remedy = doubtful.right + (f"; the default is {default}" if default is not None else "")
                yield Problem(doubtful.code, its.path, _seen(its), doubtful.text, remedy, severity=WARNING)
    except InvalidValue as error:
        message = f"{_seen(its)!r} is not a value of {its.name}"
        yield Problem("setting_value", its.path, _seen(its), message, str(error.details["expected"]))


def _seen(its: Declared) -> str:
    return MASK if is_secret_name(its.name) else shown(its.value)
