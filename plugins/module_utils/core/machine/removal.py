# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the machine at hand is the one that CloudStack's record means, before either is taken away.

A KVM host's guid is made of its address. Where two hosts swapped addresses, a removal takes the other one's VMs and
volumes along (cs#12438): so guid, address and record have to agree.
"""

from __future__ import annotations

import typing as t

from ..errors import Reason
from ..zone.hosts import Host, same_host_name
from .agent_properties import guid_of


def removal_problems(
    record: Host, guid: str, addresses: t.Collection[str], name: str, destroy_local_storage: bool = False
) -> tuple[Reason, ...]:
    """Every reason not to remove a host. guid, addresses, name: of the machine that the play is on."""
    return tuple(_problems(record, guid, addresses, name, destroy_local_storage))


def _problems(
    record: Host, guid: str, addresses: t.Collection[str], name: str, destroy_local_storage: bool
) -> t.Iterator[Reason]:
    address, wanted = record.ip_address or "", guid_of(record.ip_address or "")
    if address not in addresses:
        yield Reason(
            "address_elsewhere",
            f"CloudStack's host {record.name} is at {address}, this machine at {', '.join(sorted(addresses))}",
            "find out which machine the record means; addresses may have been swapped",
            {"record": address, "machine": sorted(addresses)},
        )
    if not guid:
        yield Reason(
            "guid_missing",
            f"CloudStack has host {record.name}, but this machine's agent has no guid: it was not added, or forgotten",
            "see which machine connects as that host; remove the record by cs_host where none does",
        )
    elif guid != wanted:
        yield Reason(
            "guid_of_other_address",
            f"the agent's guid {guid} is not the one of {address} ({wanted}): the address changed after it was added",
            "give the machine back the address that it was added by, then remove it",
            {"guid": guid, "expected": wanted},
        )
    if name and not same_host_name(name, record.name):
        yield Reason(
            "name_differs",
            f"CloudStack calls it {record.name}, the machine calls itself {name}",
            "rename one of them once it is sure that both are the same",
            {"record": record.name, "machine": name},
        )
    if record.is_local_storage_active and not destroy_local_storage:
        yield Reason(
            "local_volumes",
            f"volumes lie on the own disks of {record.name} and would be lost",
            "migrate them to shared storage, or say that they may be destroyed",
        )
