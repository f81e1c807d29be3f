"""VMs, system VMs and hosts over the API, as the recorded server answers (T2)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.server import Sandbox
from unit.sandbox.client import Api

GIB = 1 << 30


@pytest.fixture(name="api")
def _api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


def _physical(api: Api, zone: str) -> None:
    network = api.done("createPhysicalNetwork", zoneid=zone, name="p")["physicalnetwork"]["id"]
    for kind in ("Management", "Guest", "Public"):
        api.done("addTrafficType", physicalnetworkid=network, traffictype=kind)
    api.done("updatePhysicalNetwork", id=network, vlan="100-200", state="Enabled")
    sent = {"startip": "192.168.2.2", "endip": "192.168.2.200", "netmask": "255.255.255.0", "gateway": "192.168.2.1"}
    api.ok("createVlanIpRange", zoneid=zone, physicalnetworkid=network, forvirtualnetwork="true", vlan="50", **sent)


def _open_zone(api: Api, hosts: int = 3) -> tuple[str, list[str]]:
    """Zone and hosts, ready for VMs, with its system VMs."""
    zone = api.make_zone()
    pod = api.make_pod(zone)
    _physical(api, zone)
    sent: dict[str, Any] = {"zoneid": zone, "podid": pod, "hypervisor": "Simulator"}
    cluster = api.ok("addCluster", **sent, clustername="c", clustertype="CloudManaged")["cluster"][0]["id"]
    found = [
        api.ok("addHost", **sent, clusterid=cluster, url=f"http://sim/h{n}", username="u", password="p")["host"][0][
            "id"
        ]
        for n in range(hosts)
    ]
    api.ok("createStoragePool", zoneid=zone, podid=pod, clusterid=cluster, name="ps", url="nfs://n/p")
    api.ok("addImageStore", zoneid=zone, provider="NFS", url="nfs://n/s", name="sec")
    api.ok("updateZone", id=zone, allocationstate="Enabled")
    api.becomes(lambda: api.ok("listSystemVms", zoneid=zone).get("count"), 2)
    return zone, found


def _deploy(api: Api, zone: str, **more: Any) -> dict[str, Any]:
    """The final job of a deployment of the 1 GiB offering into the zone's network "n"."""
    networks = api.ok("listNetworks", zoneid=zone, keyword="n").get("network", [])
    if not networks:
        name = "DefaultIsolatedNetworkOfferingWithSourceNatService"
        offering = api.ok("listNetworkOfferings", name=name)["networkoffering"][0]["id"]
        networks = [api.ok("createNetwork", zoneid=zone, networkofferingid=offering, name="n")["network"]]
    service = next(o["id"] for o in api.ok("listServiceOfferings")["serviceoffering"] if o["name"] == "Medium Instance")
    template = next(
        t["id"] for t in api.ok("listTemplates", templatefilter="all")["template"] if t["templatetype"] == "BUILTIN"
    )
    sent = {"serviceofferingid": service, "templateid": template, "networkids": networks[0]["id"], **more}
    return api.job("deployVirtualMachine", zoneid=zone, **sent)


def _allocated(api: Api, host: str) -> int:
    return int(api.ok("listHosts", id=host)["host"][0]["memoryallocated"])


