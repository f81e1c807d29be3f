# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools that share a name (T7:252), and a disabled pool that is to be removed."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    Ambiguous,
    ApiError,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage import marks
from sandbox.server import Sandbox
from unit.sandbox.site import Site

FIRST, SECOND = "nfs://10.0.0.9/data", "nfs://10.0.0.77/else"
DATA = {"zone": "z1", "name": "data"}


@pytest.fixture(autouse=True)
def clusters(sandbox: Sandbox, site: Site) -> None:
    """Cluster c2 beside the first, which has a pool "data" at 10.0.0.9."""
    place = {"zoneid": site.zone, "podid": site.pod}
    more = {"clustername": "c2", "hypervisor": "Simulator", "clustertype": "CloudManaged"}
    site.api.ok("addCluster", **place, **more)
    site.api.ok("createStoragePool", name="data", url=FIRST, clusterid=site.cluster, **place)
    sandbox.calls.clear()


def places(site: Site) -> list[tuple[str, str]]:
    pools = site.api.ok("listStoragePools", name="data")["storagepool"]
    return sorted((pool["clustername"], pool["ipaddress"]) for pool in pools)


def test_the_pool_of_another_cluster_is_not_removed(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    gone = perform(cloud, "cs_storage_pool", **DATA, cluster="c2", storage_url=SECOND, state="absent")
    assert (gone.changed, writes(sandbox)) == (False, [])
    twice(cloud, "cs_storage_pool", **DATA, cluster="c2", storage_url=SECOND)
    assert places(site) == [("c1", "10.0.0.9"), ("c2", "10.0.0.77")]
    with pytest.raises(Ambiguous):
        perform(cloud, "cs_storage_pool", **DATA, state="absent")
    assert perform(cloud, "cs_storage_pool", **DATA, storage_url=SECOND, state="absent").changed
    assert places(site) == [("c1", "10.0.0.9")]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"storage_url": "nfs://10.0.0.77/data"}, "ip_address"),
        ({"storage_url": "nfs://10.0.0.9/else"}, "path"),
        ({"scope": "zone"}, "scope"),
        ({"provider": "SolidFire"}, "provider"),
        ({"cluster": "c2", "storage_url": FIRST}, "cluster_id"),
    ],
)
def test_a_pool_that_is_told_otherwise_is_not_removed(
    sandbox: Sandbox, site: Site, cloud: Gateway, told: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_storage_pool", **DATA, **told, state="absent")
    assert [(each.code, each.facts["field"]) for each in caught.value.reasons] == [("another_thing", field)]
    assert writes(sandbox) == []
    assert places(site) == [("c1", "10.0.0.9")]


def test_the_same_storage_is_not_moved_to_another_cluster(sandbox: Sandbox, cloud: Gateway) -> None:
    """The server would refuse it: the id of a pool comes from its address and path."""
    with pytest.raises(Refused, match="cluster_id is"):
        perform(cloud, "cs_storage_pool", **DATA, cluster="c2", storage_url=FIRST)
    assert writes(sandbox) == []


@pytest.mark.parametrize("wanted", [{"state": "absent"}, {"allocation_state": "maintenance"}])
def test_a_disabled_pool_is_disabled_again_where_its_maintenance_fails(
    sandbox: Sandbox, site: Site, cloud: Gateway, wanted: dict[str, str]
) -> None:
    site.api.ok("updateStoragePool", id=site.pool, enabled="false")
    sandbox.faults.add("enableStorageMaintenance", "http", status=530)
    with pytest.raises(ApiError):
        perform(cloud, "cs_storage_pool", zone="z1", name="ps1", **wanted)
    (pool,) = cloud.storage_pools.again(id=site.pool)
    assert pool.state == "Disabled"
    assert cloud.notes.all(marks.ENTITY, site.pool) == []
    sandbox.faults.clear()
    assert perform(cloud, "cs_storage_pool", zone="z1", name="ps1", **wanted).changed


def test_after_a_kill_a_disabled_pool_is_known_to_be_one(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    """Up for a moment, as the mark tells the next run, which disables it again where it fails too."""
    site.api.ok("updateStoragePool", id=site.pool, enabled="false")
    sandbox.faults.add("enableStorageMaintenance", "http", status=530)
    sandbox.faults.add("updateStoragePool", "http", nth=2, status=530)
    with pytest.raises(ApiError):
        perform(cloud, "cs_storage_pool", zone="z1", name="ps1", state="absent")
    (pool,) = cloud.storage_pools.again(id=site.pool)
    mark = marks.read(cloud, pool)
    assert mark is not None
    assert (pool.state, mark.before, mark.open) == ("Up", "Disabled", True)
    sandbox.faults.clear()
    sandbox.faults.add("enableStorageMaintenance", "http", status=530)
    with pytest.raises(ApiError):
        perform(cloud, "cs_storage_pool", zone="z1", name="ps1", state="absent")
    assert cloud.storage_pools.again(id=site.pool)[0].state == "Disabled"
