# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vCenter's cluster with its hosts, as CloudStack takes it: what has to be made, or every reason against it.

Source: Hypervisor Installation, "Add Hosts or Configure Clusters (vSphere)"; vSphere Web Services API reference.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..errors import InvalidValue, Reason, Refused

DRS_OFF = "disabled"
DRS = (DRS_OFF, "manual", "partiallyAutomated", "fullyAutomated")
SHA1 = re.compile(r"(?:[0-9A-F]{2}:){19}[0-9A-F]{2}")
FINGERPRINT = "openssl x509 -in /etc/vmware/ssl/rui.crt -fingerprint -sha1 -noout"


@dataclass(frozen=True)
class NewHost:
    """A host that is to be in the cluster. thumbprint: of its certificate, "" where vCenter trusts the CA."""

    name: str
    username: str
    password: str = field(repr=False)
    thumbprint: str = ""


@dataclass(frozen=True)
class ClusterWanted:
    """ha, drs: None leaves them alone. drs: one of DRS. timeout: seconds for one task of vCenter."""

    hosts: tuple[NewHost, ...] = ()
    ha: t.Optional[bool] = None
    drs: t.Optional[str] = None
    timeout: float = 300.0


@dataclass(frozen=True)
class ClusterHeld:
    """What vCenter has. there: whether the cluster is. hosts: paths of clusters, or of standalone hosts' places, by
    the names of all hosts of the vCenter."""

    path: str
    there: bool = False
    ha: bool = False
    drs: str = DRS_OFF
    hosts: t.Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """Where a host is, "" for not in this vCenter. Names are compared without case, as DNS does."""
        return next((where for held, where in self.hosts.items() if held.casefold() == name.casefold()), "")


@dataclass(frozen=True)
class Examined:
    """A host outside of the vCenter as the vCenter reaches it. manager: address of another vCenter that has it.

    fault: vCenter's word where it does not get in, with its message. thumbprint: of the certificate that it saw then.
    """

    name: str
    manager: str = ""
    maintenance: bool = False
    guests: tuple[str, ...] = ()
    fault: str = ""
    message: str = ""
    thumbprint: str = ""


def thumbprint(text: str) -> str:
    """As vCenter writes it, "AA:BB:…". Raises InvalidValue."""
    digits = text.partition("=")[2] or text
    plain = digits.replace(":", "").strip().upper()
    found = ":".join(plain[place : place + 2] for place in range(0, len(plain), 2))
    if not SHA1.fullmatch(found):
        raise InvalidValue("hosts.thumbprint", text, f"a SHA-1 thumbprint as this prints it: {FINGERPRINT}")
    return found


def missing(held: ClusterHeld, wanted: ClusterWanted) -> tuple[NewHost, ...]:
    """Hosts that are to be added. Raises Refused for those that another cluster has."""
    reasons = []
    for host in wanted.hosts:
        where = held.place(host.name)
        if where and where != held.path:
            remedy = "move it in vCenter while it is in maintenance mode, or remove it from hosts"
            facts = {"host": host.name, "place": where}
            reasons.append(Reason("host_elsewhere", f"{host.name} is already in {where}", remedy, facts))
    if reasons:
        raise Refused(f"cluster {held.path}", reasons)
    return tuple(host for host in wanted.hosts if not held.place(host.name))


def refuse_unfit(path: str, examined: t.Sequence[Examined]) -> None:
    """Raises Refused with every reason against adding the hosts."""
    reasons = [reason for each in examined for reason in _against(each)]
    if reasons:
        raise Refused(f"cluster {path}", reasons)


def _against(host: Examined) -> t.Iterator[Reason]:
    name, facts = host.name, {"host": host.name}
    if host.thumbprint:
        told = f"vCenter does not accept the certificate of {name}, which has the thumbprint {host.thumbprint}"
        remedy = f"compare it with that on the console of the host ({FINGERPRINT}), then set thumbprint"
        yield Reason("thumbprint_differs", told, remedy, {**facts, "thumbprint": host.thumbprint})
    elif host.fault == "vim.fault.InvalidLogin":
        remedy = "correct the password: more attempts lock the account on the host"
        yield Reason("login_refused", f"{name} refuses the user or the password", remedy, facts)
    elif host.fault:
        remedy = "check the name, and that vCenter reaches port 443 of the host"
        yield Reason("host_not_reached", f"vCenter does not reach {name}: {host.message}", remedy, facts)
    if host.manager:
        remedy = "remove the host from that vCenter first"
        told = f"{name} is managed by the vCenter {host.manager}"
        yield Reason("managed_elsewhere", told, remedy, {**facts, "vcenter": host.manager})
    if host.maintenance:
        yield Reason(
            "host_in_maintenance", f"{name} is in maintenance mode", "exit maintenance mode on the host", facts
        )
    if host.guests:
        told = f"{name} has VMs: {', '.join(host.guests)}"
        remedy = "remove them: CloudStack must manage all VMs of the cluster"
        yield Reason("foreign_vms", told, remedy, {**facts, "vms": list(host.guests)})


def settings(held: ClusterHeld, wanted: ClusterWanted) -> dict[str, tuple[object, object]]:
    """What of the cluster itself is otherwise than wanted: held and wanted values by option."""
    asked: dict[str, tuple[object, object]] = {"ha": (held.ha, wanted.ha), "drs": (held.drs, wanted.drs)}
    return {name: (has, want) for name, (has, want) in asked.items() if want is not None and has != want}
