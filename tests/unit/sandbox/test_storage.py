"""Primary and secondary storage (T7:174-335)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    return Site(Api(sandbox))


def second(site: Site) -> str:
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    return str(site.api.ok("createStoragePool", name="ps2", url="nfs://10.0.0.9/ps2", **place)["storagepool"]["id"])


def volume(site: Site, vm: str) -> dict[str, Any]:
    (found,) = site.api.ok("listVolumes", virtualmachineid=vm, listall="true")["volume"]
    return dict(found)


def state(site: Site, vm: str) -> str:
    return str(site.api.ok("listVirtualMachines", id=vm)["virtualmachine"][0]["state"])


def test_maintenance_stops_vms_and_moves_routers_and_the_return_starts_them(site: Site) -> None:
    network, other = str(site.network()["id"]), second(site)
    vm = site.deploy(network)
    assert volume(site, vm)["storageid"] == site.pool
    site.api.done("enableStorageMaintenance", id=site.pool)
    assert state(site, vm) == "Stopped"
    assert [row["state"] for row in site.api.ok("listRouters")["router"]] == ["Running"]
    moved = site.api.ok("listVolumes", storageid=other, listsystemvms="true", listall="true")["volume"]
    assert "DomainRouter" in {row["vmtype"] for row in moved}
    site.api.done("cancelStorageMaintenance", id=site.pool)
    assert state(site, vm) == "Running"
    assert volume(site, vm)["storageid"] == site.pool


def test_a_vm_started_during_maintenance_has_its_volume_elsewhere(site: Site) -> None:
    other, vm = second(site), site.deploy(str(site.network()["id"]))
    before = volume(site, vm)
    site.api.done("enableStorageMaintenance", id=site.pool)
    site.api.done("startVirtualMachine", id=vm)
    after = volume(site, vm)
    assert (after["id"], after["storageid"]) == (before["id"], other)
    assert after["path"] != before["path"]


def test_a_volume_moves_only_while_its_vm_is_stopped(site: Site) -> None:
    other, vm = second(site), site.deploy(str(site.network()["id"]))
    sent = {"volumeid": volume(site, vm)["id"], "storageid": other}
    assert site.api.job("migrateVolume", **sent)["jobresultcode"] == 431
    site.api.done("stopVirtualMachine", id=vm)
    assert site.api.done("migrateVolume", **sent)["volume"]["storageid"] == other
    assert site.api.job("migrateVolume", **sent)["jobresultcode"] == 431


def test_a_pool_with_volumes_stays_even_when_forced(site: Site) -> None:
    vm = site.deploy(str(site.network()["id"]))
    assert site.api.ask("deleteStoragePool", id=site.pool, forced="true")[0] == 431
    site.api.done("enableStorageMaintenance", id=site.pool)
    assert site.api.ask("deleteStoragePool", id=site.pool, forced="true")[0] == 530
    assert state(site, vm) == "Stopped"


def test_a_new_vm_goes_to_a_pool_that_is_enabled(site: Site) -> None:
    other = second(site)
    site.api.ok("updateStoragePool", id=site.pool, enabled="false")
    assert volume(site, site.deploy(str(site.network()["id"])))["storageid"] == other
    assert site.api.ask("updateStoragePool", id=site.pool, enabled="false")[0] == 431


def test_the_scope_of_a_disabled_pool_changes(site: Site) -> None:
    change = {"id": site.pool, "scope": "ZONE"}
    assert site.api.job("changeStoragePoolScope", **change)["jobresultcode"] == 431
    site.api.ok("updateStoragePool", id=site.pool, enabled="false")
    site.api.done("changeStoragePoolScope", **change)
    (pool,) = site.api.ok("listStoragePools", id=site.pool)["storagepool"]
    assert (pool["scope"], "clusterid" in pool) == ("ZONE", False)
    assert site.api.job("changeStoragePoolScope", id=site.pool, scope="CLUSTER")["jobresultcode"] == 431
    site.api.done("changeStoragePoolScope", id=site.pool, scope="CLUSTER", clusterid=site.cluster)


@pytest.mark.parametrize(
    ("url", "kind", "address", "path"),
    [
        ("rbd://u:s@10.0.0.9/pool1", "RBD", "10.0.0.9", "pool1"),
        ("clvm://localhost/vg1", "CLVM", "localhost", "vg1"),
        ("SharedMountPoint://localhost/mnt", "SharedMountPoint", "localhost", "/mnt"),
        ("vmfs://10.0.0.9/dc/ds", "VMFS", "VMFS datastore: /dc/ds", "/dc/ds"),
        ("presetup://localhost/sr1", "PreSetup", "localhost", "/sr1"),
        ("iscsi://10.0.0.9/iqn.test:d/1", "IscsiLUN", "10.0.0.9", "/iqn.test:d/1"),
    ],
)
def test_forms_of_a_pool(site: Site, url: str, kind: str, address: str, path: str) -> None:
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    pool = site.api.ok("createStoragePool", name="p", url=url, **place)["storagepool"]
    assert (pool["type"], pool["ipaddress"], pool["path"]) == (kind, address, path)
    assert (pool["id"] == "sr1") is (kind == "PreSetup")
    assert site.api.ask("createStoragePool", name="p", url=url, **place)[0] == 530


@pytest.mark.parametrize("url", ["nfs://10.0.0.9", "iscsi://10.0.0.9/iqn", "ftp://10.0.0.9/x", "no url", "cifs://h/s"])
def test_urls_that_make_no_pool(site: Site, url: str) -> None:
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    assert site.api.ask("createStoragePool", name="p", url=url, **place)[0] == 530


def test_image_stores_are_of_one_provider_and_hide_passwords(site: Site) -> None:
    add = {"provider": "NFS", "zoneid": site.zone}
    made = site.api.ok("addImageStore", name="smb", url="cifs://h/s?user=u&password=Placeholder1&domain=d", **add)
    assert made["imagestore"]["url"] == "cifs://h/s?user=u&domain=d"
    assert site.api.ask("addImageStore", name="smb", url="nfs://h/other", **add)[0] == 431
    assert site.api.ask("addImageStore", name="s3", provider="S3")[0] == 431
    moved = {"srcpool": made["imagestore"]["id"], "destpools": made["imagestore"]["id"]}
    assert site.api.job("migrateSecondaryStorageData", **moved)["jobresultcode"] == 530


def test_capabilities_of_a_hypervisor(site: Site) -> None:
    (row,) = site.api.ok("listHypervisorCapabilities", hypervisor="KVM")["hypervisorCapabilities"]
    changed = site.api.ok("updateHypervisorCapabilities", id=row["id"], maxguestslimit=7)["hypervisorcapabilities"]
    assert changed["maxguestslimit"] == 7
    assert site.api.ask("updateHypervisorCapabilities", id=row["id"], maxguestslimit=-5)[0] == 530
    assert site.api.ask("updateHypervisorCapabilities", hypervisor="KVM", hypervisorversion="9.9")[0] == 431
