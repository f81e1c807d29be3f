# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the password of hosts can be changed: every reason why not, before anything is changed.

Sources: Working with Hosts, "Changing Host Password"; ManagementServerImpl and ResourceManagerImpl of CloudStack 4.22,
for what updateHostPassword accepts and tells; T2:84-85. A host of another management server gets the password by
executeUserRequest, whatever update_passwd_on_host says. Of a single host, the server drops whether it worked.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..zone.hosts import Host
from ..zone.resource_states import DRAINING, FAILED_DRAIN, MAINTENANCE

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


def refusals(
    hosts: t.Sequence[Host], wish: Wish, password: str, several: bool = False, all_hosts: int = 0
) -> t.Iterator[Reason]:
    """Of a whole scope; all at once. several: there are several management servers; all_hosts: of the cluster."""
    yield from _of_password(wish, password, wish.on_host or (several and reaches_hosts(hosts, wish)))
    if not hosts:
        yield Reason("no_hosts", "there is no host in this place", "name a cluster with hosts, or a host")
        return
    hypervisor = hosts[0].hypervisor
    yield from _of_way(hypervisor, wish)
    if wish.on_host and hypervisor == KVM and wish.record == API:
        yield from _of_proof(wish, several, all_hosts)
    for host in hosts:
        yield from _of_host(host, wish)


def reaches_hosts(hosts: t.Sequence[Host], wish: Wish) -> bool:
    """Whether other management servers pass the password on to their hosts, asked for or not."""
    return wish.record == API and bool(hosts) and hosts[0].hypervisor == KVM


def _of_proof(wish: Wish, several: bool, all_hosts: int) -> t.Iterator[Reason]:
    """Where the server tells success, although a host kept its old password."""
    remedy = "change it on the hosts first (playbook change_host_password), and omit update_on_host"
    if several:
        message = (
            "there are several management servers, and the one that runs the task stops at the first host of another "
            "server, without reporting whether that host has the new password"
        )
        yield Reason("update_on_host_unproven", message, remedy)
    elif wish.alone and all_hosts > 1:
        message = "for a single host, the server reports success even if the host keeps its old password"
        yield Reason("update_on_host_unproven", message, f"name the cluster, or {remedy}")


def _of_password(wish: Wish, password: str, scripted: bool) -> t.Iterator[Reason]:
    """scripted: the server's script sets it on hosts."""
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
    elif scripted and any(char in AWKWARD for char in password):
        otherwise = "change it on the hosts first (playbook change_host_password) without update_on_host"
        if not wish.on_host:
            otherwise = "use record=database"
        yield Reason(
            "password_awkward",
            "the server's script on the host cannot pass on blanks, quotes, backslashes and dollar signs (cs#6783)"
            + ("" if wish.on_host else ", and other management servers also run it on their hosts"),
            f"choose another password, or {otherwise}",
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
            "set hypervisor for a XenServer pool; for other hosts, change the password on the hosts first",
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
            "bring it up first, or change it on the host and omit update_on_host",
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
