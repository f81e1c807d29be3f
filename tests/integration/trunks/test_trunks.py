# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks of hosts that are namespaces with real bridges, judged against a zone of the sandbox by the playbook.

The hosts are read by cs_host_network_info and judged by cs_trunk_info.

The kernels that tests run on need not know VLANs: the host "filtered" answers what another kernel answered (see
unit/plugins/module_utils/adapters/linux/test_links.py).
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from integration import forked
from integration.playbook import run

from sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
RECORDED = HERE.parents[1] / "unit" / "plugins" / "module_utils" / "adapters" / "linux" / "recorded_links.json"
RIGHT = (
    "link add eth1 type veth peer name far1",
    "link add cloudbr1 type bridge",
    "link set eth1 master cloudbr1",
    "link set eth1 up",
    "link set far1 up",
    "link set cloudbr1 up",
)
# The links of every host.
HOSTS: dict[str, tuple[str, ...]] = {
    "right": RIGHT,
    "jumbo": (*RIGHT, "link set far1 mtu 9000", "link set eth1 mtu 9000"),
    "unlabelled": (*RIGHT, "link set cloudbr1 down", "link set cloudbr1 name cloudbr2"),
    "empty": ("link add cloudbr1 type bridge", "link set cloudbr1 up"),
    "strange": (*RIGHT, "link set eth1 down", "link set eth1 name wan1", "link set wan1 up"),
    "unplugged": (*RIGHT, "link set far1 down"),
    "filtered": (),
}
CODES = {
    "right": {"reaches"},
    "jumbo": {"reaches"},
    "unlabelled": {"label_missing"},
    "empty": {"no_uplink"},
    "strange": {"no_uplink"},
    "unplugged": {"no_carrier"},
    "filtered": {"reaches", "vlan_filtered"},
    "unknown": {"host_unread"},
}


def interpreter(room: Path, name: str) -> str:
    """A Python that runs in the host's own network."""
    room = room / name
    room.mkdir()
    lines = ["#!/bin/sh"]
    if name == "filtered":
        for program, text in recorded().items():
            (room / f"{program}.json").write_text(text, encoding="utf-8")
            (room / program).write_text(f"#!/bin/sh\nexec cat {shlex.quote(str(room))}/{program}.json\n")
            (room / program).chmod(0o755)
        lines.append(f"export PATH={shlex.quote(str(room))}:$PATH")
    batch = "\\n".join(("link set lo up", *HOSTS[name]))
    inner = f'printf "{batch}\\n" | /sbin/ip -batch - && exec {shlex.quote(sys.executable)} "$@"'
    lines.append(f'exec unshare --net sh -c {shlex.quote(inner)} sh "$@"')
    (room / "python").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (room / "python").chmod(0o755)
    return str(room / "python")


def recorded() -> dict[str, str]:
    """The recorded host with a bridge of its own on a VLAN of its VLAN-aware bridge."""
    found = json.loads(RECORDED.read_text(encoding="utf-8"))["on_the_bridge"]
    links = [dict(each, ifname="br0") if each["ifname"] == "cloudbr1" else dict(each) for each in found["links"]]
    for each in links:
        for key in ("master", "link"):
            if each.get(key) == "cloudbr1":
                each[key] = "br0"
        if each["ifname"] == "vlan100":
            each["master"] = "cloudbr1"
    links.append({"ifindex": 40, "ifname": "cloudbr1", "flags": ["LOWER_UP"], "linkinfo": {"info_kind": "bridge"}})
    vlans = [dict(each, ifname="br0") if each["ifname"] == "cloudbr1" else each for each in found["vlans"]]
    return {"ip": json.dumps(links), "bridge": json.dumps(vlans)}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the playbook found, and what it printed."""
    room = tmp_path_factory.mktemp("trunks")
    hosts = {name: {"ansible_python_interpreter": interpreter(room, name)} for name in HOSTS}
    inventory = room / "hosts.json"
    here = {"localhost": {"ansible_python_interpreter": forked.python()}}
    groups = {"cloudstack_hosts": {"hosts": hosts}, "all": {"hosts": here}}
    inventory.write_text(json.dumps(groups), encoding="utf-8")
    with Sandbox(seed=1, speed=20.0) as sandbox:
        ended = run(
            sandbox,
            HERE / "place.yml",
            room / "tasks",
            inventory=inventory,
            results=str(room / "results"),
            password="Host-Secret-1",
        )
    assert ended.status == 0, ended.output
    assert ended.complaints == []
    assert [task.name for task in ended.tasks if task.module.endswith("_info") and (task.changed or task.writes)] == []
    return {**json.loads((room / "results").read_text(encoding="utf-8")), "output": ended.output}


@pytest.mark.parametrize("host", sorted(CODES))
def test_guest_and_public_vlans_of_a_host(found: dict[str, Any], host: str) -> None:
    rows = [row for row in found["judged"]["matrix"] if row["host"] == host]
    assert {row["code"] for row in rows} == CODES[host]
    assert {row["traffic_type"] for row in rows} == {"Guest", "Public"}
    assert all(row["remedy"] or row["state"] == "reaches" for row in rows)


def test_a_filter_is_named_with_what_it_lets_through(found: dict[str, Any]) -> None:
    rows = {(row["traffic_type"], row["state"]): row for row in found["judged"]["matrix"] if row["host"] == "filtered"}
    assert rows["Guest", "reaches"]["vlans"] == rows["Guest", "reaches"]["present"] == ["100"]
    assert rows["Guest", "does_not"]["vlans"] == ["101-200", "300-310"]
    assert rows["Public", "does_not"]["vlans"] == ["500"]


def test_what_differs_in_the_cluster(found: dict[str, Any]) -> None:
    judged = found["judged"]
    missing = {tuple(each["hosts"]) for each in judged["incomplete"] if each["vlans"] == ["100-200", "300-310"]}
    assert missing == {("empty", "strange", "unlabelled", "unplugged")}
    assert {tuple(each["hosts"]["9000"]) for each in judged["findings"]} == {("jumbo",)}
    (cluster,) = judged["clusters"]
    assert cluster["vlans_on_demand"] is True


def test_a_bridge_is_read_as_it_is(found: dict[str, Any]) -> None:
    (bridge,) = (each for each in found["seen"]["jumbo"]["network"]["networks"] if each["name"] == "cloudbr1")
    assert (bridge["mtu"], bridge["nics"], bridge["trunk"]) == (9000, ["eth1"], ["1-4094"])


def test_people_are_told(found: dict[str, Any]) -> None:
    said = found["output"]
    assert "unlabelled: guests Guest 100-200,300-310 does not reach: the host has no interface cloudbr1" in said
    assert "kvm: 101-200,300-310 not on filtered (of 8 hosts)" in said
