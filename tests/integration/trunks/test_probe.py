# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_vlan_probe on hosts that are namespaces: two on one bridge, the third on a cable to nowhere.

The playbook, and a switch that passes some VLANs only, are in benchmarks/own_kernel_vlans.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.probe import lost

ROOT = Path(__file__).resolve().parents[3]
SPACE = f"hcprobe{os.getpid()}"
NAMES = ("kvm1", "kvm2", "kvm3")
MODULE = "ansible_collections.hostcraft.cloudstack.plugins.modules.cs_vlan_probe"


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@pytest.fixture
def spaces() -> Iterator[dict[str, str]]:
    """Namespaces by host."""
    found = {name: f"{SPACE}-{name}" for name in ("switch", *NAMES)}
    try:
        for space in found.values():
            ip("netns", "add", space)
        switch = found.pop("switch")
        ip("-n", switch, "link", "add", "switch", "type", "bridge")
        ip("-n", switch, "link", "set", "switch", "up")
        for name, space in found.items():
            ip("-n", space, "link", "add", "eth1", "type", "veth", "peer", "name", name, "netns", switch)
            ip("-n", space, "link", "add", "cloudbr1", "type", "bridge")
            ip("-n", space, "link", "set", "eth1", "master", "cloudbr1", "up")
            ip("-n", switch, "link", "set", name, *(() if name == "kvm3" else ("master", "switch")), "up")
        yield found
    finally:
        for space in (f"{SPACE}-{name}" for name in ("switch", *NAMES)):
            subprocess.run(["ip", "netns", "delete", space], check=False)


def started(name: str, space: str) -> subprocess.Popen[str]:
    asked = {"name": name, "hosts": NAMES, "label": "cloudbr1", "vlan": "64,600-699", "seconds": 4, "run": SPACE}
    profile = {"ANSIBLE_MODULE_ARGS": asked}
    return subprocess.Popen(
        ["ip", "netns", "exec", space, sys.executable, "-m", MODULE, json.dumps(profile)],
        env={**os.environ, "PYTHONPATH": str(ROOT / ".venv/collections")},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_host_that_the_switch_leaves_out_is_named(spaces: dict[str, str]) -> None:
    hosts = [started(name, space) for name, space in spaces.items()]
    answers: list[dict[str, Any]] = [json.loads(host.communicate(timeout=60)[0]) for host in hosts]
    assert [answer["interfaces"] for answer in answers] == [["eth1"]] * 3
    assert answers[0]["heard"] == {"kvm2": ["64", "600-699"]}
    assert lost(answers) == ["VLAN 64,600-699 does not reach kvm3, and passes between other hosts"]
    assert lost(answers[:2]) == []
