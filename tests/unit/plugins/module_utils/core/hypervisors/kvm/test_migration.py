# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether guests can move between KVM hosts: each planted reason is named, and nothing else is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.kvm.consoles import (
    Console,
    ConsoleHost,
    outdated,
    still_outdated,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.kvm.hosts import (
    Comparison,
    Cpu,
    KvmGuest,
    KvmHost,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.kvm.migration import (
    barriers,
    questions,
    ways,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    HypervisorHost,
    HypervisorNetwork,
    HypervisorStorage,
)

NFS = HypervisorStorage("p-1", "p-1", "netfs", shared=True)
GUEST = KvmGuest(
    "i-2-3-VM",
    "x86_64",
    "kvm",
    "pc-q35-7.2",
    "/usr/bin/kvm",
    "<cpu/>",
    "EPYC",
    ("cloudbr0", "breth1-300"),
    ("/mnt/p-1/v",),
)


def host(name: str, seen: Mapping[str, Any] | None = None, **changes: Any) -> KvmHost:
    facts: dict[str, Any] = {
        "id": name,
        "name": name,
        "uuid": f"u-{name}",
        "networks": (HypervisorNetwork("cloudbr0", "bridge"),),
        "storage": (NFS,),
        **(seen or {}),
    }
    fields: dict[str, Any] = {
        "arch": "x86_64",
        "virt": "kvm",
        "libvirt": (9, 0, 0),
        "qemu": (7, 2, 22),
        "cpu": f"<cpu {name}/>",
        "cpu_model": "EPYC",
        "machines": frozenset(("pc-q35-7.2", "pc")),
        "emulators": ("/usr/bin/kvm",),
        "tls": True,
        "tcp": False,
        "pool_paths": (("p-1", "/mnt/p-1"),),
        **changes,
    }
    return KvmHost(name=name, seen=HypervisorHost(**facts), **fields)


def codes(source: KvmHost, target: KvmHost, answers: Mapping[tuple[str, Cpu], Comparison] | None = None) -> set[str]:
    return {each.code for each in barriers([source, target], answers or {})}


ONE = host("one", guests=(GUEST,))


def test_nothing_is_in_the_way_of_equal_hosts() -> None:
    hosts = [ONE, host("two"), host("three", guests=(GUEST,))]
    assert barriers(hosts, {}) == ()
    assert [each["possible"] for each in ways(hosts, ())] == [True] * 6


PLANTED: dict[str, tuple[KvmHost, set[str]]] = {
    "arch": (host("two", arch="aarch64"), {"arch_differs"}),
    "virtualisation": (host("two", virt="qemu"), {"virtualisation_missing"}),
    "qemu": (host("two", qemu=(7, 1, 0)), {"qemu_older"}),
    "libvirt": (host("two", libvirt=(8, 10, 1)), {"libvirt_older"}),
    "security": (host("two", tls=False, tcp=True), {"mixed_security", "tls_unanswered", "tcp_unanswered"}),
    "pool": (host("two", {"storage": ()}), {"pool_missing", "guest_pool"}),
    "pool stopped": (
        host("two", {"storage": (dataclasses.replace(NFS, reachable=False),)}),
        {"pool_missing", "guest_pool"},
    ),
    "uuid": (host("two", {"uuid": "u-one"}), {"uuid_shared"}),
    "bridge": (host("two", {"networks": ()}), {"bridge_missing"}),
    "machine": (host("two", machines=frozenset(("pc",))), {"machine_missing"}),
    "emulator": (host("two", emulators=("/usr/bin/qemu",)), {"emulator_missing"}),
}


@pytest.mark.parametrize(("target", "named"), PLANTED.values(), ids=PLANTED)
def test_a_planted_reason_is_named_alone(target: KvmHost, named: set[str]) -> None:
    assert codes(ONE, target) == named


def test_a_newer_target_is_no_reason_but_the_way_back_is() -> None:
    found = barriers([ONE, host("two", qemu=(8, 0, 0))], {})
    assert [(each.code, each.source, each.target) for each in found] == [("qemu_older", "two", "one")]


def test_a_cpu_that_a_host_cannot_give() -> None:
    two = host("two")
    no = Comparison("incompatible", "no avx512f")
    assert questions([ONE, two]) == {
        "one": {Cpu("kvm", two.cpu)},
        "two": {Cpu("kvm", ONE.cpu), Cpu("kvm", GUEST.cpu)},
    }
    found = barriers([ONE, two], {("two", Cpu("kvm", ONE.cpu)): no, ("two", Cpu("kvm", GUEST.cpu)): no})
    assert [(each.code, each.severity, each.guest) for each in found] == [
        ("guest_cpu", "blocks", "i-2-3-VM"),
        ("cpu_incompatible", "hurts", ""),
    ]
    assert all("no avx512f" in each.message for each in found)
    assert codes(ONE, two, {("two", Cpu("kvm", ONE.cpu)): Comparison("superset")}) == set()


def test_hosts_without_hardware_virtualisation_are_asked_of_emulated_cpus_only() -> None:
    emulated = dataclasses.replace(GUEST, virt="qemu", cpu="<cpu qemu/>")
    hosts = [host("one", guests=(GUEST, emulated)), host("two", virt="qemu")]
    assert questions(hosts)["two"] == {Cpu("qemu", "<cpu qemu/>")}


def test_a_disk_on_a_hosts_own_storage() -> None:
    own = HypervisorStorage("p-2", "own", "dir")
    guest = dataclasses.replace(GUEST, sources=("/var/lib/libvirt/images/v",))
    source = host("one", {"storage": (NFS, own)}, pool_paths=(("own", "/var/lib/libvirt/images"),), guests=(guest,))
    assert codes(source, host("two")) == {"disk_local"}
    # A shared mount point is a folder too, of one name on all hosts.
    assert codes(source, host("two", {"storage": (NFS, own)})) == set()


def test_a_guest_that_qemu_does_not_let_go_is_told_once_and_sticks_everywhere() -> None:
    stuck = host("one", guests=(dataclasses.replace(GUEST, blockers=("VFIO device",)),))
    hosts = [stuck, host("two"), host("three")]
    found = barriers(hosts, {})
    assert [(each.code, each.source, each.target, each.guest) for each in found] == [
        ("guest_blocked", "one", "", "i-2-3-VM")
    ]
    stuck_on = {(each["source"], each["target"]) for each in ways(hosts, found) if each["stuck"] == ["i-2-3-VM"]}
    assert stuck_on == {("one", "two"), ("one", "three")}
    assert all(each["possible"] for each in ways(hosts, found))


def test_what_blocks_a_pair_makes_it_impossible_one_way_only() -> None:
    hosts = [ONE, host("two", virt="qemu")]
    told = {(each["source"], each["target"]): each["possible"] for each in ways(hosts, barriers(hosts, {}))}
    assert told == {("one", "two"): False, ("two", "one"): True}


NEW, OLD = "new", "old"


def test_consoles_to_reload() -> None:
    consoles = (Console("a", 5900, OLD), Console("b", 5901, NEW), Console("c", 5902, None))
    assert [each.guest for each in outdated(ConsoleHost("kvm1", consoles, NEW))] == ["a", "c"]
    assert [each.guest for each in outdated(ConsoleHost("kvm1", consoles, None))] == ["a", "b", "c"]
    assert [each.guest for each in outdated(ConsoleHost("kvm1", consoles, NEW), force=True)] == ["a", "b", "c"]


def test_consoles_that_did_not_take_the_certificate() -> None:
    before = (Console("a", 5900, OLD), Console("b", 5901, OLD), Console("c", 5902, None))
    after = ConsoleHost("kvm1", (Console("a", 5900, OLD), Console("b", 5901, NEW), Console("c", 5902, None)), NEW)
    # One that another run started meanwhile is none of ours.
    more = dataclasses.replace(after, consoles=(*after.consoles, Console("d", 5903, OLD)))
    assert still_outdated(before, more) == ("a",)
    assert still_outdated(before, dataclasses.replace(after, wanted=None)) == ()


def test_the_guide_names_every_code_that_is_planted_here() -> None:
    guide = (Path(__file__).resolve().parents[7] / "docs" / "guides" / "kvm.md").read_text(encoding="utf-8")
    alone = {"cpu_incompatible", "guest_cpu", "disk_local", "guest_blocked"}
    assert set(re.findall(r"^\| `(\w+)` \| (?:blocks|hurts)", guide, re.MULTILINE)) == alone.union(
        *(named for _host, named in PLANTED.values())
    )
