# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of a failed check: whom each finding is about."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.check import BmcSeen, judge_bmc
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.oobm import Effective, Oobm
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Finding, complaint


def finding(host: str, evidence: str = "it is silent") -> Finding:
    return Finding("silent", "blocks", evidence, "wake it", "", host)


@pytest.mark.parametrize(
    ("lead", "found", "told"),
    [
        ("controllers", finding("kvm1"), "controllers: kvm1: [silent] it is silent (wake it)"),
        ("kvm1 cannot join", finding("kvm1"), "kvm1 cannot join: [silent] it is silent (wake it)"),
        ("kvm10 cannot join", finding("kvm1"), "kvm10 cannot join: kvm1: [silent] it is silent (wake it)"),
        ("a.b.net is bad", finding("a"), "a.b.net is bad: a: [silent] it is silent (wake it)"),
        ("checks", finding("kvm1", "port of kvm1."), "checks: [silent] port of kvm1. (wake it)"),
        ("checks", finding(""), "checks: [silent] it is silent (wake it)"),
        ("checks", finding("k[1"), "checks: k[1: [silent] it is silent (wake it)"),
    ],
)
def test_the_host_is_told_once(lead: str, found: Finding, told: str) -> None:
    assert complaint(lead, [found]) == told


def test_each_of_many_hosts_is_named() -> None:
    names = [f"kvm{number}" for number in range(12)]
    found = [
        each for name in names for each in judge_bmc(BmcSeen(name, Oobm(name), Effective("disabled", "zone"))).findings
    ]
    parts = complaint("controllers do not fit", found).partition(": ")[2].split("; ")
    assert [part.partition(":")[0] for part in parts] == names
