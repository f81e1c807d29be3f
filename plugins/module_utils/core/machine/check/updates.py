# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether a host runs its newest kernel, and which updates it lacks."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found
from .version_order import order_of

SHOWN_UPDATES = 10


def judge_updates(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Whether the running kernel is the installed one, and what is left to be installed."""
    system, running = host.system, host.machine.kernel
    if system.reboot_required is None or system.kernels is None or running is None:
        yield Unseen("reboot_pending", "the installed kernels")
    elif system.kernels and system.kernels[0] != running:
        evidence = f"the kernel {running} runs, {system.kernels[0]} is installed"
        yield found("reboot_pending", evidence, running=running, installed=system.kernels[0])
    elif system.reboot_required:
        yield found("reboot_pending", "the distribution asks for it", running=running, installed=running)
    if not expected.updates:
        return
    if system.updates is None:
        yield Unseen("updates_pending", "the package manager's updates")
    elif system.updates:
        count, shown = len(system.updates), ", ".join(system.updates[:SHOWN_UPDATES])
        more = f" and {count - SHOWN_UPDATES} more" if count > SHOWN_UPDATES else ""
        yield found("updates_pending", f"{count}: {shown}{more}", updates=list(system.updates))


def newest(releases: t.Iterable[str]) -> tuple[str, ...]:
    """Installed kernels, the newest first: the one that boot loaders start."""
    return tuple(sorted(set(releases), key=order_of, reverse=True))
