# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation asks of a zone, and of it beside what the server has: errors, warnings, and no false alarm."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.check import (
    consulted_settings,
    declared_hosts,
    judged,
)
from unit.plugins.module_utils.core.declaration.declarations import Declared, declarations, host, pod, public, zone

Zone = dict[str, Any]
INVENTORIES = Path(__file__).resolve().parents[6] / "playbooks" / "inventories"
KVM = ("KVM", "KVM")


def plain(kinds: tuple[str, ...] = KVM) -> Zone:
    """Two clusters with a pool each, and nothing to say of them."""
    declared = zone(2, list(kinds), (10, 99), "500-600,700")
    declared["primary_storage"] = declared["primary_storage"][:-1]
    return declared


def codes(declared: Zone, hosts: Any = (), **more: Any) -> list[tuple[str, str]]:
    return [(each.code, each.severity) for each in judged(declared, hosts, **more)]


def told(declared: Zone, hosts: Any = (), **more: Any) -> list[str]:
    return [code for code, _severity in codes(declared, hosts, **more)]


def test_a_plain_zone_has_no_finding() -> None:
    declared = plain()
    hosts = [host(n, each) for n, each in enumerate(declared["clusters"])]
    assert codes(declared, hosts) == []
    assert codes(declared, hosts, server={"zones": [], "pods": [], "vlan_ip_ranges": []}) == []


@pytest.mark.parametrize("name", ["advanced", "simulator"])
def test_the_examples_have_no_finding(name: str) -> None:
    declared = yaml.safe_load((INVENTORIES / name / "group_vars/all/zone.yml").read_text("utf-8"))["cloudstack_zone"]
    assert [(each.code, each.message) for each in judged(declared, [])] == []


@given(declarations())
def test_no_right_declaration_is_refused_for_what_the_server_has_of_it_itself(declared: Declared) -> None:
    """The second run: the server tells the pods and ranges that the first one made."""
    own, hosts = declared
    zone_id = {"id": "z", "name": own["name"], "guest_cidr_address": own["guest_cidr_address"]}
    ranges = [{**each, "zone_id": "z", "vlan": f"vlan://{each['vlan']}"} for each in own["public_ip_ranges"]]
    server = {
        "zones": [zone_id],
        "pods": [{**each, "zone": own["name"], "ip_ranges": []} for each in own["pods"]],
        "vlan_ip_ranges": ranges,
        "storage_pools": [{**each, "zone": own["name"], "storage_tags": []} for each in own["primary_storage"]],
        "image_stores": [{"name": "images", "zone": own["name"], "provider": "NFS"}],
    }
    assert [code for code, severity in codes(own, hosts, server=server) if severity == "error"] == []


@pytest.mark.parametrize(("kind", "most"), [("KVM", 16), ("XenServer", 8), ("VMware", 8)])
def test_a_crowded_cluster_is_told_with_the_hosts_that_are_there(kind: str, most: int) -> None:
    declared = plain((kind, "KVM"))
    hosts = [host(n, declared["clusters"][0]) for n in range(most)]
    assert told(declared, hosts) == []
    here = [{"name": "old", "zone": "zurich", "cluster": "cluster-0"}]
    assert codes(declared, hosts, server={"zone_hosts": here}) == [("too_many_hosts", "warning")]
    # The same host is counted once, and another zone's cluster of this name not at all.
    same = [{**here[0], "name": "host-0"}, {**here[0], "zone": "bern"}]
    assert told(declared, hosts, server={"zone_hosts": same}) == []


# Scheme, and the hypervisors whose hosts can use it.
MATRIX = {
    "nfs://10.9.0.5/a": {"KVM", "LXC", "XenServer", "VMware"},
    "iscsi://10.9.0.5/iqn.1986-03.com.sun:02:01/3": {"XenServer"},
    "PreSetup://localhost/sr1": {"XenServer", "VMware"},
    "SharedMountPoint://localhost/mnt/primary": {"KVM", "LXC"},
    "vmfs://vc.example.net/dc/store": {"VMware"},
    "rbd://u:s/x@10.9.0.5/pool": {"KVM", "LXC"},
    "clvm://localhost/vg": {"KVM", "LXC"},
    "cifs://10.9.0.5/share": {"Hyperv"},
}


