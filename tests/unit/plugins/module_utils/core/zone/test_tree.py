# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone as lines: everything is shown once, under its place, in columns, with capacities in GHz and GiB."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.tree import (
    GIB,
    Figure,
    Node,
    lines,
    zone_tree,
)


def host(n: int, cluster: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"h{n}",
        "name": f"host-{n}",
        "zone_id": "z",
        "cluster_id": cluster,
        "state": "Up",
        "resource_state": "Enabled",
        "cpu_number": 16,
        "cpu_speed": 2500,
        "cpu_allocated": 4000,
        "cpu_with_overprovisioning": 80000,
        "memory_total": 128 * GIB,
        "memory_allocated": 32 * GIB,
        "memory_with_overprovisioning": 128 * GIB,
        "host_tags": ["ssd"],
        **more,
    }


FACTS: dict[str, list[dict[str, Any]]] = {
    "zones": [{"id": "z", "name": "zurich", "network_type": "Advanced", "allocation_state": "Enabled"}],
    "physical_networks": [
        {"id": "n", "name": "tenants", "zone_id": "z", "vlan": "500-600,700-700", "tags": ["a", "b"]}
    ],
    "traffic_types": [{"physical_network_id": "n", "traffic_type": "Guest", "kvm_networklabel": "cloudbr1"}],
    "vlan_ip_ranges": [
        {
            "zone_id": "z",
            "vlan": "50",
            "start_ip": "203.0.113.10",
            "end_ip": "203.0.113.19",
            "for_virtual_network": True,
        },
        {
            "zone_id": "z",
            "vlan": "60",
            "start_ip": "198.51.100.1",
            "end_ip": "198.51.100.9",
            "for_virtual_network": False,
        },
    ],
    "pods": [{"id": "p", "name": "pod-1", "zone_id": "z", "start_ip": "10.0.0.2", "end_ip": "10.0.0.9"}],
    "clusters": [
        {"id": "c", "name": "kvm-a", "pod_id": "p", "hypervisor": "KVM", "managed_state": "Managed"},
        {"id": "d", "name": "longer-name", "pod_id": "p", "hypervisor": "XenServer", "managed_state": "Unmanaged"},
    ],
    "hosts": [host(1, "c"), host(2, "d", name="a-longer-host", host_tags=[], resource_state="Maintenance")],
    "storage_pools": [
        {
            "name": "wide",
            "zone_id": "z",
            "scope": "ZONE",
            "disk_size_total": 2048 * GIB,
            "disk_size_allocated": 512 * GIB,
        },
        {"name": "near", "zone_id": "z", "scope": "CLUSTER", "cluster_id": "c", "disk_size_total": 1024 * GIB},
    ],
    "image_stores": [
        {"name": "images", "zone_id": "z", "provider": "NFS", "url": "nfs://10.0.0.5/x", "read_only": True}
    ],
}


def line(tree: str, word: str) -> str:
    (found,) = [each for each in tree.splitlines() if word in each]
    return found


