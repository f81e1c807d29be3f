# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage, addresses and VLANs against the thresholds of the settings."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity import levels
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import StoragePool
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.surface import version_key
from sandbox.world import World
from unit.sandbox.site import Site


def level(cloud: Gateway, **place: str) -> Any:
    return perform(cloud, "cs_capacity_info", zone="z1", **place).result


def pool(world: World) -> Any:
    return next(iter(world.storage_pools))


def test_pools_are_compared_with_their_thresholds(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    (seen,) = level(cloud)["storage"]
    assert (seen["name"], seen["crossed"]) == ("ps1", [])
    assert seen["thresholds"]["used_notificationthreshold"] == 0.75

    def fill(world: World) -> None:
        each = pool(world)
        each.measured, each.used, each.allocated = True, int(each.capacity * 0.8), int(each.capacity * 1.6)

    sandbox.run(fill)
    (seen,) = level(Gateway(cloud._client))["storage"]
    # NFS is over-provisioned twice, so 1.6 times its size is 80 % of what may be promised.
    assert seen["allocated"]["share"] == seen["used"]["share"] == 0.8
    assert seen["crossed"] == ["allocated_notificationthreshold", "used_notificationthreshold"]
    sandbox.run(lambda world: setattr(pool(world), "type", "CLVM"))
    (seen,) = level(Gateway(cloud._client))["storage"]
    assert seen["allocated"]["share"] == 1.6
    assert "allocated_disablethreshold" in seen["crossed"]


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        *((each, 0.45) for each in ("NetworkFilesystem", "PreSetup", "EXT", "PowerFlex", "Linstor", "StorPool")),
        *((each, 0.9) for each in ("CLVM", "LVM", "Gluster", "SMB", "IscsiLUN")),
        ("FiberChannel", 0.45),
    ],
)
def test_types_of_pools_over_provision_as_the_server_has_it(kind: str, share: float) -> None:
    held = StoragePool("1", "p", type=kind, disk_size_total=1000, disk_size_allocated=900, overprovision_factor="2.0")
    for release in ((), (4, 11, 3, 0), (4, 22, 0, 0)):
        limits = levels.Thresholds(overprovisions=levels.overprovisions(kind, release))
        assert levels.allocated(held, limits).share == share


@pytest.mark.parametrize(
    ("release", "twice"),
    [
        ("4.11.3.0", False),
        ("4.18.1.0", False),
        ("4.18.2.0", True),
        ("4.19.0.0", False),
        ("4.19.1.0", True),
        ("4.22.0.0-SNAPSHOT", True),
        ("unknown", False),
    ],
)
def test_a_mount_point_over_provisions_on_newer_servers(
    sandbox: Sandbox, site: Site, cloud: Gateway, monkeypatch: pytest.MonkeyPatch, release: str, twice: bool
) -> None:
    def fill(world: World) -> None:
        each = pool(world)
        each.type, each.measured, each.allocated = "SharedMountPoint", True, each.capacity

    sandbox.run(fill)
    monkeypatch.setattr(
        cloud._client, "call", _told(cloud, {"capability": {"cloudstackversion": release}}, "listCapabilities")
    )
    (seen,) = level(Gateway(cloud._client))["storage"]
    assert seen["allocated"]["share"] == (0.5 if twice else 1.0)
    assert ("allocated_disablethreshold" in seen["crossed"]) is not twice


def _told(cloud: Gateway, answer: dict[str, Any], command: str) -> Any:
    """The server's answer to one command, and its own to all others."""
    real = cloud._client.call

    def call(name: str, *given: Any, **more: Any) -> Any:
        return answer if name == command else real(name, *given, **more)

    return call


def test_a_notification_above_the_disabling_is_a_warning(site: Site, cloud: Gateway) -> None:
    name = "cluster.storage.capacity.notificationthreshold"
    site.api.ok("updateConfiguration", name=name, value="0.99", clusterid=site.cluster)
    done = perform(cloud, "cs_capacity_info", zone="z1")
    assert any("notification threshold of used" in each for each in done.warnings)


def test_addresses_and_vlans_are_told_with_their_thresholds(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    sandbox.run(lambda world: setattr(pool(world), "measured", True))
    found = {each["resource"]: each for each in level(cloud)["resources"]}
    assert {"public_addresses", "guest_vlans", "private_addresses"} <= set(found)
    assert found["guest_vlans"]["total"] == 101
    assert found["public_addresses"]["total"] == 199
    assert found["private_addresses"]["place"] == "p1"
    assert all(0 < each["thresholds"]["notificationthreshold"] <= 1 for each in found.values())
    site.api.ok("updateConfiguration", name="zone.vlan.capacity.notificationthreshold", value="0.0")
    found = {each["resource"]: each for each in level(Gateway(cloud._client))["resources"]}
    assert found["guest_vlans"]["crossed"] == ["notificationthreshold"]


@pytest.mark.parametrize(("place", "kinds"), [({"pod": "p1"}, {"private_addresses"}), ({"cluster": "c1"}, set())])
def test_only_what_the_place_has(
    sandbox: Sandbox, site: Site, cloud: Gateway, place: dict[str, str], kinds: set[str]
) -> None:
    sandbox.run(lambda world: setattr(pool(world), "measured", True))
    seen = level(cloud, **place)
    assert {each["resource"] for each in seen["resources"]} == kinds
    assert [each["name"] for each in seen["storage"]] == ["ps1"]


def test_the_release_is_what_the_server_says(sandbox: Sandbox, cloud: Gateway) -> None:
    assert cloud.release() == version_key(DEFAULT_VERSION)
    assert cloud.release() == version_key(DEFAULT_VERSION)
    assert sandbox.calls.counts["listCapabilities"] == 1
    sandbox.faults.add("listCapabilities", "http", times=9, status=432)
    assert Gateway(cloud._client).release() == ()
