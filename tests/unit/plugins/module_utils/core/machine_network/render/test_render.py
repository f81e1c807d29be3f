# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of every back-end mean what the layout says, read back by independent parsers; Open vSwitch's commands too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from unit.plugins.module_utils.core.machine_network import meaning as network_meaning
from unit.plugins.module_utils.core.machine_network.layouts import layouts, planned

Json = dict[str, Any]
PARSERS: dict[str, Callable[[dict[str, str]], network_meaning.Meaning]] = {
    "ifupdown": network_meaning.ifupdown,
    "ifupdown2": network_meaning.ifupdown,
    "networkd": network_meaning.networkd,
    "netplan": network_meaning.netplan,
    "networkmanager": network_meaning.networkmanager,
}


def files(layout: Json, backend: str) -> dict[str, str]:
    return {file.path: file.content for file in planned(layout, backend=backend).change.files}


@pytest.mark.parametrize("backend", sorted(PARSERS))
@settings(max_examples=60)
@given(layout=layouts())
def test_files_mean_what_the_layout_says(backend: str, layout: Json) -> None:
    plan = planned(layout, backend=backend)
    found = PARSERS[backend]({file.path: file.content for file in plan.change.files})
    wanted = network_meaning.declared(layout)
    for device in plan.layout.devices:
        extra = {"mtu": device.mtu, "mac": device.mac or None}
        wanted[device.name] |= {key: value for key, value in extra.items() if value is not None}
    assert found == wanted


@pytest.mark.parametrize("backend", sorted(PARSERS))
@given(layout=layouts())
def test_the_same_layout_gives_the_same_files(backend: str, layout: Json) -> None:
    assert files(layout, backend) == files(layout, backend)


OVS: Json = {
    "bonds": [
        {
            "name": "obond",
            "type": "openvswitch",
            "interfaces": ["eth1", "eth2"],
            "mode": "balance-tcp",
            "lacp": "active",
            "lacp_rate": "fast",
        }
    ],
    "bridges": [
        {"name": "cloudbr", "type": "openvswitch", "interfaces": ["obond"], "trunks": [300, 100], "mtu": 9000},
        {"name": "mgmt0", "parent": "cloudbr", "vlan": 100, "addresses": ["192.168.42.11/24"]},
        {"name": "cloudbr1", "parent": "cloudbr", "vlan": 300},
    ],
}


def test_open_vswitch_gets_bridge_bond_and_fake_bridges_in_that_order() -> None:
    change = planned(OVS, backend="networkd").change
    heads = [re.search(r"--may-exist (.*?)( -- |$)", " ".join(command)) for command in change.commands]
    assert [head[1] for head in heads if head] == [
        "add-br cloudbr",
        "add-bond cloudbr obond eth1 eth2",
        "add-br mgmt0 cloudbr 100",
        "add-br cloudbr1 cloudbr 300",
    ]
    bond = " ".join(change.commands[1])
    assert "bond_mode=balance-tcp lacp=active" in bond
    assert "other_config:lacp-time=fast" in bond
    assert bond.endswith("-- set Port obond trunks=100,300")
    assert {path.rpartition("-")[2] for path in files(OVS, "networkd")} == {
        "eth1.network",
        "eth2.network",
        "cloudbr.network",
        "mgmt0.network",
        "cloudbr1.network",
    }


def test_ifupdown_makes_open_vswitch_by_its_stanzas() -> None:
    change = planned(OVS, backend="ifupdown").change
    assert change.commands == ()
    text = change.files[-1].content
    assert "allow-cloudbr obond\niface obond inet manual\n    ovs_type OVSBond\n    ovs_bridge cloudbr\n" in text
    assert "    ovs_bonds eth1 eth2\n" in text
    assert (
        "iface mgmt0 inet static\n    ovs_type OVSBridge\n    ovs_options cloudbr 100\n    address 192.168.42.11/24\n"
        in text
    )


def test_all_peers_of_a_vxlan_are_told() -> None:
    layout = {
        "bridges": [{"name": "cloudbr1", "interfaces": ["eth1"], "addresses": ["10.3.0.2/24"]}],
        "vxlans": [{"name": "vx7", "vni": 7, "device": "cloudbr1", "peers": ["10.3.0.3", "10.3.0.4"]}],
    }
    network = files(layout, "networkd")["/etc/systemd/network/10-cloudstack-vx7.network"]
    assert re.findall(r"Destination=(\S+)", network) == ["10.3.0.3", "10.3.0.4"]
    assert re.findall(
        r"fdb replace \S+ dev vx7 dst (\S+)", files(layout, "ifupdown")["/etc/network/interfaces.d/cloudstack"]
    ) == [
        "10.3.0.3",
        "10.3.0.4",
    ]


@pytest.mark.parametrize(("backend", "mode"), [("networkmanager", 0o600), ("netplan", 0o600), ("networkd", 0o644)])
def test_files_have_the_mode_that_the_backend_wants(backend: str, mode: int) -> None:
    layout = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth1"]}]}
    assert {file.mode for file in planned(layout, backend=backend).change.files} == {mode}
