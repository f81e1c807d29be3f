# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Valid declarations of every size, for tests to plant mistakes in."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Declared = tuple[dict[str, Any], list[dict[str, Any]]]
HYPERVISORS = ("KVM", "XenServer", "VMware", "Simulator")
NETMASK = "255.255.255.0"


def pod(n: int, first: int, last: int) -> dict[str, Any]:
    return {
        "name": f"pod-{n}",
        "start_ip": f"10.10.{n}.{first}",
        "end_ip": f"10.10.{n}.{last}",
        "netmask": NETMASK,
        "gateway": f"10.10.{n}.1",
    }


def public(n: int, first: int, last: int) -> dict[str, Any]:
    return {
        "physical_network": "guests",
        "vlan": 50 + n,
        "start_ip": f"203.0.{113 + n}.{first}",
        "end_ip": f"203.0.{113 + n}.{last}",
        "netmask": NETMASK,
        "gateway": f"203.0.{113 + n}.1",
    }


def cluster(n: int, hypervisor: str, its_pod: str) -> dict[str, Any]:
    url = {"url": f"http://vc.example.net/dc/cluster-{n}"} if hypervisor == "VMware" else {}
    factors = {"cpu.overprovisioning.factor": 2}
    return {"name": f"cluster-{n}", "pod": its_pod, "hypervisor": hypervisor, "settings": factors, **url}


def host(n: int, its_cluster: dict[str, Any]) -> dict[str, Any]:
    url = {
        "VMware": f"http://vc.example.net/dc/{its_cluster['name']}/host-{n}",
        "Simulator": f"http://sim/{its_cluster['name']}/host-{n}",
    }.get(its_cluster["hypervisor"], f"http://host-{n}.example.net")
    return {"name": f"host-{n}", "inventory_name": f"host-{n}", "cluster": its_cluster["name"], "url": url}


def networks(vlans: object) -> list[dict[str, Any]]:
    return [
        {"name": "management", "traffic_types": [{"traffic_type": "Management"}, {"traffic_type": "Storage"}]},
        {
            "name": "guests",
            "isolation_method": "VLAN",
            "vlan": vlans,
            "traffic_types": [{"traffic_type": "Guest", "kvm_networklabel": "cloudbr1"}, {"traffic_type": "Public"}],
        },
    ]


def storage(clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pools = [
        {"name": f"pool-{n}", "url": f"nfs://10.9.0.5/export/{n}", "scope": "cluster", "cluster": each["name"]}
        for n, each in enumerate(clusters)
    ]
    return [*pools, {"name": "wide", "url": "nfs://10.9.0.5/export/wide", "scope": "zone", "hypervisor": "KVM"}]


def zone(pods: int, kinds: list[str], ends: tuple[int, int], vlans: object) -> dict[str, Any]:
    """kinds: the hypervisor of each cluster, spread over the pods."""
    clusters = [cluster(n, kind, f"pod-{n % pods}") for n, kind in enumerate(kinds)]
    center = {"name": "dc", "vcenter": "vc.example.net", "username": "cloud", "password": "secret"}
    return {
        "name": "zurich",
        "dns1": "192.0.2.53",
        "guest_cidr_address": "10.1.1.0/24",
        "physical_networks": networks(vlans),
        "pods": [pod(n, *ends) for n in range(pods)],
        "public_ip_ranges": [public(n, *ends) for n in range(2)],
        "vmware_datacenters": [center] if "VMware" in kinds else [],
        "clusters": clusters,
        "primary_storage": storage(clusters),
        "secondary_storage": [{"name": "images", "url": "nfs://10.9.0.5/export/images", "provider": "NFS"}],
        "settings": {"expunge.delay": 60, "enable.dynamic.scale.vm": True},
        "zone_settings": {"pool.storage.capacity.disablethreshold": "0.9"},
    }


@st.composite
def declarations(draw: st.DrawFn) -> Declared:
    """A zone of 2-4 pods and 2-5 clusters with 1-3 hosts in each, all of it right."""
    first = draw(st.integers(2, 250))
    kinds = draw(st.lists(st.sampled_from(HYPERVISORS), min_size=2, max_size=5))
    vlans: object = draw(st.sampled_from(["500-600,700", ["500-600", 700], 700, "1-49,4094"]))
    declared = zone(draw(st.integers(2, 4)), kinds, (first, draw(st.integers(first, 254))), vlans)
    each = draw(st.integers(1, 3))
    hosts = [host(n * each + m, c) for n, c in enumerate(declared["clusters"]) for m in range(each)]
    return declared, hosts
