# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hypervisors can carry a memory factor above 1, and how large a one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Ability:
    """ballooning: whether memory is taken back from guests. most_ram: the largest memory factor, None for any."""

    ballooning: bool
    most_ram: t.Optional[float] = None
    needs: str = ""


# Working with Hosts, "Requirements for Over-Provisioning" and "Limitations": supported for XenServer, KVM and VMware.
# The simulator accounts for any factor (T3:60-107).
ABILITIES: t.Mapping[str, Ability] = {
    "kvm": Ability(True, needs="virtio balloon drivers in the guests"),
    "vmware": Ability(True, needs="VMware Tools in the guests"),
    "xenserver": Ability(True, 4.0, "dynamic memory control in the pool and PV drivers in the guests"),
    "simulator": Ability(True),
}
NO_ABILITY = Ability(False)


def ability(hypervisor: str) -> Ability:
    return ABILITIES.get(hypervisor.casefold(), NO_ABILITY)
