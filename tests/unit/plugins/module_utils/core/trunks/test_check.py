# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and VLANs put beside each other: every code, and that every VLAN is judged exactly once."""

from __future__ import annotations

from random import Random
from typing import Any, cast

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    HypervisorHost,
    HypervisorNetwork,
    HypervisorNic,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.check import CODES, matrix
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.model import Lane, TrunkHost, Use
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import ranges as vlans

LABELS = {"KVM": "cloudbr1", "XenServer": "guest", "VMware": "vSwitch1,,vmwaresvs"}


def host(*networks: HypervisorNetwork, kind: str = "KVM", up: bool = True, name: str = "h1", **facts: Any) -> TrunkHost:
    nics = (HypervisorNic("eth1", up=up),)
    return TrunkHost(name, "c1", kind, HypervisorHost(name, name, nics=nics, networks=networks, **facts))


def bridge(name: str = "cloudbr1", **facts: Any) -> HypervisorNetwork:
    return HypervisorNetwork(name, "bridge", **{"trunk": ("1-4094",), "nics": ("eth1",), **facts})


def lane(traffic: str = "Guest", labels: dict[str, Any] | None = None, *uses: Use) -> Lane:
    return Lane("phys1", traffic, LABELS if labels is None else labels, uses or (Use("guest_vlans", ((100, 200),)),))


UNLABELLED: dict[str, Any] = {}
CASES: dict[str, tuple[TrunkHost, Lane]] = {
    "reaches": (host(bridge()), lane()),
    "host_unread": (TrunkHost("h1", "c1", "KVM", None, "no route to host"), lane()),
    "host_disconnected": (host(bridge(), connected=False), lane()),
    "label_unset": (host(bridge()), lane("Guest", UNLABELLED)),
    "label_missing": (host(bridge("cloudbr0")), lane()),
    "label_tagged": (host(HypervisorNetwork("guest", "network", vlan=7, nics=("eth1",)), kind="XenServer"), lane()),
    "no_uplink": (host(bridge(nics=())), lane()),
    "no_carrier": (host(bridge(), up=False), lane()),
    "carrier_unseen": (host(bridge(nics=("eth9",))), lane()),
    "vlan_filtered": (host(bridge(trunk=("300-400",))), lane()),
    "trunk_unseen": (host(bridge(trunk=None)), lane()),
    "host_tags": (host(bridge()), lane("Management", None, Use("management_range", ((50, 50),)))),
}


def rows(where: TrunkHost, which: Lane) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", matrix([where], [which])["matrix"])


@pytest.mark.parametrize("code", sorted(CASES))
def test_code(code: str) -> None:
    (row,) = rows(*CASES[code])
    assert row["code"] == code
    assert row["state"] == CODES[code].state
    assert bool(row["remedy"]) == (code != "reaches")
    assert bool(row["message"]) == (code != "reaches")


def test_every_code_is_tried() -> None:
    assert set(CASES) == set(CODES)


def test_a_trunk_splits_a_range() -> None:
    through, held = rows(host(bridge(trunk=("150-300",), vlans=("175", "250"))), lane())
    assert (through["state"], through["vlans"], through["present"]) == ("reaches", ["150-200"], ["175"])
    assert (held["state"], held["vlans"], held["present"]) == ("does_not", ["100-149"], [])
    assert "150-300" in held["message"]


def test_a_missing_label_names_the_nearest() -> None:
    (row,) = rows(host(bridge("cloudbr0"), bridge("virbr0")), lane())
    assert "cloudbr0" in row["message"]


def test_what_the_agent_falls_back_to() -> None:
    where = TrunkHost("h1", "c1", "KVM", host(bridge("br5")).seen, devices={"Guest": "br5"})
    (row,) = rows(where, lane("Guest", UNLABELLED))
    assert (row["label"], row["state"]) == ("br5", "reaches")


def test_management_is_tagged_by_the_host() -> None:
    (row,) = rows(host(bridge(vlan=50)), lane("Management", None, Use("management_range", ((50, 50),))))
    assert row["state"] == "reaches"


def test_port_groups_are_found_by_their_switch() -> None:
    groups = [HypervisorNetwork("cloud.guest.150.200.1-vSwitch1", "portgroup", 150, (), ("eth1",), "vSwitch1")]
    (row,) = rows(host(*groups, kind="VMware"), lane())
    assert (row["state"], row["present"]) == ("reaches", ["150"])
    (missing,) = rows(host(*groups, kind="VMware"), lane("Guest", {"VMware": "vSwitch7"}))
    assert missing["code"] == "label_missing"


def test_only_the_vlans_asked_for() -> None:
    found = matrix([host(bridge())], [lane()], ((150, 160), (900, 900)))
    assert [row["vlans"] for row in cast("list[dict[str, Any]]", found["matrix"])] == [["150-160"]]


def test_a_cluster_is_whole_or_not() -> None:
    hosts = [host(bridge(), name="h1"), host(bridge(trunk=("1-149",)), name="h2"), host(bridge("other"), name="h3")]
    found = cast("dict[str, Any]", matrix(hosts, [lane()]))
    assert [(each["vlans"], each["hosts"], each["of"]) for each in found["incomplete"]] == [
        (["150-200"], ["h2"], 3),
        (["100-200"], ["h3"], 3),
    ]
    (cluster,) = found["clusters"]
    assert (cluster["reaches"], cluster["does_not"], cluster["unseen"]) == (2, 2, 0)
    assert cluster["vlans_on_demand"] is True
    assert cast("dict[str, Any]", matrix([host(kind="VMware")], [lane()]))["clusters"][0]["vlans_on_demand"] is False


def test_frames_of_two_sizes_are_findings_of_the_matrix() -> None:
    found = cast("dict[str, Any]", matrix([host(bridge(mtu=1500)), host(bridge(mtu=9000), name="h2")], [lane()]))
    assert [(each["code"], each["hosts"]) for each in found["findings"]] == [
        ("mtu_differs", {"1500": ["h1"], "9000": ["h2"]})
    ]


@pytest.mark.parametrize("seed", range(300))
def test_every_vlan_is_judged_once(seed: int) -> None:
    random = Random(seed)
    pool = vlans.merged((low, low + random.randint(0, 40)) for low in random.sample(range(2, 4000), 4))
    passing = vlans.merged((low, low + random.randint(0, 900)) for low in random.sample(range(1, 3100), 3))
    found = rows(host(bridge(trunk=tuple(vlans.words(passing)))), lane("Guest", None, Use("guest_vlans", pool)))
    by_state = {row["state"]: set(numbers(row["vlans"])) for row in found}
    wanted, open_ = set(numbers(vlans.words(pool))), set(numbers(vlans.words(passing)))
    assert by_state.get("reaches", set()) == wanted & open_
    assert by_state.get("does_not", set()) == wanted - open_


def numbers(texts: list[str]) -> list[int]:
    ends = [(text.split("-")[0], text.split("-")[-1]) for text in texts]
    return [number for low, high in ends for number in range(int(low), int(high) + 1)]
