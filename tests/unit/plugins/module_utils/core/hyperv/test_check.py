# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judgement of Hyper-V hosts: each planted fault is named, and a right host has none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hyperv.check import Wanted, judge_hyperv
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hyperv.delegation import delegation
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hyperv.table import HYPERV

USER = "EXAMPLE\\cloudstack"
PARTNERS = ("hv1.example.net", "hv2.example.net")
WANTED = Wanted("example.net", "external", USER, ("\\\\files\\primary",), partners=PARTNERS)
RIGHT: dict[str, Any] = {
    "os_version": "6.3.9600",
    "is_64bit": True,
    "virtualization": True,
    "hyperv_role": True,
    "memory": 64 << 30,
    "disk": 100 * 10**9,
    "cpu_mhz": 2400,
    "domain": "EXAMPLE.net",
    "switches": [{"name": "external", "type": "External"}, {"name": "inner", "type": "Internal"}],
    "adapters": [{"name": "Ethernet 2", "speed": 10**10}],
    "groups": {"Hyper-V Administrators": ["example\\CloudStack"], "Administrators": [USER]},
    "shares": {"\\\\files\\primary": True},
    "smb": "3.1.1",
    "agent": {"name": "agent", "state": "Running", "account": "example\\cloudstack"},
    "computer": "HV1",
    "delegation": [*delegation(PARTNERS, "hv1"), "cifs/files"],
    "certificate": {"thumbprint": "0" * 40, "days_left": 900},
    "firewall_open": True,
    "migration": {"enabled": True, "authentication": "Kerberos"},
}
PLANTED: list[tuple[str, Mapping[str, Any]]] = [
    ("os_too_old", {"os_version": "6.1.7601"}),
    ("not_64bit", {"is_64bit": False}),
    ("no_virtualization", {"virtualization": False}),
    ("role_missing", {"hyperv_role": False}),
    ("ram_low", {"memory": 512 << 20}),
    ("disk_low", {"disk": 20 * 10**9}),
    ("cpu_slow", {"cpu_mhz": 1200}),
    ("no_domain", {"domain": ""}),
    ("other_domain", {"domain": "other.example.net"}),
    ("switch_missing", {"switches": []}),
    ("label_missing", {"switches": [{"name": "inner", "type": "External"}]}),
    ("switch_not_external", {"switches": [{"name": "external", "type": "Private"}]}),
    ("link_slow", {"adapters": [{"name": "Ethernet", "speed": 10**8}]}),
    ("user_not_in_group", {"groups": {"Hyper-V Administrators": [], "Administrators": [USER]}}),
    ("share_unreachable", {"shares": {"\\\\files\\primary": False}}),
    ("smb_too_old", {"smb": "2.1"}),
    ("agent_missing", {"agent": {}}),
    ("agent_not_running", {"agent": {"name": "agent", "state": "Stopped"}}),
    ("certificate_missing", {"certificate": {}}),
    ("certificate_expiring", {"certificate": {"thumbprint": "0" * 40, "days_left": 3}}),
    ("port_closed", {"firewall_open": False}),
    ("agent_other_account", {"agent": {"name": "agent", "state": "Running", "account": "LocalSystem"}}),
    ("agent_other_account", {"agent": {"name": "agent", "state": "Running", "account": "cloudstack@other.net"}}),
    ("delegation_missing", {"delegation": []}),
    ("delegation_missing", {"delegation": ["cifs/hv2", "cifs/hv2.example.net"]}),
    ("migration_off", {"migration": {"enabled": False, "authentication": "Kerberos"}}),
    ("migration_not_kerberos", {"migration": {"enabled": True, "authentication": "CredSSP"}}),
]


def codes(facts: Mapping[str, Any], wanted: Wanted = WANTED) -> list[str]:
    return [each.code for each in judge_hyperv(facts, wanted)]


def test_a_right_host_has_no_finding() -> None:
    assert codes(RIGHT) == []


@pytest.mark.parametrize(("code", "fault"), PLANTED, ids=[code for code, _fault in PLANTED])
def test_a_planted_fault_is_the_only_finding(code: str, fault: Mapping[str, Any]) -> None:
    assert codes({**RIGHT, **fault}) == [code]


@pytest.mark.parametrize("name", sorted(set(RIGHT) - {"computer"}))
def test_what_was_not_seen_is_not_judged(name: str) -> None:
    assert codes({key: value for key, value in RIGHT.items() if key != name}) == []
    assert codes({**RIGHT, name: None}) == []


def test_the_worst_comes_first() -> None:
    assert codes({**RIGHT, "smb": "2.1", "domain": ""}) == ["no_domain", "smb_too_old"]


def test_live_migration_is_judged_only_where_it_is_wanted() -> None:
    off = {**RIGHT, "migration": {"enabled": False, "authentication": "CredSSP"}}
    assert codes(off, Wanted(live_migration=False)) == []


def test_the_roles_readme_has_the_table_and_each_check_is_planted() -> None:
    readme = (Path(__file__).resolve().parents[6] / "roles" / "hyperv_host" / "README.md").read_text(encoding="utf-8")
    rows = [row for row in readme.splitlines() if row.startswith("| `") and row.count("|") == 6]
    assert rows == [f"| `{c.code}` | {c.severity} | {c.title} | {c.remedy} | {c.source} |" for c in HYPERV.checks]
    assert {code for code, _fault in PLANTED} == set(HYPERV.by_code)


@pytest.mark.parametrize("account", ["EXAMPLE\\CloudStack", "cloudstack@example.net", "CloudStack@EXAMPLE.NET"])
def test_an_account_is_known_by_both_of_its_names(account: str) -> None:
    assert codes({**RIGHT, "agent": {"name": "agent", "state": "Running", "account": account}}) == []


def test_a_host_is_trusted_for_two_services_of_each_other_host_by_both_names() -> None:
    assert delegation(["hv2.example.net", "HV1.example.net", "hv2.example.net"], "hv1") == [
        "cifs/hv2",
        "cifs/hv2.example.net",
        "Microsoft Virtual System Migration Service/hv2",
        "Microsoft Virtual System Migration Service/hv2.example.net",
    ]
    assert delegation(["hv1.example.net"], "HV1") == []


@pytest.mark.parametrize(
    "name", ["hv2", "", "hv2.example.net/x", "-a.example.net", "hv2.example.net\n", "a b.net", "*.net"]
)
def test_a_partner_without_a_dns_name_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidValue, match="hyperv_host_partners"):
        delegation([name + ("x.." if name.endswith("\n") else "")], "hv1")
