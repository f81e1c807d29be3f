# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bond with LACP whose switch does not answer is told from one that has its partner."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.lacp import (
    without_partner,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    NetworkLink,
    change_of,
    parameters,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import (
    RunningState,
    running_state,
    unmet,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.model import layout_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.plan import links

Json = dict[str, Any]
PARTNER = "d2:5d:45:3f:1a:31"
WANTED = NetworkLink("bond0", "bond", ("eth0", "eth1"), lacp_partner=True)
# As ip of iproute2 6.1 prints it of a bond of Linux 6.1, less what is of no interest here.
INFO: Json = {"mode": "802.3ad", "miimon": 100, "xmit_hash_policy": "layer3+4", "ad_lacp_rate": "slow"}


def seen(*ports: str, **info: Any) -> RunningState:
    bond = {
        "ifname": "bond0",
        "flags": ["BROADCAST", "MULTICAST", "MASTER", "UP", "LOWER_UP"],
        "linkinfo": {"info_kind": "bond", "info_data": {**INFO, **info}},
    }
    cards = [{"ifname": name, "flags": ["SLAVE", "UP"], "master": "bond0"} for name in ports or WANTED.ports]
    return running_state({"links": json.dumps([bond, *cards])})


def answered(mac: str, ports: int = 1) -> Json:
    return {"ad_info": {"aggregator": 1, "num_ports": ports, "actor_key": 15, "partner_key": 1, "partner_mac": mac}}


NOBODY = seen(**answered("00:00:00:00:00:00"))
SWITCHED = seen(**answered(PARTNER, 2))
BEFORE = RunningState()


def test_a_partner_is_one() -> None:
    assert SWITCHED.links["bond0"].partner == PARTNER
    assert without_partner([WANTED], BEFORE, SWITCHED) == []


@pytest.mark.parametrize("now", [NOBODY, seen(), seen(ad_info={}), seen(ad_info=None)])
def test_where_nobody_answers_the_bond_is_named(now: RunningState) -> None:
    """Although all else that is promised of it holds; without an active aggregator, ip tells nothing of it."""
    assert unmet([WANTED], now) == {}
    (told,) = without_partner([WANTED], BEFORE, now)
    assert told.startswith("bond0 has no LACP partner: the switch does not answer on eth0 eth1.")


def test_a_bond_that_had_a_partner_does_not_lose_it_and_one_that_had_none_needs_none() -> None:
    assert without_partner([WANTED], SWITCHED, NOBODY) != []
    assert without_partner([WANTED], seen(mode="active-backup"), NOBODY) != []
    assert without_partner([WANTED], NOBODY, NOBODY) == []


def test_a_bond_whose_ports_are_not_there_yet_lacks_these_and_not_its_switch() -> None:
    assert without_partner([WANTED], BEFORE, seen("eth0")) == []
    assert unmet([WANTED], seen("eth0")) == {"bond0": ("eth1 is not a port of bond0",)}


def test_another_mode_is_told_by_other_checks() -> None:
    assert without_partner([WANTED], BEFORE, seen(mode="active-backup")) == []
    assert without_partner([WANTED], BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    ("bond", "needed"),
    [
        ({"mode": "802.3ad"}, True),
        ({"mode": "802.3ad", "lacp_partner": False}, False),
        ({"mode": "active-backup"}, False),
    ],
)
def test_it_is_needed_unless_the_layout_says_otherwise(bond: Json, needed: bool) -> None:
    layout = layout_of({"bonds": [{"name": "bond0", "interfaces": ["eth0", "eth1"], **bond}]})
    (link,) = [link for link in links(layout) if link.name == "bond0"]
    assert link.lacp_partner is needed
    given = {"backend": "networkd", "files": [], "links": [{"name": "bond0", "lacp_partner": needed}]}
    assert [one.lacp_partner for one in change_of(parameters(change_of(given))).links] == [needed]
