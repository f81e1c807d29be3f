# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A right declaration has no problems; each planted mistake is found where it was planted, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.check import (
    declared_hosts,
    judged,
    problems,
)
from unit.plugins.module_utils.core.declaration.declarations import Declared, cluster, declarations, host, zone

Zone = dict[str, Any]
Hosts = list[dict[str, Any]]
Plant = Callable[[Zone, Hosts], object]


def small() -> Declared:
    declared = zone(2, ["KVM", "VMware"], (10, 99), "500-600,700")
    return declared, [host(n, each) for n, each in enumerate(declared["clusters"])]


def found(declared: object, hosts: Hosts) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in problems(declared, hosts)]


@given(declarations())
def test_a_right_declaration_has_no_problems(declared: Declared) -> None:
    assert found(*declared) == []


def at(*path: Any, value: object) -> Plant:
    """Put a value somewhere in the zone."""

    def plant(declared: Zone, hosts: Hosts) -> None:
        place: Any = declared
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return plant


def gone(*path: Any) -> Plant:
    """Take a key out of the zone."""

    def plant(declared: Zone, hosts: Hosts) -> None:
        place: Any = declared
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return plant


def bare_s3(declared: Zone, hosts: Hosts) -> None:
    declared["secondary_storage"][0] = {"name": "s3", "provider": "S3"}
    declared["staging_stores"] = [{"url": "nfs://10.9.0.5/export/staging"}]


def of_host(**variables: object) -> Plant:
    return lambda declared, hosts: hosts[0].update(variables)


def twin_pool(declared: Zone, hosts: Hosts) -> None:
    declared["primary_storage"][1]["url"] = declared["primary_storage"][0]["url"] + "/"


def same_subnet(declared: Zone, hosts: Hosts) -> None:
    """Apart in their ranges, one in their subnets."""
    for n, (first, last) in enumerate(((20, 29), (30, 39))):
        declared["pods"][n].update(start_ip=f"10.10.0.{first}", end_ip=f"10.10.0.{last}", gateway="10.10.0.1")


def public_twice(declared: Zone, hosts: Hosts) -> None:
    """The same addresses on another VLAN."""
    first, second = declared["public_ip_ranges"]
    second.update({key: first[key] for key in ("start_ip", "end_ip", "gateway")})


def in_pod(declared: Zone, hosts: Hosts) -> None:
    """A public range that takes a pod's addresses, on a VLAN of its own."""
    declared["public_ip_ranges"][1].update(
        {key: declared["pods"][0][key] for key in ("start_ip", "end_ip", "netmask", "gateway")}
    )


