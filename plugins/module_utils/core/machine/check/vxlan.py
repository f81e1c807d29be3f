# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what a host needs for VXLAN: kernel, module, iproute2, multicast groups."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found
from .version_order import version_of

# Experimental before it.
LEAST_KERNEL = (3, 9)


def judge_vxlan(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """The VXLAN Plugin: System Requirements."""
    if not expected.vxlan:
        return
    wanted, held = expected.vxlan_networks, host.machine.igmp_memberships
    if held is None:
        yield Unseen("igmp_memberships", "net.ipv4.igmp_max_memberships")
    elif held < wanted:
        yield found("igmp_memberships", f"{held} for {wanted} networks", held=held, wanted=wanted)
    if host.machine.kernel is None:
        yield Unseen("kernel_old", "the kernel")
    elif version_of(host.machine.kernel)[:2] < LEAST_KERNEL:
        yield found("kernel_old", f"{host.machine.kernel}, 3.9 is needed", kernel=host.machine.kernel)
    for code, there, what in (
        ("vxlan_module_absent", host.system.vxlan, "modprobe vxlan finds no module"),
        ("vxlan_tool_old", host.system.vxlan_tool, "ip link help does not name vxlan"),
    ):
        if there is None:
            yield Unseen(code, "the kernel's modules" if code == "vxlan_module_absent" else "iproute2")
        elif not there:
            yield found(code, what)
