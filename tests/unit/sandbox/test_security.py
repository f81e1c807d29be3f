"""System VMs, routers, diagnostics, out-of-band management, host HA, certificates, events."""

from __future__ import annotations

import pytest
from cryptography import x509

from sandbox.server import Sandbox
from sandbox.world.security import Bmc
from unit.sandbox.client import Api
from unit.sandbox.site import Site


@pytest.fixture(name="site")
def _site(sandbox: Sandbox) -> Site:
    return Site(Api(sandbox))


@pytest.fixture(name="proxy")
def _proxy(site: Site) -> str:
    """The console proxy, once the server has made it."""
    found = site.api.box.wait_for(lambda: site.api.ok("listSystemVms", systemvmtype="consoleproxy"))
    return str(found["systemvm"][0]["id"])


def test_a_stopped_system_vm_keeps_its_public_address(site: Site, proxy: str) -> None:
    api = site.api
    before = api.ok("listSystemVms", id=proxy)["systemvm"][0]
    for _ in range(2):
        stopped = api.done("stopSystemVm", id=proxy)["systemvm"]
        assert stopped["state"] == "Stopped"
        assert {"hostid", "privateip", "linklocalip"} & set(stopped) == set()
        assert stopped["publicip"] == before["publicip"]
    started = api.done("startSystemVm", id=proxy)["systemvm"]
    assert (started["state"], started["hostid"]) == ("Running", before["hostid"])
    assert "privateip" in started


def test_a_destroyed_system_vm_is_replaced(site: Site, proxy: str) -> None:
    answered = site.api.done("destroySystemVm", id=proxy)["systemvm"]
    assert (answered["state"], "publicip" in answered) == ("Running", False)
    found = site.api.box.wait_for(lambda: site.api.ok("listSystemVms", systemvmtype="consoleproxy"))
    assert found["systemvm"][0]["id"] != proxy


def test_system_vms_take_system_offerings_only(site: Site, proxy: str) -> None:
    small = site.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
    status, body = site.api.ask("changeServiceForSystemVm", id=proxy, serviceofferingid=small)
    assert (status, "isSystem" in body["errortext"]) == (431, True)


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"type": "ping"}, 1, "PING 8.8.8.8 executed in v-"),
        ({"type": "ping", "params": "-c 5"}, 1, "PING"),
        ({"type": "ping", "params": "-c 5; reboot"}, 2, "unwanted characters: -c 5; reboot"),
        ({"type": "bogus"}, 2, "bogus Is not a valid diagnostics command type."),
    ],
)
def test_diagnostics(site: Site, proxy: str, sent: dict[str, str], status: int, words: str) -> None:
    state = site.api.job("runDiagnostics", targetid=proxy, ipaddress="8.8.8.8", **sent)
    assert (state["jobstatus"], state["jobinstancetype"]) == (status, "ConsoleProxy")
    assert words in str(state["jobresult"])
    assert site.api.job("getDiagnosticsData", targetid=proxy)["jobresultcode"] == 530


def test_a_cleaned_network_has_another_router(site: Site) -> None:
    api = site.api
    network = str(site.network()["id"])
    site.deploy(network)
    old = api.ok("listRouters", networkid=network)["router"][0]
    stopped = api.done("stopRouter", id=old["id"])["router"]
    control = next(nic for nic in stopped["nic"] if nic["traffictype"] == "Control")
    assert "ipaddress" not in control
    started = api.done("startRouter", id=old["id"])["router"]
    assert started["scriptsversion"] != old["scriptsversion"]
    assert [nic["id"] for nic in started["nic"]] == [nic["id"] for nic in old["nic"]]
    assert api.done("restartNetwork", id=network, cleanup="true") == {"success": True}
    new = api.ok("listRouters", networkid=network)["router"]
    assert (len(new), new[0]["publicip"]) == (1, old["publicip"])
    assert new[0]["id"] != old["id"]
    status, body = api.ask("destroyRouter", id=old["id"])
    assert (status, body["cserrorcode"]) == (431, 4350)


BMC = {"driver": "ipmitool", "address": "127.0.0.1", "port": "9001", "username": "admin", "password": "password"}


def _configure(site: Site, **changes: str) -> None:
    site.api.ok("configureOutOfBandManagement", hostid=site.host, **{**BMC, **changes})
    site.api.done("enableOutOfBandManagementForHost", hostid=site.host)


def _power(site: Site, action: str = "STATUS") -> tuple[int, str]:
    state = site.api.job("issueOutOfBandManagementPowerAction", hostid=site.host, action=action)
    result = state["jobresult"]
    return state["jobstatus"], result["errortext"] if state["jobstatus"] == 2 else result["outofbandmanagement"][
        "powerstate"
    ]


