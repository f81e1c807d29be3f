# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All findings of a cloud in one form, worst first, with what tools each of them."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..errors import InvalidValue
from ..findings import HURTS, SEVERITIES, Finding, Severity, worst_first
from ..text import all_printable
from ..untyped import Json, mappings, text
from .table import DOCTOR

_MODULE = re.compile(r"\bcs_[a-z_]+[a-z]\b")
_PLAYBOOK = re.compile(r"playbook ([a-z_]+)\b")
# Keys under which other modules tell what is wrong, and those of its words.
LISTS = ("findings", "differences")
EVIDENCE = ("evidence", "message")


@dataclass(frozen=True)
class Row:
    """judge: the check, or the module whose result was handed in. object: a host, cluster, pool …, "" for the whole.

    tools: modules and playbooks that help.
    """

    code: str
    severity: Severity
    judge: str
    zone: str
    object: str
    evidence: str
    remedy: str
    tools: tuple[str, ...]
    source: str
    facts: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Gap:
    """What could not be judged."""

    code: str
    judge: str
    zone: str
    missing: str


@dataclass(frozen=True)
class Diagnosis:
    """rows: worst first. judged: names of the judges that ended."""

    rows: tuple[Row, ...]
    ignored: tuple[Row, ...]
    unseen: tuple[Gap, ...]
    judged: tuple[str, ...]


def tools_of(remedy: str, otherwise: t.Sequence[str] = ()) -> tuple[str, ...]:
    """The modules and playbooks that a remedy names, else ``otherwise``."""
    named = [*_MODULE.findall(remedy), *(f"playbook {each}" for each in _PLAYBOOK.findall(remedy))]
    return tuple(dict.fromkeys(named)) or tuple(otherwise)


def row(judge: str, zone: str, found: Finding, otherwise: t.Sequence[str] = ()) -> Row:
    return Row(
        found.code,
        found.severity,
        judge,
        zone,
        found.host,
        found.evidence,
        found.remedy,
        tools_of(found.remedy, otherwise),
        found.source,
        dict(found.facts),
    )


def given(module: str, results: t.Iterable[Json]) -> t.Iterator[t.Union[Row, Gap]]:
    """What other modules found, as a playbook registered it: it may come out of a file, or of a human hand."""
    for result in results:
        lists = [mappings(result.get(name)) for name in LISTS]
        # Errors of modules have their result in details.
        details = result.get("details")
        if _failed(result) and isinstance(details, t.Mapping):
            lists += [mappings(details.get(name)) for name in LISTS]
        found = [each for rows in lists for each in rows]
        yield from (_given(module, each) for each in found)
        for each in mappings(result.get("unseen")):
            yield Gap(text(each.get("code")), module, "", text(each.get("missing")))
        if _failed(result) and not found:
            told = f"{module}: {text(result.get('msg')) or 'no message'}"
            yield row(module, "", DOCTOR.found("result_failed", told), (module,))


def flat(name: str, value: object) -> tuple[Json, ...]:
    """Results of a module: one, some, or what a loop registered. Items that a loop skipped are left out.

    Raises InvalidValue for what no module of this collection returns.
    """
    if isinstance(value, (list, tuple)):
        return tuple(each for item in value for each in flat(name, item))
    if not isinstance(value, t.Mapping):
        raise InvalidValue(name, value, "the registered result of a module that returns findings")
    if isinstance(value.get("results"), list):
        return flat(name, value["results"])
    if value.get("skipped"):
        return ()
    if not _failed(value) and not any(key in value for key in LISTS):
        raise InvalidValue(name, sorted(map(str, value)), "the registered result of a module that returns findings")
    return (value,)


def _failed(result: Json) -> bool:
    """A host that Ansible does not reach has not failed: its result says only that."""
    return bool(result.get("failed") or result.get("unreachable"))


def _given(module: str, each: Json) -> Row:
    severity = each.get("severity")
    remedy = text(each.get("remedy"))
    facts = each.get("facts")
    return Row(
        text(each.get("code")) or "unknown",
        t.cast(Severity, severity) if severity in SEVERITIES else HURTS,
        module,
        "",
        text(each.get("host") or each.get("vm")),
        next((text(each[key]) for key in EVIDENCE if each.get(key)), ""),
        remedy,
        tools_of(remedy, (module,)),
        text(each.get("source")),
        dict(facts) if isinstance(facts, t.Mapping) else {},
    )


def diagnosis(
    found: t.Iterable[t.Union[Row, Gap]], judged: t.Sequence[str], ignore: t.Collection[str] = ()
) -> Diagnosis:
    """What two judges of one table say alike is told once."""
    items = all_printable(list(found))
    once = {(each.code, each.zone, each.object, each.evidence): each for each in items if isinstance(each, Row)}
    rows = worst_first(once.values())
    gaps = dict.fromkeys(each for each in items if isinstance(each, Gap))
    return Diagnosis(
        tuple(each for each in rows if each.code not in ignore),
        tuple(each for each in rows if each.code in ignore),
        tuple(each for each in gaps if each.code not in ignore),
        tuple(judged),
    )


def sentence(found: Diagnosis) -> str:
    counts = [f"{sum(1 for each in found.rows if each.severity == severity)} {severity}" for severity in SEVERITIES]
    told = ", ".join(counts) if found.rows else "nothing is wrong"
    return f"{len(found.judged)} checks: {told}"
