# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what system VMs serve, whoever uploaded it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...errors import InvalidValue
from ...findings import Finding
from ...system_vms.vm import KINDS
from ...text import shortened
from ..model import NotServed, Served
from .change import FAILED, Seen
from .check import called
from .domains import Domain, domain
from .table import CONSOLE


@dataclass(frozen=True)
class Expected:
    """What the settings say of one kind of system VM. domain: None where there is none. raw: the setting's text."""

    kind: str
    domain: t.Optional[Domain]
    encrypted: bool
    raw: str = ""

    def host_name(self, address: str) -> str:
        """The name in URLs: without a domain it is the address."""
        return self.domain.host_name(address) if self.domain else address

    def findings(self) -> t.Iterator[Finding]:
        if not self.encrypted:
            why = "the setting for TLS is off" if self.domain else "no domain is set"
            yield CONSOLE.found("plain_text", f"{_plural(KINDS[self.kind])}, {why}", kind=self.kind)


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def expected_of(kind: str, name: str, switch: str) -> Expected:
    """From the values of the settings for domain and TLS; without a domain the server turns TLS off."""
    try:
        held = domain("", name) if name else None
    except InvalidValue:
        held = None
    return Expected(kind, held, held is not None and switch.casefold() == "true", name)


def judge_seen(seen: Seen, days: int, now: float) -> t.Iterator[Finding]:
    """Nothing for a VM that was not asked."""
    answer, leaf, vm = seen.answer, seen.leaf, seen.vm
    if isinstance(answer, NotServed):
        yield CONSOLE.found(FAILED.get(answer.reason, "not_reached"), f"{vm.called}: {answer.text}", vm.name)
    if leaf is None or not isinstance(answer, Served):
        return
    left = leaf.days_left(now)
    if leaf.not_after <= now:
        yield CONSOLE.found("served_expired", f"{vm.called}: {called(leaf)} {-left} days ago", vm.name, days=left)
    elif leaf.not_before > now:
        hours = (leaf.not_before - now) / 3600
        yield CONSOLE.found("served_not_yet_valid", f"{vm.called}: {called(leaf)} begins in {hours:.1f} h", vm.name)
    elif left < days:
        yield CONSOLE.found("served_expires_soon", f"{vm.called}: {called(leaf)} in {left} days", vm.name, days=left)
    fits = leaf.covers(seen.host_name)
    if not fits:
        held = ", ".join(shortened(each) for each in leaf.names) or called(leaf)
        yield CONSOLE.found("served_name", f"{vm.called}: it is for {held}, URLs have {seen.host_name}", vm.name)
    # An expired certificate and one for other names cannot be verified either, and that was told.
    if answer.trusted is False and fits and leaf.valid_at(now):
        yield CONSOLE.found("served_incomplete", f"{vm.called}: {shortened(answer.reason)}", vm.name)


def judge_name(seen: Seen, own: bool, addresses: t.Collection[str]) -> t.Iterator[Finding]:
    """Whether clients find a VM by the name in its URLs. own: its name is its alone; else a load balancer has it."""
    vm = seen.vm
    if not addresses:
        yield CONSOLE.found("name_unresolved", f"{vm.called}: {seen.host_name}", vm.name, host_name=seen.host_name)
    elif own and vm.address not in addresses:
        found = ", ".join(shortened(each) for each in addresses)
        evidence = f"{vm.called}: {seen.host_name} is {found}, its address is {vm.address}"
        yield CONSOLE.found("name_elsewhere", evidence, vm.name, addresses=list(addresses))


def judge_balancer(
    name: str, address: str, port: int, answer: t.Union[Served, NotServed], days: int, now: float
) -> t.Iterator[Finding]:
    """What clients get at the one name that all system VMs of a kind share, by one of its addresses."""
    facts: dict[str, t.Any] = {"host_name": name, "address": address, "port": port}
    where = f"{name} at {shortened(address)}, port {port}"
    leaf = answer.chain[0] if isinstance(answer, Served) and answer.chain else None
    if leaf is None or not isinstance(answer, Served):
        text = answer.text if isinstance(answer, NotServed) else "no certificate"
        yield CONSOLE.found("balancer_failed", f"{where}: {shortened(text)}", **facts)
        return
    left = leaf.days_left(now)
    if not leaf.covers(name):
        held = ", ".join(shortened(each) for each in leaf.names) or called(leaf)
        yield CONSOLE.found("balancer_certificate", f"{where}: it is for {held}", **facts)
    elif not leaf.valid_at(now):
        why = f"it expired {-left} days ago" if leaf.not_after <= now else "it is not valid yet"
        yield CONSOLE.found("balancer_certificate", f"{where}: {why}", **facts)
    elif answer.trusted is False:
        yield CONSOLE.found("balancer_certificate", f"{where}: {shortened(answer.reason)}", **facts)
    elif left < days:
        yield CONSOLE.found("served_expires_soon", f"{where}: {called(leaf)} in {left} days", days=left)
