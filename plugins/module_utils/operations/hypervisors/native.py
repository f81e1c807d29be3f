# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hypervisor's own part in a maintenance of one host, where a connection to it is given.

Source: Working with Hosts, "vCenter and CloudStack maintenance modes" and "XenServer and Maintenance Mode":
CloudStack's maintenance first, then the hypervisor's; out of the hypervisor's first, then CloudStack's is cancelled.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace

from ...core.errors import HypervisorError, Reason, Refused, TransportError
from ...core.hypervisors.drift.hosts import storage_lacking, storage_reached
from ...core.hypervisors.model import HypervisorHost, HypervisorView
from ...core.hypervisors.pool_master import stays_master
from ...core.zone.hosts import Host
from ...core.zone.topology import Cluster
from ...ports.hypervisors import Hypervisor

# Opens the hypervisors of a cluster; given its hosts, since some kinds are asked host by host.
Reach = t.Callable[[Cluster, t.Sequence[Host]], Hypervisor]
# Obstacles that are about room: the plan has its own landing for every VM.
ABOUT_ROOM = frozenset(("HOST_NOT_ENOUGH_FREE_MEMORY", "HOST_NOT_ENOUGH_PCPUS", "NO_HOSTS_AVAILABLE"))
# Seconds for an empty host to change its mode. Well below a lock's lease, which is not renewed meanwhile.
MODE_CHANGE = 600.0
# Seconds for CloudStack to attach storage to a host that came back.
STORAGE_BACK = 120.0


class Seen(t.NamedTuple):
    """A host in the cluster of one moment, and who to ask about it."""

    hypervisor: Hypervisor
    view: HypervisorView
    host: HypervisorHost


REMEDY = "correct the option hypervisor, or omit it and check the host manually"


def unseen(view: HypervisorView, host: Host) -> t.Optional[Reason]:
    """Why a host of CloudStack's cannot be worked on at its hypervisor; None where it can."""
    error = dict(view.unread).get(host.name)
    if error:
        return Reason("hypervisor_unseen", f"its hypervisor cannot be read: {error}", REMEDY, {"host": host.name})
    if view.host(host.name, host.ip_address) is None:
        names = ", ".join(sorted(each.name for each in view.hosts)) or "none"
        message = f"the hypervisor does not have this host, only {names}"
        return Reason("hypervisor_unseen", message, REMEDY, {"host": host.name})
    return None


def tried(
    reach: t.Optional[Reach], cluster: Cluster, hosts: t.Sequence[Host], wanted: t.Collection[str]
) -> tuple[tuple[str, ...], list[Reason]]:
    """The hypervisors of a cluster, logged in to and read: ids of its masters, and why some host cannot be worked on.

    wanted: ids of the hosts that a roll visits. A wrong password is found here, and not when the first host is empty.
    """
    if reach is None:
        return (), []
    try:
        with contextlib.closing(reach(cluster, hosts)) as hypervisor:
            view = hypervisor.read()
    except (TransportError, HypervisorError) as error:
        message = f"the hypervisors of cluster {cluster.name} cannot be read: {error.message}"
        return (), [Reason("hypervisor_unseen", message, REMEDY, {"host": "", "error": error.code})]
    seen = [(host, view.host(host.name, host.ip_address)) for host in hosts]
    masters = tuple(host.id for host, its in seen if its is not None and its.master)
    asked = [(host, its) for host, its in seen if host.id in wanted]
    reasons = [reason for host, its in asked for reason in (unseen(view, host), stays_master(view, its)) if reason]
    return masters if view.capabilities.master else (), [
        replace(reason, message=f"host {reason.facts['host']}: {reason.message}") for reason in reasons
    ]