def test_everything_stands_under_its_place() -> None:
    words = ["zone zurich", "1 host" if len(FACTS["hosts"]) == 1 else "2 hosts", "network tenants", "Guest traffic"]
    words += ["public range", "pod pod-1", "cluster kvm-a", "host host-1", "storage near", "cluster longer-name"]
    words += ["host a-longer-host", "primary storage wide", "secondary storage images"]
    shown = zone_tree(FACTS).splitlines()
    assert len(shown) == len(words)
    assert [word in each for word, each in zip(words, shown, strict=True)] == [True] * len(words)
    depths = [(len(each) - len(each.lstrip("│├└─ "))) // 3 for each in shown]
    assert depths == [0, 1, 1, 2, 1, 1, 2, 3, 3, 2, 3, 1, 1]


def test_capacities_are_summed_and_say_their_factor() -> None:
    tree = zone_tree(FACTS)
    for word, used, total in (
        ("host host-1", "4.0", "80.0"),
        ("cluster kvm-a", "4.0", "80.0"),
        ("2 hosts", "8.0", "160.0"),
    ):
        cells = line(tree, word).split()
        at = cells.index("CPU")
        assert cells[at + 1 : at + 6] == [used, "/", total, "GHz", "×2"]
    cells = line(tree, "2 hosts").split()
    assert cells[cells.index("RAM") + 1 :] == ["64.0", "/", "256.0", "GiB"]


def test_cores_that_the_server_multiplied_already_are_told_by_its_clusters_factor() -> None:
    clusters = [{**each, "cpu_overcommit_ratio": "2.0"} for each in FACTS["clusters"]]
    hosts = [{**each, "cpu_number": 32} for each in FACTS["hosts"]]
    tree = zone_tree({**FACTS, "clusters": clusters, "hosts": hosts})
    for word, total in (("host host-1", "80.0"), ("cluster kvm-a", "80.0"), ("2 hosts", "160.0")):
        cells = line(tree, word).split()
        assert cells[cells.index("CPU") + 3 :][:3] == [total, "GHz", "×2"]


def test_memory_that_the_server_multiplied_already_is_told_by_its_clusters_factor() -> None:
    clusters = [{**each, "memory_overcommit_ratio": "2.0"} for each in FACTS["clusters"]]
    tree = zone_tree({**FACTS, "clusters": clusters})
    for word, total in (("host host-1", "128.0"), ("cluster kvm-a", "128.0"), ("2 hosts", "256.0")):
        cells = line(tree, word).split()
        assert cells[cells.index("RAM") + 3 :][:3] == [total, "GiB", "×2"]


def test_states_tags_labels_and_networks_are_told() -> None:
    tree = zone_tree(FACTS)
    assert "[ssd]" in line(tree, "host host-1")
    assert "Maintenance" in line(tree, "a-longer-host")
    assert "Unmanaged" in line(tree, "longer-name")
    assert "Managed" not in line(tree, "kvm-a")
    assert "guest VLANs 500-600, 700  " in line(tree, "tenants")
    assert "KVM cloudbr1" in line(tree, "Guest traffic")
    assert "VLAN 50" in line(tree, "public range")
    assert "10 addresses" in line(tree, "public range")
    assert "512.0  / 2,048.0 GiB" in line(tree, "wide")
    assert "read-only" in line(tree, "images")


def test_columns_are_aligned_across_clusters() -> None:
    tree = zone_tree(FACTS)
    for word in ("CPU", "RAM", "Up"):
        assert line(tree, "host host-1").index(word) == line(tree, "host a-longer-host").index(word)


def test_what_is_missing_is_not_shown() -> None:
    assert zone_tree({}) == ""
    assert zone_tree({"zones": FACTS["zones"]}).splitlines()[0].startswith("zone zurich")


CELLS = st.lists(st.text(st.characters(categories=["L", "N"])).map(lambda s: s), min_size=1, max_size=3)
NODES = st.recursive(
    st.builds(lambda cells: Node("leaf", tuple(cells)), CELLS),
    lambda inner: st.builds(lambda cells, below: Node("branch", tuple(cells), tuple(below)), CELLS, st.lists(inner)),
)


def nodes(node: Node) -> int:
    return 1 + sum(nodes(child) for child in node.children)


@given(NODES)
def test_a_tree_has_a_line_for_each_node_and_no_trailing_blanks(node: Node) -> None:
    shown = list(lines(node))
    assert len(shown) == nodes(node)
    assert all(each == each.rstrip() for each in shown)


def test_figures_stand_to_the_right() -> None:
    root = Node(
        "root", ("r",), tuple(Node("n", (name, Figure(figure))) for name, figure in (("a", "1.0"), ("bb", "100.0")))
    )
    assert list(lines(root)) == ["r", "├─ a     1.0", "└─ bb  100.0"]
