# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code of the table is found where it is planted, and a good controller has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.check import BMC, BmcSeen, judge_bmc
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.controller import (
    Account,
    Controller,
    Failure,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.oobm import Effective, Oobm

GOOD = BmcSeen(
    "kvm1",
    Oobm("h", True, "ipmitool", "192.0.2.1", "623", "cloudstack", "s****", "On"),
    Effective("enabled", "host"),
    answer=Controller("On", "administrator", (Account("cloudstack", "administrator", True),), None, frozenset({3, 17})),
    server_power="On",
    answers=True,
)
ALL_RESETS = frozenset({"On", "ForceOff", "GracefulShutdown", "ForceRestart", "PowerCycle"})
REDFISH = replace(
    GOOD,
    oobm=replace(GOOD.oobm, driver="redfish", port="443"),
    protocol="redfish",
    answer=Controller("On", "administrator", (), ALL_RESETS),
)


def login(**changes: Any) -> dict[str, Any]:
    return {"answer": replace(GOOD.answer, **changes)}


PLANTED: list[tuple[BmcSeen, dict[str, Any], str]] = [
    (GOOD, {"oobm": Oobm("h"), "answer": None, "server_power": ""}, "oobm_not_configured"),
    (GOOD, {"effective": Effective("disabled", "zone")}, "oobm_disabled"),
    (GOOD, {"answer": Failure("silent", "no answer")}, "bmc_silent"),
    (GOOD, {"answer": Failure("refused", "refused")}, "bmc_port_closed"),
    (GOOD, {"answer": Failure("password", "refused")}, "bmc_password"),
    (GOOD, {"answer": Failure("certificate", "unknown")}, "bmc_certificate"),
    (GOOD, {"answer": Failure("protocol", "odd")}, "bmc_protocol"),
    (GOOD, login(privilege="user"), "bmc_privilege"),
    (GOOD, login(cipher_suites=frozenset({1, 2})), "bmc_cipher"),
    (GOOD, {"shared_with": ("kvm2",)}, "bmc_shared"),
    (REDFISH, {"oobm": replace(REDFISH.oobm, port="8443")}, "redfish_port"),
    (REDFISH, {"answer": Controller("On", reset_types=ALL_RESETS - {"PowerCycle"})}, "reset_type_refused"),
    (GOOD, {"server_power": "Off"}, "power_differs"),
    (GOOD, {**login(power="Off"), "server_power": "Off"}, "host_answers_while_off"),
    (REDFISH, {"verified": False}, "bmc_unverified"),
    (REDFISH, {"host_ha": True}, "graceful_off_only"),
    (GOOD, {"server_power": "", "server_error": "no route"}, "bmc_not_from_server"),
    (GOOD, login(accounts=(Account("root", "administrator", True),)), "bmc_default_user"),
]


def test_a_good_controller_has_no_findings() -> None:
    assert judge_bmc(GOOD).findings == ()
    assert judge_bmc(REDFISH).findings == ()


@pytest.mark.parametrize(("base", "changes", "code"), PLANTED, ids=[row[2] for row in PLANTED])
def test_a_planted_fault_is_named_and_no_other(base: BmcSeen, changes: dict[str, Any], code: str) -> None:
    found = {each.code for each in judge_bmc(replace(base, **changes)).findings}
    assert found == {code}


def test_every_code_is_planted_and_has_a_remedy() -> None:
    assert {row[2] for row in PLANTED} == set(BMC.by_code)
    assert len(BMC.by_code) == len(BMC.checks)
    assert [each.code for each in BMC.checks if not each.remedy] == []


def test_the_worst_comes_first() -> None:
    order = ["blocks", "hurts", "note"]
    found = judge_bmc(replace(GOOD, shared_with=("kvm2",), **login(power="Off"), server_power="On")).findings
    ranks = [order.index(each.severity) for each in found]
    assert ranks == sorted(ranks)
    assert len(found) > 1


def test_the_guide_tells_every_code_and_no_other() -> None:
    text = (Path(__file__).resolve().parents[6] / "docs/guides/out_of_band.md").read_text(encoding="utf-8")
    table = text.partition("## Check controllers")[2].partition("\n## ")[0]
    told = {row.split("`")[1]: row.split("|")[2].strip() for row in table.splitlines() if row.startswith("| `")}
    assert told == {each.code: each.severity for each in BMC.checks}
