# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles host_base, kvm_libvirt and kvm_hooks on a bare Debian, by the playbooks of their Molecule scenarios."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hosts import Fleet
from integration.machine.roles.scenario import SCENARIOS, Hosts, hosts_of

# What is wrong with a bare machine, by the role that sets it right.
WRONG = {
    "host_base": {"fqdn_missing", "fqdn_loopback", "clock_unsynchronised", "igmp_memberships"},
    "kvm_libvirt": {"libvirt_absent"},
}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(boot("kvm1", "clock"), tmp_path_factory.mktemp("kvm"), {"kvm": ["kvm1"], "clocks": ["clock"]})


def findings(hosts: Hosts) -> set[str]:
    """Codes of what cs_host_check finds."""
    playbook = hosts.room / "look.yml"
    look = {"fail": "never", "vxlan": True, "vxlan_networks": 300, "security_groups": True}
    task = {"hostcraft.cloudstack.cs_host_check": look}
    playbook.write_text(json.dumps([{"hosts": "kvm", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    played = hosts.play(playbook)
    assert played.status == 0, played.text
    return {finding["code"] for finding in played.results[0]["findings"]}


@pytest.fixture(scope="module")
def before(hosts: Hosts) -> set[str]:
    return findings(hosts)


@pytest.mark.parametrize("role", ["host_base", "kvm_libvirt", "kvm_hooks"])
def test_role_prepares_a_bare_machine_and_then_has_nothing_to_do(hosts: Hosts, before: set[str], role: str) -> None:
    scenario = SCENARIOS / role
    prepared = hosts.play(scenario / "prepare.yml")
    assert prepared.status == 0, prepared.text
    tree = hosts.fleet["kvm1"].run("find /etc -xdev -newermt '1 hour ago' -type f | xargs sha256sum").stdout
    tried = hosts.play(scenario / "converge.yml", "--check", "--diff")
    assert tried.status == 0, tried.text
    assert tried.changed > 0
    assert hosts.fleet["kvm1"].run("find /etc -xdev -newermt '1 hour ago' -type f | xargs sha256sum").stdout == tree
    first = hosts.play(scenario / "converge.yml")
    assert first.status == 0, first.text
    second = hosts.play(scenario / "converge.yml")
    assert (second.status, second.changed) == (0, 0), second.text
    verified = hosts.play(scenario / "verify.yml")
    assert verified.status == 0, verified.text
    print(f"{role}: first run {first.seconds:.1f} s, second {second.seconds:.1f} s")
    assert WRONG.get(role, set()) <= before
    assert not WRONG.get(role, set()) & findings(hosts)


def test_a_daemon_is_restarted_if_it_was_started_before_its_files_changed(hosts: Hosts) -> None:
    """By cs_outdated_units_info: by time, and in check mode by what would be written."""
    play, host = SCENARIOS / "kvm_libvirt" / "converge.yml", hosts.fleet["kvm1"]
    # CST is the name of several zones.
    host.run("test ! -e /usr/share/zoneinfo/Asia/Shanghai || ln -sf /usr/share/zoneinfo/Asia/Shanghai /etc/localtime")
    assert hosts.play(play).changed == 0
    wanted = json.dumps({"kvm_libvirt_qemu_settings": {"max_files": 32768}})
    foretold = hosts.play(play, "--check", "--extra-vars", wanted)
    assert (foretold.status, foretold.changed) == (0, 2), foretold.text
    assert hosts.play(play, "--check").changed == 0
    host.run("touch /etc/libvirt/qemu.conf")
    for arguments, changed in ((["--check"], 1), ([], 1), ([], 0)):
        played = hosts.play(play, *arguments)
        assert (played.status, played.changed) == (0, changed), played.text


def test_what_cloudstack_wrote_is_not_fought_over(hosts: Hosts) -> None:
    """cs#4393: cloudstack-setup-agent's lines, in its style, with other values, once the host has joined."""
    hosts.fleet["kvm1"].run(
        "mkdir -p /etc/cloudstack/agent && echo guid=6f0d > /etc/cloudstack/agent/agent.properties;"
        "cd /etc/libvirt && sed -i /listen_tls/d libvirtd.conf && echo listen_tls=1 >> libvirtd.conf"
        " && echo 'tls_port=\"16514\"' >> libvirtd.conf && sed -i /vnc_listen/d qemu.conf"
        " && echo 'vnc_listen=\"10.0.0.1\"' >> qemu.conf"
        " && sed -i 's/^LIBVIRTD_ARGS=.*/LIBVIRTD_ARGS=-l/' /etc/default/libvirtd && systemctl restart libvirtd"
    )
    again = hosts.play(SCENARIOS / "kvm_libvirt" / "converge.yml")
    assert (again.status, again.changed) == (0, 0), again.text
    assert 'vnc_listen="10.0.0.1"' in hosts.fleet["kvm1"].read("/etc/libvirt/qemu.conf").splitlines()
    assert "LIBVIRTD_ARGS=-l" in hosts.fleet["kvm1"].read("/etc/default/libvirtd").splitlines()
    assert [told for told in again.results if "10.0.0.1" in str(told.get("msg", ""))]


def test_a_script_that_fails_its_trial_never_takes_its_place(hosts: Hosts) -> None:
    playbook = hosts.room / "bad.yml"
    scripts = {"all_cde.sh": "#!/bin/bash\nexit 4\n"}
    role = {"role": "hostcraft.cloudstack.kvm_hooks", "vars": {"kvm_hooks_dry_run": True, "kvm_hooks_scripts": scripts}}
    playbook.write_text(json.dumps([{"hosts": "kvm", "gather_facts": False, "roles": [role]}]), encoding="utf-8")
    held = hosts.fleet["kvm1"].read("/etc/libvirt/hooks/custom/all_cde.sh")
    played = hosts.play(playbook)
    assert played.status == 2
    assert hosts.fleet["kvm1"].read("/etc/libvirt/hooks/custom/all_cde.sh") == held
    scripts["cde.sh"] = "echo\n"
    playbook.write_text(json.dumps([{"hosts": "kvm", "gather_facts": False, "roles": [role]}]), encoding="utf-8")
    refused = hosts.play(playbook)
    assert refused.status == 2
    assert "never run" in refused.text
    assert "interpreter" in refused.text
