# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What binds VMs to hosts, as the server tells it: offerings, groups, templates, volumes, and whose hosts are."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.everyones import everybodys
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet, hosts_of, vms_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import unsuited
from sandbox.api import DEFAULT_VERSION
from sandbox.rules import volumes
from sandbox.server import Sandbox
from sandbox.surface import version_key
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site


class Lab:
    """A site whose VMs are of any offering, template, owner and group."""

    def __init__(self, site: Site) -> None:
        self.site, self.api = site, site.api
        found = self.api.ok("listTemplates", templatefilter="all")["template"]
        self.template = next(each["id"] for each in found if each["templatetype"] == "BUILTIN")
        self.small = self.api.ok("listServiceOfferings", name="Small Instance")["serviceoffering"][0]["id"]

    def offering(self, name: str, **more: str) -> str:
        sizes = {"cpunumber": "1", "cpuspeed": "500", "memory": "512"}
        made = self.api.ok("createServiceOffering", name=name, displaytext=name, **sizes, **more)
        return str(made["serviceoffering"]["id"])

    def deploy(self, network: str, offering: str = "", **more: str) -> dict[str, Any]:
        sent = {"serviceofferingid": offering or self.small, "templateid": self.template, "networkids": network, **more}
        made: dict[str, Any] = self.api.done("deployVirtualMachine", zoneid=self.site.zone, **sent)["virtualmachine"]
        return made

    def owner(self, domain: str, account: str) -> dict[str, str]:
        """A new account in a new domain, as parameters of commands."""
        its = str(self.api.ok("createDomain", name=domain)["domain"]["id"])
        person = {"firstname": "b", "lastname": "b", "email": "b@example.com", "password": "secret"}
        self.api.ok("createAccount", username=account, accounttype="0", domainid=its, **person)
        return {"account": account, "domainid": its}

    def hosts(self) -> dict[str, str]:
        return {each["name"]: each["id"] for each in self.api.ok("listHosts", type="Routing")["host"]}


@pytest.fixture
def lab(site: Site) -> Lab:
    return Lab(site)


def drained(cloud: Gateway, host: str) -> dict[str, str]:
    """Where each VM of a host would go."""
    out: Any = perform(cloud, "cs_maintenance", True, zone="z1", name=host).result
    return {move["vm"]: move["target"] for move in out["moved"]}


def codes(cloud: Gateway, host: str) -> set[str]:
    with pytest.raises(Refused) as caught:
        drained(cloud, host)
    return {each.code for each in caught.value.reasons}


@pytest.mark.parametrize("deleted", [False, True])
def test_a_vm_of_a_deleted_offering_keeps_its_host_tags(lab: Lab, cloud: Gateway, deleted: bool) -> None:
    lab.api.ok("updateHost", id=lab.site.host, hosttags="licensed")
    offering = lab.offering("licensed", hosttags="licensed")
    vm = lab.deploy(str(lab.site.network("web")["id"]), offering)
    if deleted:
        lab.api.ok("deleteServiceOffering", id=offering)
    if deleted and version_key(DEFAULT_VERSION) < (4, 19):
        drained(cloud, vm["hostname"])
        (doubt,) = cloud.doubts()
        assert "service offering licensed is not listed" in doubt
    else:
        assert codes(cloud, vm["hostname"]) == {"tag"}


@pytest.mark.parametrize("deleted", [False, True])
def test_a_volume_of_a_deleted_offering_keeps_its_storage_tags(lab: Lab, cloud: Gateway, deleted: bool) -> None:
    site = lab.site
    lab.api.ok("updateStoragePool", id=site.pool, tags="ssd")
    offering = lab.offering("fast", tags="ssd")
    lab.deploy(str(site.network("web")["id"]), offering)
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    lab.api.ok("createStoragePool", name="slow", url="nfs://10.0.0.9/slow", **place)
    if deleted:
        lab.api.ok("deleteServiceOffering", id=offering)
    plan: Any = perform(cloud, "cs_volume_migration_plan", zone="z1", pool="ps1", consent=["all"]).result
    if deleted and version_key(DEFAULT_VERSION) < (4, 19):
        assert any("serviceoffering fast is not listed" in each for each in cloud.doubts())
    else:
        assert not plan["feasible"]
        (reason,) = plan["reasons"]
        assert (reason["code"], "tag" in reason["message"]) == ("no_target", True)


def test_vms_of_a_project_are_kept_apart(lab: Lab, cloud: Gateway) -> None:
    """Two hosts, a third VM could only go where one of its group is."""
    project = {"projectid": lab.api.done("createProject", name="shop", displaytext="shop")["project"]["id"]}
    apart = {"name": "apart", "type": "host anti-affinity"}
    group = lab.api.done("createAffinityGroup", **apart, **project)["affinitygroup"]["id"]
    network = str(lab.site.network("web", **project)["id"])
    first, second = (lab.deploy(network, affinitygroupids=group, **project) for _n in range(2))
    assert first["hostname"] != second["hostname"]
    assert codes(cloud, first["hostname"]) == {"anti_affinity"}


