# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of many clusters, by one listing of the clusters: what it tells, what is asked, and what is written."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.snapshot import fill
from sandbox.surface import version_key
from sandbox.world import World

FACTOR, LIMIT = "cpu.overprovisioning.factor", "cluster.cpu.allocated.capacity.disablethreshold"
WIDE = "pool.storage.capacity.disablethreshold"
CLUSTERS = 8


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    """Each cluster with a factor of its own, every other one with a limit too."""
    lines: list[dict[str, Any]] = [{"kind": "zone", "name": "z1"}]
    lines.append({"kind": "pod", "name": "p1", "zone": "z1", "net": "10.1.0.1"})
    for number in range(CLUSTERS):
        more = {"hypervisor": "KVM", "factors": [float(number + 1), 1.0]}
        lines.append({"kind": "cluster", "name": f"c{number}", "pod": "p1", **more})
    sandbox.run(lambda world: fill(world, lines))

    def own(world: World) -> None:
        for cluster in world.clusters:
            cluster.details |= {"password": "hunter2", "username": "root", "hypervisor.list": "evil"}

    sandbox.run(own)
    setup = Gateway(connect(sandbox))
    for number in range(0, CLUSTERS, 2):
        perform(setup, "cs_configuration", name=LIMIT, value="0.7", zone="z1", cluster=f"c{number}")
    sandbox.calls.clear()
    return Gateway(connect(sandbox))


def given(name: str, number: int, value: object) -> dict[str, Any]:
    return {"name": name, "zone": "z1", "cluster": f"c{number}", "value": value}


def test_many_clusters_cost_few_calls_and_what_differs_is_written(sandbox: Sandbox, cloud: Gateway) -> None:
    for number in range(CLUSTERS):
        assert not perform(cloud, "cs_configuration", **given(FACTOR, number, number + 1)).changed
    for number in range(0, CLUSTERS, 2):
        assert not perform(cloud, "cs_configuration", **given(LIMIT, number, "0.70")).changed
    # One zone, two listings of clusters for their ids and details each; two clusters asked themselves, the global ones.
    assert len(sandbox.calls) <= 10, sandbox.calls.counts
    assert writes(sandbox) == []
    changed = perform(cloud, "cs_configuration", **given(FACTOR, 5, 2.5))
    assert (changed.before, changed.after) == ({"value": "6.0"}, {"value": "2.5"})
    assert not perform(cloud, "cs_configuration", **given(FACTOR, 5, 2.5)).changed
    assert not perform(cloud, "cs_configuration", **given(FACTOR, 6, 7)).changed
    assert writes(sandbox) == ["updateConfiguration"]


def test_a_value_that_a_cluster_does_not_have_of_its_own_is_the_wider_one(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, "cs_configuration", name=LIMIT, value="0.6")
    kind = "Range" if version_key(DEFAULT_VERSION) >= version_key("4.18") else ""
    for number in range(CLUSTERS):
        expected = "0.7" if number % 2 == 0 else "0.6"
        found = perform(cloud, "cs_configuration_info", name=LIMIT, zone="z1", cluster=f"c{number}")
        (one,) = found.result["configurations"]
        assert (one["value"], one["scope"], one["type"]) == (expected, "cluster", kind), number


def test_a_told_setting_is_as_a_cluster_answers_it(sandbox: Sandbox, cloud: Gateway, connect: Connect) -> None:
    many = [perform(cloud, "cs_configuration_info", name=FACTOR, zone="z1", cluster=f"c{n}") for n in range(CLUSTERS)]
    for number, told in enumerate(many):
        other = Gateway(connect(sandbox))
        alone = perform(other, "cs_configuration_info", name=FACTOR, zone="z1", cluster=f"c{number}")
        assert told.result == alone.result


def test_settings_of_many_scopes_are_answered_in_their_order(sandbox: Sandbox, cloud: Gateway) -> None:
    asked = [
        {"name": FACTOR, "zone": "z1", "cluster": "c3"},
        {"name": "no.such.setting", "zone": "z1", "cluster": "c3"},
        {"name": FACTOR, "zone": "z1", "cluster": "not there"},
        {"name": WIDE, "zone": "z1"},
        {"name": "ha.tag"},
    ]
    answers = perform(cloud, "cs_configuration_info", settings=asked).result["answers"]
    told: list[Any] = [each["configurations"][0] if "configurations" in each else each for each in answers]
    assert [each.get("value", each.get("code")) for each in told[:3]] == ["4.0", "not_found", "1.0"]
    assert told[1]["details"]["kind"] == "setting"
    assert [told[2]["scope"], told[3]["scope"], told[4]["name"]] == ["global", "zone", "ha.tag"]


def test_an_export_has_the_values_of_clusters_and_no_secret(sandbox: Sandbox, cloud: Gateway) -> None:
    files = perform(cloud, "cs_declaration_info", zone="z1").result["files"]
    (zone,) = [each["content"] for each in files if each["path"].endswith("zone.yml")]
    assert zone.count(LIMIT) == CLUSTERS // 2
    assert zone.count(FACTOR) == CLUSTERS - 1  # one is as the global value
    assert "hunter2" not in str(files)
    assert "evil" not in str(files)
    assert len(sandbox.calls.of("listConfigurations")) <= 5, sandbox.calls.counts
