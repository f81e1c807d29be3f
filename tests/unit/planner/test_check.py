# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker finds what is wrong: every kind of mistake, planted into a sound plan or cluster, is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from planner import server_rule
from planner.check import plain, violations
from planner.generate import Shape, cluster

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import plan

Plain = dict[str, Any]
ITEM = cluster(0, Shape(hosts=6, use=0.4, spare_hosts=1))
SOUND = plain(ITEM, plan(ITEM.hosts, ITEM.vms, ITEM.order))


def _target(cluster: Plain, plan: Plain) -> Plain:
    name = plan["waves"][0]["moves"][0]["target"]
    return next(host for host in cluster["hosts"] if host["id"] == name)


def _mover(cluster: Plain, plan: Plain) -> Plain:
    name = plan["waves"][0]["moves"][0]["vm"]
    return next(vm for vm in cluster["vms"] if vm["id"] == name)


def _resident(cluster: Plain, plan: Plain) -> Plain:
    return next(vm for vm in cluster["vms"] if vm["host"] == _target(cluster, plan)["id"])


def _foes(cluster: Plain, plan: Plain) -> None:
    _mover(cluster, plan)["apart"] = _resident(cluster, plan)["apart"] = ("g",)


def _friends(cluster: Plain, plan: Plain) -> None:
    other = next(vm for vm in cluster["vms"] if vm["host"] not in plan["waves"][0]["hosts"])
    other["together"] = _mover(cluster, plan)["together"] = "t"
    other["host"] = _mover(cluster, plan)["host"]


PLANTED: list[tuple[str, Callable[[Plain, Plain], object]]] = [
    ("lacks ram", lambda c, p: _target(c, p)["room"].update(ram=1)),
    ("lacks cpu", lambda c, p: _target(c, p)["room"].update(cpu=1)),
    ("too many VMs", lambda c, p: _target(c, p).update(most_vms=1)),
    ("may not run", lambda c, p: _target(c, p).update(unusable="agent_down")),
    ("may not run", lambda c, p: _target(c, p).update(dedicated_to="account:z")),
    ("may not run", lambda c, p: _mover(c, p)["needs"].update(tags={"gold"})),
    ("is pinned", lambda c, p: _mover(c, p).update(pinned="gpu")),
    ("not apart", _foes),
    ("not empty", _friends),
    ("not empty", lambda c, p: p["waves"][0]["moves"].pop()),
    ("while", lambda c, p: p["waves"][0]["moves"][0].update(target=p["waves"][0]["hosts"][0])),
    ("is on", lambda c, p: p["waves"][0]["moves"].append(dict(p["waves"][0]["moves"][0]))),
    ("does not visit", lambda c, p: p["waves"].pop()),
    ("visits", lambda c, p: p["waves"].append({"hosts": p["waves"][0]["hosts"], "moves": []})),
    ("alone", lambda c, p: c["order"].update(first=(p["waves"][1]["hosts"][0],))),
    ("a wave of", lambda c, p: c["order"].update(most_at_once=0)),
    ("is not borne", lambda c, p: c["order"].update(spare_hosts=4)),
]


def test_the_plan_is_sound_as_it_is() -> None:
    assert len(SOUND[1]["waves"]) == 6
    assert violations(*SOUND) == []


@pytest.mark.parametrize(("words", "spoil"), PLANTED)
def test_planted_mistake_is_named(words: str, spoil: Callable[[Plain, Plain], object]) -> None:
    data, made = copy.deepcopy(SOUND)
    spoil(data, made)
    assert any(words in each for each in violations(data, made))


@pytest.mark.parametrize("algorithm", server_rule.ALGORITHMS)
def test_the_server_rule_rolls_a_roomy_cluster_and_refuses_a_full_one(algorithm: str) -> None:
    assert server_rule.roll(SOUND[0], algorithm, 0).ended == "done"
    full = copy.deepcopy(SOUND[0])
    for host in full["hosts"]:
        host["room"]["ram"] = sum(vm["size"]["ram"] for vm in full["vms"] if vm["host"] == host["id"])
    assert server_rule.roll(full, algorithm, 0).ended == "refused"
