# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what a host is: name, clock, CPU, memory, kernel, security policies."""

from __future__ import annotations

import ipaddress
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


def judge_identity(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """``hostname --fqdn`` (KVM: Prepare the Operating System) and what it resolves to."""
    identity = host.identity
    if identity.fqdn is None:
        yield Unseen("fqdn_missing", "the host's name")
    elif "." not in identity.fqdn or identity.fqdn.startswith("localhost"):
        yield found("fqdn_missing", f"hostname --fqdn returns {identity.fqdn!r}", fqdn=identity.fqdn)
    if identity.addresses is None:
        yield Unseen("fqdn_unresolved", "the addresses of the host's name")
        return
    if not identity.addresses:
        yield found("fqdn_unresolved", f"{identity.fqdn!r} has no address", fqdn=identity.fqdn)
        return
    outside = [address for address in identity.addresses if not ipaddress.ip_address(address).is_loopback]
    text = ", ".join(identity.addresses)
    if not outside:
        yield found("fqdn_loopback", f"{identity.fqdn} is {text}", addresses=list(identity.addresses))
    elif host.nics is not None:
        own = {address for nic in host.nics for address in nic.addresses}
        if not own & set(outside):
            yield found(
                "fqdn_elsewhere",
                f"{identity.fqdn} is {text}, which is not an address of the host",
                addresses=outside,
            )


def judge_clock(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    clock = host.clock
    if clock.synchronised is None:
        yield Unseen("clock_unsynchronised", "the synchronization of the clock")
    elif not clock.synchronised:
        yield found("clock_unsynchronised", "according to the kernel or chrony")
    if clock.offset is None:
        yield Unseen("clock_offset", "the offset of the clock (chrony is not installed)")
    elif abs(clock.offset) > expected.max_offset:
        limit = expected.max_offset
        yield found(
            "clock_offset", f"the offset is {clock.offset:+.3f} s, at most {limit:g} s is allowed", offset=clock.offset
        )


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


def judge_policies(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """SELinux and AppArmor (KVM: Configure the Security Policies)."""
    machine = host.machine
    if machine.selinux is None:
        yield Unseen("selinux_enforcing", "the mode of SELinux")
    elif machine.selinux == "enforcing":
        yield found("selinux_enforcing", "getenforce returns Enforcing")
    if machine.apparmor_enforced is None:
        yield Unseen("apparmor_enforced", "AppArmor's profiles")
    elif machine.apparmor_enforced:
        profiles = list(machine.apparmor_enforced)
        yield found("apparmor_enforced", ", ".join(profiles), profiles=profiles)


def judge_kernel_settings(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    machine = host.machine
    if expected.security_groups:
        if machine.bridge_netfilter is None:
            yield Unseen("bridge_netfilter_off", "net.bridge")
        elif not machine.bridge_netfilter:
            yield found("bridge_netfilter_off", "net.bridge.bridge-nf-call-iptables is not 1")
    if expected.vxlan:
        wanted = expected.vxlan_networks
        if machine.igmp_memberships is None:
            yield Unseen("igmp_memberships", "net.ipv4.igmp_max_memberships")
        elif machine.igmp_memberships < wanted:
            held = machine.igmp_memberships
            yield found("igmp_memberships", f"{held} for {wanted} networks", held=held, wanted=wanted)
