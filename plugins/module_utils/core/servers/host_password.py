# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the password of hosts can be changed: every reason why not, before anything is changed.

Sources: Working with Hosts, "Changing Host Password"; ManagementServerImpl and ResourceManagerImpl of CloudStack 4.22,
for what updateHostPassword accepts; T2:84-85.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..zone.hosts import DRAINING, FAILED_DRAIN, MAINTENANCE, Host

API, DATABASE = "api", "database"
KVM, XENSERVER, VMWARE = "KVM", "XenServer", "VMware"
RECORDED_BY_API = frozenset((KVM, XENSERVER))
# Bytes of a password whose text, encrypted with version V2 and in Base64, fits into the 255 characters of the column.
LONGEST = 161
# What the server's own script and its shell on the host cannot pass on (cs#6783).
AWKWARD = frozenset("\"'\\`$ \t")


@dataclass(frozen=True)
class Wish:
    """What is asked for. alone: one host, rather than a whole cluster. on_host: the server changes it there too.

    verified: each host is reconnected afterwards. pool: a login to the XenServer pool or to the vCenter is given.
    """

    username: str
    record: str = API
    alone: bool = False
    on_host: bool = False
    verified: bool = True
    pool: bool = False


def refusals(hosts: t.Sequence[Host], wish: Wish, password: str) -> t.Iterator[Reason]:
    """Of a whole scope; all at once."""
    yield from _of_password(wish, password)
    if not hosts:
        yield Reason("no_hosts", "there is no host in this place", "name a cluster with hosts, or a host")
        return
    hypervisor = hosts[0].hypervisor
    yield from _of_way(hypervisor, wish)
    for host in hosts:
        yield from _of_host(host, wish)


def _of_password(wish: Wish, password: str) -> t.Iterator[Reason]:
    if not password or any(char in "\n\r\0" for char in password):
        yield Reason(
            "password_unusable", "the new password is empty, or contains a line end or a NUL", "choose another password"
        )
    elif len(password.encode("utf-8", "replace")) > LONGEST:
        yield Reason(
            "password_long",
            f"the new password has more than the {LONGEST} bytes that CloudStack can store encrypted",
            "choose a shorter one",
            {"limit": LONGEST},
        )
    elif wish.on_host and any(char in AWKWARD for char in password):
        yield Reason(
            "password_awkward",
            "the server's script on the host cannot pass on blanks, quotes, backslashes and dollar signs (cs#6783)",
            "choose another password, or change it on the hosts first (playbook change_host_password) without "
            "update_on_host",
        )


def _of_way(hypervisor: str, wish: Wish) -> t.Iterator[Reason]:
    told = {"hypervisor": hypervisor}
    if wish.record == API and hypervisor not in RECORDED_BY_API:
        yield Reason(
            "hypervisor_unsupported",
            f"the API changes no password of {hypervisor} hosts",
            "set vCenter's password with cs_vmware_dc" if hypervisor == VMWARE else "use record=database",
            told,
        )
    if hypervisor == XENSERVER and wish.alone:
        yield Reason(
            "pool_has_one_password",
            "the hosts of a XenServer pool share one password",
            "name the cluster instead of the host",
            told,
        )
    if wish.on_host and (hypervisor != KVM or wish.record != API):
        yield Reason(
            "update_on_host_unsupported",
            "the server changes a password on hosts of KVM only, and only through the API",
            "give hypervisor for a XenServer pool; change it on other hosts first",
            told,
        )
    if wish.pool and hypervisor not in (XENSERVER, VMWARE):
        yield Reason(
            "hypervisor_not_used", f"the option hypervisor is not used for {hypervisor} hosts", "leave it out", told
        )


def _of_host(host: Host, wish: Wish) -> t.Iterator[Reason]:
    told = {"host": host.name, "state": host.state, "resource_state": host.resource_state}
    if wish.on_host and host.state != "Up":
        yield Reason(
            "host_not_up",
            f"host {host.name} is {host.state}, so the server cannot change the password on it",
            "bring it up first, or change it on the host and leave update_on_host out",
            told,
        )
    elif wish.verified and host.state != "Up":
        yield Reason(
            "host_not_up",
            f"host {host.name} is {host.state}, so CloudStack's login cannot be verified",
            "bring it up first, or set verify=false",
            told,
        )
    elif wish.verified and host.resource_state in (MAINTENANCE, DRAINING, *FAILED_DRAIN):
        yield Reason(
            "host_in_maintenance",
            f"host {host.name} is in {host.resource_state}, where CloudStack does not reconnect it",
            "end its maintenance first, or set verify=false",
            told,
        )
