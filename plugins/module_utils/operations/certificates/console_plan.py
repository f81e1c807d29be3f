# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a console certificate needs on a CloudStack: everything seen and decided before anything is written."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.certificates.chain import Chain
from ...core.certificates.console.change import (
    PROXY_TLS,
    STORAGE_TLS,
    Link,
    Seen,
    domain_of,
    is_right,
    links_of,
    settings_of,
    shown,
    surplus,
)
from ...core.certificates.console.check import Wish, judge_given
from ...core.certificates.console.table import CONSOLE
from ...core.change import Outcome, plain
from ...core.errors import Reason, Refused
from ...core.findings import BLOCKS, Judgement
from ...core.system_vms.vm import CONSOLE as PROXY
from ...core.system_vms.vm import STORAGE, SystemVm
from ...core.zone.settings import same_value
from ...ports.certificates import X509, Probe, TlsPort
from ...ports.cloud import Cloud
from .. import lookup
from .given import SUBJECT, Texts, read_given, refused
from .looking import with_answers


@dataclasses.dataclass(frozen=True)
class Request:
    """zone: whose system VMs are restarted and proved, "" for all. names: of the keystore's rows, the root's first.

    ports: by kind of system VM. restart: "reboot" or "destroy".
    """

    texts: Texts
    wish: Wish
    zone: str = ""
    names: tuple[str, ...] = ()
    ports: t.Mapping[str, int] = dataclasses.field(default_factory=lambda: {PROXY: 443, STORAGE: 443})
    consent: bool = False
    restart: str = "reboot"
    timeout: float = 900.0
    accept: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Plan:
    """settings: those that change, by name: value held and wanted, and whether the server reads it only at its start.

    upload: whether a system VM serves something else. now: when this was found, in seconds since 1970.
    """

    chain: Chain
    links: tuple[Link, ...]
    judgement: Judgement
    seen: tuple[Seen, ...]
    settings: t.Mapping[str, tuple[str, str, bool]]
    upload: bool
    now: float

    @property
    def changed(self) -> bool:
        return self.upload or bool(self.settings)

    @property
    def restart_required(self) -> list[str]:
        return [name for name, (_held, _wanted, at_start) in self.settings.items() if at_start]


def planned(cloud: Cloud, x509: X509, probe: Probe, request: Request) -> Plan:
    given = read_given(x509, request.texts)
    vms = _system_vms(cloud, request)
    now = cloud.clock.wall()
    chain, judgement = judge_given(given, request.wish, vms, now, request.accept)
    blocking = [each for each in judgement.findings if each.severity == BLOCKS]
    if not any(vm.runs and vm.kind == PROXY for vm in vms):
        blocking.append(CONSOLE.found("system_vms_missing", "no console proxy runs"))
    if blocking:
        raise refused(blocking)
    links = links_of(chain, request.names)
    seen = _asked(probe, request, chain, vms)
    wrong = [each for each in seen if each.vm.runs and not is_right(each, chain)]
    return Plan(chain, links, judgement, seen, _changing(cloud, request.wish), bool(wrong), now)


def _changing(cloud: Cloud, wish: Wish) -> dict[str, tuple[str, str, bool]]:
    found = {}
    for name, value in settings_of(wish).items():
        held = cloud.settings.find(name)
        # Old servers have no switch for TLS: a domain turns it on.
        if held is None and name in (PROXY_TLS, STORAGE_TLS):
            continue
        if held is None or not same_value(held, value):
            found[name] = (held.value if held else "", value, held is None or held.dynamic is not True)
    return found


def see(cloud: Cloud, probe: Probe, request: Request, chain: Chain) -> tuple[Seen, ...]:
    """Every system VM that the task is about, listed anew, and what each that runs serves now."""
    return _asked(probe, request, chain, _system_vms(cloud, request))


def _system_vms(cloud: Cloud, request: Request) -> list[SystemVm]:
    zone = lookup.zone(cloud, request.zone).id if request.zone else ""
    return [vm for vm in cloud.system_vms.all(zone) if domain_of(request.wish, vm) is not None]


def _asked(probe: Probe, request: Request, chain: Chain, vms: t.Iterable[SystemVm]) -> tuple[Seen, ...]:
    # Without names in the certificate no verification can succeed; the fault was to be ignored then.
    root = chain.root.pem if chain.root and chain.leaf and chain.leaf.names else ""
    domains = ((vm, domain_of(request.wish, vm)) for vm in vms)
    named = [Seen(vm, domain.host_name(vm.address)) for vm, domain in domains if domain is not None]
    asked = {
        each.vm.id: TlsPort(each.vm.address, request.ports[each.vm.kind], each.host_name, root)
        for each in named
        if each.vm.runs and each.vm.address
    }
    return with_answers(probe, named, asked)


def no_consent(plan: Plan) -> Refused:
    running = [each.vm for each in plan.seen if each.vm.runs]
    viewers = sum(vm.viewers or 0 for vm in running)
    names = ", ".join(vm.called for vm in running)
    message = f"{names} would be restarted, and {viewers} open consoles end"
    remedy = "set consent: true in a maintenance window"
    facts = {"system_vms": [vm.name for vm in running], "open_consoles": viewers}
    return Refused(SUBJECT, [Reason("consent_needed", message, remedy, facts)])


def outcome_of(plan: Plan, seen: t.Sequence[Seen], changed: bool) -> Outcome:
    now, wanted = plan.now, shown(plan.chain.leaf, plan.now)
    before: dict[str, object] = {name: held for name, (held, _wanted, _start) in plan.settings.items()}
    after: dict[str, object] = {name: value for name, (_held, value, _start) in plan.settings.items()}
    for each in plan.seen:
        if plan.upload and each.vm.runs:
            before[each.vm.called], after[each.vm.called] = shown(each.leaf, now), wanted
    found = [*plan.judgement.findings, *(one for each in seen for one in surplus(each, plan.chain))]
    warnings = [f"{each.evidence} ({each.remedy})" for each in found]
    if plan.restart_required:
        names = ", ".join(plan.restart_required)
        warnings.append(
            f"restart every management server for {names}, then run this task again to prove what is served"
        )
    result = {
        "certificate": wanted,
        "chain": [{"id": each.index, "name": each.name, **(shown(each.certificate, now) or {})} for each in plan.links],
        "system_vms": [_shown(each, plan.chain, now) for each in seen],
        "uploaded": plan.upload,
        "proved": not plan.upload,
        "restarted": [],
        "restart_required": plan.restart_required,
        "findings": [plain(each) for each in found],
    }
    return Outcome(changed, before, after, result, tuple(warnings))


def _shown(seen: Seen, chain: Chain, now: float) -> dict[str, object]:
    return {
        "name": seen.vm.name,
        "kind": seen.vm.kind,
        "zone": seen.vm.zone,
        "state": seen.vm.state,
        "address": seen.vm.address,
        "host_name": seen.host_name,
        "served": is_right(seen, chain),
        "certificate": shown(seen.leaf, now),
    }
