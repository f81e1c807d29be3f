# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces and files of a network change as text for people: results and diffs."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .model import NetworkChange
from .state import LinkState, RunningState

# Keys of NetworkManager's and netplan's files, and wpa-… of ifupdown, whose values are secret.
SECRET = re.compile(r"(?im)^(\s*(?:[\w-]*(?:psk|password|secret|pin)[\w-]*)\s*[=: ]\s*).+$")


def masked(text: str) -> str:
    """A configuration file without its secrets."""
    return SECRET.sub(r"\1********", text)


def shown(state: RunningState, names: t.Optional[t.Container[str]] = None) -> str:
    """A line for each interface (all, or those named), sorted by name."""
    links = [state.links[name] for name in sorted(state.links) if names is None or name in names]
    return "".join(f"{_line(link)}\n" for link in links)


def _line(link: LinkState) -> str:
    words = [f"{link.name}:", link.kind or "card", "up" if link.up else "down", f"mtu {link.mtu}"]
    words += [f"master {link.master}"] if link.master else []
    return " ".join([*words, *sorted(link.addresses)])


def shown_after(change: NetworkChange, state: RunningState, released: t.Container[str] = ()) -> str:
    """The same lines as the change promises them; what it leaves unset stays as it is.

    released: interfaces that lose their addresses, because nothing defines them any more.
    """
    links = {name: link for name, link in state.links.items() if name not in change.doomed}
    masters = {port: link.name for link in change.links for port in link.ports}
    for wanted in change.links:
        held = links.get(wanted.name, LinkState(wanted.name, wanted.kind))
        links[wanted.name] = dataclasses.replace(
            held,
            up=True,
            kind=wanted.kind or held.kind,
            mtu=wanted.mtu if wanted.mtu is not None else held.mtu,
            addresses=wanted.addresses or held.addresses,
        )
    given_up = {name: link for name, link in links.items() if name in released}
    links.update({name: dataclasses.replace(link, addresses=()) for name, link in given_up.items()})
    for port, master in masters.items():
        held = links.get(port, LinkState(port, up=True))
        links[port] = dataclasses.replace(held, master=master)
    names = {link.name for link in change.links} | set(masters) | set(given_up)
    return shown(RunningState(links), names)