@pytest.mark.parametrize("kind", ["KVM", "LXC", "XenServer", "VMware", "Hyperv", "Simulator"])
@pytest.mark.parametrize("url", MATRIX)
def test_a_protocol_is_for_hypervisors_that_can_use_it(kind: str, url: str) -> None:
    declared = plain((kind, "KVM"))
    details = {"user": "u", "password": "p", "domain": "d"}
    declared["primary_storage"] = [{"name": "a", "url": url, "cluster": "cluster-0", "details": details}]
    del declared["clusters"][1]
    found = [code for code in told(declared) if code != "clvm"]
    right = kind == "Simulator" or kind in MATRIX[url]
    assert found == ([] if right else ["storage_protocol"])
    there = {"storage_pools": [{"name": "a", "zone": "zurich", "cluster": "cluster-0"}]}
    severities = {severity for code, severity in codes(declared, server=there) if code == "storage_protocol"}
    assert severities == (set() if right else {"warning"})
    declared["primary_storage"][0]["provider"] = "Linstor"
    assert "storage_protocol" not in told(declared)


@pytest.mark.parametrize(
    ("pool", "found"),
    [
        ({"url": "clvm://localhost/vg"}, [("clvm", "warning")]),
        ({"url": "file:///var/lib/images"}, [("local_pool", "error")]),
        ({"url": "smb://10.9.0.5/share"}, [("storage_protocol", "error"), ("missing_details", "error")]),
        ({"url": "MVIP=10.9.0.5;SVIP=10.9.0.6"}, [("missing", "error")]),
        (
            {"url": "MVIP=10.9.0.5;SVIP=10.9.0.6", "provider": "SolidFire", "capacity_bytes": 1, "capacity_iops": 1},
            [("missing_details", "error")],
        ),
        (
            {
                "url": "MVIP%3D10.9.0.5;SVIP=10.9.0.6:3260;clusterAdminUsername=a;clusterAdminPassword=topsecret",
                "provider": "SolidFire",
                "capacity_bytes": 1,
                "capacity_iops": 1,
            },
            [],
        ),
    ],
)
def test_pools_with_forms_of_their_own(pool: Zone, found: list[tuple[str, str]]) -> None:
    declared = plain()
    declared["primary_storage"] = [{"name": "a", "scope": "zone", "hypervisor": "KVM", **pool}]
    assert codes(declared) == found
    assert "topsecret" not in repr(judged(declared))


def test_a_pool_of_the_zone_is_not_for_xenserver() -> None:
    declared = plain()
    url = "nfs://10.9.0.5/a"
    declared["primary_storage"].append({"name": "a", "url": url, "scope": "zone", "hypervisor": "XenServer"})
    assert told(declared) == ["storage_scope"]


def test_all_clusters_have_the_same_storage_tags() -> None:
    declared = plain()
    first, second = declared["primary_storage"]
    first["tags"], second["tags"] = ["t1", "t2"], ["t1"]
    assert codes(declared) == [("storage_tags_differ", "warning")]
    (found,) = judged(declared)
    assert found.where == "cloudstack_zone.clusters[1].name"
    assert "t2" in found.message
    # A pool of the zone serves all clusters of its hypervisor, and one on the server counts too.
    wide = {"name": "w", "url": "nfs://10.9.0.5/w", "scope": "zone", "hypervisor": "KVM", "tags": ["t2"]}
    assert told({**declared, "primary_storage": [first, second, wide]}) == []
    there = [{"name": "old", "zone": "zurich", "cluster": "cluster-1", "storage_tags": ["t2"]}]
    assert told(declared, server={"storage_pools": there}) == []


