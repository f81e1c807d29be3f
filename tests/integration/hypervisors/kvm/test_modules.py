# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules for KVM hosts in a playbook: real libvirt daemons and guests, the sandbox as CloudStack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counterparts.libvirt import Libvirt
from integration.hypervisors.kvm.bed import POOL, STUCK, host, two_hosts
from integration.playbook import Run, run

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.kvm.cluster import open_kvm_hosts
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.kvm.hosts import Cpu
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess
from sandbox.server import Sandbox

pytest.importorskip("libvirt")
HERE = Path(__file__).resolve().parent
VNC = "<graphics type='vnc' autoport='yes'/>"
LOCAL_BRIDGE = "<interface type='bridge'><source bridge='storbr0'/><model type='virtio'/></interface>"
# More than a guest on TCG can have.
BEYOND = (
    "<cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model>"
    "<feature policy='require' name='avx512f'/></cpu>"
)


@pytest.fixture(scope="module")
def hosts() -> Iterator[Libvirt]:
    """One guest that may go, one on a bridge of its host alone, one that QEMU does not let go."""
    with two_hosts() as libvirt:
        libvirt.make_pool("kvm1", POOL)
        libvirt.make_bridge("kvm1", "storbr0")
        libvirt.start_guest("kvm1", "i-2-3-VM", devices=VNC)
        libvirt.start_guest("kvm1", "i-2-4-VM", devices=LOCAL_BRIDGE)
        libvirt.start_guest("kvm2", "i-2-5-VM", devices=STUCK + VNC)
        yield libvirt


@pytest.fixture(scope="module")
def played(hosts: Libvirt, tmp_path_factory: pytest.TempPathFactory) -> Run:
    # The host has a new certificate; its consoles go on with the old one.
    hosts.renew_certificate("kvm1")
    hosts.restart_daemon("kvm1")
    with Sandbox(seed=1, speed=10.0) as sandbox:
        log = tmp_path_factory.mktemp("wire") / "tasks"
        return run(sandbox, HERE / "hosts.yml", log, network=hosts.network, pool=POOL)


def test_playbook_ends_well(played: Run) -> None:
    assert played.status == 0, played.output
    assert played.complaints == []


def test_nothing_is_written_to_cloudstack(played: Run) -> None:
    ours = [task for task in played.tasks if task.module.startswith(("cs_kvm", "cs_hypervisor"))]
    assert len(ours) >= 9
    assert [task.writes for task in ours if task.writes] == []


def test_a_host_says_which_cpu_it_cannot_give(hosts: Libvirt) -> None:
    kvm = open_kvm_hosts(HypervisorAccess("qemu+tcp://{address}/system"), [host("kvm1", hosts.address("kvm1"))])
    seen, unread = kvm.survey(guests=True)
    assert unread == ()
    own, beyond = Cpu(seen[0].virt, seen[0].cpu), Cpu("qemu", BEYOND)
    its = {Cpu(guest.virt, guest.cpu) for guest in seen[0].guests}
    answers = kvm.compare({"kvm1": {own, beyond, *its}})
    kvm.close()
    assert {answers["kvm1", each].answer for each in {own, *its}} <= {"identical", "superset"}
    assert answers["kvm1", beyond].answer == "incompatible"
    assert "avx512f" in answers["kvm1", beyond].message
