# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudStack says that a hypervisor of a version is capable of: most guests of a host, and more.

Source: 4.11.1 documentation, "Hypervisor Capabilities" in "Best Practices" and in the global settings.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change import Rules, same_word
from ..errors import InvalidValue, MissingValue, NotFound

KIND = "hypervisor capability"
NUMBERS = ("max_guests", "max_data_volumes", "max_hosts_per_cluster")


@dataclass(frozen=True)
class HypervisorCapability:
    """version: "default" for those without an entry. max_guests: of one host."""

    id: str
    hypervisor: str
    version: str
    max_guests: t.Optional[int] = None
    max_data_volumes: t.Optional[int] = None
    max_hosts_per_cluster: t.Optional[int] = None
    security_groups: t.Optional[bool] = None
    storage_motion: t.Optional[bool] = None
    vm_snapshots: t.Optional[bool] = None

    @property
    def name(self) -> str:
        return f"{self.hypervisor} {self.version}"


CAPABILITY = Rules(kind=KIND)


def check_wanted(wanted: t.Mapping[str, t.Any]) -> None:
    """Raises InvalidValue for a number that the server's database cannot have, MissingValue where nothing is set."""
    for name in NUMBERS:
        value = wanted.get(name)
        if value is not None and value < 1:
            raise InvalidValue(name, value, "a number above 0")
    if all(value is None for name, value in wanted.items() if name not in ("hypervisor", "version")):
        raise MissingValue(f"{KIND} {wanted['hypervisor']}", ["max_guests"], "at least one capability must be set")


def of_hypervisor(rows: t.Sequence[HypervisorCapability], hypervisor: str) -> list[HypervisorCapability]:
    return [each for each in rows if same_word(hypervisor, each.hypervisor)]


def chosen(rows: t.Sequence[HypervisorCapability], hypervisor: str, version: str) -> HypervisorCapability:
    """The entry of a version. Raises NotFound with those that the server has: it makes none of its own."""
    own = of_hypervisor(rows, hypervisor)
    for each in own:
        if same_word(version, each.version):
            return each
    if not own:
        raise NotFound("hypervisor", hypervisor, "the server", sorted({each.hypervisor for each in rows}))
    raise NotFound("version", version, f"the capabilities of {own[0].hypervisor}", [each.version for each in own])
