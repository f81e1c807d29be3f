# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_zone, cs_pod, cs_cluster and cs_physical_network: what is sent, and what an id means."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    Ambiguous,
    InvalidValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from unit.sandbox.site import Site

ABSENT = "00000000-0000-4000-8000-000000000000"
# A module, and what it needs to create a thing that no id names.
NAMED: dict[str, dict[str, Any]] = {
    "cs_zone": {"name": "z2", "dns1": "192.0.2.53"},
    "cs_pod": {
        "name": "p2",
        "zone": "z1",
        "start_ip": "172.16.99.2",
        "netmask": "255.255.255.0",
        "gateway": "172.16.99.1",
    },
    "cs_cluster": {"name": "c2", "zone": "z1", "pod": "p1", "hypervisor": "KVM"},
}
VCENTER = {
    "url": "http://vcenter.example.net/dc1/esx",
    "username": "admin",
    "password": "v-Center-Secret",
    "guest_vswitch_name": "dvs-guest",
    "guest_vswitch_type": "vmwaredvs",
    "public_vswitch_name": "dvs-public",
    "public_vswitch_type": "vmwaresvs",
    "vms_ip_address": "10.147.28.60",
    "vms_username": "vsm",
    "vms_password": "V-S-M-Secret",
}


@pytest.mark.parametrize("domain", ["acme/sub", "ROOT/acme/sub", "by id"])
def test_the_domain_of_a_zone_is_known_by_its_path(sandbox: Sandbox, site: Site, cloud: Gateway, domain: str) -> None:
    """The server tells its last part alone, and another domain may have the same."""
    ids = [site.api.ok("createDomain", name=name)["domain"]["id"] for name in ("acme", "other")]
    subs = [site.api.ok("createDomain", name="sub", parentdomainid=each)["domain"]["id"] for each in ids]
    wanted = NAMED["cs_zone"] | {"domain": subs[0] if domain == "by id" else domain}
    made = twice(cloud, "cs_zone", **wanted)
    assert (made.result["domain"], made.result["domain_id"]) == ("sub", subs[0])
    sandbox.calls.clear()
    with pytest.raises(Refused, match="domain is 'sub' and cannot be changed to 'other/sub'"):
        perform(cloud, "cs_zone", **{**wanted, "domain": "other/sub"})
    with pytest.raises(Refused, match="domain is None and cannot be changed to 'acme'"):
        perform(cloud, "cs_zone", name="z1", domain="acme")
    assert writes(sandbox) == []


@pytest.mark.parametrize("module", NAMED)
def test_an_id_that_is_not_there_creates_nothing(sandbox: Sandbox, cloud: Gateway, module: str) -> None:
    for check_mode in (False, True):
        with pytest.raises(NotFound, match=ABSENT):
            perform(cloud, module, check_mode, id=ABSENT, **NAMED[module])
    assert writes(sandbox) == []


@pytest.mark.parametrize("module", NAMED)
def test_a_thing_is_removed_by_its_id_and_stays_so(sandbox: Sandbox, cloud: Gateway, module: str) -> None:
    made = perform(cloud, module, **NAMED[module]).result
    sandbox.calls.clear()
    gone: dict[str, Any] = {"name": "another-name", "id": made["id"], "state": "absent"}
    assert perform(cloud, module, **gone).before["name"] == made["name"]
    assert not perform(cloud, module, **gone).changed
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize("module", NAMED)
def test_a_thing_is_found_by_its_id(cloud: Gateway, module: str) -> None:
    """The existing module of pods ends in a traceback here."""
    made = perform(cloud, module, **NAMED[module]).result
    outcome = twice(cloud, module, **{**NAMED[module], "name": "another-name", "id": made["id"]})
    assert (outcome.before, outcome.after) == ({"name": made["name"]}, {"name": "another-name"})


def test_a_cluster_of_vcenter_is_sent_whole(sandbox: Sandbox, cloud: Gateway) -> None:
    """The existing module sends neither the public switch's name nor the supervisor module's password."""
    perform(
        cloud, "cs_vmware_dc", name="dc1", zone="z1", vcenter="vcenter.example.net", username="admin",
        password="v-Center-Secret",
    )  # fmt: skip
    given: dict[str, Any] = {
        "name": "vcenter.example.net/dc1/esx",
        "zone": "z1",
        "pod": "p1",
        "hypervisor": "VMware",
        **VCENTER,
    }
    outcome = twice(cloud, "cs_cluster", **given)
    (sent,) = sandbox.calls.of("addCluster")
    wanted = {
        "clustername": "vcenter.example.net/dc1/esx",
        "clustertype": "ExternalManaged",
        "url": "http://vcenter.example.net/dc1/esx",
        "username": "admin",
        "password": "v-Center-Secret",
        "guestvswitchname": "dvs-guest",
        "guestvswitchtype": "vmwaredvs",
        "publicvswitchname": "dvs-public",
        "publicvswitchtype": "vmwaresvs",
        "vsmipaddress": "10.147.28.60",
        "vsmusername": "vsm",
        "vsmpassword": "V-S-M-Secret",
    }
    assert {name: sent.params.get(name) for name in wanted} == wanted
    assert sent.method == "POST"
    assert "Secret" not in f"{outcome}"


