# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of each resource a domain, an account or a project may have.

Source: 4.11.1 documentation, "Limiting Resource Usage"; Resource.ResourceType of apache/cloudstack.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import InvalidValue, Reason

UNLIMITED = -1
# By the number of the API. Of each the beginning of the fields that show its amount, and the unit.
TYPES: t.Mapping[str, tuple[int, str, str]] = {
    "instance": (0, "vm", ""),
    "ip_address": (1, "ip", ""),
    "volume": (2, "volume", ""),
    "snapshot": (3, "snapshot", ""),
    "template": (4, "template", ""),
    "project": (5, "project", ""),
    "network": (6, "network", ""),
    "vpc": (7, "vpc", ""),
    "cpu": (8, "cpu", ""),
    "memory": (9, "memory", "MB"),
    "primary_storage": (10, "primarystorage", "GB"),
    "secondary_storage": (11, "secondarystorage", "GB"),
    "backup": (12, "backup", ""),
    "backup_storage": (13, "backupstorage", "GB"),
    "bucket": (14, "bucket", ""),
    "object_storage": (15, "objectstorage", "GB"),
    "gpu": (16, "gpu", ""),
}
NAMES = {number: name for name, (number, _field, _unit) in TYPES.items()}


@dataclass(frozen=True)
class LimitOwner:
    """A domain, an account or a project. root: the root domain or an administrator of it, who have no limits.

    where: parameters that name it to the API. used: amounts by resource, as far as the server shows them.
    """

    kind: str
    name: str
    root: bool = False
    where: t.Mapping[str, str] = field(default_factory=dict)
    used: t.Mapping[str, float] = field(default_factory=dict)


def check_limit(limit: int) -> None:
    """Raises InvalidValue."""
    if limit < UNLIMITED:
        raise InvalidValue("limit", limit, f"{UNLIMITED} for no limit, 0, or a higher number")


def reasons_against_limit(owner: LimitOwner, limit: int) -> t.Iterator[Reason]:
    if owner.root and limit != UNLIMITED:
        message = f"{owner.kind} {owner.name} cannot have limits"
        yield Reason("root_unlimited", message, "limit a domain below ROOT, or an account of such a domain")


def below_use(owner: LimitOwner, resource: str, limit: int) -> t.Optional[str]:
    """A warning where more is used than the new limit allows."""
    used = owner.used.get(resource)
    if used is None or limit == UNLIMITED or used <= limit:
        return None
    unit = TYPES[resource][2]
    told = f"{used:g} {unit}".strip()
    return (
        f"{owner.kind} {owner.name} uses {told} of {resource}, more than {limit}: it keeps everything, but gets no more"
    )
