# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the machine at hand is the one that CloudStack's record means, before either is taken away.

A KVM host's guid is made of the address that it was added by, which need not be the one that its agent tells. Where two
hosts swapped addresses, a removal takes the other one's VMs and volumes along (cs#12438): so guid, address and record
have to agree.
"""

from __future__ import annotations

import hashlib
import re
import typing as t

from ..errors import Reason
from ..zone.hosts import Host, same_host_name


def removal_problems(
    record: Host, guid: str, addresses: t.Collection[str], name: str, destroy_local_storage: bool = False
) -> tuple[Reason, ...]:
    """Every reason not to remove a host. guid, addresses, name: of the machine that the play is on."""
    return tuple(_problems(record, guid, addresses, name, destroy_local_storage))


_VM = re.compile(r"[a-z]-\d+-[\w.-]+")


def stranger_problems(elsewhere: t.Iterable[Host], running: t.Iterable[str]) -> tuple[Reason, ...]:
    """Every reason not to clear a machine that the zone has no host of. elsewhere: other zones' hosts that are it.

    running: names of libvirt's domains. One that is cleared by mistake is Down for CloudStack, which starts its VMs on
    other hosts while they run on.
    """
    reasons = [
        Reason(
            "record_elsewhere",
            f"zone {host.zone} has this machine as host {host.name} with the address {host.ip_address}",
            f"set add_hosts_zone to {host.zone}",
            {"zone": host.zone, "record": host.name},
        )
        for host in elsewhere
    ]
    vms = vms_of_cloudstack(running)
    if vms:
        reasons.append(
            Reason(
                "vms_running",
                f"CloudStack has no such host in the zone, but VMs of CloudStack run on this machine: {', '.join(vms)}",
                "find out which host CloudStack has for this machine; if there is none, shut the VMs down",
                {"vms": vms},
            )
        )
    return tuple(reasons)


def vms_of_cloudstack(names: t.Iterable[str]) -> list[str]:
    """Of libvirt's domains those that are named as CloudStack names its VMs, such as i-2-3-VM and r-4-VM."""
    return sorted(name for name in names if _VM.fullmatch(name))


def _problems(
    record: Host, guid: str, addresses: t.Collection[str], name: str, destroy_local_storage: bool
) -> t.Iterator[Reason]:
    address, wanted = record.ip_address or "", guid_of(record.ip_address or "")
    # Added by an address of another of its networks. Where addresses were swapped, it is none of the machine's.
    if address in addresses and guid in map(guid_of, addresses):
        wanted = guid
    if address not in addresses:
        yield Reason(
            "address_elsewhere",
            f"host {record.name} has the address {address} in CloudStack, but this machine has "
            f"{', '.join(sorted(addresses))}",
            "find out which machine the record describes; addresses may have been swapped",
            {"record": address, "machine": sorted(addresses)},
        )
    if not guid:
        yield Reason(
            "guid_missing",
            f"CloudStack has host {record.name}, but this machine's agent has no guid: it was never "
            "added, or was removed",
            "find out which machine connects as that host; if none does, remove the record with cs_host",
        )
    elif guid != wanted:
        yield Reason(
            "guid_of_other_address",
            f"the agent's guid {guid} does not match the address {address} ({wanted}): the address "
            "changed after the host was added",
            "restore the address that the host was added with, then remove the host",
            {"guid": guid, "expected": wanted},
        )
    if name and not same_host_name(name, record.name):
        yield Reason(
            "name_differs",
            f"the host's name is {record.name} in CloudStack, but {name} on the machine",
            "check that both are the same host, then rename one",
            {"record": record.name, "machine": name},
        )
    if record.is_local_storage_active and not destroy_local_storage:
        yield Reason(
            "local_volumes",
            f"volumes on the local disks of {record.name} would be lost",
            "migrate them to shared storage, or set remove_hosts_destroy_local_storage",
        )


def guid_of(address: str) -> str:
    """The guid that the management server gives a KVM host: a name-based UUID of its address (cs#12438).

    Java's UUID.nameUUIDFromBytes: MD5 of the address alone, marked as version 3.
    """
    digest = bytearray(hashlib.md5(address.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x30
    digest[8] = digest[8] & 0x3F | 0x80
    return "-".join(digest[start:end].hex() for start, end in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 16)))
