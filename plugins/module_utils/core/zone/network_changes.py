# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another offering for a network: what the server refuses, and what it takes away.

Source: 4.11.1 documentation, "Changing the Network Offering on a Guest Network"; NetworkServiceImpl of
apache/cloudstack (updateGuestNetwork, canUpgrade).
"""

from __future__ import annotations

import typing as t

from ..change import same_set
from ..errors import Reason
from .guest_networks import Network, NetworkUser
from .network_offerings import NetworkOffering

# Providers outside of CloudStack's own routers; a network between them and a router gets other addresses.
EXTERNAL = frozenset(("JuniperSRX", "PaloAlto", "F5BigIp", "Netscaler", "CiscoVnmc"))
_FIXED = ("for_vpc", "guest_ip_type", "specify_vlan", "specify_ip_ranges")
STOPPED = ("Stopped", "Destroyed", "Expunging", "Error")


def is_external(offering: NetworkOffering) -> bool:
    return any(pair["provider"] in EXTERNAL for pair in offering.service_providers)


def _services(offering: NetworkOffering) -> dict[str, str]:
    return {each.casefold(): each for each in offering.supported_services}


def lost_services(old: NetworkOffering, new: NetworkOffering) -> list[str]:
    there = _services(new)
    return sorted(name for key, name in _services(old).items() if key not in there)


class Move(t.NamedTuple):
    """change_cidr: the network may get other addresses. forced: services may go. users: VMs on the network."""

    change_cidr: bool = False
    forced: bool = False
    users: t.Sequence[NetworkUser] = ()


def reasons_against_move(
    network: Network, old: NetworkOffering, new: NetworkOffering, move: Move, also_reserved: bool = False
) -> t.Iterator[Reason]:
    """Why a network cannot get another offering. also_reserved: the task reserves addresses too."""
    another = "use another offering, or delete the network and create it again"
    if new.state != "Enabled":
        message = f"network offering {new.name} is {new.state}"
        yield Reason("offering_disabled", message, "enable it (cs_network_offering, state enabled)")
    if network.guest_type == "Shared":
        yield Reason("not_isolated", "the offering of a shared network cannot be changed", another)
        return
    for name in _FIXED:
        held, wanted = getattr(old, name), getattr(new, name)
        if held != wanted:
            message = f"{name} is {held} in network offering {old.name} and {wanted} in {new.name}"
            yield Reason("offering_differs", message, another, {"field": name, "held": held, "wanted": wanted})
    if new.tags and not same_set(old.tags, new.tags):
        message = (
            f"network offering {new.name} has tags {', '.join(new.tags)}, {old.name} {', '.join(old.tags) or 'none'}"
        )
        yield Reason("offering_differs", message, another, {"field": "tags"})
    if ("securitygroup" in _services(old)) != ("securitygroup" in _services(new)):
        message = f"only one of network offerings {old.name} and {new.name} has security groups"
        yield Reason("offering_differs", message, another, {"field": "supported_services"})
    lost = lost_services(old, new)
    if lost and not move.forced:
        message = f"network offering {new.name} has no {', '.join(lost)}, and the network loses its rules of these"
        yield Reason("services_lost", message, "set forced to remove them, or use another offering", {"services": lost})
    if is_external(old) != is_external(new) and not move.change_cidr:
        message = f"a change from {old.name} to {new.name} changes the CIDR: one of them has an external provider"
        yield Reason("cidr_changes", message, "set change_cidr, and stop its VMs first")
    if move.change_cidr:
        yield from _running(move.users)
    if also_reserved:
        message = "addresses cannot be reserved together with a change of the offering"
        yield Reason("one_at_a_time", message, "set guest_vm_cidr in a later task")


def _running(users: t.Iterable[NetworkUser]) -> t.Iterator[Reason]:
    for each in users:
        if each.state not in STOPPED:
            facts = {"vm": each.name, "id": each.id, "state": each.state}
            message = f"VM {each.name} ({each.state}) must be stopped before the CIDR changes"
            yield Reason("vm_running", message, "stop it first", facts)


def warnings_of_move(network: Network, move: Move) -> list[str]:
    if move.change_cidr and network.reserved_ip_range:
        part = (
            f"network {network.name}: the reservation of {network.reserved_ip_range} ends with the change of the CIDR"
        )
        return [f"{part}; reserve again (guest_vm_cidr)"]
    return []
