# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook check_vlans with hosts that are namespaces: two on one bridge, the third on a cable to nowhere.

Each runs cs_vlan_probe. A switch that passes some VLANs only is in benchmarks/own_kernel_vlans.py.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SPACE = f"hcprobe{os.getpid()}"
NAMES = ("kvm1", "kvm2", "kvm3")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[dict[str, dict[str, str]]]:
    """Variables by host, with a Python that runs in its namespace."""
    found = {}
    spaces = [f"{SPACE}-{name}" for name in ("switch", *NAMES)]
    try:
        for space in spaces:
            ip("netns", "add", space)
        switch = spaces[0]
        ip("-n", switch, "link", "add", "switch", "type", "bridge")
        ip("-n", switch, "link", "set", "switch", "up")
        for name, space in zip(NAMES, spaces[1:], strict=True):
            ip("-n", space, "link", "add", "eth1", "type", "veth", "peer", "name", name, "netns", switch)
            ip("-n", space, "link", "add", "cloudbr1", "type", "bridge")
            ip("-n", space, "link", "set", "eth1", "master", "cloudbr1", "up")
            ip("-n", switch, "link", "set", name, *(() if name == "kvm3" else ("master", "switch")), "up")
            python = tmp_path / name
            python.write_text(f'#!/bin/sh\nexec ip netns exec {space} {shlex.quote(sys.executable)} "$@"\n')
            python.chmod(0o755)
            found[name] = {"ansible_connection": "local", "ansible_python_interpreter": str(python)}
        yield found
    finally:
        for space in spaces:
            subprocess.run(["ip", "netns", "delete", space], check=False)


def test_the_host_that_the_switch_leaves_out_is_named(hosts: dict[str, dict[str, str]], tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"cloudstack_hosts": {"hosts": hosts}}), encoding="utf-8")
    asked = {"check_label": "cloudbr1", "check_vlans": "64,600-699", "check_seconds": 8, "ansible_become": False}
    command = [str(ROOT / ".venv/bin/ansible-playbook"), "-i", str(inventory), "-e", json.dumps(asked)]
    ended = subprocess.run(
        [*command, "hostcraft.cloudstack.check_vlans"],
        env={**os.environ, "ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_RETRY_FILES_ENABLED": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = ended.stdout + ended.stderr
    assert ended.returncode != 0, told
    assert "VLAN 64,600-699 does not reach kvm3, and passes between other hosts. Correct the VLANs" in told, told
    assert "passes between none" not in told
