# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What console proxies and secondary storage VMs serve now, and whether clients accept it."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.certificates.console.change import PROXY_DOMAIN, PROXY_TLS, STORAGE_DOMAIN, STORAGE_TLS, Seen
from ...core.certificates.console.public_names import PublicName, judge_names, public_names
from ...core.certificates.console.served import Expected, expected_of, judge_balancer, judge_name, judge_seen
from ...core.certificates.console.table import CONSOLE
from ...core.findings import Finding, Judgement, Verdict
from ...core.system_vms.vm import CONSOLE as PROXY
from ...core.system_vms.vm import STORAGE
from ...ports.certificates import Probe, Resolve, TlsPort
from ...ports.cloud import Cloud
from .. import lookup
from .looking import with_answers

SETTINGS: t.Mapping[str, tuple[str, str]] = {PROXY: (PROXY_DOMAIN, PROXY_TLS), STORAGE: (STORAGE_DOMAIN, STORAGE_TLS)}


@dataclasses.dataclass(frozen=True)
class Question:
    """zone: "" for all. ports: by kind. root: a PEM text to verify with, "" for none. days: of warning.

    resolve: how names of URLs are looked up, None where they are not. public_range: also those that no VM has now.
    """

    ports: t.Mapping[str, int]
    zone: str = ""
    root: str = ""
    days: int = 30
    ignore: t.Sequence[str] = ()
    resolve: t.Optional[Resolve] = None
    public_range: bool = False
    balancer_port: int = 443


@dataclasses.dataclass(frozen=True)
class Report:
    """expected: by kind. names: of the public ranges."""

    expected: t.Mapping[str, Expected]
    seen: tuple[Seen, ...]
    judgement: Judgement
    now: float
    names: t.Sequence[PublicName] = ()


def report(cloud: Cloud, probe: Probe, question: Question) -> Report:
    """Raises NotFound for a zone that is not there, InvalidValue for a code that is none."""
    zone = lookup.zone(cloud, question.zone).id if question.zone else ""
    expected = {kind: expected_of(kind, *(_value(cloud, name) for name in names)) for kind, names in SETTINGS.items()}
    vms = [vm for vm in cloud.system_vms.all(zone) if vm.kind in expected]
    named = [Seen(vm, expected[vm.kind].host_name(vm.address)) for vm in vms]
    asked = {
        each.vm.id: TlsPort(each.vm.address, question.ports[each.vm.kind], each.host_name, question.root)
        for each in named
        if expected[each.vm.kind].encrypted and each.vm.runs and each.vm.address
    }
    seen = with_answers(probe, named, asked)
    now = cloud.clock.wall()
    found: list[Verdict] = [finding for each in expected.values() for finding in each.findings()]
    found += [finding for each in seen for finding in judge_seen(each, question.days, now)]
    names: t.Sequence[PublicName] = ()
    if question.resolve is not None:
        found += _names(question.resolve, expected, seen)
        found += _balancers(probe, question, question.resolve, expected, seen, now)
        if question.public_range:
            names, more = _public_names(cloud, question.resolve, expected, zone)
            found += judge_names(names, more)
    return Report(expected, seen, CONSOLE.judgement(found, question.ignore), now, names)


def _names(resolve: Resolve, expected: t.Mapping[str, Expected], seen: t.Sequence[Seen]) -> t.Iterator[Finding]:
    """Each name is looked up once: behind a load balancer all have the same."""
    used = [each for each in seen if expected[each.vm.kind].domain is not None and each.answer is not None]
    names = sorted({each.host_name for each in used})
    known = dict(zip(names, resolve(names)))
    for each in used:
        domain = expected[each.vm.kind].domain
        yield from judge_name(each, domain is not None and domain.wildcard, known[each.host_name])


def _public_names(
    cloud: Cloud, resolve: Resolve, expected: t.Mapping[str, Expected], zone: str
) -> tuple[list[PublicName], int]:
    ranges = cloud.vlan_ip_ranges.all(**({"zone_id": zone} if zone else {}))
    domains = [each.domain for each in expected.values() if each.domain is not None]
    names, more = public_names(domains, ranges)
    answers = resolve([each.name for each in names])
    return [dataclasses.replace(each, found=found) for each, found in zip(names, answers)], more


def _balancers(
    probe: Probe,
    question: Question,
    resolve: Resolve,
    expected: t.Mapping[str, Expected],
    seen: t.Sequence[Seen],
    now: float,
) -> t.Iterator[Finding]:
    """The way of a client from end to end, where all system VMs of a kind have one name."""
    shared = {
        each.domain.name: None
        for kind, each in expected.items()
        if each.encrypted and each.domain and not each.domain.wildcard and any(vm.vm.kind == kind for vm in seen)
    }
    places = [
        TlsPort(address, question.balancer_port, name, question.root)
        for name, found in zip(shared, resolve(list(shared)))
        for address in found
    ]
    for place, answer in zip(places, probe(places)):
        yield from judge_balancer(place.name, place.address, place.port, answer, question.days, now)


def _value(cloud: Cloud, name: str) -> str:
    held = cloud.settings.find(name)
    return held.value if held else ""
