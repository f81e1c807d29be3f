# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a network change may be begun at all: every reason against it, before anything is touched."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...errors import Reason
from ...naming import nearest
from .model import NetworkChange, NetworkLink
from .state import RunningState

ANSWERS_AFTER = (
    "declare the address on an interface that reaches the controller, or set address to the host's new address"
)


@dataclass(frozen=True)
class Preflight:
    """What was seen. via: this host's address that the controller is connected to; "" where it is not by network.

    has_program: the back-end is there. unit_active: its daemon runs (True where it has none). complaints: lines of its
    parser against the candidates.
    """

    state: RunningState
    via: str = ""
    has_program: bool = True
    unit_active: bool = True
    complaints: tuple[str, ...] = ()


def refusals(change: NetworkChange, seen: Preflight) -> tuple[Reason, ...]:
    """Every reason against the change; none when it may be begun."""
    return (*_backend(change, seen), *_links(change, seen.state), *_way_back(change, seen))


def _backend(change: NetworkChange, seen: Preflight) -> t.Iterator[Reason]:
    backend = change.backend
    if not seen.has_program:
        remedy = "install it, or set backend to the one that configures this host"
        yield Reason("backend_absent", f"{backend.name} is not installed: {backend.program} not found", remedy)
    elif not seen.unit_active:
        remedy = f"start {backend.unit}, or set backend to the one that configures this host"
        yield Reason("backend_inactive", f"{backend.name} is not running", remedy, {"unit": backend.unit})
    for line in seen.complaints:
        yield Reason("syntax", f"{backend.name} rejects the files: {line}", "", {"line": line})


def _links(change: NetworkChange, state: RunningState) -> t.Iterator[Reason]:
    promised = {link.name for link in change.links}
    there = set(state.links) - set(change.doomed)
    for link in change.links:
        for port in link.ports:
            if port not in there | promised:
                near = nearest(port, there)
                remedy = f"use an existing interface: {', '.join(near or sorted(there))}"
                message = f"{link.name} has the port {port}, which does not exist on this host"
                yield Reason("port_missing", message, remedy, {"link": link.name, "port": port})


def _way_back(change: NetworkChange, seen: Preflight) -> t.Iterator[Reason]:
    """The controller's own connection: whether the address is anywhere afterwards, behind a card that has a carrier."""
    links = {link.name: link for link in change.links}
    address = change.address or seen.via
    carrier = seen.state.carrying(seen.via) if seen.via else ""
    wanted = next((link for link in change.links if _has(link, address)), None)
    if carrier and wanted is None:
        top = _top(carrier, links)
        # Unset addresses leave alone: that link may get its address by DHCP, as one may that gets more than is told.
        if (
            top in links
            and (change.address or not links[top].dynamic)
            and (links[top].addresses or change.address)
            and (top != carrier or links[top].addresses)
        ):
            message = f"{address}, which the controller is connected to, would be on no interface (now on {carrier})"
            yield Reason("address_lost", message, ANSWERS_AFTER, {"address": address, "link": carrier})
    cards = _cards(wanted, links) if wanted else ()
    states = [seen.state.links[name] for name in cards if name in seen.state.links]
    if wanted and states and all(card.up and not card.carrier for card in states):
        names = ", ".join(card.name for card in states)
        message = f"{wanted.name} has the address {address}, but none of its network cards has a link: {names}"
        yield Reason("no_carrier", message, "check the cables and switch ports", {"link": wanted.name, "cards": names})


def _has(link: NetworkLink, address: str) -> bool:
    return any(one.split("/")[0] == address for one in link.addresses)


def _top(name: str, links: t.Mapping[str, NetworkLink]) -> str:
    """The link that a port ends in by the change, itself where in none."""
    for _depth in links:
        name = next((link.name for link in links.values() if name in link.ports), name)
    return name


def _cards(link: NetworkLink, links: t.Mapping[str, NetworkLink]) -> tuple[str, ...]:
    """The ports below a link that the change does not make itself."""
    found: list[str] = []
    waiting = [link.name]
    met: set[str] = set()
    while waiting:
        name = waiting.pop()
        ports = links[name].ports if name in links else ()
        if not ports:
            found.append(name)
        waiting += [port for port in ports if port not in met]
        met.update(ports)
    return tuple(found)