def test_without_shared_storage_local_disks_are_needed_by_system_vms_too() -> None:
    declared = plain()
    declared["primary_storage"] = []
    assert told(declared) == ["no_shared_storage"] * 2
    declared["local_storage_enabled"] = True
    assert told(declared) == ["no_shared_storage"] * 2
    value = [{"name": "system.vm.use.local.storage", "value": "true"}]
    assert told(declared, server={"configurations": value}) == []
    declared["zone_settings"] = {"system.vm.use.local.storage": True}
    assert told(declared) == []
    # Not declared at all, it is left alone: the server may have some.
    del declared["primary_storage"], declared["zone_settings"]
    assert told(declared) == []
    assert told(declared, server={"storage_pools": []}) == ["no_shared_storage"] * 2


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"dns1": "10.10.0.20"}, [("address_in_range", "error")]),
        ({"dns1": "203.0.113.20"}, []),
        ({"internal_dns2": "10.10.1.20"}, [("address_in_range", "error")]),
        ({"secondary_storage": [{"name": "s", "url": "nfs://10.10.0.20/a"}]}, [("address_in_range", "error")]),
        ({"secondary_storage": [{"name": "s", "url": "nfs://203.0.113.20/a"}]}, [("address_in_range", "warning")]),
    ],
)
def test_machines_are_outside_of_the_reserved_ranges(keys: Zone, found: list[tuple[str, str]]) -> None:
    assert codes({**plain(), **keys}) == found


def test_storage_and_controllers_and_management_servers_are_machines_too() -> None:
    declared = plain()
    declared["primary_storage"][0]["url"] = "nfs://10.10.1.50/export"
    mine = {**host(0, declared["clusters"][0]), "oobm": {"address": "10.10.0.60", "username": "u", "password": "p"}}
    machines = [{"name": "mgmt1", "address": "10.10.0.70"}, {"name": "mgmt2", "address": "mgmt2.example.net"}]
    server = {"management_servers": [{"name": "mgmt1", "address": "10.10.0.70"}]}
    found = judged(declared, [mine], machines=machines, server=server)
    assert [each.code for each in found] == ["address_in_range", "address_in_range", "management_server_in_range"]
    assert found[-1].where == "cloudstack_zone.pods[0].start_ip"
    assert "mgmt1" in found[-1].message
    value = {"configurations": [{"name": "host", "value": "192.0.2.1, 10.10.1.12"}]}
    assert told(plain(), server=value) == ["management_server_in_range"]


def at_home(**pool: Any) -> dict[str, Any]:
    return {**pod(0, 10, 99), "ip_ranges": [], **pool}


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ({"pods": [at_home(zone="bern", name="b")]}, [("range_of_another_zone", "error")]),
        ({"pods": [at_home(zone="bern", name="b"), at_home(zone="zurich")]}, [("range_of_another_zone", "warning")]),
        ({"pods": [at_home(zone="zurich", name="old", start_ip="10.10.0.200", end_ip="10.10.0.210")]}, ["subnet"]),
        (
            {"zones": [{"name": "bern", "guest_cidr_address": "10.1.0.0/16"}]},
            [("guest_cidr_of_another_zone", "warning")],
        ),
        ({"zones": [{"name": "zurich", "guest_cidr_address": "10.1.0.0/16"}]}, []),
        (
            {"zones": [{"id": "b", "name": "bern"}], "vlan_ip_ranges": [{**public(1, 90, 120), "zone_id": "b"}]},
            [("range_of_another_zone", "warning")],
        ),
        (
            {"zones": [{"id": "z", "name": "zurich"}], "vlan_ip_ranges": [{**public(0, 90, 120), "zone_id": "z"}]},
            [("range_overlap", "error")],
        ),
    ],
)
def test_a_zone_beside_what_the_server_has(server: Zone, found: Any) -> None:
    expected = [("subnet_overlap", "error")] if found == ["subnet"] else found
    assert codes(plain(), server=server) == expected


def test_guest_networks_are_no_public_addresses() -> None:
    assert codes({**plain(), "guest_cidr_address": "203.0.0.0/16"})[0] == ("guest_overlap", "error")


