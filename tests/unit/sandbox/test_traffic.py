"""Physical networks, providers, guest networks, address ranges, storage and notes."""

from __future__ import annotations

import pytest

from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import PUBLIC, Site


@pytest.fixture(name="site")
def _site(sandbox: Sandbox) -> Site:
    return Site(Api(sandbox))


def test_a_physical_network_goes_with_all_that_is_its_own(sandbox: Sandbox) -> None:
    api = Api(sandbox)
    zone = api.make_zone()
    made = api.done("createPhysicalNetwork", zoneid=zone, name="p", vlan="5-9")["physicalnetwork"]
    assert (made["vlan"], made["state"]) == ("5-9", "Disabled")
    api.done("addTrafficType", physicalnetworkid=made["id"], traffictype="Guest", kvmnetworklabel="br1")
    assert api.done("deletePhysicalNetwork", id=made["id"]) == {"success": True}
    assert api.ok("listPhysicalNetworks") == {}
    assert api.ok("listNetworkServiceProviders") == {}


def test_a_physical_network_with_addresses_in_use_stays(site: Site) -> None:
    site.deploy(str(site.network()["id"]))
    assert site.api.job("deletePhysicalNetwork", id=site.physical)["jobresultcode"] == 530
    status, body = site.api.ask("createPhysicalNetwork", zoneid=site.zone, name="late")
    assert (status, "currently enabled" in body["errortext"]) == (531, True)


def test_labels_change_and_traffic_in_use_stays(site: Site) -> None:
    types = site.api.ok("listTrafficTypes", physicalnetworkid=site.physical)["traffictype"]
    public = next(t["id"] for t in types if t["traffictype"] == "Public")
    changed = site.api.done("updateTrafficType", id=public, kvmnetworklabel="br7")["traffictype"]
    assert changed["kvmnetworklabel"] == "br7"
    assert site.api.job("deleteTrafficType", id=public)["jobstatus"] == 2
    management = next(t["id"] for t in types if t["traffictype"] == "Management")
    assert site.api.done("deleteTrafficType", id=management) == {"success": True}


def test_a_provider_is_enabled_after_its_element(site: Site) -> None:
    api = site.api
    chosen = {"physicalnetworkid": site.physical, "name": "InternalLbVm"}
    provider = api.ok("listNetworkServiceProviders", **chosen)["networkserviceprovider"][0]["id"]
    assert api.job("updateNetworkServiceProvider", id=provider, state="Enabled")["jobstatus"] == 2
    element = api.ok("listInternalLoadBalancerElements", nspid=provider)["internalloadbalancerelement"][0]["id"]
    api.done("configureInternalLoadBalancerElement", id=element, enabled="true")
    enabled = api.done("updateNetworkServiceProvider", id=provider, state="Enabled")["networkserviceprovider"]
    assert enabled["state"] == "Enabled"
    assert api.ask("addNetworkServiceProvider", **chosen)[0] == 530
    api.done("deleteNetworkServiceProvider", id=provider)
    again = api.done("addNetworkServiceProvider", **chosen)["networkserviceprovider"]
    assert (again["state"], again["servicelist"]) == ("Disabled", ["Lb"])


def _offering(api: Api, **more: str) -> dict[str, object]:
    sent = {"name": "iso-vlan", "displaytext": "d", "guestiptype": "Isolated", "traffictype": "GUEST"}
    pairs = {
        f"serviceproviderlist[{n}].{key}": value
        for n, service in enumerate(("Dhcp", "Dns", "SourceNat"))
        for key, value in (("service", service), ("provider", "VirtualRouter"))
    }
    sent = {**sent, "supportedservices": "Dhcp,Dns,SourceNat", "specifyvlan": "true", **pairs, **more}
    made: dict[str, object] = api.ok("createNetworkOffering", **sent)["networkoffering"]
    return made


