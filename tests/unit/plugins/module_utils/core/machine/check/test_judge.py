# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import (
    SEVERITIES,
    Judgement,
    at_least,
    complaint,
    summary,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.cluster import (
    baseline,
    judge_cluster,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.judge import judge_host, lead
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.libvirt import listens_itself
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.table import KVM
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.updates import newest
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.version_order import (
    order_of,
    version_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.facts import (
    ANY_DEVICE,
    Forwarding,
    HostFacts,
)
from unit.plugins.module_utils.core.hypervisors.kvm.hosts import (
    CLUSTER_FAULTS,
    EXPECTED,
    FAULTS,
    GIB,
    JOINED_FAULTS,
    PEER,
    RIGHT,
    Fault,
    but,
    full,
    nic,
    on_openvswitch,
)

GUIDE = Path(__file__).resolve().parents[7] / "docs" / "guides" / "host_check.md"
JOINED = replace(EXPECTED, joined=True)
# Told where the cluster has a memory factor.
OF_A_FACTOR = {"memory_promised"}
# Told of two hosts that are both in CloudStack.
OF_A_PAIR = {"guid_shared", "secured_differs", "passthrough_differs"}


def codes(judgement: Judgement) -> set[str]:
    return {finding.code for finding in judgement.findings}


def test_nothing_is_wrong_with_a_right_host() -> None:
    for expected in (EXPECTED, JOINED):
        assert judge_host(RIGHT, expected, [plain(PEER)]) == Judgement(())


def test_every_code_has_its_fault() -> None:
    assert {*FAULTS, *JOINED_FAULTS, *CLUSTER_FAULTS, *OF_A_PAIR, *OF_A_FACTOR} == set(KVM.by_code)
    assert len(KVM.checks) == len(KVM.by_code)


@pytest.mark.parametrize(("code", "fault"), FAULTS.items(), ids=FAULTS)
def test_a_fault_is_named_and_nothing_else_is(code: str, fault: Fault) -> None:
    judgement = judge_host(fault(RIGHT), EXPECTED)
    assert codes(judgement) == {code}
    (finding,) = judgement.findings
    check = KVM.by_code[code]
    assert (finding.severity, finding.remedy, finding.source) == (check.severity, check.remedy, check.source)
    assert finding.evidence.startswith(f"{check.title}: ")
    assert finding.evidence != f"{check.title}: "


@pytest.mark.parametrize(
    ("factor", "swap", "told"),
    [
        (0.5, 0, False),
        (1.0, 4 * GIB, False),
        # 64 GiB of memory and 4 GiB of swap.
        (1.0625, 4 * GIB, False),
        (1.07, 4 * GIB, True),
        (2.0, 63 * GIB, True),
        (2.0, 64 * GIB, False),
    ],
)
def test_memory_that_the_factor_promises_has_to_be_there(factor: float, swap: int, told: bool) -> None:
    host, expected = but("machine", swap=swap)(RIGHT), replace(EXPECTED, memory_factor=factor)
    found = [finding for finding in judge_host(host, expected).findings if finding.code in OF_A_FACTOR]
    assert bool(found) is told
    if factor == 2.0 and told:
        assert "128.0 GiB; memory and swap are 127.0 GiB, 1.0 GiB less" in found[0].evidence


def test_unseen_memory_is_not_taken_for_enough() -> None:
    for hidden in ("memory", "swap"):
        host = but("machine", **{hidden: None})(RIGHT)
        assert "memory_promised" in {
            each.code for each in judge_host(host, replace(EXPECTED, memory_factor=1.5)).unseen
        }


@pytest.mark.parametrize(("code", "fault"), JOINED_FAULTS.items(), ids=JOINED_FAULTS)
def test_a_fault_of_a_host_that_joined(code: str, fault: Fault) -> None:
    assert codes(judge_host(fault(RIGHT), JOINED)) == {code}
    assert codes(judge_host(fault(RIGHT), EXPECTED)) == set()


@pytest.mark.parametrize("code", ["keystore_left", "identity_left"])
def test_an_identity_belongs_to_a_host_that_joined(code: str) -> None:
    assert codes(judge_host(FAULTS[code](RIGHT), JOINED)) == set()


@pytest.mark.parametrize(("code", "fault"), CLUSTER_FAULTS.items(), ids=CLUSTER_FAULTS)
def test_a_difference_from_the_cluster_is_named_on_the_host_that_differs(code: str, fault: Fault) -> None:
    judgement = judge_host(fault(RIGHT), EXPECTED, [plain(PEER)])
    assert {(finding.code, finding.host) for finding in judgement.findings} == {(code, "kvm1")}
    assert codes(judge_host(RIGHT, EXPECTED, [plain(fault(PEER))])) <= {"cpu_features_missing", code}


def test_a_copied_guid_is_named() -> None:
    same = but("agent", guid="g1")
    findings = judge_cluster([plain(same(PEER)), plain(same(RIGHT))])
    assert [(f.code, f.host, f.facts["other"]) for f in findings] == [("guid_shared", "kvm1", "kvm2")]


def test_a_secured_host_among_unsecured_ones_is_named() -> None:
    hosts = [but("agent", guid=f"g{n}")(replace(RIGHT, name=f"h{n}", identity=PEER.identity)) for n in range(3)]
    secured = but("agent", guid="g9", keystores=("/etc/cloudstack/agent/cloud.jks",))(RIGHT)
    findings = judge_cluster([plain(host) for host in (*hosts, secured)])
    assert ("secured_differs", "kvm1") in {(f.code, f.host) for f in findings}
    # A host that never joined is neither.
    new = but("agent", guid=None)(secured)
    assert "secured_differs" not in {f.code for f in judge_cluster([plain(h) for h in (*hosts, new)])}


@pytest.mark.parametrize(("having", "told"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_mount_is_missing_where_most_of_the_others_have_it(having: int, told: bool) -> None:
    paths = [("/srv/primary",)] * having + [()] * (3 - having)
    others = [but("system", shared_mounts=each)(replace(RIGHT, name=f"h{n}")) for n, each in enumerate(paths)]
    new = but("system", shared_mounts=())(replace(RIGHT, name="new"))
    assert (("new", "/srv/primary") in missing_mounts([*others, new])) is told
    # A host whose mounts were not seen is not blamed, and counts for nothing.
    unseen = but("system", shared_mounts=None)(replace(RIGHT, name="dark"))
    assert "dark" not in {host for host, _path in missing_mounts([*others, unseen])}


def missing_mounts(hosts: list[HostFacts]) -> set[tuple[str, Any]]:
    findings = judge_cluster([plain(host) for host in hosts])
    return {(f.host, f.facts["path"]) for f in findings if f.code == "mount_missing"}


def test_most_of_the_cluster_sets_what_is_usual_wherever_it_stands_in_the_list() -> None:
    other = plain(but("libvirt", qemu_version="8.0.0")(replace(RIGHT, name="odd", identity=PEER.identity)))
    many = [plain(replace(RIGHT, name=f"h{n}")) for n in range(3)]
    for at in range(4):
        hosts = [*many[:at], other, *many[at:]]
        assert [f.host for f in judge_cluster(hosts) if f.code == "qemu_differs"] == ["odd"]


@given(st.lists(st.frozensets(st.sampled_from("abcdefg")), min_size=1, max_size=6))
def test_baseline_is_what_every_host_has(flags: list[frozenset[str]]) -> None:
    hosts = [plain(replace(but("machine", cpu_flags=tuple(f))(RIGHT), name=f"h{n}")) for n, f in enumerate(flags)]
    found = baseline(hosts)
    for name, mine in zip(found.missing, flags, strict=True):
        assert set(found.features) <= mine
        assert set(found.missing[name]).isdisjoint(mine)
        assert set(found.missing[name]) | mine == set().union(*flags)
    assert all(any(flag not in mine for mine in flags) for flag in set().union(*flags) - set(found.features))


@given(st.permutations(sorted(set(FAULTS) - {"libvirt_absent"})), st.integers(0, 12))
def test_findings_come_worst_first_and_every_fault_adds_to_them(order: list[str], count: int) -> None:
    """Faults of different parts do not hide one another."""
    host, planted, parts = RIGHT, set(), set()
    for code in order[:count]:
        changed = FAULTS[code](host)
        part = {field.name for field in fields(host) if getattr(changed, field.name) != getattr(host, field.name)}
        if not part or part & parts:
            continue
        host, parts = changed, parts | part
        planted.add(code)
    judgement = judge_host(host, EXPECTED)
    assert planted <= codes(judgement)
    ranks = [SEVERITIES.index(finding.severity) for finding in judgement.findings]
    assert ranks == sorted(ranks)
    assert sum(summary(judgement.findings).values()) == len(judgement.findings)


def test_what_could_not_be_seen_is_no_finding_and_is_told() -> None:
    blind = judge_host(HostFacts("kvm1"), EXPECTED, [plain(PEER)])
    assert blind.findings == ()
    assert {"bridge_missing", "memory_small", "clock_offset", "ssh_algorithms", "keystore_left"} <= {
        one.code for one in blind.unseen
    }
    assert {one.code for one in blind.unseen} <= set(KVM.by_code)


def blanks(thing: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Paths of the fields that may be None."""
    found = []
    for field in fields(thing):
        value = getattr(thing, field.name)
        if is_dataclass(value) and not isinstance(value, type):
            found += blanks(value, (*path, field.name))
        elif "Optional" in str(field.type):
            found.append((*path, field.name))
    return found


@pytest.mark.parametrize("path", blanks(RIGHT), ids=".".join)
def test_a_single_blank_is_no_false_alarm(path: tuple[str, ...]) -> None:
    *outer, last = path
    host = but(outer[0], **{last: None})(RIGHT) if outer else replace(RIGHT, **{last: None})
    assert codes(judge_host(host, EXPECTED, [plain(PEER)])) == set()


def test_ignored_codes_are_kept_apart_and_must_be_codes() -> None:
    judgement = judge_host(FAULTS["swap_absent"](RIGHT), EXPECTED, ignore=["swap_absent"])
    assert codes(judgement) == set()
    assert [finding.code for finding in judgement.ignored] == ["swap_absent"]
    with pytest.raises(InvalidValue):
        judge_host(RIGHT, EXPECTED, ignore=["swap_absnt"])


@pytest.mark.parametrize(("severity", "count"), [("blocks", 1), ("hurts", 2), ("note", 3), ("never", 0)])
def test_at_least(severity: Any, count: int) -> None:
    host = FAULTS["memory_small"](FAULTS["swap_absent"](FAULTS["clock_offset"](RIGHT)))
    assert len(at_least(severity, judge_host(host, EXPECTED).findings)) == count


def test_complaint_names_code_evidence_and_remedy() -> None:
    judgement = judge_host(FAULTS["memory_small"](RIGHT), EXPECTED)
    text = complaint(lead("kvm1", judgement.findings), judgement.findings)
    assert text.startswith("kvm1 cannot join: [memory_small] ")
    assert "3.0 GiB" in text
    assert KVM.by_code["memory_small"].remedy in text


@pytest.mark.parametrize(
    ("name", "recognised"),
    [(n, True) for n in ("eth0", "bond1.30", "team0", "vlan200", "em1", "p4p1", "ens3", "eno1", "enp1s0f0", "enx0a0b")]
    + [(n, False) for n in ("wan0", "dummy0", "wlp2s0", "lan1", "end0", "pp1", "ib0")],
)
def test_names_of_cards(name: str, recognised: bool) -> None:
    assert ("nic_name" in codes(judge_host(nic("enp1s0", name=name)(RIGHT), EXPECTED))) is not recognised


DROPPED = ("iptables FORWARD (policy DROP)",)


@pytest.mark.parametrize(
    ("netfilter", "forwarding", "labels", "told"),
    [
        (True, Forwarding(DROPPED), ("cloudbr0",), {"forward_dropped"}),
        (True, Forwarding(DROPPED), (), {"forward_dropped"}),
        (True, Forwarding(DROPPED, (ANY_DEVICE,)), ("cloudbr0",), set()),
        (True, Forwarding(DROPPED, ("cloudbr0", "virbr0")), ("cloudbr0",), set()),
        (True, Forwarding(DROPPED, ("cloudbr0",)), ("cloudbr0", "cloudbr1"), {"forward_dropped"}),
        (True, Forwarding((), ("docker0",)), ("cloudbr0",), set()),
        (False, Forwarding(DROPPED), ("cloudbr0",), set()),
        (True, Forwarding(DROPPED, ("cloudbr*",)), ("cloudbr0", "cloudbr1"), set()),
        (True, Forwarding(DROPPED, ("cloudbr*",)), ("other",), {"forward_dropped"}),
        # What is on bridges themselves is not asked for by br_netfilter.
        (False, Forwarding(("nftables bridge f c (policy drop)",)), ("cloudbr0",), {"forward_dropped"}),
        (False, None, ("cloudbr0",), set()),
    ],
)
def test_a_firewall_that_drops_what_bridges_pass_on(
    netfilter: bool, forwarding: Forwarding | None, labels: tuple[str, ...], told: set[str]
) -> None:
    host = but("machine", bridge_netfilter=netfilter, forwarding=forwarding)(RIGHT)
    wanted = replace(EXPECTED, traffic_labels=labels, security_groups=False)
    assert codes(judge_host(host, wanted)) & {"forward_dropped"} == told


def test_open_vswitch_bridges_count() -> None:
    assert codes(judge_host(on_openvswitch()(RIGHT), EXPECTED)) == set()
    # A machine without ovs-vsctl: not judged, and said.
    unseen = judge_host(on_openvswitch(openvswitch="", openvswitch_built=None)(RIGHT), EXPECTED)
    assert codes(unseen) == set()
    assert {each.code for each in unseen.unseen} == {"openvswitch_old", "openvswitch_built"}


def test_passthrough_matters_only_where_cpus_differ() -> None:
    through = but("guest_cpu", mode="host-passthrough")
    assert codes(judge_host(through(RIGHT), EXPECTED, [plain(through(PEER))])) == set()
    other = but("machine", cpu_model="Xeon Gold 6148")(RIGHT)
    for host, peer in ((through(other), PEER), (other, through(PEER))):
        assert codes(judge_host(host, EXPECTED, [plain(peer)])) == {"cpu_model_differs", "passthrough_differs"}
    assert codes(judge_host(other, EXPECTED, [plain(PEER)])) == {"cpu_model_differs"}


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"free": 11 * GIB}, False),
        ({"free": 9 * GIB}, True),
        ({"size": 9000 * GIB, "free": 90 * GIB}, False),
        ({"size": 40 * GIB, "free": 5 * GIB}, False),
        ({"size": GIB // 2, "free": GIB // 5}, True),
        ({"inodes_free": 40}, True),
        ({"inodes": 0, "inodes_free": 0}, False),
    ],
)
def test_a_full_file_system(seen: dict[str, int], told: bool) -> None:
    assert ("disk_full" in codes(judge_host(full(**seen)(RIGHT), EXPECTED))) is told


def test_a_reboot_that_the_distribution_asks_for() -> None:
    assert codes(judge_host(but("system", reboot_required=True)(RIGHT), EXPECTED)) == {"reboot_pending"}
    # A machine without kernels of its own, such as a container.
    assert codes(judge_host(but("system", kernels=())(RIGHT), EXPECTED)) == set()


def test_what_is_not_asked_for_is_not_told() -> None:
    for code in ("updates_pending", "kernel_old", "vxlan_module_absent", "vxlan_tool_old"):
        assert codes(judge_host(FAULTS[code](RIGHT), replace(EXPECTED, vxlan=False, updates=False))) == set()
    assert codes(judge_host(FAULTS["disk_small"](RIGHT), replace(EXPECTED, disk=16 * GIB))) == set()


def test_kernels_are_in_the_order_of_boot_loaders() -> None:
    ordered = ("6.1.0-rc2", "6.1.0", "6.1.0-9-amd64", "6.1.0-21-amd64", "6.10.0", "10.0.0-1.el10.x86_64")
    assert newest(ordered) == ordered[::-1]


@given(st.lists(st.text("0123456789.-abcr", max_size=12), max_size=6))
def test_any_text_has_its_place_among_kernels(releases: list[str]) -> None:
    assert set(newest(releases)) == set(releases)
    keys = [order_of(release) for release in newest(releases)]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize(
    ("lines", "listens"),
    [
        (["f: --listen"], True),
        (["f: -l"], True),
        (["f: -dl"], True),
        (["f: --listen", "f: "], False),
        (["f: --timeout 120"], False),
        ([], False),
    ],
)
def test_the_last_line_of_arguments_counts(lines: list[str], listens: bool) -> None:
    assert listens_itself(lines) is listens


def test_sockets_are_systemds_business_while_libvirtd_does_not_listen_itself() -> None:
    host = but("libvirt", args=())(FAULTS["sockets_not_masked"](RIGHT))
    assert codes(judge_host(host, EXPECTED)) == set()


def test_rsa_keys_are_needed_only_where_there_is_no_password() -> None:
    keys = {"pubkeyacceptedalgorithms": "ssh-ed25519", "passwordauthentication": "no"}
    assert codes(judge_host(but("access", sshd=keys)(RIGHT), EXPECTED)) == {"ssh_algorithms"}
    with_password = {**keys, "passwordauthentication": "yes"}
    assert codes(judge_host(but("access", sshd=with_password)(RIGHT), EXPECTED)) == set()


def test_versions() -> None:
    assert version_of("7.2.22 (Debian 1:7.2+dfsg-7)") == (7, 2, 22)
    assert version_of("unknown") == ()
    differs: Mapping[str, Any] = plain(but("libvirt", qemu_version="7.2.9 (Debian)")(PEER))
    assert codes(judge_host(RIGHT, EXPECTED, [differs])) == set()


def test_the_guide_has_the_table() -> None:
    rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == [f"| `{c.code}` | {c.severity} | {c.title} | {c.remedy} | {c.source} |" for c in KVM.checks]