NETWORK, TRAFFIC = ("physical_networks", 1), ("physical_networks", 1, "traffic_types")
PLANTED: dict[str, tuple[Plant, str, str]] = {
    "no isolation": (
        gone("physical_networks", 1, "isolation_method"),
        "missing_isolation_method",
        ".physical_networks[1].isolation_method",
    ),
    "half of IPv6": (
        at("public_ip_ranges", 0, "cidr_ipv6", value="2001:db8::/64"),
        "missing",
        ".public_ip_ranges[0].gateway_ipv6",
    ),
    "details in a list": (
        at("primary_storage", 0, "details", value=["a"]),
        "wrong_type",
        ".primary_storage[0].details",
    ),
    "NFS without URL": (gone("secondary_storage", 0, "url"), "missing", ".secondary_storage[0].url"),
    "S3 without details": (bare_s3, "missing", ".secondary_storage[0].details"),
    "no number": (
        at("clusters", 1, "settings", "cpu.overprovisioning.factor", value="inf"),
        "factor_below_one",
        ".clusters[1].settings['cpu.overprovisioning.factor']",
    ),
    "host among the pod's addresses": (
        lambda z, h: h[0].update(url=f"http://{z['pods'][0]['start_ip']}"),
        "host_in_range",
        "host-0: cloudstack_url",
    ),
    "host outside the pod": (
        lambda z, h: h[0].update(url="http://10.99.0.7"),
        "host_outside_pod",
        "host-0: cloudstack_url",
    ),
    "unknown key": (at("dsn2", value="192.0.2.54"), "unknown_key", ".dsn2"),
    "unknown key inside": (at("pods", 1, "gatway", value=""), "unknown_key", ".pods[1].gatway"),
    "missing": (gone("dns1"), "missing", ".dns1"),
    "empty": (at("secondary_storage", 0, "name", value=""), "missing", ".secondary_storage[0].name"),
    "missing inside": (gone("public_ip_ranges", 0, "gateway"), "missing", ".public_ip_ranges[0].gateway"),
    "no list": (at("secondary_storage", value="nfs"), "wrong_type", ".secondary_storage"),
    "no record": (at("secondary_storage", 0, value="nfs"), "wrong_type", ".secondary_storage[0]"),
    "no bool": (at("local_storage_enabled", value="maybe"), "wrong_type", ".local_storage_enabled"),
    "no names": (at("primary_storage", 0, "tags", value="ssd"), "wrong_type", ".primary_storage[0].tags"),
    "no choice": (at("allocation_state", value="Enabled"), "not_a_choice", ".allocation_state"),
    "bad address": (at("dns2", value="192.0.2.256"), "bad_address", ".dns2"),
    "bad gateway": (at("pods", 0, "gateway", value="10.10.0"), "bad_address", ".pods[0].gateway"),
    "bad netmask": (at("pods", 1, "netmask", value="255.0.255.0"), "bad_netmask", ".pods[1].netmask"),
    "host mask": (at("pods", 1, "netmask", value="0.0.0.255"), "bad_netmask", ".pods[1].netmask"),
    "bad cidr": (at("guest_cidr_address", value="10.1.1.0"), "bad_cidr", ".guest_cidr_address"),
    "bad url": (at("secondary_storage", 0, "url", value="//[x"), "bad_url", ".secondary_storage[0].url"),
    "end outside": (at("pods", 1, "end_ip", value="10.99.1.9"), "outside_subnet", ".pods[1].end_ip"),
    "gateway outside": (at("pods", 1, "gateway", value="10.99.1.1"), "gateway_outside_subnet", ".pods[1].gateway"),
    "same subnet": (same_subnet, "subnet_overlap", ".pods[1].netmask"),
    "guests in a pod": (at("guest_cidr_address", value="10.10.1.0/28"), "guest_overlap", ".guest_cidr_address"),
    "public in a pod": (in_pod, "range_overlap", ".public_ip_ranges[1].start_ip"),
    "public twice": (public_twice, "range_overlap", ".public_ip_ranges[1].start_ip"),
    # The server compares the subnets, and not the addresses.
    "public subnet on two VLANs": (
        at("public_ip_ranges", 1, "netmask", value="255.255.252.0"),
        "subnet_overlap",
        ".public_ip_ranges[1].netmask",
    ),
    "no VLAN": (at(*NETWORK, "vlan", value="guests"), "bad_vlan", ".physical_networks[1].vlan"),
    "reversed VLANs": (at(*NETWORK, "vlan", value="600-500"), "bad_vlan", ".physical_networks[1].vlan"),
    "VLAN beyond": (at(*NETWORK, "vlan", value="600-5000"), "bad_vlan", ".physical_networks[1].vlan"),
    "VLAN 4095": (at(*NETWORK, "vlan", value="600,4095"), "reserved_vlan", ".physical_networks[1].vlan"),
    "VLAN 0": (at(*NETWORK, "vlan", value=["600", "0-5"]), "reserved_vlan", ".physical_networks[1].vlan[1]"),
    "public VLAN 4095": (at("public_ip_ranges", 0, "vlan", value=4095), "reserved_vlan", ".public_ip_ranges[0].vlan"),
    "public VLANs": (at("public_ip_ranges", 0, "vlan", value="50-51"), "bad_vlan", ".public_ip_ranges[0].vlan"),
    "no traffic": (gone(*TRAFFIC, 1), "missing_traffic_type", ".physical_networks"),
    "slip in traffic": (
        at(*TRAFFIC, 1, "traffic_type", value="Pubic"),
        "unknown_traffic_type",
        ".physical_networks[1].traffic_types[1].traffic_type",
    ),
    "double traffic": (
        lambda z, h: z["physical_networks"][0]["traffic_types"].append({"traffic_type": "Management"}),
        "double_traffic_type",
        ".physical_networks[0].traffic_types[2].traffic_type",
    ),
    "double pool": (at("primary_storage", 1, "name", value="POOL-0"), "duplicate_name", ".primary_storage[1].name"),
    "unknown pod": (at("clusters", 1, "pod", value="pod-x"), "unknown_pod", ".clusters[1].pod"),
    "unknown network": (
        at("public_ip_ranges", 0, "physical_network", value="guest"),
        "unknown_physical_network",
        ".public_ip_ranges[0].physical_network",
    ),
    "unknown hypervisor": (
        at("clusters", 0, "hypervisor", value="KMV"),
        "unknown_hypervisor",
        ".clusters[0].hypervisor",
    ),
    "pool without cluster": (gone("primary_storage", 0, "cluster"), "storage_scope", ".primary_storage[0].cluster"),
    "pool's cluster": (
        at("primary_storage", 0, "cluster", value="x"),
        "unknown_cluster",
        ".primary_storage[0].cluster",
    ),
    "pool without hypervisor": (
        gone("primary_storage", -1, "hypervisor"),
        "storage_scope",
        ".primary_storage[{pools}].hypervisor",
    ),
    "pool twice": (twin_pool, "duplicate_url", ".primary_storage[1].url"),
    "list as a setting": (at("settings", "expunge.delay", value=[1]), "setting_type", ".settings['expunge.delay']"),
    "factor below 1": (
        at("clusters", 1, "settings", "cpu.overprovisioning.factor", value="0.5"),
        "factor_below_one",
        ".clusters[1].settings['cpu.overprovisioning.factor']",
    ),
    "host nowhere": (of_host(cluster=None), "host_without_cluster", "host-0: cloudstack_cluster"),
    "host's cluster": (of_host(cluster="cluster-x"), "unknown_cluster", "host-0: cloudstack_cluster"),
    "host's hypervisor": (of_host(hypervisor="LXC"), "hypervisor_mismatch", "host-0: cloudstack_hypervisor"),
    "host's tags": (of_host(host_tags="ssd"), "wrong_type", "host-0: cloudstack_host_tags"),
    "host's variable": (of_host(host_tag=["ssd"]), "unknown_key", "host-0: cloudstack_host_tag"),
    "host twice": (
        lambda z, h: h[1].update(name="HOST-0"),
        "duplicate_host",
        "host-1: cloudstack_name",
    ),
    "URL twice": (lambda z, h: h[1].update(url=h[0]["url"]), "duplicate_host", "host-1: cloudstack_url"),
}


