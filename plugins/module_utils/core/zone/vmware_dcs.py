# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vCenter datacenter of a zone. The API names it by its zone everywhere, because a zone has at most one.

Source: 4.11.1 documentation, "Add VMware Datacenter to Zone"; commands of servers with the VMware plugin.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change import Rules, same_word

CREDENTIALS = frozenset(("username", "password"))


@dataclass(frozen=True)
class VmwareDatacenter:
    """A datacenter as ``listVmwareDcs`` shows it. id: its zone's, by which commands find it; datacenter_id: its own."""

    id: str
    name: str
    zone_id: str
    vcenter: t.Optional[str] = None
    datacenter_id: str = ""


VMWARE_DATACENTER = Rules(
    kind="VMware datacenter",
    required=("name", "vcenter", "username", "password", "zone_id"),
    write_only=CREDENTIALS,
    # Or CloudStack would ask another vCenter with the user of the one before.
    along=CREDENTIALS,
    same={"vcenter": same_word},
)
