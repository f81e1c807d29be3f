# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines for management servers, and logs of servers that answer 503."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.machine import Machine, Plan, judge
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.start_causes import cause

GOOD = Machine(
    "x86_64", 7900, "Debian", "12.11", "ms1.example.net", ("10.0.0.5", "10.9.0.5"), ("10.0.0.5",), (),
    'openjdk version "17.0.15" 2025-04-15', "", 300 * 10**9, ("active",),
)  # fmt: skip
PLAN = Plan("10.0.0.5", servers=2)


@pytest.mark.parametrize(
    ("machine", "plan", "codes"),
    [
        ({}, {}, []),
        ({"architecture": "i686"}, {}, ["architecture"]),
        ({"memory": 2000}, {}, ["heap", "memory"]),
        ({}, {"heap": 7800}, ["heap"]),
        ({"logs": 10**10}, {}, ["disk"]),
        ({"logs": None}, {}, []),
        ({"system": "Fedora", "release": "40"}, {}, ["system"]),
        ({"system": "Rocky", "release": "9.4"}, {}, []),
        ({"fqdn": "ms1"}, {}, ["fqdn"]),
        ({"fqdn": "localhost.localdomain"}, {}, ["fqdn"]),
        ({"clock": ()}, {}, ["time"]),
        ({"dynamic": ("10.0.0.5",)}, {}, ["address_dynamic"]),
        ({"java": 'openjdk version "1.8.0_392"'}, {}, ["java"]),
        ({"java": 'openjdk version "21.0.2"'}, {}, ["java_version"]),
        ({"java": ""}, {}, []),
        # Each release has its own; 4.11 starts with Java 8 alone.
        ({"java": 'openjdk version "1.8.0_392"'}, {"version": "4.11.3.0"}, []),
        ({"java": 'openjdk version "1.8.0_392"', "installed": "4.11.3.0~xenial"}, {}, []),
        ({"java": 'openjdk version "11.0.22"', "installed": "4.15.2.0"}, {}, []),
        ({"installed": "4.15.2.0"}, {}, ["java"]),
        ({"java": 'openjdk version "21.0.2"', "installed": "4.19.3.0"}, {}, ["java"]),
        ({"java": 'openjdk version "11.0.22"', "installed": "4.22.0.0"}, {}, ["java_version"]),
        ({}, {"address": "127.0.0.1"}, ["address_loopback"]),
        ({}, {"address": "10.0.0.6"}, ["address_missing"]),
        ({}, {"address": "ms1"}, ["address_missing"]),
        ({}, {"address": "10.9.0.5"}, ["certificate_address"]),
        ({}, {"address": "10.9.0.5", "servers": 1}, []),
        ({}, {"address": "10.9.0.5", "network": "192.0.2.0/24, 10.9.0.0/16"}, []),
        ({"routed": ()}, {"network": "nonsense"}, ["certificate_address"]),
        ({"installed": "4.21.0.0"}, {"version": "4.22.0.0"}, ["release_installed"]),
        ({"installed": "4.22.0.0-1"}, {"version": "4.22.0.0"}, []),
    ],
)
def test_what_is_wrong_is_named(machine: dict[str, object], plan: dict[str, object], codes: list[str]) -> None:
    found = judge(replace(GOOD, **machine), replace(PLAN, **plan))  # type: ignore[arg-type]
    assert [finding.code for finding in found.findings] == codes
    assert not judge(replace(GOOD, **machine), replace(PLAN, **plan), codes).findings  # type: ignore[arg-type]


START = "2026-11-27 03:31:58,156 INFO  [o.a.c.ServerDaemon] (main:[]) Initializing server daemon on null"
LINES = {
    "database_newer": "Database version 4.22.0.0 is higher than management software version 4.21.0.0",
    "template_missing": "Failed to register 4.22.0.0 templates for hypervisors: [kvm-x86_64]. Cannot upgrade",
    "database_key": "Unable to initialize the database encryptors due to null. Please check if database encryption key",
    "management_key": "Failed to start module [system] due to: [File containing secret key not found in the classpath]",
    "address": "cluster node IP should be valid local address where the server is running",
    "address_in_use": "Detected that another management node with the same IP 10.0.0.5 is already running",
    "upgrade_failed": "Unable to execute upgrade script",
    "database_access": "Access denied for user 'cloud'@'10.0.0.5' (using password: YES)",
    "database_unreachable": "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure",
    "disk_full": "java.io.IOException: No space left on device",
    "check_failed": "Unable to upgrade the database",
}


@pytest.mark.parametrize("code", LINES)
def test_the_cause_is_of_the_last_start(code: str) -> None:
    others = [line for other, line in LINES.items() if other != code]
    log = "\n".join([START, *others, START, LINES[code], "Unable to upgrade the database", "Error creating bean"])
    found = cause(log)
    assert found is not None
    assert (found.code, found.evidence) == (code, LINES[code])
    assert cause("\n".join([START, LINES[code], START, "Startup CloudStack management server..."])) is None


@given(st.text())
def test_any_log_is_read(log: str) -> None:
    assert cause(log) is None or cause(log)
