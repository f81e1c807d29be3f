"""Virtual routers of networks and VPCs (T6:118-273; redundant state from the server's source)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules import troubles
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

CURRENT, NEWER = "SystemVM Template (KVM)", "systemvm-kvm-4.22.1"


class Routed(Site):
    """A site whose VMs and routers are on KVM; `routers` by name."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self.hypervisors("k1", "KVM", ["kvm1", "kvm2", "kvm3"])
        for host in self.hosts:
            api.ok("updateHost", id=host, allocationstate="Disable")

    def redundant(self, name: str = "rr") -> str:
        """A running network with two routers."""
        self.redundant_offering(name)
        network = str(self.network(name, offering=name)["id"])
        self.start_vm(network)
        return network

    def single(self, name: str = "n1") -> str:
        network = str(self.network(name)["id"])
        self.start_vm(network)
        return network

    def start_vm(self, network: str) -> str:
        offering = self.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
        templates = self.api.ok("listTemplates", templatefilter="all", hypervisor="KVM")["template"]
        template = next(t["id"] for t in templates if t["templatetype"] == "BUILTIN")
        sent = {"zoneid": self.zone, "serviceofferingid": offering, "templateid": template, "networkids": network}
        return str(self.api.done("deployVirtualMachine", **sent)["virtualmachine"]["id"])

    def routers(self, **where: str) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in self.api.ok("listRouters", listall="true", **where).get("router", [])}

    def states(self, network: str) -> list[str]:
        return sorted(row["redundantstate"] for row in self.routers(networkid=network).values())

    def named(self, network: str, state: str) -> str:
        rows = self.routers(networkid=network).items()
        return next((name for name, row in rows if row["redundantstate"] == state), "")


@pytest.fixture
def routed(sandbox: Sandbox) -> Routed:
    sandbox.run(lambda world: world.durations.update({"redundant state": 0.05, "health checks": 0.05}))
    return Routed(Api(sandbox))


def test_two_routers_on_two_hosts_share_one_address_and_settle_who_serves(routed: Routed) -> None:
    network = routed.redundant()
    first, second = routed.routers(networkid=network).values()
    assert first["publicip"] == second["publicip"]
    assert first["hostid"] != second["hostid"]
    assert first["guestipaddress"] != second["guestipaddress"]
    routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])


def test_the_backup_takes_over_and_keeps_the_place(routed: Routed) -> None:
    network = routed.redundant()
    routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])
    primary, backup = routed.named(network, "PRIMARY"), routed.named(network, "BACKUP")
    ids = {name: row["id"] for name, row in routed.routers(networkid=network).items()}
    assert routed.api.done("stopRouter", id=ids[primary])["router"]["redundantstate"] == "UNKNOWN"
    routed.api.becomes(lambda: routed.named(network, "PRIMARY"), backup)
    routed.api.done("startRouter", id=ids[primary])
    routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])
    assert routed.named(network, "PRIMARY") == backup


def test_a_destroyed_router_comes_back_with_a_restart_that_leaves_the_other_alone(routed: Routed) -> None:
    network = routed.redundant()
    before = routed.routers(networkid=network)
    kept, lost = sorted(before)
    routed.api.done("destroyRouter", id=before[lost]["id"])
    assert list(routed.routers(networkid=network)) == [kept]
    routed.api.done("restartNetwork", id=network)
    after = routed.routers(networkid=network)
    assert len(after) == 2
    assert after[kept]["scriptsversion"] == before[kept]["scriptsversion"]


def test_a_restart_with_cleanup_replaces_all_and_never_leaves_the_network_without_one(
    routed: Routed, sandbox: Sandbox
) -> None:
    network = routed.redundant()
    routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])
    before = set(routed.routers(networkid=network))
    address = {row["publicip"] for row in routed.routers().values()}
    sandbox.run(lambda world: world.durations.update(router=0.1))
    job = routed.api.ok("restartNetwork", id=network, cleanup="true")["jobid"]
    least = 2
    while routed.api.ok("queryAsyncJobResult", jobid=job)["jobstatus"] == 0:
        running = [row for row in routed.routers(networkid=network).values() if row["state"] == "Running"]
        least = min(least, len(running))
    assert least >= 1
    after = routed.routers(networkid=network)
    assert len(after) == 2
    assert before.isdisjoint(after)
    assert {row["publicip"] for row in after.values()} == address
    routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])