def test_a_network_with_a_vlan_of_its_own(site: Site) -> None:
    api = site.api
    offering = _offering(api)
    assert offering["state"] == "Disabled"
    sent = {"zoneid": site.zone, "networkofferingid": offering["id"], "name": "iso", "displaytext": "iso"}
    assert api.ask("createNetwork", **sent, vlan=700)[0] == 431
    api.ok("updateNetworkOffering", id=offering["id"], state="Enabled")
    made = api.ok("createNetwork", **sent, vlan=700)["network"]
    assert (made["state"], made["vlan"], made["networkdomain"]) == ("Setup", "700", "cs2cloud.internal")
    for vlan, words in (("700", "already exists or overlaps"), ("150", "dynamic vlan allocation"), ("", "has to be")):
        status, body = api.ask("createNetwork", **sent, vlan=vlan)
        assert (status, words in body["errortext"]) == (431, True), body
    assert api.ok("createNetwork", **sent, vlan=3000)["network"]["vlan"] == "3000"
    api.done("deleteNetwork", id=made["id"])
    assert api.ok("createNetwork", **sent, vlan=700)["network"]["vlan"] == "700"


def test_an_offering_exists_once(site: Site) -> None:
    _offering(site.api)
    status, body = site.api.ask(
        "createNetworkOffering", name="iso-vlan", displaytext="d", guestiptype="Isolated", traffictype="GUEST"
    )
    assert (status, body["errortext"].strip()) == (530, "Entity already exists")
    assert site.api.ask("updateNetworkOffering", state="Enabled")[0] == 431


def test_public_ranges(site: Site) -> None:
    api = site.api
    overlapping = {**PUBLIC, "startip": "192.168.2.100", "endip": "192.168.2.220", "vlan": "50"}
    place = {"zoneid": site.zone, "physicalnetworkid": site.physical, "forvirtualnetwork": "true"}
    assert api.ask("createVlanIpRange", **place, **overlapping)[0] == 431
    assert api.ask("createVlanIpRange", **place, **{**overlapping, "vlan": "150"})[0] == 431
    # The server compares subnets: not on another VLAN, and with one gateway and netmask.
    free = {**PUBLIC, "startip": "192.168.2.210", "endip": "192.168.2.220"}
    assert api.ask("createVlanIpRange", **place, **free, vlan="51")[0] == 431
    assert api.ask("createVlanIpRange", **place, **{**free, "gateway": "192.168.2.254"}, vlan="50")[0] == 431
    net = {"startip": "192.168.3.2", "endip": "192.168.3.20", "gateway": "192.168.3.1"}
    made = site.range(vlan="51", **net)
    assert (made["vlan"], made["cidr"]) == ("vlan://51", "192.168.3.0/24")
    domain = api.ok("listDomains")["domain"][0]["id"]
    held = api.ok("dedicatePublicIpRange", id=made["id"], account="admin", domainid=domain)["vlan"]
    assert held["account"] == "admin"
    assert api.ok("releasePublicIpRange", id=made["id"]) == {"success": True}
    assert api.ok("updateVlanIpRange", id=made["id"], endip="192.168.3.30")["vlan"]["endip"] == "192.168.3.30"
    assert api.ask("updateVlanIpRange", id=made["id"], endip="192.168.4.30")[0] == 431
    assert api.ok("deleteVlanIpRange", id=made["id"]) == {"success": True}
    status, body = api.ask("deleteVlanIpRange", id=made["id"])
    assert (status, body["cserrorcode"], body["errortext"]) == (431, 4350, "Please specify a valid IP range id.")


