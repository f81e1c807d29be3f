# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_host_check by ansible-playbook: on this machine, and on hosts with a planted fault each."""

from __future__ import annotations

import datetime
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from integration import forked
from integration.machine.check.world import FAULTS

HERE = Path(__file__).resolve().parent
NAMESPACES = "unshare --net --mount --uts --pid --fork --kill-child --mount-proc --propagation private"
DAYS = {"certificate_expired": -2, "certificate_expiring": 12}
# What is told to the module of one host alone.
SAID: dict[str, dict[str, object]] = {
    "sudo_prompts": {"username": "cloud"},
    "igmp_memberships": {"vxlan": True},
    "bridge_netfilter_off": {"security_groups": True},
    "management_partly": {"management_servers": ["10.10.1.5", "10.10.1.5:8251"]},
    "site_unreachable": {"sites": ["10.10.1.6", "203.0.113.9:80"]},
    "storage_not_mountable": {"mount": True},
    "vxlan_module_absent": {"vxlan": True},
    "updates_pending": {"updates": True},
    "certificate_expired": {"joined": True},
    "certificate_expiring": {"joined": True},
}
COMPARED = {"os_differs", "qemu_differs", "cpu_features_missing"}


def write_certificate(path: Path, days: int) -> None:
    """A certificate that ends so many days from now."""
    now, key = datetime.datetime.now(datetime.UTC), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kvm1")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=365))
    signed = builder.not_valid_after(now + datetime.timedelta(days=days, hours=1)).sign(key, hashes.SHA256())
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def play(inventory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1"}
    environment["WORLD_CERTIFICATES"] = str(inventory.parent)
    command = ["ansible-playbook", f"--inventory={inventory}", "--connection=local", "--forks=3", *arguments]
    return subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the module said of every planted host; a fault's name is its host's name."""
    room = tmp_path_factory.mktemp("hosts")
    for name, days in DAYS.items():
        write_certificate(room / f"{name}.pem", days)
    hosts = {}
    for fault in FAULTS:
        interpreter = room / fault / "python"
        interpreter.parent.mkdir()
        words = [
            *NAMESPACES.split(),
            sys.executable,
            "-IS",
            str(HERE / "world.py"),
            str(room / fault),
            fault,
            sys.executable,
        ]
        interpreter.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        interpreter.chmod(0o755)
        hosts[fault] = {"ansible_python_interpreter": str(interpreter), **SAID.get(fault, {})}
    inventory = room / "hosts.yml"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    ended = play(inventory, f"--extra-vars=results={room / 'results'}", str(HERE / "check.yml"))
    assert ended.returncode == 0, ended.stdout
    answers: dict[str, Any] = json.loads((room / "results").read_text(encoding="utf-8"))
    return answers


def codes(answer: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in answer["findings"]}


def test_nothing_is_wrong_with_a_right_host(found: dict[str, Any]) -> None:
    for way in ("alone", "together"):
        answer = found[way]["right"]
        assert answer["findings"] == []
        assert answer["unseen"] == []
        assert answer["changed"] is False


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - COMPARED - {"right"}))
def test_a_planted_fault_is_named_and_nothing_else_is(found: dict[str, Any], fault: str) -> None:
    assert codes(found["alone"][fault]) == {fault}


@pytest.mark.parametrize("fault", sorted(COMPARED))
def test_a_difference_shows_only_beside_another_host(found: dict[str, Any], fault: str) -> None:
    assert codes(found["alone"][fault]) == set()
    # One machine plays all hosts, so they share their name.
    assert codes(found["together"][fault]) - {"name_shared", "uuid_shared"} == {fault}


def test_a_cluster_is_judged_by_filters(found: dict[str, Any]) -> None:
    seen = {(finding["code"], finding["host"]) for finding in found["cluster"]}
    assert {("os_differs", "os_differs"), ("cpu_features_missing", "cpu_features_missing")} <= seen
    assert found["baseline"]["features"] == ["aes", "vmx"]
    assert found["baseline"]["missing"] == {"right": [], "os_differs": [], "cpu_features_missing": ["avx"]}


def test_only_what_blocks_fails_the_task(found: dict[str, Any]) -> None:
    failing = found["failing"]
    assert failing["memory_small"]["code"] == "host_not_fit"
    assert "[memory_small]" in failing["memory_small"]["msg"]
    assert "code" not in failing["right"]
    assert "code" not in failing["swap_absent"]
    # Check mode sees the same.
    assert codes(failing["swap_absent"]) == {"swap_absent"}


def test_this_machine_is_judged_and_left_as_it_is(tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(json.dumps({"all": {"hosts": {"here": {"ansible_python_interpreter": forked.python()}}}}))
    playbook = tmp_path / "here.yml"
    task = {"hostcraft.cloudstack.cs_host_check": {"traffic_labels": ["no-such-bridge"]}}
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    ended = play(inventory, str(playbook))
    assert ended.returncode == 2, ended.stdout
    assert "[bridge_missing]" in ended.stdout
    assert Path("/proc/self/mounts").read_text(encoding="utf-8") == mounts
