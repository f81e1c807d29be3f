# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage of a host that came back, beside what its cluster reaches; order and modes are in tests/integration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    KVM,
    VMWARE,
    XENSERVER,
    HypervisorCapabilities,
    HypervisorHost,
    HypervisorStorage,
    HypervisorView,
    Obstacle,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.hypervisors.native import NativePart
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor

CLUSTER = Cluster("c", "c1", "z", "p")
BACK, PEER = Host("1", "h1"), Host("2", "h2")
ID = "7a143820-e893-4c6a-836e-472da6ee66bf"
POOLS = {ID: "primary-1"}
HELD = HypervisorStorage(ID, "whatever")


@dataclass
class Cloud:
    """Hypervisors of two hosts. asked: hosts that were opened, together where they were."""

    capabilities: HypervisorCapabilities
    storage: dict[str, tuple[HypervisorStorage, ...]]
    asked: list[list[str]] = field(default_factory=list)
    open: int = 0

    def reach(self, cluster: Cluster, hosts: Sequence[Host]) -> Hypervisor:
        names = list(self.storage) if self.capabilities.whole_cluster else [each.name for each in hosts]
        self.asked.append(names)
        self.open += 1
        return Session(self, names)


@dataclass
class Session:
    cloud: Cloud
    names: list[str]

    @property
    def capabilities(self) -> HypervisorCapabilities:
        return self.cloud.capabilities

    def read(self) -> HypervisorView:
        hosts = tuple(HypervisorHost(name, name, storage=self.cloud.storage[name]) for name in self.names)
        return HypervisorView(self.capabilities, hosts, ())

    def obstacles(self, host: HypervisorHost) -> Sequence[Obstacle]:
        raise NotImplementedError

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        raise NotImplementedError

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.cloud.open -= 1


def lacking(cloud: Cloud, peers: Sequence[Host] = (PEER,)) -> list[str]:
    part = NativePart(cloud.reach, CLUSTER, BACK)
    found = part.lacking(POOLS, lambda: peers)
    part.close()
    assert cloud.open == 0
    return found


@pytest.mark.parametrize("capabilities", [KVM, XENSERVER, VMWARE])
@pytest.mark.parametrize(
    ("its", "told"),
    [
        ((), f"h1 has no storage primary-1 ({ID})"),
        ((replace(HELD, reachable=False),), f"h1 does not reach the storage primary-1 ({ID})"),
        ((HELD,), ""),
        # A pool that was set up beforehand goes by its name, a datastore by the id without dashes.
        ((HypervisorStorage("x", "primary-1"),), ""),
        ((HypervisorStorage("datastore-9", ID.replace("-", "")),), ""),
    ],
)
def test_what_the_cluster_reaches_the_host_reaches(
    capabilities: HypervisorCapabilities, its: tuple[HypervisorStorage, ...], told: str
) -> None:
    cloud = Cloud(capabilities, {"h1": its, "h2": (HELD,)})
    assert lacking(cloud) == ([told] if told else [])
    assert cloud.asked == ([["h1", "h2"]] if capabilities.whole_cluster else [["h1"], ["h2"]])


@pytest.mark.parametrize("theirs", [(), (replace(HELD, reachable=False),)])
def test_what_no_host_shows_is_not_missed(theirs: tuple[HypervisorStorage, ...]) -> None:
    assert lacking(Cloud(XENSERVER, {"h1": (), "h2": theirs})) == []
    assert lacking(Cloud(KVM, {"h1": (), "h2": theirs})) == []


def test_a_host_that_is_alone_has_nothing_to_be_compared_with() -> None:
    assert lacking(Cloud(KVM, {"h1": ()}), peers=()) == []
    assert NativePart(None, CLUSTER, BACK).lacking(POOLS, lambda: [PEER]) == []
