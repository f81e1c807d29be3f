# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an object that is no longer declared, and what does not."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.export import Seen
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.site.in_use import Users, reasons_to_keep
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.site.pieces import Piece
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.site.removal import undeclared
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.physical_networks import (
    PhysicalNetwork,
    TrafficType,
    VlanIpRange,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import ImageStore, StoragePool
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster, Pod, Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.vmware_dcs import VmwareDatacenter

EVIL = "h\u202e\x1b[31m"
SEEN = Seen(
    Zone("z", "z1"),
    [PhysicalNetwork("n", "net", "z")],
    [TrafficType("tp", "Public", "n"), TrafficType("tg", "Guest", "n"), TrafficType("tm", "Management", "n")],
    (),
    [Pod("p", "pod", "z")],
    [VlanIpRange("r", "z", "n", start_ip="10.0.0.1", for_virtual_network=True)],
    (),
    [VmwareDatacenter("d", "dc", "z")],
    [Cluster("c", "one", "z", "p", hypervisor="VMware")],
    [
        Host("h", EVIL, "z", "p", "c", resource_state="Enabled"),
        Host("h2", "h2", "z", "p", "c", resource_state="Disabled"),
    ],
    [
        StoragePool("s", "pool", "z", cluster_id="c", scope="CLUSTER"),
        StoragePool("l", "local", "z", cluster_id="c", scope="HOST"),
    ],
    [ImageStore("i", "images", "z"), ImageStore("s3", "everywhere", "")],
    (),
)
USERS = Users(
    vms={"h": [f"i-2-{n}-VM" for n in range(9)], "h2": []},
    addresses={"r": ["10.0.0.7"]},
    items={"i": ["debian"]},
    networks={"n": ["guests"]},
)
KINDS = {
    "host": ["h", "h2"],
    "cluster": ["c"],
    "VMware datacenter": ["d"],
    "pod": ["p"],
    "VLAN IP range": ["r"],
    "image store": ["i"],
    "physical network": ["n"],
    "traffic type": ["tp", "tg", "tm"],
    "storage pool": ["s"],
}


def against(*ids: str, users: Users = USERS) -> list[tuple[str, str]]:
    pieces = [Piece(kind, id, "", {}, id=id) for kind, its in KINDS.items() for id in its if id in ids]
    assert len(pieces) == len(ids)
    return [(each.code, str(each.facts["name"])) for each in reasons_to_keep(pieces, SEEN, users)]


@pytest.mark.parametrize(
    ("id", "codes"),
    [
        ("h", ["host_in_service", "host_in_use"]),
        ("h2", []),
        ("c", ["cluster_in_use", "cluster_in_use"]),
        ("d", ["datacenter_in_use"]),
        ("p", ["pod_in_use"]),
        ("r", ["range_in_use"]),
        ("i", ["store_in_use"]),
        ("n", ["network_in_use"] * 3),
        ("tp", ["network_in_use"]),
        ("tg", ["network_in_use"]),
        ("tm", ["network_in_use"]),
        ("s", []),
    ],
)
def test_what_uses_an_object_keeps_it(id: str, codes: list[str]) -> None:
    assert against(id) == [(code, id) for code in codes]


def test_what_goes_together_keeps_nothing() -> None:
    """The local storage of a host is no reason: it goes with the host."""
    assert against("h", "h2", "s", "c", "d", "p", users=Users()) == [("host_in_service", "h")]
    assert against("n", "r", "tp", "tg", "h", "h2", users=Users()) == [("host_in_service", "h")]


def test_what_hosts_need_goes_with_the_last_of_them() -> None:
    """The server deletes management traffic without a look at them."""
    assert against("tm", "h", users=Users()) == [("host_in_service", "h"), ("network_in_use", "tm")]
    assert against("tm", "h", "h2", users=Users()) == [("host_in_service", "h")]


def test_names_are_shown_with_escapes_and_counted() -> None:
    piece = Piece("host", EVIL, "host", {}, id="h")
    messages = [each.message for each in reasons_to_keep([piece], SEEN, USERS)]
    assert all(each.isprintable() for each in messages)
    assert "i-2-4-VM and 4 more" in messages[1]


def test_removal_goes_from_the_inside_out_and_leaves_what_serves_all() -> None:
    empty = dict.fromkeys(
        ("physical_networks", "pods", "public_ip_ranges", "vmware_datacenters", "clusters", "primary_storage"), ()
    )
    stages = undeclared(SEEN, {**empty, "secondary_storage": []}, [{"name": "h2"}], set(PARTS))
    assert [[(piece.kind, piece.id) for piece in stage] for stage in stages] == [
        [("image store", "i")],
        [("storage pool", "s")],
        [("host", "h")],
        [("cluster", "c")],
        [("VMware datacenter", "d")],
        [("VLAN IP range", "r")],
        [("pod", "p")],
        [("physical network", "n")],
    ]
    assert all(piece.given["state"] == "absent" for stage in stages for piece in stage)
    assert undeclared(SEEN, {}, [], set(PARTS)) == []


PARTS = ("zone", "networks", "addresses", "clusters", "hosts", "storage", "settings", "state")
