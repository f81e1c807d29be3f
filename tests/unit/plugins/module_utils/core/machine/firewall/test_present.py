# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains that drop what the host firewall accepts. Expressions are those of nft 1.0.6, and of iptables 1.8.9 in it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall.present import droppers

COUNTER = {"counter": {"packets": 0, "bytes": 0}}
SSH = [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}, COUNTER]
ESTABLISHED = [{"xt": {"type": "match", "name": "conntrack"}}, COUNTER, {"accept": None}]
XT_REJECT = {"xt": {"type": "target", "name": "REJECT"}}
REJECT = {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}
JUMP, GOTO = {"jump": {"target": "more"}}, {"goto": {"target": "more"}}


def match(left: dict[str, Any], right: Any, operator: str = "==") -> dict[str, Any]:
    return {"match": {"op": operator, "left": left, "right": right}}


TCP = match({"meta": {"key": "l4proto"}}, "tcp")
NEW = match({"ct": {"key": "state"}}, "new", "in")


def ruleset(
    rules: list[Any], more: list[Any] | None = None, table: str = "filter", **base: Any
) -> list[dict[str, dict[str, Any]]]:
    place = {"family": "inet", "table": table}
    said = {"hook": "input", "type": "filter", "prio": 0, "policy": "accept", **base}
    found: list[dict[str, dict[str, Any]]] = [
        {"metainfo": {"version": "1.0.6"}},
        {"table": {"family": "inet", "name": table}},
        {"chain": {**place, "name": "input", **said}},
        {"chain": {**place, "name": "more"}},
        {"chain": {**place, "name": "forward", "hook": "forward", "policy": "drop"}},
        {"rule": {**place, "chain": "forward", "expr": [{"drop": None}]}},
    ]
    for chain, its in (("input", rules), ("more", more or [])):
        found += [{"rule": {**place, "chain": chain, "expr": expression}} for expression in its]
    return found


@pytest.mark.parametrize(
    ("rules", "more", "drops"),
    [
        ([], [], False),
        ([ESTABLISHED, [*SSH, {"accept": None}]], [], False),
        ([ESTABLISHED, [*SSH, {"accept": None}], [COUNTER, XT_REJECT]], [], True),
        ([[COUNTER, {"xt": {"type": "target", "name": "LOG"}}]], [], False),
        ([[{"log": {"prefix": "x"}}, REJECT]], [], True),
        ([[TCP, COUNTER, XT_REJECT]], [], True),
        ([[match({"meta": {"key": "l4proto"}}, "udp"), REJECT]], [], False),
        ([[match({"payload": {"protocol": "ip", "field": "protocol"}}, {"set": ["udp", "tcp"]}), REJECT]], [], True),
        ([[NEW, {"drop": None}]], [], True),
        ([[match({"ct": {"key": "state"}}, ["established", "related"], "in"), {"drop": None}]], [], False),
        ([[match({"meta": {"key": "iifname"}}, "lo", "!="), {"drop": None}]], [], True),
        ([[match({"meta": {"key": "iifname"}}, "lo"), {"drop": None}]], [], False),
        ([[{"accept": None}], [{"drop": None}]], [], False),
        ([[*SSH, {"drop": None}]], [], False),
        ([[{"limit": {"rate": 5, "per": "minute"}}, {"drop": None}]], [], False),
        ([[{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["invalid", {"drop": None}]]}}}]], [], False),
        ([[JUMP]], [[{"drop": None}]], True),
        ([[*SSH, JUMP]], [[{"drop": None}]], False),
        ([[JUMP], [{"drop": None}]], [[{"return": None}], [{"accept": None}]], True),
        ([[JUMP], [{"drop": None}]], [[{"accept": None}]], False),
        ([[GOTO], [{"drop": None}]], [[*SSH, {"accept": None}]], False),
        ([[GOTO]], [[JUMP], [{"drop": None}]], True),
        ([[]], [], False),
    ],
)
def test_a_rule_for_everything_drops_as_a_policy_does(rules: list[Any], more: list[Any], drops: bool) -> None:
    assert droppers(ruleset(rules, more)) == (["inet filter input"] if drops else [])


def test_a_policy_counts_where_no_rule_decides_before() -> None:
    assert droppers(ruleset([ESTABLISHED], policy="drop")) == ["inet filter input"]
    assert droppers(ruleset([[{"accept": None}]], policy="drop")) == []


def test_what_is_our_own_or_no_input_does_not_count() -> None:
    assert droppers(ruleset([[{"drop": None}]], table="cloudstack_host")) == []
    assert droppers(ruleset([[{"drop": None}]], hook="prerouting")) == []
