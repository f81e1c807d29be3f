# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management addresses of a pod, whose ranges the server keeps as one text that it replaces parts of."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, NotAsRead, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone import pod_ranges
from sandbox.server import Sandbox
from sandbox.world.zones import IpRange

MODULE = "cs_management_ip_range"
FIRST = ("172.16.15.2", "172.16.15.19")


def lay_out(sandbox: Sandbox, *ranges: tuple[str, str], used: str = "") -> None:
    def run(world: Any) -> None:
        # Without secondary storage no system VM starts meanwhile and takes an address.
        for store in list(world.image_stores):
            world.image_stores.remove(store)
        (pod,) = world.pods
        pod.ranges = [IpRange(start, end, start != FIRST[0], "vlan://untagged") for start, end in ranges]
        pod.used_ips = {used} if used else set()

    sandbox.run(run)
    sandbox.calls.clear()


def held(sandbox: Sandbox) -> list[tuple[str, str]]:
    return sandbox.run(lambda world: sorted((r.start, r.end) for pod in world.pods for r in pod.ranges))


@pytest.mark.parametrize(
    ("ranges", "end", "after"),
    [
        # The neighbour would start at .90.
        ([("172.16.15.2", "172.16.15.5"), ("172.16.15.50", "172.16.15.60")], "172.16.15.9", "172.16.15.9"),
        # The range itself would start at .9.
        ([("172.16.15.2", "172.16.15.2")], "172.16.15.9", "172.16.15.9"),
        ([("172.16.15.2", "172.16.15.20"), ("172.16.15.200", "172.16.15.210")], "172.16.15.4", "172.16.15.4"),
    ],
)
def test_another_end_leaves_the_other_ranges(
    sandbox: Sandbox, cloud: Gateway, ranges: list[tuple[str, str]], end: str, after: str
) -> None:
    lay_out(sandbox, *ranges)
    twice(cloud, MODULE, zone="z1", pod="p1", start_ip=ranges[0][0], end_ip=end)
    assert held(sandbox) == [(ranges[0][0], after), *ranges[1:]]
    assert writes(sandbox) == ["deleteManagementNetworkIpRange", "createManagementNetworkIpRange"]


def test_what_the_task_does_not_say_stays(sandbox: Sandbox, cloud: Gateway) -> None:
    lay_out(sandbox, FIRST, ("172.16.15.50", "172.16.15.50"))
    twice(cloud, MODULE, zone="z1", pod="p1", start_ip="172.16.15.50", end_ip="172.16.15.55")
    assert sandbox.run(lambda world: [r.for_system_vms for pod in world.pods for r in pod.ranges]) == [False, True]


SYSTEM_VMS = ("172.16.15.50", "172.16.15.60")


def test_further_addresses_are_kept_for_system_vms_too(sandbox: Sandbox, cloud: Gateway) -> None:
    """In place, the server would add them for everything else."""
    lay_out(sandbox, FIRST, SYSTEM_VMS, used=FIRST[0])
    twice(cloud, MODULE, zone="z1", pod="p1", start_ip=SYSTEM_VMS[0], end_ip="172.16.15.69", for_system_vms=True)
    assert writes(sandbox) == ["deleteManagementNetworkIpRange", "createManagementNetworkIpRange"]
    assert sandbox.run(lambda world: [r.for_system_vms for pod in world.pods for r in pod.ranges]) == [False, True]


def test_in_use_a_range_of_system_vms_does_not_grow(sandbox: Sandbox, cloud: Gateway) -> None:
    lay_out(sandbox, FIRST, SYSTEM_VMS, used="172.16.15.55")
    with pytest.raises(Refused, match="would not reserve the additional addresses for system VMs") as caught:
        perform(cloud, MODULE, zone="z1", pod="p1", start_ip=SYSTEM_VMS[0], end_ip="172.16.15.69")
    assert [each.code for each in caught.value.reasons] == ["not_for_system_vms"]
    assert held(sandbox) == [FIRST, SYSTEM_VMS]


@pytest.mark.since("4.16")
def test_in_use_a_range_of_system_vms_becomes_shorter(sandbox: Sandbox, cloud: Gateway) -> None:
    lay_out(sandbox, FIRST, SYSTEM_VMS, used="172.16.15.55")
    twice(cloud, MODULE, zone="z1", pod="p1", start_ip=SYSTEM_VMS[0], end_ip="172.16.15.58")
    assert writes(sandbox) == ["updatePodManagementNetworkIpRange"]


@pytest.mark.since("4.16")
def test_an_end_that_stands_alone_is_changed_in_place(sandbox: Sandbox, cloud: Gateway) -> None:
    lay_out(sandbox, FIRST, ("172.16.15.50", "172.16.15.60"), used="172.16.15.3")
    twice(cloud, MODULE, zone="z1", pod="p1", start_ip=FIRST[0], end_ip="172.16.15.29")
    assert writes(sandbox) == ["updatePodManagementNetworkIpRange"]


def test_in_use_it_stays_as_it_is(sandbox: Sandbox, cloud: Gateway) -> None:
    ranges = [("172.16.15.2", "172.16.15.5"), ("172.16.15.50", "172.16.15.60")]
    lay_out(sandbox, *ranges, used="172.16.15.3")
    with pytest.raises(Refused, match="add another range") as caught:
        perform(cloud, MODULE, zone="z1", pod="p1", start_ip="172.16.15.2", end_ip="172.16.15.9")
    assert [each.code for each in caught.value.reasons] == ["end_elsewhere"]
    assert held(sandbox) == ranges


def test_a_creation_that_fails_gives_the_old_range_back(sandbox: Sandbox, cloud: Gateway) -> None:
    ranges = [("172.16.15.2", "172.16.15.2")]
    lay_out(sandbox, *ranges)
    with pytest.raises(ApiError):
        perform(cloud, MODULE, zone="z1", pod="p1", start_ip="172.16.15.2", end_ip="172.16.99.9")
    assert held(sandbox) == ranges


@pytest.mark.since("4.16")
def test_another_range_that_changed_is_told(sandbox: Sandbox, cloud: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(sandbox, ("172.16.15.2", "172.16.15.5"), ("172.16.15.50", "172.16.15.60"))
    monkeypatch.setattr(pod_ranges, "end_elsewhere", lambda *_ranges: False)
    with pytest.raises(NotAsRead, match=r"other range 172\.16\.15\.50"):
        perform(cloud, MODULE, zone="z1", pod="p1", start_ip="172.16.15.2", end_ip="172.16.15.9")