@pytest.mark.parametrize("version", ["4.18", "4.22"])
def test_a_host_of_a_domain_is_that_of_its_vms_on_every_release(connect: Connect, version: str) -> None:
    """Before 4.19.2 a VM tells its domain by the name alone."""
    with Sandbox(seed=1, speed=1000.0, version=version) as box:
        lab = Lab(Site(Api(box)))
        mine = lab.owner("sales", "bob")
        network = str(lab.site.network("web", **mine)["id"])
        vm = lab.deploy(network, **mine)
        for host in lab.hosts().values():
            lab.api.done("dedicateHost", hostid=host, domainid=mine["domainid"])
        told = lab.api.ok("listVirtualMachines", listall="true")["virtualmachine"][0]
        assert ("domainpath" in told) == (version == "4.22")
        seen = Gateway(connect(box)).fleets.read(next(iter(Gateway(connect(box)).clusters.all())))
        its = next(each for each in seen.instances if each.id == vm["id"])
        assert set(seen.dedicated.values()) == {"domain:ROOT/sales"}
        assert set(seen.dedicated.values()) <= its.owners


def test_a_volume_on_a_pool_of_the_zone_is_seen(sandbox: Sandbox, lab: Lab, cloud: Gateway) -> None:
    """It is in no cluster; one reading serves each cluster of the zone once, and tells which pools there are."""
    vm = lab.deploy(str(lab.site.network("web")["id"]))
    wide = {"name": "wide", "url": "nfs://10.0.0.9/wide", "scope": "zone", "hypervisor": "Simulator"}
    pool = lab.api.ok("createStoragePool", zoneid=lab.site.zone, **wide)["storagepool"]["id"]
    other, _hosts = lab.site.hypervisors("c2", "Simulator", ["c2/h0"])

    def snapshot(world: World) -> None:
        row = world.vms.by_uuid(vm["id"])
        assert row is not None
        volumes.put(row, world.storage_pools.by_uuid(pool))
        world.volume_marks[row.id] = "Snapshotting"

    sandbox.run(snapshot)
    assert codes(cloud, vm["hostname"]) == {"snapshot"}
    first, second = sorted(cloud.clusters.all(), key=lambda each: each.id == other)
    sandbox.calls.clear()
    seen = cloud.fleets.read(first)
    assert {each.busy for each in seen.instances if each.id == vm["id"]} == {True}
    asked = {call.params.get("storageid") for call in sandbox.calls.of("listVolumes")}
    assert asked == {None, pool}
    count = len(sandbox.calls.of("listVolumes"))
    cloud.fleets.read(second)
    asked = {call.params.get("storageid") for call in sandbox.calls.of("listVolumes")[count:]}
    assert asked == {None}
    assert len(sandbox.calls.of("listStoragePools")) == 1


def kinds(cloud: Gateway, host: str) -> dict[str, set[str]]:
    """What is said of the VMs of a host, by kind: the code of a refusal, or nothing where one may go."""
    (cluster,) = cloud.clusters.all()
    fleet = cloud.fleets.read(cluster)
    other = next(each for each in hosts_of(fleet) if each.name != host)
    names = {each.id: each.name for each in fleet.hosts}
    found: dict[str, set[str]] = {}
    for vm in vms_of(fleet):
        if names[vm.host] == host:
            found.setdefault(vm.kind, set()).add(unsuited(vm.needs, other))
    return found


@pytest.mark.parametrize(
    ("scope", "users", "routers"),
    [("zone", {""}, {""}), ("cluster", {"dedication"}, {""}), ("pod", {"dedication"}, {""})],
)
def test_dedication_binds_users_vms_alone(
    lab: Lab, cloud: Gateway, scope: str, users: set[str], routers: set[str]
) -> None:
    """System VMs go anywhere, routers to what is their owner's, and in an account's zone its VMs to every host."""
    mine = lab.owner("sales", "bob")
    vm = lab.deploy(str(lab.site.network("web", **mine)["id"]), **mine)
    place = {"zone": lab.site.zone, "cluster": lab.site.cluster, "pod": lab.site.pod}[scope]
    lab.api.done(f"dedicate{scope.capitalize()}", **{f"{scope}id": place}, **mine)
    found: dict[str, set[str]] = {}
    for host in lab.hosts():
        for kind, codes_ in kinds(cloud, host).items():
            found.setdefault(kind, set()).update(codes_)
    assert (found.pop("User"), found.pop("Router")) == (users, routers)
    # System VMs that run by now.
    assert set().union(*found.values()) <= {""}
    if scope == "zone":
        assert [vm["name"] in drained(cloud, host) for host in lab.hosts()].count(True) == 1


