# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where CloudStack and the hypervisors of a cluster tell different things: each difference with a code and a remedy."""

from __future__ import annotations

from ...placement.fleet import Fleet
from ..model import HypervisorView
from .hosts import cluster_differences, host_differences
from .model import Drift, Expected, matched
from .vms import memory_differences, vm_differences


def differences(fleet: Fleet, view: HypervisorView, expected: Expected) -> tuple[Drift, ...]:
    """Everything that differs; hosts that could not be read are not judged."""
    them = matched(fleet.hosts, view)
    return (
        *host_differences(view, expected, them),
        *cluster_differences(them.both),
        *vm_differences(fleet, view, them.both),
        *memory_differences(fleet, view, them.both),
    )