def test_addresses_have_to_be_enough() -> None:
    declared = plain()
    hosts = [host(n, declared["clusters"][0]) for n in range(3)]
    declared["pods"] = [pod(0, 10, 11), pod(1, 10, 12)]
    declared["public_ip_ranges"] = [public(0, 10, 11)]
    assert codes(declared, hosts) == [("few_private_addresses", "warning")] * 2 + [("few_public_addresses", "warning")]
    declared["pods"] = [pod(0, 10, 12), pod(1, 10, 16)]
    declared["public_ip_ranges"] = [public(0, 10, 12)]
    assert codes(declared, hosts) == []


def test_addresses_in_use_are_subtracted() -> None:
    declared = plain()
    hosts = [host(n, declared["clusters"][0]) for n in range(3)]
    declared["pods"] = [pod(0, 10, 19), pod(1, 10, 16)]
    declared["public_ip_ranges"] = [public(0, 10, 19)]
    pods, name = [each["name"] for each in declared["pods"]], declared["name"]

    def few(private: object, public_used: object, joined: int = 0) -> list[str]:
        rows = [
            {"resource": "private_addresses", "place": pods[0], "used": private, "total": 10},
            {"resource": "public_addresses", "place": name, "used": public_used, "total": 10},
            {"resource": "guest_vlans", "place": name, "used": 99, "total": 100},
        ]
        there = [{"name": each["name"]} for each in hosts[:joined]]
        return [code for code, _severity in codes(declared, hosts, server={"resources": rows, "zone_hosts": there})]

    assert few(7, 9) == []
    assert few(8, 9) == ["few_private_addresses"]
    # A host that has joined has its address.
    assert few(8, 9, joined=1) == []
    assert few(10, 9, joined=3) == ["few_private_addresses"]
    assert few(0, 10) == ["few_public_addresses"]
    assert few("many", None) == []


@pytest.mark.parametrize(
    ("keys", "server", "found"),
    [
        ({"settings": {"ha.tag": "ha"}}, {"hosts": []}, [("ha_tag_without_host", "error")]),
        ({"settings": {"ha.tag": "ha"}}, {}, [("ha_tag_without_host", "error")]),
        ({"settings": {"ha.tag": "ha"}}, {"hosts": [{"host_tags": ["ha"]}]}, []),
        ({"settings": {"ha.tag": ""}}, {"hosts": []}, []),
        (
            {},
            {"hosts": [], "configurations": [{"name": "ha.tag", "value": "ha"}]},
            [("ha_tag_without_host", "warning")],
        ),
        ({"securitygroups_enabled": True}, {}, []),
    ],
)
def test_ha_hosts(keys: Zone, server: Zone, found: list[tuple[str, str]]) -> None:
    declared = plain()
    hosts = [host(0, declared["clusters"][0])]
    assert codes({**declared, **keys}, hosts, server=server) == found
    tagged = [{**hosts[0], "host_tags": ["ha"]}]
    assert codes({**declared, **keys}, tagged, server=server) == []


@pytest.mark.parametrize(
    ("network", "kind", "wrong"),
    [
        ("Advanced", "XenServer", True),
        ("Advanced", "VMware", True),
        ("Advanced", "KVM", False),
        ("Basic", "XenServer", False),
        ("Basic", "VMware", True),
        ("Basic", "KVM", False),
        ("Advanced", "Simulator", False),
    ],
)
def test_security_groups_need_a_hypervisor_that_has_them(network: str, kind: str, wrong: bool) -> None:
    declared = {**plain((kind, "KVM")), "network_type": network, "securitygroups_enabled": True}
    assert ("security_groups_hypervisor" in told(declared)) == wrong


def test_vmware_needs_the_management_network() -> None:
    declared = plain(("VMware", "KVM"))
    name = "management.network.cidr"
    assert told(declared) == []
    assert told(declared, server={"configurations": [{"name": name, "value": ""}]}) == ["management_network_missing"]
    assert told({**declared, "settings": {name: "10.10.0.0/16"}}) == []
    assert codes({**declared, "settings": {name: "10.10.0.0/24"}}) == [("pod_outside_management_network", "warning")]
    assert {"name": name, "zone": None} in consulted_settings(declared)
    assert {"name": name, "zone": None} not in consulted_settings(plain())