def test_the_tag_of_a_template_is_a_host_tag(sandbox: Sandbox, lab: Lab, cloud: Gateway) -> None:
    """Templates are listed only where a host has a tag."""
    vm = lab.deploy(str(lab.site.network("web")["id"]))

    def tag(world: World) -> None:
        template = world.templates.by_uuid(lab.template)
        assert template is not None
        template.tag = "licensed"

    sandbox.run(tag)
    sandbox.calls.clear()
    drained(cloud, vm["hostname"])
    assert not sandbox.calls.of("listTemplates")
    lab.api.ok("updateHost", id=vm["hostid"], hosttags="licensed")
    sandbox.calls.clear()
    assert codes(cloud, vm["hostname"]) == {"tag"}
    assert sandbox.calls.of("listTemplates")


def test_the_first_project_is_seen_that_was_made_after_a_reading(lab: Lab, cloud: Gateway) -> None:
    """One connection serves a long roll; a VM that is not seen would be looked past when its host has to be empty."""
    (cluster,) = cloud.clusters.all()
    mine = lab.deploy(str(lab.site.network("web")["id"]))
    before = cloud.fleets.read(cluster)
    project = {"projectid": lab.api.done("createProject", name="shop", displaytext="shop")["project"]["id"]}
    vm = lab.deploy(str(lab.site.network("shop", **project)["id"]), **project)
    seen = [each.id for each in cloud.fleets.read(cluster, before).instances]
    assert sorted(each for each in seen if each in (mine["id"], vm["id"])) == sorted((mine["id"], vm["id"]))
    assert vm["id"] in {each.id for each in cloud.fleets.on_host(cluster, vm["hostid"])}


def test_networks_of_accounts_and_of_projects_are_listed(sandbox: Sandbox, lab: Lab, connect: Connect) -> None:
    """With networks -1 is projects alone, with listall too."""
    project = {"projectid": lab.api.done("createProject", name="shop", displaytext="shop")["project"]["id"]}
    ids = {str(lab.site.network("web")["id"]), str(lab.site.network("shop", **project)["id"])}
    listed = everybodys(connect(sandbox), "listNetworks", "network", {"zoneid": lab.site.zone})
    found = [str(each["id"]) for each in listed]
    assert ids <= set(found)
    assert len(found) == len(set(found))


def tags_of(fleet: Fleet, vm: dict[str, Any]) -> set[str]:
    return {tag for each in fleet.instances if each.id == vm["id"] for tag in each.tags}


def tagged(sandbox: Sandbox, template: str) -> None:
    def tag(world: World) -> None:
        row = world.templates.by_uuid(template)
        assert row is not None
        row.tag = "licensed"

    sandbox.run(tag)


def test_templates_that_change_after_a_reading_are_seen(sandbox: Sandbox, lab: Lab, cloud: Gateway) -> None:
    """A new one as soon as a VM is made of it, a new tag of a known one with the next reading that is whole."""
    (cluster,) = cloud.clusters.all()
    lab.api.ok("updateHost", id=lab.site.host, hosttags="licensed")
    network = str(lab.site.network("web")["id"])
    known = lab.deploy(network)
    first = cloud.fleets.read(cluster)
    asked: Any = {"format": "QCOW2", "hypervisor": "Simulator", "url": "http://192.0.2.30/a.qcow2", "displaytext": "a"}
    system = lab.api.ok("listOsTypes")["ostype"][0]["id"]
    made = lab.api.ok("registerTemplate", name="a", zoneid=lab.site.zone, ostypeid=system, **asked)["template"][0]
    tagged(sandbox, made["id"])
    vm = lab.deploy(network, templateid=made["id"])
    later = cloud.fleets.read(cluster, first)
    assert (tags_of(later, known), tags_of(later, vm)) == (set(), {"licensed"})
    sandbox.calls.clear()
    assert tags_of(cloud.fleets.read(cluster, later), vm) == {"licensed"}
    assert not sandbox.calls.of("listTemplates")
    tagged(sandbox, lab.template)
    assert tags_of(cloud.fleets.read(cluster), known) == {"licensed"}


def test_a_pool_that_a_zone_has_since_is_seen_by_the_next_whole_reading(
    sandbox: Sandbox, lab: Lab, cloud: Gateway
) -> None:
    (cluster,) = cloud.clusters.all()
    vm = lab.deploy(str(lab.site.network("web")["id"]))
    cloud.fleets.read(cluster)
    wide = {"name": "wide", "url": "nfs://10.0.0.9/wide", "scope": "zone", "hypervisor": "Simulator"}
    pool = lab.api.ok("createStoragePool", zoneid=lab.site.zone, **wide)["storagepool"]["id"]

    def moved(world: World) -> None:
        row = world.vms.by_uuid(vm["id"])
        assert row is not None
        volumes.put(row, world.storage_pools.by_uuid(pool))

    sandbox.run(moved)
    its = next(each for each in cloud.fleets.read(cluster).instances if each.id == vm["id"])
    assert its.pools == {pool}
