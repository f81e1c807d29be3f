# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failed health checks, what they mean, and the gates around a change."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.gates import (
    health_gate,
    routers_gate,
    rules_gate,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.health import (
    judge,
    last_failure,
    meaning,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import HealthCheck, Router
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.served import Rules


def router(state: str = "UNKNOWN", runs: bool = True, checks: tuple[HealthCheck, ...] = ()) -> Router:
    return Router(
        "id", "r-1-VM", "Running" if runs else "Stopped", redundant=state != "UNKNOWN", redundant_state=state,
        checks=checks,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("connectivity.test", "router_unreachable"),
        ("filesystem.writable.test", "router_read_only"),
        ("disk_space_check.py", "router_disk_full"),
        ("cpu_usage_check.py", "router_overloaded"),
        ("gateways_check.py", "router_gateway_unreachable"),
        ("iptables_check.py", "router_config_differs"),
        ("haproxy_check.py", "router_config_differs"),
        ("haproxy", "router_service_down"),
        ("something new", "router_check_failed"),
    ],
)
def test_a_check_has_a_meaning(name: str, code: str) -> None:
    assert meaning(name) == code


def test_a_backup_fails_checks_that_mean_nothing_there() -> None:
    checks = (HealthCheck("dhcp_check.py", "advanced", False), HealthCheck("cpu_usage_check.py", "advanced", False))
    assert [each.code for each in judge(router("BACKUP", checks=checks), True)] == [
        "backup_check_failed",
        "router_overloaded",
    ]
    assert health_gate(router("BACKUP"), checks[:1], True).passed is True
    assert health_gate(router("PRIMARY"), checks[:1], True).passed is False


def test_no_results_are_not_good_results() -> None:
    assert health_gate(router(), (), strict=False).passed is None
    assert health_gate(router(), (), strict=True).passed is False
    assert [each.code for each in judge(router(), True)] == ["health_unknown"]


def test_the_last_failure_is_the_newest_that_means_something() -> None:
    checks = (
        HealthCheck("dnsmasq", "basic", False, at="2026-11-27T00:00:00+0000"),
        HealthCheck("disk_space_check.py", "advanced", False, "3 MB left", "2026-11-27T00:10:00+0000"),
        HealthCheck("sshd", "basic", True, at="2026-11-27T00:20:00+0000"),
    )
    found = last_failure(router(checks=checks))
    assert found
    assert (found["check"], found["code"]) == ("disk_space_check.py", "router_disk_full")
    assert "3 MB left" in found["evidence"]
    assert last_failure(router()) is None


@pytest.mark.parametrize(
    ("before", "after", "passed"),
    [
        (("PRIMARY", "BACKUP"), ("BACKUP", "PRIMARY"), True),
        (("PRIMARY", "BACKUP"), ("PRIMARY", "PRIMARY"), False),
        (("PRIMARY", "BACKUP"), ("PRIMARY",), False),
        (("BACKUP", "FAULT"), ("BACKUP", "FAULT"), True),
        (("BACKUP", "FAULT"), ("PRIMARY", "BACKUP"), True),
        (("BACKUP", "FAULT"), ("FAULT", "FAULT"), False),
    ],
)
def test_a_pair_is_in_order_or_as_it_was(before: tuple[str, ...], after: tuple[str, ...], passed: bool) -> None:
    gate = routers_gate([router(each) for each in after], True, [router(each) for each in before])
    assert gate.passed is passed


def test_a_single_router_has_to_run() -> None:
    assert routers_gate([router()], False).passed is True
    assert routers_gate([router(runs=False)], False).passed is False
    assert routers_gate([], False, [router()]).passed is False


def test_lost_rules_are_named() -> None:
    gate = rules_gate(Rules(5, 2, 1, 0), Rules(3, 2, 1, 1))
    assert (gate.passed, gate.evidence) == (False, "port_forwarding 3 of 5")
    assert rules_gate(Rules(1), Rules(2)).passed
