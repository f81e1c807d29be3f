# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that listen on a host although CloudStack does not need them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.check.judge import judge_host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.facts import Listener
from unit.plugins.module_utils.core.hypervisors.kvm.hosts import EXPECTED, RIGHT


def told(*listeners: Listener, programs: tuple[str, ...] = ()) -> list[str]:
    host = replace(RIGHT, listeners=(*(RIGHT.listeners or ()), *listeners))
    judged = judge_host(host, replace(EXPECTED, programs=programs))
    return [each.evidence.rpartition(": ")[2] for each in judged.findings if each.code == "service_unexpected"]


def test_each_program_is_told_once_with_its_ports() -> None:
    everywhere = (Listener(80, "::", "nginx"), Listener(80, program="nginx"), Listener(443, "10.1.1.1", "nginx"))
    assert told(*everywhere, Listener(25, program="master")) == ["master on 25", "nginx on 80, 443"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_what_only_the_host_itself_reaches_is_left_out(address: str) -> None:
    assert told(Listener(25, address, "master")) == []


def test_programs_of_the_operator_are_accepted_by_their_whole_name() -> None:
    """Of a name the kernel keeps 15 characters."""
    listener = Listener(9100, program="prometheus-node")
    assert told(listener) == ["prometheus-node on 9100"]
    assert told(listener, programs=("prometheus-node-exporter",)) == []
    assert told(Listener(9100, program="node_exporter"), programs=("node_exporter",)) == []
    assert told(Listener(9100, program="node_exporter"), programs=("node",)) == ["node_exporter on 9100"]


def test_an_owner_that_nobody_sees_is_no_stranger() -> None:
    """The kernel's own sockets of NFS, and all others where the check does not run as root."""
    assert told(Listener(2049), Listener(44321, "::")) == []


def test_what_the_roles_install_is_known() -> None:
    programs = (
        "sshd",
        "systemd",
        "libvirtd",
        "virtproxyd",
        "rpcbind",
        "rpc.statd",
        "chronyd",
        "ovsdb-server",
        "java",
        "bgpd",
    )
    assert told(*(Listener(20000 + n, program=name) for n, name in enumerate(programs))) == []
    assert told(Listener(5901, program="qemu-system-x86")) == []