def test_clusters_of_one_name_are_told_apart_by_their_pod(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, "cs_pod", **NAMED["cs_pod"])
    other = perform(cloud, "cs_cluster", name="c1", pod="p2", hypervisor="KVM").result
    with pytest.raises(Ambiguous):
        perform(cloud, "cs_cluster", name="c1", state="disabled")
    outcome = twice(cloud, "cs_cluster", name="c1", pod="p2", state="disabled")
    assert outcome.result["id"] == other["id"]
    assert [call.params["id"] for call in sandbox.calls.of("updateCluster")] == [other["id"]]


def test_a_basic_zone_is_created_and_stays_basic(sandbox: Sandbox, cloud: Gateway) -> None:
    """A declaration that is silent about its type finds it too; another type is refused, not ignored."""
    given: dict[str, Any] = {"name": "basic", "dns1": "192.0.2.53", "securitygroups_enabled": True}
    outcome = twice(cloud, "cs_zone", network_type="Basic", **given)
    (sent,) = sandbox.calls.of("createZone")
    assert (sent.params["networktype"], sent.params["securitygroupenabled"]) == ("Basic", "true")
    assert "guestcidraddress" not in sent.params
    assert (outcome.result["network_type"], outcome.result["securitygroups_enabled"]) == ("Basic", True)
    assert not perform(cloud, "cs_zone", **given).changed
    with pytest.raises(Refused, match="network_type is 'Basic'"):
        perform(cloud, "cs_zone", network_type="Advanced", **given)
    assert writes(sandbox) == ["createZone"]


def test_name_servers_of_ipv6_are_those_of_the_zone(sandbox: Sandbox, cloud: Gateway) -> None:
    given = {"name": "six", "network_type": "Advanced", "dns1": "192.0.2.53", "internal_dns1": "10.0.0.53"}
    made = twice(cloud, "cs_zone", **given, dns1_ipv6="2001:DB8::53", dns2_ipv6="2001:db8::54").result
    assert (str(made["dns1_ipv6"]).lower(), made["dns2_ipv6"]) == ("2001:db8::53", "2001:db8::54")
    assert not perform(cloud, "cs_zone", name="six", dns1_ipv6="2001:db8:0::53").changed
    (sent,) = sandbox.calls.of("createZone")
    assert {name: sent.params[name].lower() for name in ("ip6dns1", "ip6dns2")} == {
        "ip6dns1": "2001:db8::53",
        "ip6dns2": "2001:db8::54",
    }
    twice(cloud, "cs_zone", name="six", dns1_ipv6="2001:db8::55")
    assert writes(sandbox) == ["createZone", "updateZone"]


def test_the_pod_and_network_of_a_basic_zone(cloud: Gateway) -> None:
    """Its guests have addresses of the pod's own, no VLANs."""
    perform(cloud, "cs_zone", name="basic", dns1="192.0.2.53", network_type="Basic")
    twice(cloud, "cs_physical_network", name="phys-b", zone="basic", state="enabled")
    twice(
        cloud, "cs_traffic_type", traffic_type="Guest", physical_network="phys-b", zone="basic", kvm_networklabel="br0"
    )
    outcome = twice(cloud, "cs_pod", **{**NAMED["cs_pod"], "zone": "basic"})
    assert outcome.result["zone"] == "basic"


