# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what bridges of Open vSwitch need, where a traffic label is one (KVM: Open vSwitch)."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found
from .version_order import version_of

LEAST = (1, 7, 1)


def judge_openvswitch(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """What bridges of Open vSwitch need, where a traffic label is one (KVM: Open vSwitch)."""
    labels = [nic.name for nic in host.nics or () if nic.kind == "openvswitch" and nic.name in expected.traffic_labels]
    if not labels:
        return
    system, names = host.system, ", ".join(labels)
    if not system.openvswitch:
        yield Unseen("openvswitch_old", "the version of Open vSwitch (ovs-vsctl is not installed)")
    elif version_of(system.openvswitch) < LEAST:
        yield found("openvswitch_old", f"{system.openvswitch}, 1.7.1 is needed", version=system.openvswitch)
    if system.bridge_module is None:
        yield Unseen("bridge_module_loaded", "the loaded kernel modules")
    elif system.bridge_module:
        yield found("bridge_module_loaded", f"{names} of Open vSwitch", bridges=labels)
    if system.openvswitch_built is None:
        yield Unseen("openvswitch_built", "where the module openvswitch comes from")
    elif system.openvswitch_built:
        yield found("openvswitch_built", "a module that a package such as DKMS built")
