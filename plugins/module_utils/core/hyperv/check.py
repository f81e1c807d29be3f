# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a Hyper-V host would not join CloudStack or not work in it.

Source: Hypervisor installation, "Installing Hyper-V for CloudStack": requirements, preparation checklist, agent.
Input is what the role's look.ps1 returns, plain data; a missing value was not seen and is not judged.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import Finding
from .delegation import delegation
from .table import HYPERV, found

Facts = t.Mapping[str, t.Any]
LEAST_RAM, LEAST_DISK, LEAST_MHZ, LEAST_LINK = 800 << 20, 32 * 10**9, 1400, 10**9
OLDEST = (6, 3)  # Windows Server 2012 R2
AGENT_PORT, DAYS_LEFT, SMB3 = 8250, 30, 3


@dataclass(frozen=True)
class Wanted:
    """What the host is to have.

    user: the domain user that the agent runs as, DOMAIN\\name. partners: DNS names of the hosts that exchange VMs with
    it.
    """

    domain: str = ""
    switch: str = ""
    user: str = ""
    shares: tuple[str, ...] = ()
    live_migration: bool = True
    partners: tuple[str, ...] = ()


Found = t.Iterator[Finding]


def judge_hyperv(facts: Facts, wanted: Wanted) -> tuple[Finding, ...]:
    """Every reason at once, worst first."""
    verdicts = [
        *_machine(facts),
        *_domain(facts, wanted),
        *_network(facts, wanted),
        *_users(facts, wanted),
        *_storage(facts, wanted),
        *_agent(facts, wanted),
        *_migration(facts, wanted),
    ]
    return HYPERV.judgement(verdicts).findings


def _machine(facts: Facts) -> Found:
    version = _numbers(facts.get("os_version"))
    if version and version < OLDEST:
        yield found("os_too_old", f"{facts['os_version']}", version=facts["os_version"])
    if facts.get("is_64bit") is False:
        yield found("not_64bit", "reported by Windows")
    if facts.get("virtualization") is False:
        yield found("no_virtualization", "reported by Windows")
    if facts.get("hyperv_role") is False:
        yield found("role_missing", "reported by Windows")
    for name, least, code in (
        ("memory", LEAST_RAM, "ram_low"),
        ("disk", LEAST_DISK, "disk_low"),
        ("cpu_mhz", LEAST_MHZ, "cpu_slow"),
    ):
        value = facts.get(name)
        if value is not None and value < least:
            yield found(code, f"{name} is {value}, at least {least} is required", **{name: value})


def _domain(facts: Facts, wanted: Wanted) -> Found:
    held = facts.get("domain")
    if held == "":
        yield found("no_domain", "reported by Windows")
    elif held and wanted.domain and str(held).casefold() != wanted.domain.casefold():
        yield found("other_domain", f"it is in {held}, expected {wanted.domain}", domain=held)


def _network(facts: Facts, wanted: Wanted) -> Found:
    switches: t.Optional[t.Sequence[Facts]] = facts.get("switches")
    if switches is None:
        return
    if not switches:
        yield found("switch_missing", "Get-VMSwitch lists none")
        return
    its = [each for each in switches if each["name"] == wanted.switch] if wanted.switch else switches
    if not its:
        names = ", ".join(sorted(str(each["name"]) for each in switches))
        yield found("label_missing", f"{wanted.switch!r} not found; existing switches are {names}", label=wanted.switch)
    elif not any(each.get("type") == "External" for each in its):
        yield found("switch_not_external", f"{its[0]['name']!r} is {its[0].get('type')}", switch=its[0]["name"])
    slow = [each["name"] for each in facts.get("adapters") or () if 0 < each.get("speed", 0) < LEAST_LINK]
    if slow:
        yield found("link_slow", ", ".join(slow), adapters=slow)


def _users(facts: Facts, wanted: Wanted) -> Found:
    groups: t.Mapping[str, t.Sequence[str]] = facts.get("groups") or {}
    for group, members in groups.items():
        if wanted.user and wanted.user.casefold() not in {name.casefold() for name in members}:
            yield found("user_not_in_group", f"{wanted.user} is not in {group}", user=wanted.user, group=group)


def _storage(facts: Facts, wanted: Wanted) -> Found:
    reach: t.Mapping[str, bool] = facts.get("shares") or {}
    for share in wanted.shares:
        if reach.get(share) is False:
            yield found("share_unreachable", share, share=share)
    dialect = _numbers(facts.get("smb"))
    if dialect and dialect[0] < SMB3:
        yield found("smb_too_old", f"supported is SMB {facts['smb']}", dialect=facts["smb"])


def _agent(facts: Facts, wanted: Wanted) -> Found:
    agent = facts.get("agent")
    if agent is not None and not agent:
        yield found("agent_missing", "the service does not exist")
    elif agent and agent.get("state") != "Running":
        yield found("agent_not_running", f"{agent.get('name')} is {agent.get('state')}", state=agent.get("state"))
    account = str((agent or {}).get("account") or "")
    if account and wanted.user and not _same_account(account, wanted):
        yield found("agent_other_account", f"it runs as {account}, expected {wanted.user}", account=account)
    certificate = facts.get("certificate")
    if certificate is not None and not certificate:
        yield found("certificate_missing", f"port {AGENT_PORT}", port=AGENT_PORT)
    elif certificate and certificate.get("days_left", DAYS_LEFT) < DAYS_LEFT:
        days = certificate["days_left"]
        yield found("certificate_expiring", f"the certificate of port {AGENT_PORT} expires in {days} days", days=days)
    if facts.get("firewall_open") is False:
        yield found("port_closed", f"port {AGENT_PORT}", port=AGENT_PORT)


def _migration(facts: Facts, wanted: Wanted) -> Found:
    migration = facts.get("migration")
    if not wanted.live_migration or migration is None:
        return
    if not migration.get("enabled"):
        yield found("migration_off", "reported by Get-VMHost")
    elif migration.get("authentication") != "Kerberos":
        yield found("migration_not_kerberos", f"it uses {migration.get('authentication')}")
    held: t.Optional[t.Sequence[str]] = facts.get("delegation")
    if held is None:
        return
    known = {name.casefold() for name in held}
    missing = [each for each in delegation(wanted.partners, facts.get("computer")) if each.casefold() not in known]
    if missing:
        yield found("delegation_missing", ", ".join(missing), services=missing)


def _same_account(account: str, wanted: Wanted) -> bool:
    """Whether a service's account, DOMAIN\\name or name@example.net, is the wanted user."""
    domain, name = wanted.user.casefold().rpartition("\\")[::2]
    given, at, its = account.casefold().partition("@")
    if at:
        return given == name and (its == wanted.domain.casefold() or its.split(".")[0] == domain)
    return account.casefold() == wanted.user.casefold()


def _numbers(text: t.Any) -> tuple[int, ...]:
    parts = str(text or "").split(".")
    return tuple(int(part) for part in parts if part.isdigit())
