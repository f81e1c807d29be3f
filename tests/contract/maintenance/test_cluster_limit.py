# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters closed at (N-1) times the limit of a host, and opened again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.worlds import lay_out, run_on

MODULE = "cs_cluster_limit"


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> Gateway:
    """Three hosts of 4 VMs each at most, so 8 may run; 7 do."""

    def work(world: World) -> None:
        for host, count in zip(lay_out(world, 3, tmp_path), (3, 2, 2), strict=True):
            run_on(world, host, count)

    sandbox.run(work)
    return Gateway(connect(sandbox))


def limit(cloud: Gateway, check_mode: bool = False, **more: Any) -> Outcome:
    return perform(cloud, MODULE, check_mode, zone="z1", max_vms_per_host=4, margin=2, **more)


def row(outcome: Outcome) -> dict[str, Any]:
    (found,) = outcome.result["clusters"]  # type: ignore[misc, attr-defined]
    return dict(found)


def add(server: Sandbox, count: int) -> None:
    server.run(lambda world: run_on(world, min(world.hosts, key=lambda host: host.used_memory), count) and None)


def stop(server: Sandbox, count: int) -> None:
    running = lambda world: [vm for vm in world.vms if vm.state == "Running"][:count]  # noqa: E731
    server.run(lambda world: [life.stop(world, vm) for vm in running(world)] and None)


def test_it_is_closed_at_the_limit_and_opened_below_the_margin(sandbox: Sandbox, cloud: Gateway) -> None:
    assert (row(limit(cloud))["running"], row(limit(cloud))["most"], limit(cloud).changed) == (7, 8, False)
    add(sandbox, 1)
    closed = twice(cloud, MODULE, zone="z1", max_vms_per_host=4, margin=2)
    assert row(closed)["action"] == "closed"
    assert cloud.clusters.again()[0].allocation_state == "Disabled"
    stop(sandbox, 1)
    assert not limit(cloud).changed
    stop(sandbox, 1)
    opened = twice(cloud, MODULE, zone="z1", max_vms_per_host=4, margin=2)
    assert row(opened)["action"] == "opened"
    assert cloud.clusters.again()[0].allocation_state == "Enabled"
    assert cloud.notes.all("CLUSTER", cloud.clusters.all()[0].id) == []


def test_what_an_operator_closed_stays_closed(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, "cs_allocation_state", zone="z1", cluster="c0", state="disabled")
    stop(sandbox, 7)
    assert not limit(cloud).changed
    assert cloud.clusters.again()[0].allocation_state == "Disabled"


def test_what_somebody_opened_is_no_longer_ours(sandbox: Sandbox, cloud: Gateway) -> None:
    add(sandbox, 1)
    limit(cloud)
    stop(sandbox, 1)
    perform(cloud, "cs_allocation_state", zone="z1", cluster="c0", state="enabled")
    assert limit(cloud).changed
    perform(cloud, "cs_allocation_state", zone="z1", cluster="c0", state="disabled")
    stop(sandbox, 7)
    assert not limit(cloud).changed


@pytest.mark.since("4.16", raises=AssertionError)
def test_a_cluster_without_a_limit_is_left_alone(cloud: Gateway, sandbox: Sandbox) -> None:
    sandbox.run(lambda world: [setattr(host, "hypervisor", "KVM") for host in world.hosts] and None)
    done = perform(cloud, MODULE, zone="z1")
    assert (row(done)["most"], done.changed) == (None, False)


def test_it_is_not_closed_during_a_roll_or_a_drain(sandbox: Sandbox, cloud: Gateway) -> None:
    add(sandbox, 1)
    perform(cloud, "cs_cluster_lock", zone="z1", cluster="c0", run="roll", state="held")
    sandbox.calls.clear()
    done = limit(cloud)
    assert not done.changed
    assert "lock" in row(done)["busy"]
    assert done.warnings
    assert writes(sandbox) == []
    sandbox.run(lambda world: setattr(next(iter(world.hosts)), "resource_state", "PrepareForMaintenance"))
    assert "is draining" in row(limit(cloud))["busy"]


def test_a_killed_run_leaves_what_the_next_can_undo(
    sandbox: Sandbox, cloud: Gateway, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sandbox, 1)

    def killed(id: str, **fields: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cloud.clusters, "update", killed)
        with pytest.raises(KeyboardInterrupt):
            limit(cloud)
    cloud = Gateway(connect(sandbox))
    assert row(limit(cloud))["action"] == "closed"
    stop(sandbox, 3)
    assert row(limit(cloud))["action"] == "opened"


def test_numbers_below_nothing_are_refused(cloud: Gateway) -> None:
    with pytest.raises(InvalidValue):
        limit(cloud, spare_hosts=-1)