@pytest.mark.parametrize("name", PLANTED)
@settings(max_examples=25)
@given(declared=declarations())
def test_a_planted_mistake_is_found_and_nothing_else(name: str, declared: Declared) -> None:
    plant, code, where = PLANTED[name]
    declaration, hosts = copy.deepcopy(declared)
    plant(declaration, hosts)
    expected = where.format(pools=len(declaration["primary_storage"]) - 1)
    assert found(declaration, hosts) == [(code, f"cloudstack_zone{expected}" if expected.startswith(".") else expected)]


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (at("pods", 1, "start_ip", value="10.10.1.120"), [("reversed_range", ".pods[1].end_ip")]),
        (at("pods", 1, "start_ip", value="10.99.1.10"), [("outside_subnet", ".pods[1].start_ip")]),
        (at("pods", 1, "gateway", value="10.10.1.50"), [("gateway_in_range", ".pods[1].gateway")]),
        (at("public_ip_ranges", 0, "vlan", value="vlan://700"), [("vlan_in_guest_range", ".public_ip_ranges[0].vlan")]),
        (at("public_ip_ranges", 0, "vlan", value="untagged"), []),
        (gone("clusters", 1, "url"), [("missing_url", ".clusters[1].url")]),
        (gone("vmware_datacenters"), [("missing_datacenter", ".vmware_datacenters")]),
        (
            lambda z, h: z["vmware_datacenters"].append({**z["vmware_datacenters"][0], "name": "other"}),
            [("second_datacenter", ".vmware_datacenters[1].name")],
        ),
        (
            at("physical_networks", 1, "isolation_method", value="VXLAN"),
            [],
        ),
        (at("network_type", value="Basic"), [("basic_zone", ".physical_networks[1].name")]),
    ],
)
def test_mistakes_that_need_their_surroundings(plant: Plant, expected: list[tuple[str, str]]) -> None:
    declared, hosts = small()
    plant(declared, hosts)
    got = [(code, where.removeprefix("cloudstack_zone")) for code, where in found(declared, hosts)]
    assert got == expected


def test_a_host_that_is_there_already_is_outside_its_pod_only_as_a_warning() -> None:
    declared, hosts = small()
    hosts[0]["url"] = "http://10.99.0.7"
    for there, severity in (([], "error"), ([{"name": hosts[0]["name"], "zone": declared["name"]}], "warning")):
        told = judged(declared, hosts, server={"zone_hosts": there})
        assert [each.severity for each in told if each.code == "host_outside_pod"] == [severity]


def test_all_mistakes_are_told_at_once() -> None:
    declared, hosts = small()
    wanted = []
    for name in ("missing", "VLAN 4095", "gateway outside", "unknown pod", "host's cluster", "factor below 1"):
        plant, code, _where = PLANTED[name]
        plant(declared, hosts)
        wanted.append(code)
    assert sorted(code for code, _where in found(declared, hosts)) == sorted(wanted)