@pytest.mark.parametrize("groups", [True, False])
def test_a_basic_zone_from_end_to_end(sandbox: Sandbox, cloud: Gateway, groups: bool) -> None:
    """As role zone does it: the guest network has no addresses of its own, and every pod a range of them."""
    offering = "DefaultSharedNetworkOfferingWithSGService" if groups else "DefaultSharedNetworkOffering"
    zone = {"zone": "basic"}
    perform(cloud, "cs_zone", name="basic", dns1="192.0.2.53", network_type="Basic")
    perform(cloud, "cs_physical_network", name="phys-b", **zone)
    for kind in ("Management", "Guest"):
        perform(cloud, "cs_traffic_type", traffic_type=kind, physical_network="phys-b", **zone)
    providers = ["VirtualRouter", "SecurityGroupProvider"]
    twice(cloud, "cs_physical_network", name="phys-b", nsps_enabled=providers, state="enabled", **zone)
    perform(cloud, "cs_pod", **{**NAMED["cs_pod"], **zone, "end_ip": "172.16.99.50"})
    network = {**zone, "name": "guests", "network_offering": offering}
    made = twice(cloud, "cs_network", **network).result
    assert (made["guest_type"], made["vlan"], made["gateway"]) == ("Shared", None, None)
    mine = {"start_ip": "172.16.99.100", "end_ip": "172.16.99.200", "netmask": "255.255.255.0"}
    guests = {**zone, **mine, "gateway": "172.16.99.1", "for_virtual_network": False, "network": "guests"}
    held = twice(cloud, "cs_vlan_ip_range", pod="p2", **guests).result
    (sent,) = sandbox.calls.of("createVlanIpRange")
    assert (sent.params["podid"], sent.params["forvirtualnetwork"]) == (held["pod_id"], "false")
    perform(cloud, "cs_cluster", name="k1", pod="p2", hypervisor="KVM", **zone)
    opened = twice(cloud, "cs_zone", name="basic", state="enabled").result
    assert opened["allocation_state"] == "Enabled"


def test_a_staging_store_is_known_by_its_url(sandbox: Sandbox, cloud: Gateway) -> None:
    given = {"zone": "z1", "url": "nfs://10.147.28.6/export/staging"}
    made = twice(cloud, "cs_staging_store", **given).result
    (sent,) = sandbox.calls.of("createSecondaryStagingStore")
    assert (sent.params["scope"].lower(), sent.params["provider"]) == ("zone", "NFS")
    assert (made["zone"], made["url"]) == ("z1", given["url"])
    assert not perform(cloud, "cs_staging_store", zone="z1", url=given["url"] + "/").changed
    (told,) = perform(cloud, "cs_staging_store_info", zone="z1").result["staging_stores"]
    assert told["url"] == given["url"]
    with pytest.raises(InvalidValue, match="nfs"):
        perform(cloud, "cs_staging_store", zone="z1", url="s3://10.147.28.6/b")
    twice(cloud, "cs_staging_store", state="absent", **given)
    assert perform(cloud, "cs_staging_store_info", zone="z1").result["staging_stores"] == []


def test_providers_of_a_network_that_is_not_there_are_predicted(sandbox: Sandbox, cloud: Gateway) -> None:
    """The existing module fails in check mode, for want of an id. Networks are created in disabled zones only."""
    perform(cloud, "cs_zone", name="z1", state="disabled")
    sandbox.calls.clear()
    given: dict[str, Any] = {"name": "phys9", "zone": "z1", "nsps_enabled": ["VirtualRouter"]}
    assert perform(cloud, "cs_physical_network", True, **given).changed
    assert writes(sandbox) == []


def test_an_element_is_enabled_before_its_provider_and_disabled_after_it(sandbox: Sandbox, cloud: Gateway) -> None:
    """The server refuses the other order (T1:24-26)."""
    twice(cloud, "cs_physical_network", name="phys1", zone="z1", nsps_enabled=["VirtualRouter"])
    assert writes(sandbox) == ["configureVirtualRouterElement", "updateNetworkServiceProvider"]
    sandbox.calls.clear()
    twice(cloud, "cs_physical_network", name="phys1", zone="z1", nsps_disabled=["VirtualRouter"])
    assert writes(sandbox) == ["updateNetworkServiceProvider", "configureVirtualRouterElement"]


@pytest.mark.since("4.15")
@pytest.mark.parametrize("check_mode", [True, False])
def test_hosts_that_a_pod_s_new_subnet_leaves_outside_are_named(cloud: Gateway, check_mode: bool) -> None:
    perform(cloud, "cs_pod", **NAMED["cs_pod"], end_ip="172.16.99.9")
    perform(cloud, "cs_cluster", **{**NAMED["cs_cluster"], "pod": "p2"})
    host = {"name": "kvm1", "url": "http://172.16.99.50", "username": "root", "password": "x"}
    address = perform(cloud, "cs_host", zone="z1", cluster="c2", **host).result["ip_address"]
    around = {"start_ip": "172.16.99.2", "netmask": "255.255.0.0", "gateway": "172.16.99.1"}
    assert perform(cloud, "cs_pod", True, name="p2", zone="z1", **around).warnings == ()
    moved = {"start_ip": "10.10.9.100", "end_ip": "10.10.9.199", "netmask": "255.255.255.0", "gateway": "10.10.9.1"}
    done = perform(cloud, "cs_pod", check_mode, name="p2", zone="z1", **moved)
    assert done.changed
    assert f"10.10.9.0/24 does not contain the addresses of hosts kvm1 ({address});" in done.warnings[0]
