"""Hosts and clusters of hypervisors other than the simulator; none of it is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.server import Sandbox
from unit.sandbox.client import Api


@pytest.fixture(name="api")
def _api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


def _place(api: Api) -> dict[str, str]:
    zone = api.make_zone()
    return {"zoneid": zone, "podid": api.make_pod(zone)}


def _cluster(api: Api, place: dict[str, str], hypervisor: str, name: str) -> str:
    body = api.ok("addCluster", **place, clustername=name, hypervisor=hypervisor, clustertype="CloudManaged")
    return str(body["cluster"][0]["id"])


def _host(api: Api, place: dict[str, str], cluster: str, hypervisor: str, url: str) -> dict[str, Any]:
    sent = {"username": "root", "password": "x", "url": url, "hypervisor": hypervisor}
    found: dict[str, Any] = api.ok("addHost", **place, clusterid=cluster, **sent)["host"][0]
    return found


@pytest.mark.parametrize("hypervisor", ["KVM", "XenServer"])
def test_a_machine_joins_once(api: Api, hypervisor: str) -> None:
    place = _place(api)
    cluster = _cluster(api, place, hypervisor, "c")
    hosts = [_host(api, place, cluster, hypervisor, f"http://node{n}") for n in range(40)]
    assert hosts[3]["name"] == "node3"
    assert len({host["ipaddress"] for host in hosts}) == 40
    for again in ("http://node3", f"http://{hosts[3]['ipaddress']}", "http://NODE3/"):
        status, _ = api.ask("addHost", **place, clusterid=cluster, hypervisor=hypervisor, url=again)
        assert status == 530


def test_a_literal_address_is_kept(api: Api) -> None:
    place = _place(api)
    cluster = _cluster(api, place, "KVM", "c")
    assert _host(api, place, cluster, "KVM", "http://172.16.15.210")["ipaddress"] == "172.16.15.210"


def test_a_vmware_cluster_needs_its_datacenter(api: Api) -> None:
    place = _place(api)
    url = "http://vc.example/DC1/blue"
    sent = {**place, "clustername": "blue", "hypervisor": "VMware", "clustertype": "ExternalManaged", "url": url}
    assert api.ask("addCluster", **sent)[0] == 530
    datacenter = {"zoneid": place["zoneid"], "name": "DC1", "vcenter": "vc.example"}
    api.ok("addVmwareDc", **datacenter, username="u", password="p")
    assert api.ask("addVmwareDc", **datacenter)[0] == 530
    assert api.ask("addCluster", **{**sent, "url": "http://vc.example/DC2/blue"})[0] == 530
    cluster = api.ok("addCluster", **sent)["cluster"][0]
    hosts = [_host(api, place, cluster["id"], "VMware", f"{url}/esx{n}") for n in (1, 2)]
    assert [host["name"] for host in hosts] == ["esx1", "esx2"]
    assert hosts[0]["ipaddress"] != hosts[1]["ipaddress"]
    listed = api.ok("listVmwareDcs", zoneid=place["zoneid"])
    assert [(d["name"], d["vcenter"]) for d in listed["VMwareDC"]] == [("DC1", "vc.example")]
    assert api.ask("removeVmwareDc", zoneid=place["zoneid"])[0] == 530