def test_without_room_a_restart_with_cleanup_leaves_the_router_that_serves(routed: Routed, sandbox: Sandbox) -> None:
    network = routed.single()
    (name,) = routed.routers(networkid=network)
    sandbox.faults.add("restartNetwork", troubles.NO_CAPACITY)
    assert routed.api.job("restartNetwork", id=network, cleanup="true")["jobresultcode"] == 533
    assert list(routed.routers(networkid=network)) == [name]
    sandbox.faults.clear()
    routed.api.done("restartNetwork", id=network, cleanup="true")
    assert name not in routed.routers(networkid=network)


def test_making_a_network_redundant_replaces_its_router_by_two(routed: Routed) -> None:
    network = routed.single()
    assert routed.states(network) == ["UNKNOWN"]
    routed.api.done("restartNetwork", id=network, makeredundant="true")
    routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])
    assert routed.api.ok("listNetworks", id=network)["network"][0]["redundantrouter"] is True


def test_a_vpc_has_a_router_before_its_first_tier_and_restarts_as_a_whole(routed: Routed) -> None:
    vpc = str(routed.vpc()["id"])
    (router,) = routed.routers(vpcid=vpc).values()
    assert (router["state"], router["vpcname"], "guestnetworkid" in router) == ("Running", "v1", False)
    tier = routed.network("t1", "DefaultIsolatedNetworkOfferingForVpcNetworks", vpcid=vpc, **net("10.6.1.1"))
    routed.start_vm(str(tier["id"]))
    assert routed.routers(networkid=str(tier["id"])).keys() == routed.routers(forvpc="true").keys() == {router["name"]}
    assert routed.api.job("restartNetwork", id=tier["id"], cleanup="true")["jobresultcode"] == 431
    routed.api.done("restartVPC", id=vpc, cleanup="true", makeredundant="true")
    routed.api.becomes(
        lambda: sorted(row["redundantstate"] for row in routed.routers(vpcid=vpc).values()), ["BACKUP", "PRIMARY"]
    )
    (shown,) = routed.api.ok("listVPCs", id=vpc)["vpc"]
    assert (shown["redundantvpcrouter"], shown["vpcofferingname"]) == (True, "Redundant VPC offering")
    assert [each["name"] for each in shown["network"]] == ["t1"]


def net(gateway: str) -> dict[str, str]:
    return {"gateway": gateway, "netmask": "255.255.255.0"}


def test_a_tier_outside_its_vpc_and_a_tier_without_one_are_refused(routed: Routed) -> None:
    vpc, offering = str(routed.vpc()["id"]), "DefaultIsolatedNetworkOfferingForVpcNetworks"
    found = routed.api.ok("listNetworkOfferings", name=offering)["networkoffering"][0]["id"]
    sent = {"zoneid": routed.zone, "networkofferingid": found, "name": "t", "displaytext": "t"}
    assert routed.api.ask("createNetwork", **sent, vpcid=vpc, **net("10.7.1.1"))[0] == 431
    assert routed.api.ask("createNetwork", **sent, **net("10.6.1.1"))[0] == 431


def register(routed: Routed, name: str = NEWER) -> str:
    sent = {"hypervisor": "KVM", "format": "QCOW2", "url": f"http://10.0.0.9/{name}.qcow2", "isrouting": "true"}
    return str(routed.api.ok("registerTemplate", name=name, displaytext=name, zoneid=-1, **sent)["template"][0]["id"])


def test_a_router_below_the_least_version_is_upgraded_from_the_template_that_the_setting_names(routed: Routed) -> None:
    network = routed.single()
    assert routed.api.ok("upgradeRouterTemplate", zoneid=routed.zone) == {}
    register(routed)
    routed.api.ok("updateConfiguration", name="router.template.kvm", value=NEWER, zoneid=routed.zone)
    routed.api.ok("updateConfiguration", name="minreq.sysvmtemplate.version", value="4.22.1")
    (router,) = routed.routers(networkid=network).values()
    assert (router["version"], router["requiresupgrade"]) == ("4.10.0", True)
    for started in routed.api.ok("upgradeRouterTemplate", zoneid=routed.zone)["asyncjobs"]:
        routed.api.wait(started["jobid"])
    (after,) = routed.routers(networkid=network).values()
    assert (after["version"], after["requiresupgrade"], after["templatename"]) == ("4.22.1", False, NEWER)
    assert after["id"] == router["id"]