def test_a_range_may_be_of_ipv6(site: Site) -> None:
    six = {"ip6gateway": "2001:db8::1", "ip6cidr": "2001:db8::/64"}
    place = {"zoneid": site.zone, "physicalnetworkid": site.physical, "forvirtualnetwork": "true", "vlan": "52"}
    ends = {"startipv6": "2001:db8::10", "endipv6": "2001:db8::20"}
    made = site.api.ok("createVlanIpRange", **place, **six, **ends)["vlan"]
    assert (made["ip6cidr"], made["startipv6"]) == ("2001:db8::/64", "2001:db8::10")
    assert site.api.ask("createVlanIpRange", **place, **six, startipv6="2001:db8::20", endipv6="2001:db8::30")[0] == 431
    assert site.api.ask("createVlanIpRange", **place, **six, startipv6="2001:db9::1")[0] == 431


def test_an_address_in_use_keeps_its_range(site: Site) -> None:
    site.vlan_in_use()
    assert site.api.ask("deleteVlanIpRange", id=site.public)[0] == 431
    assert site.api.ok("listPublicIpAddresses", zoneid=site.zone)["count"] >= 1


def test_a_pool_goes_only_out_of_maintenance(site: Site) -> None:
    api = site.api
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    # An empty one: system VMs are on the first.
    pool = api.ok("createStoragePool", name="ps2", url="nfs://10.0.0.9/ps2", **place)["storagepool"]["id"]
    assert api.ask("deleteStoragePool", id=pool)[0] == 431
    assert api.ok("updateStoragePool", id=pool, enabled="false")["storagepool"]["state"] == "Disabled"
    assert api.ok("updateStoragePool", id=pool, enabled="true", tags="a,b")["storagepool"]["tags"] == "a,b"
    assert api.done("enableStorageMaintenance", id=pool)["storagepool"]["state"] == "Maintenance"
    assert api.job("enableStorageMaintenance", id=pool)["jobresultcode"] == 431
    assert api.done("cancelStorageMaintenance", id=pool)["storagepool"]["state"] == "Up"
    assert api.job("cancelStorageMaintenance", id=pool)["jobresultcode"] == 530
    api.done("enableStorageMaintenance", id=pool)
    assert api.ok("deleteStoragePool", id=pool) == {"success": True}
    assert [row["id"] for row in api.ok("listStoragePools")["storagepool"]] == [site.pool]


def test_image_stores(site: Site) -> None:
    api = site.api
    store = api.ok("listImageStores", provider="nfs")["imagestore"][0]
    assert api.ok("updateImageStore", id=store["id"], readonly="true")["imagestore"]["readonly"] is True
    assert api.ok("listImageStores", readonly="false") == {}
    assert api.ok("deleteImageStore", id=store["id"]) == {"success": True}


def test_addresses_of_a_pod(site: Site) -> None:
    api = site.api
    sent = {"podid": site.pod, "gateway": "172.16.15.1", "netmask": "255.255.255.0"}
    more = {"startip": "172.16.15.210", "endip": "172.16.15.220"}
    pod = api.done("createManagementNetworkIpRange", **sent, **more)["pod"]
    assert pod["endip"] == ["172.16.15.200", "172.16.15.220"]
    assert api.job("createManagementNetworkIpRange", **sent, **more)["jobstatus"] == 2
    api.done("deleteManagementNetworkIpRange", podid=site.pod, vlan="untagged", **more)
    assert len(api.ok("listPods", id=site.pod)["pod"][0]["endip"]) == 1
    assert api.ask("createStorageNetworkIpRange", **sent, startip="172.16.15.230")[0] == 431


def test_notes_show_on_their_host(site: Site) -> None:
    api = site.api
    note = api.ok("addAnnotation", entitytype="HOST", entityid=site.host, annotation="patching")["annotation"]
    assert api.ok("listHosts", id=site.host)["host"][0]["annotation"] == "patching"
    assert api.ok("listAnnotations", entityid=site.host)["count"] == 1
    api.ok("removeAnnotation", id=note["id"])
    assert api.ok("listHosts", id=site.host)["host"][0]["hasannotations"] is False
    assert api.ask("addAnnotation", entitytype="HOST", entityid="junk", annotation="x")[0] == 431
