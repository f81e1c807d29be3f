"""A small open zone with one VM on a guest network, made through the API."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.rules.system_vms import ensure
from sandbox.world import World
from unit.sandbox.client import Api, Inside

LATER = 1e7  # seconds: no test lasts as long
PUBLIC = {"startip": "192.168.2.2", "endip": "192.168.2.200", "netmask": "255.255.255.0", "gateway": "192.168.2.1"}
SOURCE_NAT = "DefaultIsolatedNetworkOfferingWithSourceNatService"


class Site:
    """`zone`, `pod`, `cluster`, `host`, `physical`: identifiers of what there is; guest VLANs are 100-200.

    public: the first three bytes of another public range. system_vms: the server starts them, as always, some time
    after the zone is there; without, they are there only ``with_system_vms``, and disturb no test that counts.
    """

    def __init__(self, api: Api, public: str = "", *, system_vms: bool = True) -> None:
        given = api
        self.api = api = Inside(given.box)
        self.zone = api.make_zone()
        made = api.done("createPhysicalNetwork", zoneid=self.zone, name="phys1", isolationmethods="VLAN")
        self.physical = str(made["physicalnetwork"]["id"])
        for kind in ("Management", "Guest", "Public"):
            api.done("addTrafficType", physicalnetworkid=self.physical, traffictype=kind)
        api.done("updatePhysicalNetwork", id=self.physical, vlan="100-200", state="Enabled")
        self.pod = api.make_pod(self.zone)
        self.public = str(self.range(**_range(public))["id"])
        place = {"zoneid": self.zone, "podid": self.pod}
        sent = {"clustername": "c1", "hypervisor": "Simulator", "clustertype": "CloudManaged"}
        self.cluster = str(api.ok("addCluster", **place, **sent)["cluster"][0]["id"])
        self.hosts = [self.add_host(n) for n in range(2)]
        self.host = self.hosts[0]
        pool = {"name": "ps1", "url": "nfs://10.0.0.9/ps1", **place, "clusterid": self.cluster}
        self.pool = str(api.ok("createStoragePool", **pool)["storagepool"]["id"])
        api.ok("addImageStore", name="sec1", provider="NFS", url="nfs://10.0.0.9/sec", zoneid=self.zone)
        usual = api.box.run(lambda world: world.durations["system VMs"])
        if not system_vms:
            api.box.run(lambda world: world.durations.update({"system VMs": LATER}))
        api.ok("updateZone", id=self.zone, allocationstate="Enabled")
        api.box.run(lambda world: world.durations.update({"system VMs": usual}))
        self.api = given

    def add_host(self, number: int) -> str:
        sent = {"zoneid": self.zone, "podid": self.pod, "clusterid": self.cluster, "hypervisor": "Simulator"}
        body = self.api.ok("addHost", **sent, url=f"http://sim/c1/h{number}", username="root", password="x")
        return str(body["host"][0]["id"])

    def hypervisors(
        self, cluster: str, kind: str, names: Iterable[str], password: str = "x"
    ) -> tuple[str, dict[str, str]]:
        """Another cluster with hosts in it: its id, and theirs by name."""
        place = {"zoneid": self.zone, "podid": self.pod}
        made = self.api.ok("addCluster", **place, clustername=cluster, hypervisor=kind, clustertype="CloudManaged")
        its = str(made["cluster"][0]["id"])
        hosts = {}
        for name in names:
            sent = {"hypervisor": kind, "url": f"http://{name}", "username": "root", "password": password}
            hosts[name] = str(self.api.ok("addHost", **place, clusterid=its, **sent)["host"][0]["id"])
        return its, hosts

    def range(self, vlan: str = "50", **changes: str) -> dict[str, object]:
        """A new public range."""
        place = {"zoneid": self.zone, "physicalnetworkid": self.physical, "forvirtualnetwork": "true", "vlan": vlan}
        found: dict[str, object] = self.api.ok("createVlanIpRange", **{**place, **PUBLIC, **changes})["vlan"]
        return found

    def redundant_offering(self, name: str) -> None:
        """A network offering whose networks have two routers."""
        services = "Dhcp,Dns,SourceNat"
        offering = {"name": name, "displaytext": name, "guestiptype": "Isolated", "traffictype": "GUEST"}
        sent: dict[str, str] = {"supportedservices": services}
        for number, service in enumerate(services.split(",")):
            sent[f"serviceproviderlist[{number}].service"] = service
            sent[f"serviceproviderlist[{number}].provider"] = "VirtualRouter"
        for field, value in (
            ("service", "SourceNat"),
            ("capabilitytype", "RedundantRouter"),
            ("capabilityvalue", "true"),
        ):
            sent[f"servicecapabilitylist[0].{field}"] = value
        made = self.api.ok("createNetworkOffering", **offering, **sent)["networkoffering"]["id"]
        self.api.ok("updateNetworkOffering", id=made, state="Enabled")

    def network(self, name: str = "n1", offering: str = SOURCE_NAT, **more: str) -> dict[str, object]:
        found = self.api.ok("listNetworkOfferings", name=offering)["networkoffering"][0]["id"]
        sent = {"zoneid": self.zone, "networkofferingid": found, "name": name, "displaytext": name}
        made: dict[str, object] = self.api.ok("createNetwork", **sent, **more)["network"]
        return made

    def vpc(self, name: str = "v1", cidr: str = "10.6.0.0/16", **more: str) -> dict[str, object]:
        """With the first VPC offering, after its providers were enabled."""
        for provider, kind in (("VpcVirtualRouter", "VirtualRouter"), ("InternalLbVm", "InternalLoadBalancer")):
            sent = {"physicalnetworkid": self.physical, "name": provider}
            row = self.api.ok("listNetworkServiceProviders", **sent)["networkserviceprovider"][0]
            element = self.api.ok(f"list{kind}Elements", nspid=row["id"])[f"{kind.lower()}element"][0]
            self.api.done(f"configure{kind}Element", id=element["id"], enabled="true")
            self.api.done("updateNetworkServiceProvider", id=row["id"], state="Enabled")
        offering = self.api.ok("listVPCOfferings", name="Default VPC offering")["vpcoffering"][0]["id"]
        sent = {"zoneid": self.zone, "vpcofferingid": offering, "name": name, "displaytext": name, "cidr": cidr}
        made: dict[str, object] = self.api.done("createVPC", **sent, **more)["vpc"]
        return made

    def deploy(self, network: str) -> str:
        """A running VM of the smallest offering; its network is implemented then."""
        offering = self.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
        templates = self.api.ok("listTemplates", templatefilter="all")["template"]
        template = next(t["id"] for t in templates if t["templatetype"] == "BUILTIN")
        sent = {"zoneid": self.zone, "serviceofferingid": offering, "templateid": template, "networkids": network}
        return str(self.api.done("deployVirtualMachine", **sent)["virtualmachine"]["id"])

    def with_system_vms(self) -> None:
        """Both of the zone are started at once, if they are not there yet; each has a public address then."""

        def start(world: World) -> None:
            zone = world.zones.by_uuid(self.zone)
            assert zone is not None
            ensure(world, zone)

        self.api.box.run(start)

    def vlan_in_use(self) -> int:
        """That of a new network with a VM; it is one of the pool."""
        network = str(self.network()["id"])
        self.deploy(network)
        return int(self.api.ok("listNetworks", id=network)["network"][0]["vlan"])


def _range(net: str) -> dict[str, str]:
    return {name: value.replace("192.168.2.", f"{net}.") for name, value in PUBLIC.items()} if net else {}