def test_a_vm_brings_its_network_to_life_and_lands_where_it_was_sent(api: Api) -> None:
    zone, hosts = _open_zone(api)
    before = _allocated(api, hosts[1])
    vm = _deploy(api, zone, name="vm0", hostid=hosts[1])["jobresult"]["virtualmachine"]
    assert (vm["state"], vm["hostid"], vm["memory"]) == ("Running", hosts[1], 1024)
    assert vm["nic"][0]["broadcasturi"] in {f"vlan://{vlan}" for vlan in range(100, 201)}
    router = api.ok("listRouters", listall="true")["router"][0]
    assert (router["guestnetworkname"], router["guestipaddress"]) == ("n", "10.1.1.1")
    grown = GIB + (GIB // 2 if router["hostid"] == hosts[1] else 0)
    assert _allocated(api, hosts[1]) == before + grown
    assert _deploy(api, zone, hostid=hosts[0])["jobstatus"] == 1
    assert api.ok("listRouters", listall="true")["count"] == 1


def test_a_host_takes_no_more_than_it_has(api: Api) -> None:
    zone, hosts = _open_zone(api)
    codes = [_deploy(api, zone, hostid=hosts[0])["jobresultcode"] for _ in range(9)]
    assert codes[0] == 0
    assert codes[-1] == 533
    assert 7 * GIB < _allocated(api, hosts[0]) <= 8 * GIB
    assert api.ok("listVirtualMachines", state="Error")["count"] == codes.count(533)


def test_migration_moves_the_books_and_refuses_what_the_server_refuses(api: Api) -> None:
    zone, hosts = _open_zone(api)
    vm = _deploy(api, zone, hostid=hosts[0])["jobresult"]["virtualmachine"]["id"]
    others = api.ok("findHostsForMigration", virtualmachineid=vm)["host"]
    assert {h["id"]: h["suitableformigration"] for h in others} == {hosts[1]: True, hosts[2]: True}
    held = [_allocated(api, host) for host in hosts]
    moved = api.done("migrateVirtualMachine", virtualmachineid=vm, hostid=hosts[2])["virtualmachine"]
    assert moved["hostid"] == hosts[2]
    assert [_allocated(api, host) for host in hosts] == [held[0] - GIB, held[1], held[2] + GIB]
    assert api.job("migrateVirtualMachine", virtualmachineid=vm, hostid=hosts[2])["jobresultcode"] == 431
    api.ok("updateHost", id=hosts[1], allocationstate="Disable")
    assert api.job("migrateVirtualMachine", virtualmachineid=vm, hostid=hosts[1])["jobresultcode"] == 431
    assert api.ok("listVirtualMachines", id=vm)["virtualmachine"][0]["hostid"] == hosts[2]


def test_a_stopped_vm_keeps_its_room_and_a_destroyed_one_does_not(api: Api) -> None:
    zone, hosts = _open_zone(api)
    vm = _deploy(api, zone, hostid=hosts[0])["jobresult"]["virtualmachine"]["id"]
    held = _allocated(api, hosts[0])
    assert "hostid" not in api.done("stopVirtualMachine", id=vm)["virtualmachine"]
    assert _allocated(api, hosts[0]) == held
    assert api.done("startVirtualMachine", id=vm)["virtualmachine"]["hostid"] == hosts[0]
    api.done("destroyVirtualMachine", id=vm, expunge="true")
    assert _allocated(api, hosts[0]) == held - GIB
    assert api.ok("listVirtualMachines", id=vm) == {}


def test_a_reconnecting_host_is_away_for_a_while_and_can_be_given_up(api: Api, sandbox: Sandbox) -> None:
    """T2:52-54, T3:106: only then; its VMs are Stopped and their room is kept."""
    zone, hosts = _open_zone(api)
    vm = _deploy(api, zone, hostid=hosts[0])["jobresult"]["virtualmachine"]["id"]
    assert api.job("declareHostAsDegraded", id=hosts[0])["jobstatus"] == 2
    sandbox.world.durations["reconnection"] = 600.0
    assert api.done("reconnectHost", id=hosts[0])["host"]["state"] == "Up"
    host = api.done("declareHostAsDegraded", id=hosts[0])["host"]
    assert (host["state"], host["resourcestate"], "managementserverid" in host) == ("Disconnected", "Degraded", False)
    assert api.ok("listVirtualMachines", id=vm)["virtualmachine"][0]["state"] == "Stopped"
    assert api.done("cancelHostAsDegraded", id=hosts[0])["host"]["resourcestate"] == "Enabled"


def test_an_unmanaged_cluster_lets_go_of_its_hosts(api: Api) -> None:
    _, hosts = _open_zone(api, 1)
    cluster = api.ok("listHosts", id=hosts[0])["host"][0]["clusterid"]
    api.ok("updateCluster", id=cluster, managedstate="Unmanaged")
    assert api.ok("listHosts", id=hosts[0], details="min")["host"][0]["state"] == "Disconnected"
    api.ok("updateCluster", id=cluster, managedstate="Managed")
    api.becomes(lambda: api.ok("listHosts", id=hosts[0], details="min")["host"][0]["state"], "Up")
    assert api.ask("updateCluster", id=cluster, managedstate="Bogus")[0] == 431


def test_the_least_that_is_told_of_a_host(api: Api) -> None:
    _, hosts = _open_zone(api, 1)
    least = api.ok("listHosts", id=hosts[0], details="min")["host"][0]
    assert least["memoryallocated"] == 0
    assert {"clustername", "memorytotal", "events"}.isdisjoint(least)
    with_capacity = api.ok("listHosts", id=hosts[0], details="capacity")["host"][0]
    assert "memorytotal" in with_capacity
    assert {"events", "cpuused"}.isdisjoint(with_capacity)
    assert api.ask("listHosts", details="nonsense")[0] == 431
