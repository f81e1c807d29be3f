# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate of console proxies and secondary storage VMs: proved, uploaded, served.

Sources: Working with System Virtual Machines, "Console Proxy"; T4:94-96, T5:42-48; cs#12642.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.certificates.chain import Chain
from ...core.certificates.console.change import (
    PROXY_STATE,
    RESETTING,
    Link,
    Seen,
    all_served,
    is_right,
    judge_served,
    places,
)
from ...core.change import Outcome, plain
from ...core.errors import ApiError, HostcraftError, WaitTimeout
from ...core.findings import Finding, complaint
from ...core.system_vms.vm import CONSOLE as PROXY
from ...core.system_vms.vm import STORAGE
from ...ports.certificates import X509, Probe
from ...ports.cloud import Cloud
from ..lost_answers import surely
from ..waiting import until
from ..zone.settings import Scope, ensure_setting
from .console_plan import Plan, Request, no_consent, outcome_of, planned, see
from .given import Texts

# Seconds in which the server restarts system VMs by itself, before the task does it.
GRACE = 180.0


class ConsoleNotProved(HostcraftError):
    """Uploaded, and system VMs serve something else."""

    code = "console_not_proved"


def ensure_console_certificate(cloud: Cloud, x509: X509, probe: Probe, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is uploaded, ConsoleNotProved after, InvalidValue, NotFound, ApiError."""
    plan = planned(cloud, x509, probe, request)
    if not plan.changed:
        return outcome_of(plan, plan.seen, False)
    if plan.upload and not request.consent:
        raise no_consent(plan)
    if check_mode:
        return outcome_of(plan, plan.seen, True)
    key = x509.pkcs8(request.texts.key, Texts.KEY, request.texts.passphrase)
    try:
        return _carried_out(cloud, probe, request, plan, key)
    except HostcraftError as error:
        error.secrets = (*error.secrets, key)
        raise


def _carried_out(cloud: Cloud, probe: Probe, request: Request, plan: Plan, key: str) -> Outcome:
    if plan.upload:
        _upload(cloud, request, plan, key)
    for name, (_held, wanted, _at_start) in plan.settings.items():
        ensure_setting(cloud, name, wanted, Scope(), False)
    if plan.restart_required or not plan.upload:
        return dataclasses.replace(outcome_of(plan, plan.seen, True), secrets=(key,))
    restarted: dict[str, str] = {}
    seen = _brought(cloud, probe, request, plan, restarted)
    done = outcome_of(plan, seen, True)
    return dataclasses.replace(
        done, secrets=(key,), result={**done.result, "proved": True, "restarted": sorted(restarted.values())}
    )


def _upload(cloud: Cloud, request: Request, plan: Plan, key: str) -> None:
    """The root first, the server's own last: with it the server restarts secondary storage VMs.

    A row is overwritten by its name, so what may have been lost on the way is sent again.
    """
    suffix, leaf = request.wish.console.name, plan.chain.leaf
    for link in plan.links:
        cloud.progress(f"uploading {link.name}")

        def put(link: Link = link) -> None:
            cloud.console_certificates.put_link(link.index, link.name, link.certificate.pem, suffix)

        surely(cloud, put, lambda: None)
    if leaf is not None:
        cloud.progress("uploading the certificate with its key")
        surely(cloud, lambda: cloud.console_certificates.put_server(leaf.pem, key, suffix), lambda: None)


def _brought(cloud: Cloud, probe: Probe, request: Request, plan: Plan, restarted: dict[str, str]) -> tuple[Seen, ...]:
    """One system VM after the other restarted, until all serve the chain. Raises ConsoleNotProved.

    The server restarts some by itself: these are left to it for a while.
    """
    expected = places(each for each in plan.seen if each.vm.runs)
    grace = cloud.clock.now() + min(GRACE, request.timeout / 3)
    state = cloud.settings.find(PROXY_STATE)
    by_server = {STORAGE, PROXY} if state is not None and state.value == RESETTING else {STORAGE}

    def look() -> tuple[Seen, ...]:
        seen = see(cloud, probe, request, plan.chain)
        wrong = [each.vm for each in seen if each.vm.runs and not is_right(each, plan.chain)]
        if not any(vm.id in restarted for vm in wrong):
            early = cloud.clock.now() < grace
            mine = [vm for vm in wrong if not (early and vm.kind in by_server)]
            if mine:
                _restart(cloud, request, mine[0].id, mine[0].name, restarted)
        return seen

    def told(seen: tuple[Seen, ...]) -> str:
        return "; ".join(each.evidence for each in _faults(seen, plan.chain)) or "system VMs are missing"

    seen: tuple[Seen, ...] = ()
    try:
        what = "system VMs to serve the certificate"
        return until(
            cloud,
            look,
            lambda seen: all_served(seen, plan.chain, expected),
            what=what,
            limit=request.timeout,
            show=told,
        )
    except WaitTimeout:
        seen = see(cloud, probe, request, plan.chain)
    faults = _faults(seen, plan.chain)
    lead = f"the certificate is uploaded, and after {request.timeout:.0f} s it is not served everywhere"
    raise ConsoleNotProved(complaint(lead, faults), findings=[plain(each) for each in faults])


def _restart(cloud: Cloud, request: Request, id: str, name: str, restarted: dict[str, str]) -> None:
    act = cloud.system_vms.destroy if request.restart == "destroy" else cloud.system_vms.reboot
    cloud.progress(f"{request.restart} of system VM {name}")
    try:
        act(id)
    except ApiError as error:
        # The server may be restarting it at this moment; it is looked at again.
        cloud.progress(f"{name}: {error.text}")
        return
    restarted[id] = name


def _faults(seen: t.Sequence[Seen], chain: Chain) -> list[Finding]:
    return [finding for each in seen for finding in judge_served(each, chain)]
