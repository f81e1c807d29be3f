# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges SELinux and AppArmor (KVM: Configure the Security Policies)."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found


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