@dataclass
class NativePart:
    """One host at its hypervisor. Without ``reach`` there is none to ask, and nothing is done or proven."""

    reach: t.Optional[Reach]
    cluster: Cluster
    host: Host
    changed: bool = False
    _open: t.Optional[Hypervisor] = None
    _seen: t.Optional[Seen] = None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()

    def in_maintenance(self) -> t.Optional[bool]:
        """By the hypervisor's word; None where there is no connection or no such mode."""
        found = self._look()
        return found.host.maintenance if found and found.hypervisor.capabilities.maintenance else None

    def would_change(self, into: bool) -> bool:
        """Whether the mode is not what is wanted."""
        return self.in_maintenance() is (not into)

    def refuse_obstacles(self, leaving: t.Collection[str]) -> None:
        """Raises Refused where the hypervisor says of VMs (instance names) that they cannot leave the host."""
        found = self._look()
        if not found:
            return
        reasons = [
            Reason(
                "hypervisor_obstacle",
                f"{each.guest}: {each.message}",
                "repair it on the hypervisor, or add the VM to consent",
                {"vm": each.guest, "fault": each.code},
            )
            for each in found.hypervisor.obstacles(found.host)
            if each.guest in leaving and each.code not in ABOUT_ROOM
        ]
        if reasons:
            raise Refused(f"host {self.host.name}", reasons)

    def refuse_master(self) -> None:
        """Raises Refused for the master of a cluster that takes no other one, before the host is emptied."""
        found = self._look()
        reason = stays_master(found.view, found.host) if found else None
        if reason:
            raise Refused(f"host {self.host.name}", [reason])

    def prove_empty(self) -> None:
        """Raises Refused while guests run there, whether CloudStack knows them or not."""
        found = self._look()
        left = [guest.name for guest in found.view.active_on(found.host)] if found else []
        if left:
            message = f"CloudStack has no VM on it, but its hypervisor runs {', '.join(left)}"
            remedy = "find out what they are with cs_hypervisor_info; migrate or stop them, then run again"
            raise Refused(f"host {self.host.name}", [Reason("not_empty_there", message, remedy, {"vms": left})])

    def enter(self) -> None:
        """Into the hypervisor's own maintenance; the host is proven empty first."""
        self.prove_empty()
        if self.would_change(True) and self._seen:
            self._seen.hypervisor.enter_maintenance(self._seen.host, MODE_CHANGE)
            self._changed(True)

    def leave(self) -> None:
        """Out of it, before CloudStack's is cancelled."""
        if self.would_change(False) and self._seen:
            self._seen.hypervisor.leave_maintenance(self._seen.host, MODE_CHANGE)
            self._changed(False)

    def lacking(self, pools: t.Mapping[str, str], peers: t.Callable[[], t.Sequence[Host]]) -> list[str]:
        """Of CloudStack's storage (names by id) what another host of the cluster reaches and this one does not.

        peers: finds hosts in service, of which one is asked where no session speaks for all.
        """
        found = self._look()
        if found is None or self.reach is None:
            return []
        others = [each for each in found.view.hosts if each.id != found.host.id]
        if not found.hypervisor.capabilities.whole_cluster:
            for peer in peers()[:1]:
                with contextlib.closing(self.reach(self.cluster, [peer])) as its:
                    others = list(its.read().hosts)
        return [each.message for each in storage_lacking(self.host.name, found.host, storage_reached(others, pools))]

    def told(self) -> dict[str, object]:
        """For the result: {} without a connection."""
        if self._seen is None:
            return {}
        seen = self._seen.host
        shown = {"name": seen.name, "version": seen.version, "master": seen.master, "maintenance": seen.maintenance}
        return {"hypervisor_host": shown}

    def _changed(self, into: bool) -> None:
        """Done is verified."""
        self.changed, wanted = True, "in maintenance" if into else "out of maintenance"
        if self.in_maintenance() is not into:
            reason = Reason(
                "hypervisor_mode", f"its hypervisor does not report it as {wanted}", "check the hypervisor's console"
            )
            raise Refused(f"host {self.host.name}", [reason])

    def _look(self) -> t.Optional[Seen]:
        """The cluster of this moment and the host in it. Raises Refused where it is not to be seen there."""
        if self.reach is None:
            return None
        self._open = self._open or self.reach(self.cluster, [self.host])
        view = self._open.read()
        seen = view.host(self.host.name, self.host.ip_address)
        reason = unseen(view, self.host)
        if seen is None or reason:
            raise Refused(f"host {self.host.name}", [reason] if reason else [])
        self._seen = Seen(self._open, view, seen)
        return self._seen