def test_a_template_that_is_never_ready_makes_no_router(routed: Routed, sandbox: Sandbox) -> None:
    sandbox.faults.add("registerTemplate", troubles.NEVER_READY)
    register(routed)
    (row,) = routed.api.ok("listTemplates", templatefilter="all", name=NEWER)["template"]
    assert (row["isready"], row["status"]) == (False, "10% Downloaded")
    routed.api.ok("updateConfiguration", name="router.template.kvm", value=NEWER)
    network = str(routed.network("n2")["id"])
    with pytest.raises(AssertionError, match="533"):
        routed.start_vm(network)


def test_health_checks_come_a_while_after_the_start_or_on_request(routed: Routed, sandbox: Sandbox) -> None:
    network = routed.single()
    (router,) = routed.routers(networkid=network).values()
    sandbox.run(lambda world: world.durations.update({"health checks": 600.0}))
    assert routed.api.ask("getRouterHealthCheckResults", routerid=router["id"])[0] == 530
    fresh = routed.api.ok("getRouterHealthCheckResults", routerid=router["id"], performfreshchecks="true")
    assert all(row["success"] for row in fresh["routerhealthchecks"]["healthchecks"])
    sandbox.faults.add("listRouters", troubles.UNHEALTHY, target=router["name"])
    assert list(routed.routers(healthchecksfailed="true")) == [router["name"]]
    fresh = routed.api.ok("getRouterHealthCheckResults", routerid=router["id"], performfreshchecks="true")
    failed = [row["checkname"] for row in fresh["routerhealthchecks"]["healthchecks"] if not row["success"]]
    assert failed == ["gateways_check.py"]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (troubles.NEVER_BACKUP, ["PRIMARY", "UNKNOWN"]),
        (troubles.BOTH_PRIMARY, ["PRIMARY", "PRIMARY"]),
        (troubles.NEVER_PRIMARY, ["BACKUP", "BACKUP"]),
    ],
)
def test_what_can_go_wrong_with_two_routers(routed: Routed, sandbox: Sandbox, kind: str, wanted: list[str]) -> None:
    sandbox.faults.add("*", kind, target="rr")
    network, other = routed.redundant(), routed.redundant("fine")
    routed.api.becomes(lambda: routed.states(network), wanted)
    routed.api.becomes(lambda: routed.states(other), ["BACKUP", "PRIMARY"])
    sandbox.faults.clear()
    if kind != troubles.BOTH_PRIMARY:
        routed.api.becomes(lambda: routed.states(network), ["BACKUP", "PRIMARY"])


def test_a_patch_changes_the_software_and_can_fail(routed: Routed, sandbox: Sandbox) -> None:
    network = routed.single()
    (router,) = routed.routers(networkid=network).values()
    sandbox.faults.add("restartNetwork", troubles.PATCH_FAILED)
    assert routed.api.job("restartNetwork", id=network, livepatch="true")["jobresultcode"] == 530
    sandbox.faults.clear()
    routed.api.done("restartNetwork", id=network, livepatch="true")
    (after,) = routed.routers(networkid=network).values()
    assert (after["id"], after["state"]) == (router["id"], "Running")
    assert after["scriptsversion"] != router["scriptsversion"]


def test_a_system_vm_whose_agent_never_connects(routed: Routed, sandbox: Sandbox) -> None:
    sandbox.run(lambda world: world.durations.update({"system VM agent": 0.05}))
    routed.api.becomes(lambda: routed.api.ok("listSystemVms").get("count"), 2)
    storage = {"systemvmtype": "secondarystoragevm"}
    vm = routed.api.ok("listSystemVms", **storage)["systemvm"][0]["id"]
    routed.api.becomes(lambda: routed.api.ok("listSystemVms", **storage)["systemvm"][0]["agentstate"], "Up")
    sandbox.faults.add("rebootSystemVm", troubles.NO_AGENT)
    routed.api.done("rebootSystemVm", id=vm)
    assert routed.api.ok("listSystemVms", **storage)["systemvm"][0]["agentstate"] == "Disconnected"


