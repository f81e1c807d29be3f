"""Guest operating systems: a small choice of what a real server knows (T2:5, T4:78)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import World

SYSTEMS = {
    "CentOS": ("CentOS 5.6 (64-bit)", "CentOS 7", "CentOS 8"),
    "Debian": (
        "Debian GNU/Linux 5.0 (64-bit)", "Debian GNU/Linux 10 (64-bit)", "Debian GNU/Linux 11 (64-bit)",
        "Debian GNU/Linux 12 (64-bit)",
    ),
    "Red Hat": ("Red Hat Enterprise Linux 8.0", "Red Hat Enterprise Linux 9.0", "Rocky Linux 9"),
    "Ubuntu": ("Ubuntu 20.04 LTS", "Ubuntu 22.04 LTS", "Ubuntu 24.04 LTS"),
    "Windows": ("Windows Server 2019 (64-bit)", "Windows Server 2022 (64-bit)"),
    "Other": ("Other (64-bit)", "Other Linux (64-bit)"),
}  # fmt: skip
# Whoever prefers it has no preference (GuestOSCategoryVO.CATEGORY_NAME_NONE).
NO_CATEGORY = "None"


@dataclass(slots=True)
class OsCategory:
    id: int
    uuid: str
    name: str


@dataclass(slots=True)
class OsType:
    id: int
    uuid: str
    name: str
    category_id: int


def install(world: World) -> None:
    for category_name, names in SYSTEMS.items():
        category = world.os_categories.add(OsCategory(world.os_categories.next_id(), world.new_uuid(), category_name))
        for name in names:
            world.os_types.add(OsType(world.os_types.next_id(), world.new_uuid(), name, category.id))
    # Of no system, and never drawn: identifiers that a seed repeats stay as they are.
    none = str(uuid.uuid5(uuid.NAMESPACE_OID, NO_CATEGORY))
    world.os_categories.add(OsCategory(world.os_categories.next_id(), none, NO_CATEGORY))
