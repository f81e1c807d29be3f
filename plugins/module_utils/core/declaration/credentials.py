# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User and password of hosts that will be added, judged before anything is written.

Source: the server logs in to a host that is added: by its own key or the password on KVM and LXC, by the password on
the others; a simulated host has none.
"""

from __future__ import annotations

import typing as t

from ..zone.hosts import HostName, matching
from .elsewhere import held_hosts
from .problem import Part, Problem, Record

BY_KEY = ("kvm", "lxc")  # an empty password: the management server's key is on the host
WITHOUT = ("simulator", "custom")
USER = "the user that the management server logs in as"
PASSWORD = "its password, from a vault"
KEY = "its password, or '' where the management server's key is on the host"


def missing_credentials(
    declaration: Record,
    hosts: t.Sequence[Record],
    passwords: t.Mapping[str, t.Optional[str]],
    held: t.Sequence[Record],
) -> list[Problem]:
    """What hosts lack that are not in CloudStack yet.

    hosts: of ``declared_hosts``. passwords: by name in the inventory; None where none is declared. held: hosts that
    CloudStack has, with name and ip_address.
    """
    kinds = {each.text("name"): each.text("hypervisor") for each in Part((), declaration).parts("clusters")}
    there = held_hosts(held)
    found: list[Problem] = []
    for index, host in enumerate(hosts):
        kind = str(host.get("hypervisor") or kinds.get(str(host.get("cluster")), "")).lower()
        which = HostName(str(host.get("name") or ""), url=str(host.get("url") or ""))
        if kind in WITHOUT or matching(there, which):
            continue
        name = str(host.get("inventory_name") or host.get("name"))
        if not host.get("username"):
            found.append(_problem(index, name, "username", USER))
        password = passwords.get(name)
        if password is None or (password == "" and kind not in BY_KEY):
            found.append(_problem(index, name, "password", KEY if kind in BY_KEY else PASSWORD))
    return found


def _problem(index: int, host: str, key: str, remedy: str) -> Problem:
    message = f"the host is not in CloudStack yet and has no {key}, which is required to add it"
    return Problem("missing_credentials", (index, key), "", message, remedy, host)
