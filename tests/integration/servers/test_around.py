# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles around management servers on booted machines, by the playbooks of their Molecule scenarios."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hosts import Fleet
from integration.machine.roles.scenario import SCENARIOS, Hosts, Play, hosts_of

GROUPS = {"management_servers": ["ms1", "ms2"], "databases": ["ms2"]}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(boot("ms1", "ms2", "stranger"), tmp_path_factory.mktemp("around"), GROUPS)


def failures(play: Play) -> list[str]:
    """What went wrong, in the words of the task or of its items."""
    return [
        str(each.get("msg"))
        for result in play.results
        if result.get("failed")
        for each in [result, *(item for item in result.get("results", []) if item.get("failed"))]
    ]


def converged(hosts: Hosts, role: str) -> None:
    """Prepared, predicted without a change, done, and done again without a change."""
    scenario = SCENARIOS / role
    for playbook, arguments, changes in (
        ("prepare.yml", (), True),
        ("converge.yml", ("--check", "--diff"), True),
        ("converge.yml", (), True),
        ("converge.yml", (), False),
        ("verify.yml", (), False),
    ):
        played = hosts.play(scenario / playbook, *arguments)
        assert played.status == 0, (playbook, failures(played))
        assert (played.changed > 0) is changes, (playbook, played.changed)


def test_ports_of_servers_are_open_to_those_who_need_them(hosts: Hosts) -> None:
    converged(hosts, "management_firewall")
