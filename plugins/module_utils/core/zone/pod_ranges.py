# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address ranges of pods: storage and management.

Source: 4.11.1 documentation, "Adding a Pod", "IP Reservation" of management traffic; API of 4.22.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ..change import Rules, same_address
from ..errors import Reason
from .physical_networks import same_vlan_tag
from .topology import IpRange

KEPT = "the server cannot change it: remove the range and create it again"


@dataclass(frozen=True)
class StorageRange:
    """Addresses of a pod's storage traffic as ``listStorageNetworkIpRange`` shows them."""

    id: str
    zone_id: str = ""
    pod_id: str = ""
    gateway: t.Optional[str] = None
    netmask: t.Optional[str] = None
    start_ip: t.Optional[str] = None
    end_ip: t.Optional[str] = None
    vlan: t.Optional[str] = None


_ADDRESSES = ("gateway", "netmask", "start_ip", "end_ip")
STORAGE_RANGE = Rules(
    kind="storage IP range",
    required=("pod_id", "start_ip", "gateway", "netmask"),
    fixed={"gateway": KEPT, "pod_id": KEPT},
    same={"vlan": same_vlan_tag, **dict.fromkeys(_ADDRESSES, same_address)},
)

# Management ranges are part of their pod: the server changes only where they end.
MANAGEMENT_RANGE = Rules(
    kind="management IP range",
    required=("start_ip",),
    fixed={"vlan": KEPT, "for_system_vms": KEPT},
    write_only=frozenset(("gateway", "netmask")),
    same={"vlan": same_vlan_tag, **dict.fromkeys(("start_ip", "end_ip"), same_address)},
)


class Ends(t.Protocol):
    """Anything with a first and a last address."""

    @property
    def start_ip(self) -> t.Optional[str]: ...

    @property
    def end_ip(self) -> t.Optional[str]: ...


E = t.TypeVar("E", bound=Ends)


def starting_at(ranges: t.Iterable[E], start_ip: object) -> t.Optional[E]:
    """The range that starts there: by that a task names it."""
    return next((each for each in ranges if each.start_ip and same_address(start_ip, each.start_ip)), None)


def overlaps(ranges: t.Iterable[Ends], start_ip: str, end_ip: str, whose: str) -> t.Iterator[Reason]:
    """A reason for each range that shares an address; ``whose``: what they are called."""
    first, last = ipaddress.ip_address(start_ip), ipaddress.ip_address(end_ip)
    for each in ranges:
        if not each.start_ip:
            continue
        begin, end = ipaddress.ip_address(each.start_ip), ipaddress.ip_address(each.end_ip or each.start_ip)
        if begin.version == first.version and int(begin) <= int(last) and int(first) <= int(end):
            yield Reason(
                "range_overlap",
                f"it overlaps {whose} {each.start_ip}-{each.end_ip or each.start_ip}",
                f"start it at {each.start_ip} to change that range, or use addresses outside of it",
                {"start_ip": each.start_ip, "end_ip": each.end_ip},
            )


def end_elsewhere(ranges: t.Iterable[Ends], held: Ends) -> bool:
    """Whether the text of the range's last address is in the pod's ranges once more: as its first, or in another's.

    The server replaces that text wherever it stands: to end 10.0.0.2-10.0.0.5 at .9 makes 10.0.0.50-60 to 10.0.0.90-60.
    Source: updatePodIpRange, 4.11 to 4.22.
    """
    text = ",".join(f"{each.start_ip}-{each.end_ip}" for each in ranges)
    return bool(held.end_ip) and text.count(str(held.end_ip)) > 1


def grows_in_vain(held: IpRange, end_ip: object) -> bool:
    """Whether further addresses would not be kept for system VMs, as those of the range are.

    The server adds each of them for everything else. Source: updatePodIpRange, 4.16 to 4.22.
    """
    if not held.for_system_vms or not held.end_ip:
        return False
    return int(ipaddress.ip_address(str(end_ip))) > int(ipaddress.ip_address(held.end_ip))


def shown(held: IpRange) -> dict[str, object]:
    """A management range as plain data."""
    return {
        "start_ip": held.start_ip,
        "end_ip": held.end_ip,
        "vlan": held.vlan,
        "for_system_vms": held.for_system_vms,
    }