def test_out_of_band_is_off_in_different_words(site: Site) -> None:
    api = site.api
    assert "not configured" in api.job("enableOutOfBandManagementForHost", hostid=site.host)["jobresult"]["errortext"]
    assert "disabled or not configured" in _power(site)[1]
    assert api.ask("configureOutOfBandManagement", hostid=site.host, **{**BMC, "driver": "bogus"})[0] == 530
    _configure(site)
    told = api.ok("listHosts", id=site.host)["host"][0]["outofbandmanagement"]
    assert (told["enabled"], told["password"]) == (True, "p****")
    assert "No enum constant" in _power(site, "BOGUS")[1]
    for place, parameter in (("Cluster", "clusterid"), ("Zone", "zoneid")):
        where = {parameter: site.cluster if place == "Cluster" else site.zone}
        api.done(f"disableOutOfBandManagementFor{place}", **where)
        assert f"disabled for the host's {place.lower()}" in _power(site)[1]
        api.done(f"enableOutOfBandManagementFor{place}", **where)
    status, text = _power(site)
    assert (status, "Unable to establish IPMI" in text) == (2, True)


def test_an_action_tells_the_power_from_before(site: Site) -> None:
    site.api.box.world.bmcs["127.0.0.1", "9001"] = Bmc("admin", "password")
    _configure(site)
    assert _power(site) == (1, "On")
    assert _power(site, "OFF") == (1, "On")
    assert _power(site) == (1, "Off")
    site.api.done("changeOutOfBandManagementPassword", hostid=site.host, password="new")
    assert _power(site) == (1, "Off")
    _configure(site)
    assert _power(site)[0] == 2


def test_redfish_asks_on_its_own_port(site: Site) -> None:
    site.api.box.world.bmcs["127.0.0.1", "443"] = Bmc("admin", "password")
    _configure(site, driver="redfish")
    assert _power(site) == (1, "On")


def test_host_ha(site: Site) -> None:
    api = site.api
    assert api.ok("listHostHAProviders", hypervisor="Simulator")["haprovider"] == [
        {"haprovider": "SimulatorHAProvider"}
    ]
    assert api.ask("listHostHAProviders", hypervisor="Bogus")[0] == 431
    assert api.ok("listHostHAResources") == {}
    assert api.job("enableHAForHost", hostid=site.host)["jobresultcode"] == 431
    assert api.job("configureHAForHost", hostid=site.host, provider="bogus")["jobresultcode"] == 530
    api.done("configureHAForHost", hostid=site.host, provider="simulatorhaprovider")
    assert api.done("enableHAForHost", hostid=site.host)["hostha"]["haenable"] is True
    assert api.ok("listHostHAResources", hostid=site.host)["hostha"][0]["haprovider"] == "simulatorhaprovider"
    assert api.done("disableHAForCluster", clusterid=site.cluster) == {"success": False}
    assert api.done("enableHAForCluster", clusterid=site.cluster) == {"success": True}


def test_certificates(sandbox: Sandbox) -> None:
    api = Api(sandbox)
    issued = api.done("issueCertificate", domain="h0.example.test", ipaddress="127.0.0.1")["certificates"]
    own = x509.load_pem_x509_certificate(issued["certificate"].encode())
    root = x509.load_pem_x509_certificate(api.ok("listCaCertificate")["cacertificates"]["certificate"].encode())
    own.verify_directly_issued_by(root)
    names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["h0.example.test"]
    assert api.job("issueCertificate", csr="junk")["jobresultcode"] == 530
    assert api.job("issueCertificate")["jobresultcode"] == 431
    assert api.done("revokeCertificate", serial="abc123") == {"success": True}
    assert api.job("revokeCertificate", serial="zz")["jobresultcode"] == 530


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "alias can't be empty"),
        ({"id": "1", "name": "root1"}, "Could not parse certificate"),
        ({"privatekey": "junk"}, "for domain: example.test"),
    ],
)
def test_an_uploaded_certificate_is_looked_at(sandbox: Sandbox, sent: dict[str, str], words: str) -> None:
    state = Api(sandbox).job("uploadCustomCertificate", certificate="junk", domainsuffix="example.test", **sent)
    assert (state["jobresultcode"], words in state["jobresult"]["errortext"]) == (431, True)


def test_maintenance_is_written_down(site: Site) -> None:
    api = site.api
    host = site.hosts[1]
    api.done("prepareHostForMaintenance", id=host)
    events = api.ok("listEvents", type="MAINT.PREPARE")["event"]
    assert sorted(event["state"] for event in events) == ["Completed", "Scheduled", "Started", "Started"]
    assert {event["resourceid"] for event in events} == {host}
    assert api.job("prepareHostForMaintenance", id=host)["jobstatus"] == 2
    errors = api.ok("listEvents", type="MAINT.PREPARE", level="ERROR")["event"]
    assert [event["description"] for event in errors] == ["Error while prepare maintenance for host"]


def test_a_template_does_not_come_from_the_server_itself(site: Site) -> None:
    system = site.api.ok("listOsTypes", description="Debian GNU/Linux 12 (64-bit)")["ostype"][0]
    sent = {"name": "t", "displaytext": "t", "format": "QCOW2", "hypervisor": "KVM", "ostypeid": system["id"]}
    assert site.api.ask("registerTemplate", **sent, url="http://127.0.0.1/t.qcow2", zoneid=site.zone)[0] == 431
    made = site.api.ok("registerTemplate", **sent, url="http://10.0.0.9/t.qcow2", zoneid=site.zone)["template"][0]
    assert made["ostypeid"] == system["id"]
