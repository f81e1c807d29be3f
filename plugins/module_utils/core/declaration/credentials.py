# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User and password of hosts that will be added, or the server's own key instead, judged before anything is written.

Source: the server logs in to a host that is added: by its own key or the password on KVM and LXC, by the password on
the others; a simulated host has none.
"""

from __future__ import annotations

import typing as t

from ..masking import MASK
from ..zone.hosts import HostIndex, HostName
from .cluster_names import by_words, of_records
from .elsewhere import held_hosts
from .problem import OF_INVENTORY, PREFIX, Part, Problem, Record

BY_KEY = ("kvm", "lxc")  # an empty password: the management server's key is on the host
WITHOUT = ("simulator", "custom")
USER = "the user that the management server logs in as"
PASSWORD = "its password, from a vault"
KEY = "its password, or '' where the management server's key is on the host"


def missing_credentials(
    declaration: Record,
    hosts: t.Sequence[Record],
    password_of: t.Callable[[str], t.Optional[str]],
    held: t.Sequence[Record],
) -> list[Problem]:
    """What hosts lack that are not in CloudStack yet.

    hosts: of ``declared_hosts``. password_of: by name in the inventory, None where none is declared; asked for where it
    is needed, because Ansible puts the variables of a host together anew each time. held: hosts that CloudStack has,
    with name and ip_address.
    """
    clusters = list(Part((), declaration).parts("clusters"))
    kinds = by_words(of_records([each.record for each in clusters]), [each.text("hypervisor") for each in clusters])
    there = HostIndex(held_hosts(held))
    found: list[Problem] = []
    for index, host in enumerate(hosts):
        kind = str(host.get("hypervisor") or kinds.get(str(host.get("cluster")), "")).lower()
        if kind in WITHOUT or there.matching(_which(host)):
            continue
        name = str(host.get("inventory_name") or host.get("name"))
        if not host.get("username"):
            found.append(_problem(index, name, "username", USER))
        password = password_of(name)
        if password is None or (password == "" and kind not in BY_KEY):
            found.append(_problem(index, name, "password", KEY if kind in BY_KEY else PASSWORD))
    return found


def hosts_with_passwords(
    hosts: t.Sequence[Record], variables: t.Mapping[str, Record], held: t.Sequence[Record]
) -> list[dict[str, t.Any]]:
    """What cs_site takes: with the passwords of hosts that will be added, and of controllers."""
    there, found = HostIndex(held_hosts(held)), []
    for host in hosts:
        its = {key: value for key, value in host.items() if key not in OF_INVENTORY}
        oobm = its.get("oobm")
        controller = isinstance(oobm, t.Mapping) and oobm.get("password") == MASK
        if controller or not there.matching(_which(host)):
            known = variables.get(str(host.get("inventory_name")), {})
            if f"{PREFIX}password" in known:
                its["password"] = known[f"{PREFIX}password"]
            if controller:
                its["oobm"] = {**t.cast(Record, oobm), "password": known[f"{PREFIX}oobm"]["password"]}
        found.append(its)
    return found


def _which(host: Record) -> HostName:
    return HostName(str(host.get("name") or ""), url=str(host.get("url") or ""))


def _problem(index: int, host: str, key: str, remedy: str) -> Problem:
    message = f"the host is not in CloudStack yet and has no {key}, which is required to add it"
    return Problem("missing_credentials", (index, key), "", message, remedy, host)