def test_a_problem_says_what_stands_there_and_what_would_be_right() -> None:
    declared, hosts = small()
    hosts[0]["cluster"] = "cluster_0"
    (problem,) = problems(declared, hosts)
    assert problem.value == "cluster_0"
    assert "cluster-0" in problem.remedy
    assert "cluster_0" in problem.message


@pytest.mark.parametrize("declared", [None, "zone", [], 3])
def test_what_is_no_declaration_is_one_problem(declared: object) -> None:
    assert found(declared, []) == [("wrong_type", "cloudstack_zone")]


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.booleans(),
        lambda c: (
            st.lists(c)
            | st.dictionaries(
                st.sampled_from(
                    ["name", "pods", "clusters", "physical_networks", "vlan", "url", "start_ip", "netmask", "settings"]
                ),
                c,
            )
        ),
    )
)
def test_nothing_that_yaml_can_hold_breaks_the_check(value: object) -> None:
    assert found({"name": "z", "pods": value, "clusters": value, "physical_networks": value, "settings": value}, [])


@pytest.mark.parametrize("key", ["password", "passwrd"])
@pytest.mark.parametrize("value", ["topsecret", ["topsecret"], {"a": "topsecret"}])
def test_no_password_is_told(key: str, value: object) -> None:
    declared, hosts = small()
    declared["clusters"][0][key] = value
    hosts[0][key] = value
    declared["secondary_storage"][0]["url"] = "//cloud:topsecret@[x"
    declared["primary_storage"][0]["url"] = declared["primary_storage"][1]["url"] = "rbd://u:topsecret@10.0.0.1/pool"
    told = problems(declared, hosts)
    assert told
    assert "topsecret" not in repr(told)


def test_declared_hosts_are_what_the_host_module_takes() -> None:
    variables = {
        "kvm1": {
            "cloudstack_cluster": "a",
            "ansible_host": "192.0.2.11",
            "cloudstack_zone": {},
            "cloudstack_api_url": "x",
        },
        "sim0": {"cloudstack_url": "http://sim/c1/h0", "cloudstack_name": "first", "cloudstack_host_tag": ["x"]},
        "other": {},
    }
    assert declared_hosts(variables, ["kvm1", "sim0"]) == [
        {
            "name": "kvm1",
            "inventory_name": "kvm1",
            "ansible_host": "192.0.2.11",
            "cluster": "a",
            "url": "http://192.0.2.11",
        },
        {"name": "first", "inventory_name": "sim0", "url": "http://sim/c1/h0", "host_tag": ["x"]},
    ]


def test_a_cluster_of_every_hypervisor_can_be_declared() -> None:
    declared, hosts = small()
    declared["clusters"].append(cluster(2, "LXC", "pod-1"))
    assert found(declared, hosts) == []


OOBM = {"address": "192.0.2.201", "username": "admin", "password": "****"}


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ([{"oobm": OOBM, "host_ha": "enabled"}, {"oobm": {**OOBM, "address": "192.0.2.202"}}], []),
        ([{"host_ha": "enabled"}, {}], ["ha_without_oobm"]),
        ([{"oobm": {**OOBM, "state": "disabled"}, "host_ha": "enabled"}, {}], ["ha_without_oobm"]),
        ([{"oobm": OOBM}, {"oobm": OOBM}], ["duplicate_oobm"]),
        ([{"oobm": {**OOBM, "driver": "redfish", "port": 8443}}, {}], ["redfish_port"]),
        ([{"oobm": {"address": "192.0.2.201", "username": "admin"}}, {}], ["missing"]),
        ([{"oobm": {**OOBM, "adress": "x"}}, {}], ["unknown_key"]),
        ([{"oobm": "192.0.2.201"}, {}], ["wrong_type"]),
        ([{"host_ha": "yes"}, {}], ["not_a_choice"]),
    ],
)
def test_controllers_of_declared_hosts(given: Hosts, codes: list[str]) -> None:
    declared, hosts = small()
    hosts = [{**one, **more} for one, more in zip(hosts, given, strict=True)]
    assert [code for code, _where in found(declared, hosts)] == codes


def test_a_password_of_a_controller_is_handed_on_as_stars() -> None:
    (made,) = declared_hosts({"a": {"cloudstack_oobm": {**OOBM, "password": "sesame1"}}}, ["a"])
    assert made["oobm"]["password"] == "****"
