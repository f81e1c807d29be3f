# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service monitoring and health checks of routers: the settings as one table, and what a change of each needs.

Sources: Working with System Virtual Machines, "Service Monitoring Tool for Virtual Router" and "Enhanced Upgrade for
Virtual Routers"; T6:274-289 (descriptions of the settings; the server takes any text for the lists of checks).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue
from ..findings import HURTS, NOTE, Finding, Table, rows
from .router import Router

# A router reads these when it starts; the others are sent to it by the server from time to time.
ROUTERS = "routers"


@dataclass(frozen=True)
class Row:
    """A setting. option: of the module. kind: "flag", "number" or "checks". least, most: of a number.

    zoned: whether a zone can have its own value. needs: ROUTERS or "".
    """

    option: str
    setting: str
    kind: str
    zoned: bool = False
    needs: str = ""
    least: int = 0
    most: t.Optional[int] = None


SERVICES, CHECKS, BASIC = "service_monitoring", "health_checks", "basic_interval"
_HEALTH = "router.health.checks."
TABLE: tuple[Row, ...] = (
    Row(SERVICES, "network.router.EnableServiceMonitoring", "flag", True, ROUTERS),
    Row(CHECKS, f"{_HEALTH}enabled", "flag", False, ROUTERS),
    Row(BASIC, f"{_HEALTH}basic.interval", "number", True, ROUTERS),
    Row("advanced_interval", f"{_HEALTH}advanced.interval", "number", True, ROUTERS),
    Row("config_refresh_interval", f"{_HEALTH}config.refresh.interval", "number"),
    Row("results_interval", f"{_HEALTH}results.fetch.interval", "number"),
    Row("results_timeout", f"{_HEALTH}results.fetch.timeout", "number", least=1),
    Row("max_cpu", f"{_HEALTH}max.cpu.usage.threshold", "number", True, least=1, most=100),
    Row("max_memory", f"{_HEALTH}max.memory.usage.threshold", "number", True, least=1, most=100),
    Row("min_free_disk", f"{_HEALTH}free.disk.space.threshold", "number", True),
    Row("exclude", f"{_HEALTH}to.exclude", "checks", True),
    Row("recreate_on", f"{_HEALTH}failures.to.recreate.vr", "checks", True),
    Row("stats_interval", "router.stats.interval", "number"),
    Row("alerts_interval", "router.alerts.check.interval", "number", least=1),
    Row("version_check", "router.version.check", "flag"),
)
_SCRIPTS = (
    "cpu_usage",
    "dhcp",
    "disk_space",
    "dns",
    "gateways",
    "haproxy",
    "iptables",
    "memory_usage",
    "router_version",
)
CHECK_NAMES: frozenset[str] = frozenset(
    (
        *(f"{name}_check.py" for name in _SCRIPTS),
        *("connectivity.test", "filesystem.writable.test"),
        *("loadbalancing.service", "webserver.service", "dhcp.service"),
    )
)
# The monitoring tool is not in routers of other hypervisors.
MONITORED = frozenset(("xenserver", "vmware", "kvm"))


def value(row: Row, given: t.Any) -> str:
    """As the setting has it. Raises InvalidValue."""
    if row.kind == "flag":
        return "true" if given else "false"
    if row.kind == "number":
        if given < row.least or (row.most is not None and given > row.most):
            upper = f" to {row.most}" if row.most is not None else " on"
            raise InvalidValue(row.option, given, f"a number from {row.least}{upper}")
        return str(given)
    for name in given:
        if name not in CHECK_NAMES:
            raise InvalidValue(row.option, name, f"one of {', '.join(sorted(CHECK_NAMES))}")
    return ",".join(dict.fromkeys(given))


_GUIDE = "Working with System Virtual Machines: Service Monitoring Tool for Virtual Router"
MONITORING = Table(
    "monitoring of routers",
    rows(
        HURTS,
        (
            "router_unchecked",
            "The server has no health check results of a router that runs",
            "restart the router if the settings changed since it started, or read fresh results with cs_router_info",
            _GUIDE,
        ),
        (
            "checks_without_interval",
            "Health checks are enabled, and none is scheduled because both intervals are 0",
            "set basic_interval or advanced_interval",
            _GUIDE,
        ),
    ),
    rows(
        NOTE,
        (
            "hypervisor_unmonitored",
            "Routers on this hypervisor do not support service monitoring",
            "monitor them by other means: the tool supports XenServer, VMware and KVM only",
            _GUIDE,
        ),
        (
            "recreation_on",
            "The server recreates routers whose checks fail",
            "expect interruptions of their networks without an announcement",
            _GUIDE,
        ),
    ),
)


def judge(settings: t.Mapping[str, str], routers: t.Iterable[Router], results: bool) -> t.Iterator[Finding]:
    """settings: by option. results: whether the routers were read with their results."""
    checks = settings.get(CHECKS, "").casefold() == "true"
    if checks and all(settings.get(name, "1").strip() in ("0", "") for name in (BASIC, "advanced_interval")):
        yield MONITORING.found("checks_without_interval", "basic_interval and advanced_interval are 0")
    if settings.get("recreate_on", "").strip():
        yield MONITORING.found("recreation_on", settings["recreate_on"])
    for router in routers:
        if not router.runs:
            continue
        monitored = router.hypervisor.casefold() in MONITORED
        if settings.get(SERVICES, "").casefold() == "true" and not monitored:
            yield MONITORING.found("hypervisor_unmonitored", f"{router.name}: {router.hypervisor}", router.name)
        if checks and results and monitored and not router.checks:
            yield MONITORING.found("router_unchecked", f"router {router.name} of zone {router.zone}", router.name)


def to_restart(rows_changed: t.Iterable[Row], routers: t.Iterable[Router]) -> list[str]:
    """Routers that run with the values from before."""
    if not any(row.needs == ROUTERS for row in rows_changed):
        return []
    return sorted(router.name for router in routers if router.runs and router.hypervisor.casefold() in MONITORED)
