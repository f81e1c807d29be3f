# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network on a guest whose own kernel has bonds and VLANs: what is declared, and how the kernel shows it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hosts import Fleet
from hosts.host import Host
from integration.machine_network.change.faults import HOME
from integration.machine_network.change.lab import gateway_of, prepare
from integration.machine_network.role.roles import Outcome, run

Json = dict[str, Any]
COMMON: Json = {"host_network_exact": True, "host_network_timeout": 120}


@contextmanager
def guest_of(backend: str, kernel: str = "user-mode", release: str = "bookworm", cards: int = 2) -> Iterator[Host]:
    """A guest of a back-end, whose cards are on one network, as on ports of a switch."""
    fleet: list[Fleet] = []
    plant = prepare({"guest": backend}, lambda: fleet[0].gateway, udev=True)
    wires = {f"eth{number}": 0 for number in range(cards)}
    fleet.append(Fleet("guest", packages="network", kernel=kernel, release=release, cards=wires, prepare=plant))
    with fleet[0] as running:
        yield running["guest"]


def applied(tmp_path: Path, guest: Host, layout: Json, *options: str, **variables: Any) -> Outcome:
    own = {**guest.connection, "host_network_layout": layout}
    # What takes minutes to boot takes as many times longer for each task.
    seconds = 4 * guest.PATIENCE
    return run(tmp_path, {"guest": own}, {**COMMON, **variables}, *options, seconds=seconds)["guest"]


def bonded(**bond: Any) -> Json:
    """A bond below the connection, with two VLANs and a bridge on each."""
    return {
        "bonds": [{"name": "bond0", "interfaces": ["eth0", "eth1"], "method": "keep", **bond}],
        "bridges": [
            {"name": "cloudbr0", "interfaces": ["bond0.100"]},
            {"name": "cloudbr1", "interfaces": ["bond0.200"], "addresses": ["10.77.0.1/24"]},
        ],
    }


def wrong_vlan() -> Json:
    """The same, but the host's address is on a VLAN that the switch does not know."""
    layout = bonded(mode="active-backup")
    layout["bonds"][0]["method"] = "none"
    layout["bridges"][0]["method"] = "keep"
    return layout


def links(guest: Host) -> dict[str, Json]:
    return {link["ifname"]: link for link in json.loads(guest.inside("ip -details -json address"))}


def is_made(guest: Host, **bond: Any) -> None:
    """What ``bonded`` declares, as the kernel shows it. bond: options of the bond in the words of ip-link(8)."""
    now = links(guest)
    kinds = {name: link["linkinfo"].get("info_kind") for name, link in now.items() if "linkinfo" in link}
    expected = {"bond0": "bond", "bond0.100": "vlan", "bond0.200": "vlan", "cloudbr0": "bridge", "cloudbr1": "bridge"}
    assert {name: kinds.get(name) for name in expected} == expected
    masters = {"eth0": "bond0", "eth1": "bond0", "bond0.100": "cloudbr0", "bond0.200": "cloudbr1"}
    assert {name: now[name].get("master") for name in masters} == masters
    options = now["bond0"]["linkinfo"]["info_data"]
    assert {name: options.get(name) for name in bond} == bond
    tags = {name: now[name]["linkinfo"]["info_data"] for name in ("bond0.100", "bond0.200")}
    assert {name: (tag["protocol"], tag["id"]) for name, tag in tags.items()} == {
        "bond0.100": ("802.1Q", 100),
        "bond0.200": ("802.1Q", 200),
    }
    assert {name: now[name]["link"] for name in tags} == dict.fromkeys(tags, "bond0")
    local = {name: {one["local"] for one in link["addr_info"] if one["family"] == "inet"} for name, link in now.items()}
    assert {name: addresses for name, addresses in local.items() if addresses and name != "lo"} == {
        "bond0": {guest.address},
        "cloudbr1": {"10.77.0.1"},
    }
    assert not {name for name in (*expected, "eth0", "eth1") if "UP" not in now[name]["flags"]}
    assert f"default via {gateway_of(guest)} dev bond0" in guest.inside("ip route")


def ended(guest: Host, seconds: float = 600) -> str:
    """How the guest's change ended, "" for none; a controller may stop asking before a slow host has gone back."""
    end = time.monotonic() + seconds
    while guest.inside(f"ls {HOME}/change.json 2>/dev/null"):
        assert time.monotonic() < end, "the change is still pending"
        time.sleep(1)
    return str(json.loads(guest.inside(f"cat {HOME}/last.json") or "{}").get("outcome", ""))
