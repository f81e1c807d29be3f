# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service offerings of system VMs.

Sources: Working with System Virtual Machines, "Changing the Default System VM Template" (memory); 4.11.1 documentation,
"System Service Offerings" (fields); T6:72-79.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change import Rules, same_set, same_word
from ..errors import InvalidValue, Reason
from .network_offerings import NetworkOffering

# Megabytes that a system VM of a 64-bit template needs (Working with System Virtual Machines, "Changing the Default").
LEAST_MEMORY = 512


@dataclass(frozen=True)
class SystemOffering:
    """kind: of the system VMs that it is for, "" for any (T6:76). memory: in MB."""

    id: str
    name: str
    kind: str = ""
    memory: t.Optional[int] = None
    display_text: t.Optional[str] = None
    cpu_number: t.Optional[int] = None
    cpu_speed: t.Optional[int] = None
    storage_type: str = ""
    offer_ha: t.Optional[bool] = None
    limit_cpu_use: t.Optional[bool] = None
    network_rate: t.Optional[int] = None
    host_tags: tuple[str, ...] = ()
    storage_tags: tuple[str, ...] = ()
    is_default: bool = False
    created: t.Optional[str] = None

    def fits(self, kind: str) -> bool:
        """The server accepts an offering of another kind of system VM (T6:87), which is a mistake."""
        return not self.kind or self.kind == kind


ANEW = "the server cannot change it: create another offering"
_FIXED = (*("kind", "memory", "cpu_number", "cpu_speed", "storage_type", "offer_ha", "limit_cpu_use", "network_rate"),)
SYSTEM_OFFERING = Rules(
    kind="system offering",
    required=("name", "kind", "cpu_number", "cpu_speed", "memory"),
    fixed=dict.fromkeys(_FIXED, ANEW),
    # The creating command names storage tags otherwise than the one that changes them.
    write_only=frozenset(("is_system", "tags")),
    same={
        **dict.fromkeys(("kind", "storage_type"), same_word),
        **dict.fromkeys(("host_tags", "storage_tags"), same_set),
    },
)


def check_sizes(wanted: t.Mapping[str, t.Any]) -> None:
    """Raises InvalidValue: the server would create offerings whose system VMs do not start."""
    for name in ("cpu_number", "cpu_speed"):
        if wanted.get(name) is not None and wanted[name] < 1:
            raise InvalidValue(name, wanted[name], "a number above 0")
    if wanted.get("memory") is not None and wanted["memory"] < LEAST_MEMORY:
        raise InvalidValue("memory", wanted["memory"], f"{LEAST_MEMORY} MB or more, which a 64-bit template needs")
    if wanted.get("network_rate") is not None and wanted["network_rate"] < 0:
        raise InvalidValue("network_rate", wanted["network_rate"], "0 for no limit, or Mbit/s")


def removal_reasons(held: SystemOffering, network_offerings: t.Iterable[NetworkOffering]) -> t.Iterator[Reason]:
    """Against removing the server's own one, and one that routers of networks are made with."""
    if held.is_default:
        text = f"system offering {held.name} is one of the server's own"
        yield Reason("default_offering", text, "leave it, and create another one")
    for each in network_offerings:
        if each.service_offering_id == held.id:
            text = f"network offering {each.name} uses it for its routers"
            remedy = "move its networks to another network offering, and delete it first"
            yield Reason("offering_in_use", text, remedy, {"network_offering": each.name})