LOW, HIGH = "cluster.cpu.allocated.capacity.notificationthreshold", "cluster.cpu.allocated.capacity.disablethreshold"


@pytest.mark.parametrize(
    ("wide", "of_cluster", "held", "where"),
    [
        ({LOW: 0.9, HIGH: 0.85}, {}, {}, f".settings['{LOW}']"),
        ({LOW: 0.7, HIGH: 0.85}, {}, {}, None),
        ({LOW: 0.9}, {}, {}, None),
        ({LOW: 0.9}, {}, {HIGH: "0.85"}, f".settings['{LOW}']"),
        ({HIGH: 0.7}, {}, {LOW: "0.75"}, f".settings['{HIGH}']"),
        ({}, {}, {LOW: "0.9", HIGH: "0.8"}, None),
        ({LOW: 0.8}, {HIGH: 0.8}, {}, f".clusters[0].settings['{HIGH}']"),
        ({LOW: 0.8, HIGH: 0.9}, {LOW: "0.95"}, {}, f".clusters[0].settings['{LOW}']"),
        ({LOW: "high"}, {}, {HIGH: "0.8"}, None),
    ],
)
def test_a_notification_comes_before_allocation_stops(
    wide: Zone, of_cluster: Zone, held: dict[str, str], where: str | None
) -> None:
    declared = {**plain(), "settings": wide, "zone_settings": {}}
    declared["clusters"][0]["settings"] = of_cluster
    server = {"configurations": [{"name": name, "value": value} for name, value in held.items()]}
    found = judged(declared, server=server)
    assert [each.where for each in found] == ([f"cloudstack_zone{where}"] if where else [])
    assert {each.code for each in found} <= {"notification_after_disable"}


@given(st.decimals(0, 1, places=2), st.decimals(0, 1, places=2))
def test_thresholds_are_compared_as_numbers(low: Any, high: Any) -> None:
    declared = {**plain(), "settings": {LOW: str(low), HIGH: float(high)}}
    assert bool(told(declared)) == (low >= high)


S3 = {"accesskey": "a", "secretkey": "s", "bucket": "b", "endpoint": "s3.example.net"}


@pytest.mark.parametrize(
    ("stores", "more", "server", "found"),
    [
        (
            [("a", "NFS"), ("b", "S3")],
            {"staging_stores": [{"url": "nfs://10.9.0.5/st"}]},
            {},
            ["secondary_storage_kinds"],
        ),
        ([("b", "S3")], {"staging_stores": [{"url": "nfs://10.9.0.5/st"}]}, {}, []),
        ([("b", "S3")], {}, {}, ["staging_store_missing"]),
        ([("b", "S3")], {}, {"staging_stores": [{"zone": "zurich"}]}, []),
        ([("b", "S3")], {"staging_stores": [{"url": "s3://10.9.0.5/st"}]}, {}, ["staging_protocol"]),
        ([("a", "NFS")], {}, {"image_stores": [{"name": "x", "provider": "S3"}]}, ["secondary_storage_kinds"]),
        ([("a", "NFS")], {}, {"image_stores": [{"name": "a", "provider": "NFS"}]}, []),
    ],
)
def test_secondary_storage_of_a_region(
    stores: list[tuple[str, str]], more: Zone, server: Zone, found: list[str]
) -> None:
    def store(name: str, provider: str) -> Zone:
        place = {"url": f"nfs://10.9.0.5/{name}"} if provider == "NFS" else {"details": S3}
        return {"name": name, "provider": provider, **place}

    declared = {**plain(), "secondary_storage": [store(*each) for each in stores], **more}
    assert told(declared, server=server) == found


SIX = {
    "physical_network": "guests",
    "vlan": 60,
    "gateway_ipv6": "2001:db8::1",
    "cidr_ipv6": "2001:db8::/64",
    "start_ipv6": "2001:db8::10",
    "end_ipv6": "2001:db8::20",
}


