# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory reads, and in how many calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest
from contract.conftest import Connect

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.build import HYPERVISOR, build
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.inventory.read import Wanted, entries
from sandbox import fleet
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.snapshot import fill, networks
from sandbox.surface import version_key


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    """Zone zurich: one pod, clusters kvm-a and kvm-b of two hosts each, routers and system VMs."""
    lines = chain(fleet.lines(4, 0, 1), networks(fleet.ZONE, 4))
    sandbox.run(lambda world: fill(world, lines))
    return Gateway(connect(sandbox))


@pytest.mark.since("4.12", raises=AssertionError)
def test_everything_in_one_listing_for_each_kind(cloud: Gateway, sandbox: Sandbox) -> None:
    found, warnings = entries(cloud, Wanted())
    kinds = Counter(each.kind for each in found)
    assert kinds == Counter({"hypervisor": 4, "system_vm": 2, "router": 6, "management_server": 1})
    assert warnings == []
    listings = [call.command for call in sandbox.calls if call.command != "listApis"]
    # Before 4.14, routers of accounts and those of projects are two listings.
    twice = ["listRouters"] if version_key(DEFAULT_VERSION) < (4, 14) else []
    assert sorted(listings) == sorted([*set(listings), *twice])
    # Before 4.15, system VMs do not tell the name of their template.
    assert len(set(listings) - ({"listTemplates"} if version_key(DEFAULT_VERSION) < (4, 15) else set())) <= 4


@pytest.mark.parametrize(
    ("wanted", "hosts"),
    [
        (Wanted(cluster="kvm-a"), 2),
        (Wanted(zone="zurich", pod="zurich-1"), 4),
        (Wanted(state="Disconnected"), 0),
        (Wanted(hypervisor="VMware"), 0),
        (Wanted(resource_state="Maintenance"), 0),
    ],
)
def test_the_server_filters_hosts(cloud: Gateway, sandbox: Sandbox, wanted: Wanted, hosts: int) -> None:
    found, _warnings = entries(cloud, replace(wanted, kinds=(HYPERVISOR,)))
    assert len(found) == hosts
    (asked,) = [call.params for call in sandbox.calls if call.command == "listHosts"]
    assert {"clusterid", "podid", "state", "hypervisor", "resourcestate"} & set(asked)


def test_a_cluster_limits_every_kind_but_servers(cloud: Gateway, sandbox: Sandbox) -> None:
    whole, _warnings = entries(cloud, Wanted())
    parts = [entries(cloud, Wanted(cluster=name))[0] for name in ("kvm-a", "kvm-b")]
    names = [{each.text("name") for each in part if each.kind != "management_server"} for part in parts]
    assert not names[0] & names[1]
    assert names[0] | names[1] == {each.text("name") for each in whole if each.kind != "management_server"}


def test_an_unknown_zone_is_an_error_with_the_nearest_names(cloud: Gateway) -> None:
    with pytest.raises(NotFound, match="zurich"):
        entries(cloud, Wanted(zone="zurih"))


def test_pages_are_read_to_the_end(cloud: Gateway, sandbox: Sandbox) -> None:
    sandbox.run(lambda world: setattr(world.settings["default.page.size"], "value", "3"))
    found, _warnings = entries(cloud, Wanted(kinds=(HYPERVISOR,)))
    assert len(build(found).hosts) == 4


def test_a_server_without_a_list_of_management_servers_is_a_warning(cloud: Gateway, sandbox: Sandbox) -> None:
    sandbox.faults.add("listManagementServers", "http", status=401, times=9)
    sandbox.faults.add("listApis", "http", status=431, times=9)
    found, warnings = entries(cloud, Wanted())
    assert {each.kind for each in found} == {"hypervisor", "system_vm", "router"}
    assert "no management servers" in warnings[0]
