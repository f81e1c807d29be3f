# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges CPU and memory of a host, and whether they are enough for what its cluster promises."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found

GIB = 1024**3
# What CloudStack has system VM templates for.
ARCHITECTURES = ("x86_64", "aarch64", "s390x")
VIRTUALISATION = ("vmx", "svm")
# Below these, swap in use and huge pages are nothing to speak of.
SWAP_SHARE, HUGE_PAGES_SHARE = 0.1, 0.05


def judge_cpu(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    machine = host.machine
    if machine.architecture is None:
        yield Unseen("cpu_not_64bit", "the architecture")
    elif machine.architecture not in ARCHITECTURES:
        yield found("cpu_not_64bit", machine.architecture, architecture=machine.architecture)
    if machine.kvm:
        return
    if machine.kvm is None or machine.cpu_flags is None:
        yield Unseen("cpu_no_virtualisation", "/dev/kvm or the CPU's features")
    elif machine.architecture == "x86_64" and not set(VIRTUALISATION) & set(machine.cpu_flags):
        yield found("cpu_no_virtualisation", "neither vmx nor svm is among its features, and there is no /dev/kvm")
    else:
        yield found("kvm_absent", f"its model is {machine.cpu_model}", cpu_model=machine.cpu_model)


def judge_memory(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    machine = host.machine
    if machine.memory is None:
        yield Unseen("memory_small", "the memory")
        return
    # A machine sold with 4 GiB shows less: firmware and kernel keep some.
    if machine.memory < expected.memory * 0.9:
        evidence = f"{machine.memory / GIB:.1f} GiB, {expected.memory / GIB:.1f} GiB are needed"
        yield found("memory_small", evidence, memory=machine.memory)
    if machine.huge_pages is None:
        yield Unseen("huge_pages", "huge pages")
    elif machine.huge_pages > HUGE_PAGES_SHARE * machine.memory:
        evidence = f"{machine.huge_pages / GIB:.1f} of {machine.memory / GIB:.1f} GiB"
        yield found("huge_pages", evidence, huge_pages=machine.huge_pages)
    if machine.swap is None or machine.swap_used is None:
        yield Unseen("swap_used", "the swap")
    elif machine.swap == 0:
        yield found("swap_absent", "SwapTotal is 0")
    elif machine.swap_used > SWAP_SHARE * machine.swap:
        evidence = f"{machine.swap_used / GIB:.1f} of {machine.swap / GIB:.1f} GiB are used"
        yield found("swap_used", evidence, swap_used=machine.swap_used)


def judge_promised_memory(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """A host that joins a cluster promises memory by the cluster's factor, whatever it has ("Over-Provisioning")."""
    machine, factor = host.machine, expected.memory_factor
    if factor <= 1:
        return
    if machine.memory is None or machine.swap is None:
        yield Unseen("memory_promised", "the memory or the swap")
        return
    promised, there = int(machine.memory * factor), machine.memory + machine.swap
    if promised > there:
        lacking = (promised - there) / GIB
        evidence = (
            f"with the factor {factor:g}, VMs are promised {promised / GIB:.1f} GiB; memory and swap are "
            f"{there / GIB:.1f} GiB, {lacking:.1f} GiB less"
        )
        yield found("memory_promised", evidence, promised=promised, memory=machine.memory, swap=machine.swap)
