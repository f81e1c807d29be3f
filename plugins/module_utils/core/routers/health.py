# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed health checks of a virtual router mean, and what helps.

Sources: the names of checks are those of the scripts in the system VM; cs#10677, cs#4163, cs#12630 (false results).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import HURTS, NOTE, Finding, Table, rows
from .router import BACKUP, FAULT, HealthCheck, Router

CONSOLE = (
    "do not restart the router from the hypervisor's console: that loses its firewall rules. Use cs_router or "
    "cs_network_restart"
)
ROUTERS = Table(
    "routers",
    rows(
        HURTS,
        ("router_unreachable", "The management server cannot reach the router", "check host and agent; " + CONSOLE, ""),
        ("router_read_only", "The router's file system is read-only", "check its primary storage, then replace it", ""),
        ("router_disk_full", "The router's disk is nearly full", "find out what fills it, then replace the router", ""),
        ("router_overloaded", "The router has too little CPU or memory", "set a larger service_offering", ""),
        ("router_service_down", "A service of the router is down", "patch or restart it with cs_router", ""),
        ("router_gateway_unreachable", "The router cannot reach a gateway", "check VLAN, bridge and gateway", ""),
        ("router_config_differs", "The router's configuration differs from the database", "restart the network", ""),
        ("router_version_differs", "The router's version differs", "upgrade it", ""),
        ("router_check_failed", "A health check fails", "read its details", ""),
        ("router_fault", "The router is in FAULT state", "restart the network with cleanup", "cs#10677"),
        ("router_not_running", "A router does not run", "start it with cs_router", ""),
        ("not_one_primary", "A redundant network has not one PRIMARY and one BACKUP", "restart the network", "cs#8954"),
    ),
    rows(
        NOTE,
        ("router_requires_upgrade", "The router requires an upgrade", "see the guide on routers", ""),
        (
            "health_unknown",
            "The server has no health check results",
            "wait for the interval, or read fresh results",
            "",
        ),
        ("backup_check_failed", "A check fails that is not relevant on a BACKUP", "", "cs#10677"),
    ),
)
# By words in the name of a check, the first that fits.
MEANING: t.Sequence[tuple[str, str]] = (
    ("connectivity", "router_unreachable"),
    ("filesystem", "router_read_only"),
    ("disk", "router_disk_full"),
    ("cpu", "router_overloaded"),
    ("memory", "router_overloaded"),
    ("gateway", "router_gateway_unreachable"),
    ("version", "router_version_differs"),
    ("iptables", "router_config_differs"),
    ("dhcp", "router_config_differs"),
    ("dns_check", "router_config_differs"),
    ("haproxy_check", "router_config_differs"),
    ("dnsmasq", "router_service_down"),
    ("haproxy", "router_service_down"),
    ("apache", "router_service_down"),
    ("httpd", "router_service_down"),
    ("ssh", "router_service_down"),
    ("dns", "router_service_down"),
    ("webserver", "router_service_down"),
    ("loadbalancing", "router_service_down"),
)
# A BACKUP has no guest gateway address and runs no services for guests, so these fail on it without meaning anything.
ACTIVE_ONLY = frozenset(("router_service_down", "router_gateway_unreachable", "router_config_differs"))


@dataclass(frozen=True)
class Failure:
    """A failed check. false: it means nothing in this router's state."""

    check: HealthCheck
    code: str
    false: bool = False

    @property
    def evidence(self) -> str:
        check = self.check
        kind = f" ({check.kind})" if check.kind else ""
        said = f": {check.details}" if check.details else ""
        at = f", at {check.at}" if check.at else ""
        return f"{check.name}{kind}{said}{at}"


def meaning(name: str) -> str:
    lower = name.casefold()
    return next((code for word, code in MEANING if word in lower), "router_check_failed")


def failures(router: Router, checks: t.Iterable[HealthCheck]) -> tuple[Failure, ...]:
    found = []
    for check in checks:
        if check.good is False:
            code = meaning(check.name)
            false = router.redundant_state == BACKUP and code in ACTIVE_ONLY
            found.append(Failure(check, code, false))
    return tuple(found)


def judge(router: Router, asked: bool) -> t.Iterator[Finding]:
    """asked: whether results of health checks were read."""
    for failure in failures(router, router.checks):
        code = "backup_check_failed" if failure.false else failure.code
        yield ROUTERS.found(code, f"{router.name}: {failure.evidence}", router.name, check=failure.check.name)
    if asked and not router.checks and router.runs:
        yield ROUTERS.found("health_unknown", router.name, router.name)
    if router.redundant and router.redundant_state == FAULT:
        yield ROUTERS.found("router_fault", router.name, router.name)
    if not router.runs and not router.passing:
        yield ROUTERS.found("router_not_running", f"{router.name} is {router.state or 'in no state'}", router.name)
    if router.requires_upgrade:
        yield ROUTERS.found("router_requires_upgrade", f"{router.name} has version {router.version}", router.name)


def last_failure(router: Router) -> t.Optional[dict[str, str]]:
    """The newest failed check that means something, with its meaning."""
    found = [each for each in failures(router, router.checks) if not each.false]
    if not found:
        return None
    newest = max(found, key=lambda each: each.check.at)
    row = ROUTERS.by_code[newest.code]
    return {
        "check": newest.check.name,
        "code": newest.code,
        "evidence": newest.evidence,
        "meaning": row.title,
        "remedy": row.remedy,
    }