@pytest.mark.parametrize(
    ("ranges", "found"),
    [
        ([SIX], []),
        ([{**SIX, "cidr_ipv6": "2001:db8::/48"}], ["ipv6_prefix"]),
        ([{**SIX, "gateway_ipv6": "2001:db8::15"}], ["gateway_in_range"]),
        ([{**SIX, "end_ipv6": "2001:DB8:1::20"}], ["outside_subnet"]),
        ([SIX, {**SIX, "start_ipv6": "2001:db8::1f", "end_ipv6": "2001:db8::30"}], ["range_overlap"]),
        ([SIX, {**SIX, "vlan": 61, "start_ipv6": "2001:db8::1f", "end_ipv6": "2001:db8::30"}], []),
    ],
)
def test_ipv6_ranges(ranges: list[Zone], found: list[str]) -> None:
    declared = plain()
    declared["public_ip_ranges"] += ranges
    assert told(declared) == found


def test_a_host_with_an_ipv6_address_is_outside_of_the_ranges() -> None:
    declared = plain()
    declared["public_ip_ranges"].append(SIX)
    mine = {**host(0, declared["clusters"][0]), "url": "http://[2001:db8:0::12]"}
    assert told(declared, [mine]) == ["host_in_range"]
    assert told({**plain(("VMware", "KVM")), "public_ip_ranges": [*declared["public_ip_ranges"]]}) == [
        "ipv6_hypervisor"
    ]


def basic() -> Zone:
    declared = plain()
    traffic = [{"traffic_type": "Management"}, {"traffic_type": "Guest"}]
    guests = [{"start_ip": f"10.10.{n}.120", "end_ip": f"10.10.{n}.200", "netmask": "255.255.255.0"} for n in (0, 1)]
    for n, each in enumerate(declared["pods"]):
        each["guest_ip_ranges"] = [{**guests[n], "gateway": f"10.10.{n}.1"}]
    return {
        **declared,
        "network_type": "Basic",
        "physical_networks": [{"name": "basic", "traffic_types": traffic}],
        "public_ip_ranges": None,
        "guest_network": {"name": "guests", "network_offering": "DefaultSharedNetworkOfferingWithSGService"},
    }


def test_a_basic_zone_is_declared_whole() -> None:
    declared = basic()
    assert codes(declared) == []
    assert told({**declared, "guest_network": None}) == ["missing"]
    assert told({**plain(), "guest_network": declared["guest_network"]}) == ["basic_zone"]
    wrong = copy.deepcopy(declared)
    wrong["pods"][0]["guest_ip_ranges"][0]["start_ip"] = "10.10.0.50"
    assert told(wrong) == ["range_overlap"]
    del wrong["pods"][0]["guest_ip_ranges"]
    assert codes(wrong) == [("no_guest_addresses", "warning")]
    wrong = copy.deepcopy(declared)
    wrong["pods"][1]["guest_ip_ranges"][0]["gateway"] = "10.99.1.1"
    assert told(wrong) == ["gateway_outside_subnet"]


@settings(max_examples=200)
@given(st.recursive(
    st.none() | st.text(max_size=8) | st.integers() | st.booleans() | st.sampled_from(["10.10.0.20", "2001:db8::1"]),
    lambda c: st.lists(c, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "zone", "start_ip", "gateway", "netmask", "value", "host_tags", "ip_ranges", "url"]), c
    ),
))  # fmt: skip
def test_nothing_that_a_server_tells_breaks_the_check(value: object) -> None:
    kinds = ("zones", "pods", "vlan_ip_ranges", "hosts", "storage_pools", "image_stores", "management_servers")
    assert judged(plain(), server=dict.fromkeys((*kinds, "configurations"), value)) is not None
    assert judged(plain(), server={kind: [value] for kind in (*kinds, "configurations")}) is not None


def test_declared_hosts_with_ipv6_are_urls() -> None:
    (made,) = declared_hosts({"a": {"ansible_host": "2001:db8::7", "cloudstack_cluster": "c"}}, ["a"])
    assert made["url"] == "http://[2001:db8::7]"
