# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the CPU that agent.properties gives to guests, against what libvirt can give on this host."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found


def judge_guest_cpu(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """guest.cpu.model and guest.cpu.features of agent.properties against what libvirt can give on this host."""
    cpu = host.guest_cpu
    if cpu.mode == "custom" and cpu.model:
        if cpu.models is None:
            yield Unseen("guest_cpu_model", "the CPU models that libvirt can provide")
        elif cpu.model not in cpu.models:
            yield found("guest_cpu_model", f"guest.cpu.model={cpu.model}", model=cpu.model)
    wanted = tuple(name for name in cpu.features if not name.startswith("-"))
    if not wanted:
        return
    if cpu.offered is None:
        yield Unseen("guest_cpu_features", "the CPU features that libvirt can provide")
        return
    absent = [name for name in wanted if name not in cpu.offered]
    if absent:
        yield found("guest_cpu_features", f"guest.cpu.features has {', '.join(absent)}", features=absent)