def test_rules_and_addresses_outlive_routers_and_go_with_the_network(routed: Routed) -> None:
    api, network = routed.api, str(routed.network()["id"])
    vm = routed.start_vm(network)
    nat = api.ok("listPublicIpAddresses", associatednetworkid=network)["publicipaddress"][0]
    taken = api.done("associateIpAddress", networkid=network)["ipaddress"]["id"]
    forward = {"ipaddressid": nat["id"], "protocol": "tcp", "privateport": 22, "virtualmachineid": vm}
    api.done("createPortForwardingRule", **forward, publicport=22)
    assert api.ask("createPortForwardingRule", **forward, publicport=22)[0] == 537
    api.ok("enableStaticNat", ipaddressid=taken, virtualmachineid=vm)
    balancer = {"publicport": 80, "privateport": 80, "algorithm": "roundrobin", "name": "lb"}
    api.done("createLoadBalancerRule", **balancer, publicipid=nat["id"])
    api.done("createRemoteAccessVpn", publicipid=nat["id"])
    api.done("restartNetwork", id=network, cleanup="true")

    def counts() -> list[int]:
        lists = ("listPortForwardingRules", "listLoadBalancerRules", "listRemoteAccessVpns")
        found = [api.ok(name, listall="true", networkid=network).get("count", 0) for name in lists]
        addresses = api.ok("listPublicIpAddresses", associatednetworkid=network, isstaticnat="true")
        return [*found, addresses.get("count", 0)]

    assert counts() == [1, 1, 1, 1]
    assert routed.routers(networkid=network).popitem()[1]["publicip"] == nat["ipaddress"]
    api.done("destroyVirtualMachine", id=vm, expunge="true")
    api.done("deleteNetwork", id=network)
    held = {row["ipaddress"] for row in api.ok("listPublicIpAddresses").get("publicipaddress", [])}
    assert nat["ipaddress"] not in held


def test_a_destroyed_router_of_a_shared_network_comes_back_with_the_start_of_a_vm(routed: Routed) -> None:
    shared = routed.network("s1", "DefaultSharedNetworkOffering", vlan="600", **net("172.30.6.1"))
    vm = routed.start_vm(str(shared["id"]))
    (router,) = routed.routers().values()
    assert (router["account"], "publicip" in router) == ("system", False)
    routed.api.done("destroyRouter", id=router["id"])
    routed.api.done("rebootVirtualMachine", id=vm)
    assert routed.routers() == {}
    routed.api.done("stopVirtualMachine", id=vm)
    routed.api.done("startVirtualMachine", id=vm)
    assert len(routed.routers()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"templatetype": "bogus"},
        {"templatetype": "SYSTEM"},
        {"url": "ftp://a/b.vhd"},
        {"url": "http://10.0.0.9/b.exe"},
        {"format": "QCOW2"},
        {"hypervisor": "Bogus"},
    ],
)
def test_what_cannot_be_registered(routed: Routed, changes: dict[str, str]) -> None:
    sent = {"name": "t", "displaytext": "t", "hypervisor": "Simulator", "format": "VHD", "url": "http://10.0.0.9/t.vhd"}
    assert routed.api.ask("registerTemplate", **{**sent, **changes}, zoneid=routed.zone)[0] == 431
    made = routed.api.ok("registerTemplate", **sent, zoneid=routed.zone)["template"][0]
    routed.api.done("deleteTemplate", id=made["id"])
    assert routed.api.ask("deleteTemplate", id=made["id"])[0] == 431


def test_a_template_in_use_is_not_deleted(routed: Routed) -> None:
    routed.single()
    found = routed.api.ok("listTemplates", templatefilter="all", name=CURRENT)["template"][0]["id"]
    job = routed.api.job("deleteTemplate", id=found)
    assert job["jobresultcode"] == 431
    assert "DomainRouter" in job["jobresult"]["errortext"]
