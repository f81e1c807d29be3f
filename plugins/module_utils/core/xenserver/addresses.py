# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of hosts on a network of their own, such as that of storage.

Source: Hypervisor installation, "Separate Storage Network for XenServer": a static address without a gateway on an
interface that XAPI does not unplug, in another network than that of management.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ..errors import InvalidValue, Reason, Refused
from .layout import Step, XenHost, XenInterface, XenLayout

Interface = ipaddress.IPv4Interface


def read_addresses(addresses: t.Mapping[str, str]) -> dict[str, Interface]:
    """By name of the host. Raises InvalidValue."""
    found: dict[str, Interface] = {}
    for host, text in addresses.items():
        wanted = "an IPv4 address of a host with its prefix length, such as 10.3.0.11/24"
        try:
            its = ipaddress.IPv4Interface(str(text))
        except ValueError:
            raise InvalidValue(f"addresses {host}", text, wanted) from None
        edges = (its.network.network_address, its.network.broadcast_address) if its.network.prefixlen < 31 else ()
        if "/" not in str(text) or its.ip in edges or not 1 <= its.network.prefixlen <= 31:
            raise InvalidValue(f"addresses {host}", text, wanted)
        found[host] = its
    return found


def address_steps(layout: XenLayout, name: str, addresses: t.Mapping[str, str]) -> tuple[Step, ...]:
    """For the network of that name; a host whose interface is yet to be made has no reference in its step.

    Raises InvalidValue, and Refused with every reason.
    """
    wanted = read_addresses(addresses)
    reasons = [*_among(layout, wanted)]
    steps: list[Step] = []
    for host in layout.ordered:
        its = wanted.get(host.name)
        if its is None:
            continue
        on = next((e for e in layout.interfaces if (e.host, e.network) == (host.ref, name) and not e.member_of), None)
        reasons += _against(layout, host, on, its)
        if on is None or on.address != str(its) or not on.kept:
            fields = {"interface": on.ref if on else "", "address": str(its.ip), "netmask": str(its.netmask)}
            steps.append(Step("address", f"address {its} of {host.name} on {name}", fields))
    if reasons:
        raise Refused(f"network {name}", reasons)
    return tuple(steps)


def _among(layout: XenLayout, wanted: t.Mapping[str, Interface]) -> t.Iterator[Reason]:
    names = {host.name for host in layout.hosts}
    unknown = sorted(set(wanted) - names)
    if unknown:
        yield Reason(
            "host_missing", f"the pool has no host {', '.join(unknown)}", f"use names of {', '.join(sorted(names))}"
        )
    owners: dict[str, str] = {}
    for host, its in sorted(wanted.items()):
        other = owners.setdefault(str(its.ip), host)
        if other != host:
            message = f"{host} and {other} both get {its.ip}"
            yield Reason("address_twice", message, "give each host a different address", {"address": str(its.ip)})
    networks = sorted({str(its.network) for its in wanted.values()})
    if len(networks) > 1:
        yield Reason("networks_differ", f"the addresses are in {', '.join(networks)}", "use addresses of one network")


def _against(layout: XenLayout, host: XenHost, on: t.Optional[XenInterface], its: Interface) -> t.Iterator[Reason]:
    """What has addresses already."""
    if on is not None and on.management and on.address != str(its):
        message = f"{on.device} of {host.name} is its management interface ({on.address or 'DHCP'})"
        yield Reason("management_address", message, "use a separate network for storage", {"host": host.name})
    for other in layout.interfaces:
        if not other.address or (on is not None and other.ref == on.ref):
            continue
        held = ipaddress.IPv4Interface(other.address)
        owner = next((each.name for each in layout.hosts if each.ref == other.host), "another host")
        if held.ip == its.ip:
            yield Reason(
                "address_taken", f"{its.ip} is the address of {other.device} of {owner}", "use another address"
            )
        elif other.host == host.ref and held.network.overlaps(its.network):
            message = f"{other.device} of {host.name} has {held}, in the network of {its}"
            yield Reason("network_taken", message, "use another network: two interfaces in one network are ambiguous")


def address_warnings(layout: XenLayout, name: str, addresses: t.Mapping[str, str]) -> tuple[str, ...]:
    left = [host.name for host in layout.ordered if host.name not in addresses] if addresses else []
    return tuple(f"{host} gets no address on {name} and cannot reach its storage" for host in left)
