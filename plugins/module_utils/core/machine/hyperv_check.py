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

from ..findings import SEVERITIES, Severity

Facts = t.Mapping[str, t.Any]
LEAST_RAM, LEAST_DISK, LEAST_MHZ, LEAST_LINK = 800 << 20, 32 * 10**9, 1400, 10**9
OLDEST = (6, 3)  # Windows Server 2012 R2
AGENT_PORT, DAYS_LEFT, SMB3 = 8250, 30, 3


@dataclass(frozen=True)
class HypervFinding:
    """One thing that is wrong, with what was seen."""

    code: str
    severity: Severity
    evidence: str
    remedy: str


@dataclass(frozen=True)
class Wanted:
    """What the host is to have. user: the domain user that the agent runs as, DOMAIN\\\\name."""

    domain: str = ""
    switch: str = ""
    user: str = ""
    shares: tuple[str, ...] = ()
    live_migration: bool = True


Found = t.Iterator[HypervFinding]


def judge_hyperv(facts: Facts, wanted: Wanted) -> tuple[HypervFinding, ...]:
    """Every reason at once, worst first."""
    found = [
        *_machine(facts),
        *_domain(facts, wanted),
        *_network(facts, wanted),
        *_users(facts, wanted),
        *_storage(facts, wanted),
        *_agent(facts),
        *_migration(facts, wanted),
    ]
    return tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity)))


def _machine(facts: Facts) -> Found:
    version = _numbers(facts.get("os_version"))
    if version and version < OLDEST:
        text = f"Windows {facts['os_version']} is older than Windows Server 2012 R2 (6.3)"
        yield HypervFinding("os_too_old", "blocks", text, "install a supported release")
    if facts.get("is_64bit") is False:
        yield HypervFinding("not_64bit", "blocks", "the processor is not 64-bit", "use another machine")
    if facts.get("virtualization") is False:
        text = "hardware virtualisation is off or missing"
        yield HypervFinding("no_virtualization", "blocks", text, "switch it on in the firmware")
    if facts.get("hyperv_role") is False:
        text = "the Hyper-V role is not installed"
        yield HypervFinding("role_missing", "blocks", text, "run the role with tag hyperv_host_feature, and reboot")
    for name, least, code in (
        ("memory", LEAST_RAM, "ram_low"),
        ("disk", LEAST_DISK, "disk_low"),
        ("cpu_mhz", LEAST_MHZ, "cpu_slow"),
    ):
        value = facts.get(name)
        if value is not None and value < least:
            yield HypervFinding(code, "hurts", f"{name} is {value}, {least} is the least", "use a larger machine")


def _domain(facts: Facts, wanted: Wanted) -> Found:
    held = facts.get("domain")
    if held == "":
        text = "the host is in no Active Directory domain"
        yield HypervFinding("no_domain", "blocks", text, "join it to the domain of the SMB shares and other hosts")
    elif held and wanted.domain and str(held).casefold() != wanted.domain.casefold():
        text = f"the host is in the domain {held}, not in {wanted.domain}"
        yield HypervFinding("other_domain", "blocks", text, "all hosts and the SMB shares must be in one domain")


def _network(facts: Facts, wanted: Wanted) -> Found:
    switches: t.Optional[t.Sequence[Facts]] = facts.get("switches")
    if switches is None:
        return
    if not switches:
        text = "there is no virtual switch"
        yield HypervFinding("switch_missing", "blocks", text, "make an external one before the host is added")
        return
    its = [each for each in switches if each["name"] == wanted.switch] if wanted.switch else switches
    if not its:
        names = ", ".join(sorted(str(each["name"]) for each in switches))
        text = f"there is no virtual switch {wanted.switch!r}, the traffic label; there are {names}"
        yield HypervFinding("label_missing", "blocks", text, "make it, or correct the Hyper-V traffic label")
    elif not any(each.get("type") == "External" for each in its):
        text = f"virtual switch {its[0]['name']!r} is {its[0].get('type')}, which reaches no other host"
        yield HypervFinding("switch_not_external", "blocks", text, "bind it to a physical adapter")
    slow = [each["name"] for each in facts.get("adapters") or () if 0 < each.get("speed", 0) < LEAST_LINK]
    if slow:
        text = f"adapters below 1 Gbit/s: {', '.join(slow)}"
        yield HypervFinding("link_slow", "note", text, "use gigabit adapters")


def _users(facts: Facts, wanted: Wanted) -> Found:
    groups: t.Mapping[str, t.Sequence[str]] = facts.get("groups") or {}
    for group, members in groups.items():
        if wanted.user and wanted.user.casefold() not in {name.casefold() for name in members}:
            text = f"{wanted.user} is not in the local group {group}"
            yield HypervFinding("user_not_in_group", "blocks", text, "add it: CloudStack manages the host as this user")


def _storage(facts: Facts, wanted: Wanted) -> Found:
    reach: t.Mapping[str, bool] = facts.get("shares") or {}
    for share in wanted.shares:
        if reach.get(share) is False:
            text = f"the share {share} cannot be opened"
            yield HypervFinding(
                "share_unreachable", "hurts", text, "give the domain user full control of an SMB 3 share"
            )
    dialect = _numbers(facts.get("smb"))
    if dialect and dialect[0] < SMB3:
        text = f"SMB {facts['smb']} is spoken, SMB 3 is needed"
        yield HypervFinding("smb_too_old", "hurts", text, "enable SMB 3 on the host and the file server")


def _agent(facts: Facts) -> Found:
    agent = facts.get("agent")
    if agent is not None and not agent:
        text = "CloudStack's agent for Hyper-V is not installed"
        yield HypervFinding("agent_missing", "blocks", text, "set hyperv_host_agent_installer, or install it by hand")
    elif agent and agent.get("state") != "Running":
        text = f"the agent's service {agent.get('name')} is {agent.get('state')}"
        yield HypervFinding("agent_not_running", "blocks", text, "start it, and have it start by itself")
    certificate = facts.get("certificate")
    if certificate is not None and not certificate:
        text = f"no certificate is bound to port {AGENT_PORT}"
        yield HypervFinding("certificate_missing", "blocks", text, "bind one: the management server speaks HTTPS to it")
    elif certificate and certificate.get("days_left", DAYS_LEFT) < DAYS_LEFT:
        text = f"the certificate of port {AGENT_PORT} has {certificate['days_left']} days left"
        yield HypervFinding("certificate_expiring", "hurts", text, "renew it and bind the new one")
    if facts.get("firewall_open") is False:
        text = f"the firewall lets nothing in to port {AGENT_PORT}"
        yield HypervFinding("port_closed", "blocks", text, "let the management servers in")


def _migration(facts: Facts, wanted: Wanted) -> Found:
    migration = facts.get("migration")
    if not wanted.live_migration or migration is None:
        return
    if not migration.get("enabled"):
        yield HypervFinding("migration_off", "hurts", "live migration is off", "run the tag hyperv_host_migration")
    elif migration.get("authentication") != "Kerberos":
        text = f"live migration authenticates by {migration.get('authentication')}"
        remedy = "use Kerberos, with delegation of CIFS and the migration service in Active Directory"
        yield HypervFinding("migration_not_kerberos", "hurts", text, remedy)


def _numbers(text: t.Any) -> tuple[int, ...]:
    parts = str(text or "").split(".")
    return tuple(int(part) for part in parts if part.isdigit())
