# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exported zone says, and what it tells that it does not say."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.check import problems
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.declaration.export import exported
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site


def plain(value: object) -> Any:
    """Variables of a vault as what they are by default."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(getattr(value, "default", value)) if isinstance(value, str) else value


def told(cloud: Gateway) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    found = exported(cloud, "z1")
    return plain(found.declaration), {(each.code, each.object) for each in found.gaps}


def test_clusters_of_one_name(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    api = site.api
    pod = Api(sandbox).make_pod(site.zone, "p2", "172.16.16")
    more = {"clustername": "c1", "hypervisor": "Simulator", "clustertype": "CloudManaged"}
    second = api.ok("addCluster", zoneid=site.zone, podid=pod, **more)["cluster"][0]["id"]
    api.ok("createStoragePool", name="ps2", url="nfs://10.0.0.9/ps2", zoneid=site.zone, podid=pod, clusterid=second)
    api.ok("updateConfiguration", name="cpu.overprovisioning.factor", value="3", clusterid=second)
    cloud.forget()
    declaration, _gaps = told(cloud)
    assert {each["name"]: each["cluster"] for each in declaration["primary_storage"]} == {
        "ps1": "p1/c1", "ps2": "p2/c1",
    }  # fmt: skip
    groups = exported(cloud, "z1").groups
    assert [each["cloudstack_cluster"] for each in groups.values()] == ["p1/c1", "p2/c1"]
    codes = {each.code for each in problems(declaration, [])}
    assert not codes & {"duplicate_name", "unknown_cluster", "host_without_cluster"}
    declaration["clusters"] = [{**each, "hypervisor": "KVM"} for each in declaration["clusters"]]
    double = {**declaration, "clusters": [*declaration["clusters"], declaration["clusters"][0]]}
    assert "duplicate_name" in {each.code for each in problems(double, [])}
    cloud.forget()
    sandbox.calls.clear()
    declaration, _gaps = told(cloud)
    planned = perform(cloud, "cs_site", declaration=declaration, state="planned")
    assert planned.result["plan"] == []
    assert writes(sandbox) == []


@pytest.mark.since("4.22", raises=(AssertionError, KeyError))
def test_what_a_declaration_cannot_say_is_a_gap(site: Site, cloud: Gateway) -> None:
    api, before = site.api, told(cloud)[1]
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    api.ok("createStoragePool", name="pn", url="nfs://10.0.0.9/pn", **place, **{"details[0].nfsmountopts": "vers=4.1"})
    address = {"driver": "ipmitool", "address": "10.9.9.9", "port": "623", "username": "u", "password": "p"}
    api.ok("configureOutOfBandManagement", hostid=site.host, **address)
    (store,) = cloud.image_stores.all()
    api.ok("updateImageStore", id=store.id, readonly="true")
    api.ok("updateStoragePool", id=site.pool, tags="gpu", istagarule="true")
    api.ok("updateCluster", id=site.cluster, managedstate="Unmanaged")
    cloud.forget()
    declaration, gaps = told(cloud)
    (host,) = [each.name for each in cloud.hosts.all() if each.id == site.host]
    assert gaps - before == {("store_read_only", store.name), ("pool_tag_rule", "ps1"), ("host_oobm", host)}
    pools = {each["name"]: each for each in declaration["primary_storage"]}
    assert "tags" not in pools["ps1"]
    assert pools["pn"]["details"] == {"nfsmountopts": "vers=4.1"}
    assert declaration["clusters"][0]["managed_state"] == "unmanaged"
