# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A XenServer or XCP-ng pool behind the port ``Hypervisor``."""

from __future__ import annotations

import typing as t

from ...core.errors import HypervisorError, NotFound, TransportError, WaitTimeout
from ...core.hypervisors.model import (
    XENSERVER,
    HypervisorAccess,
    HypervisorCapabilities,
    HypervisorHost,
    HypervisorView,
    Obstacle,
)
from ...core.hypervisors.pool_master import HA_ON, HA_REMEDY, successor, takes_over
from ...core.xenserver.stuck_guests import why_stuck
from ...ports.clock import Clock
from ..cloudstack.client import SystemClock
from .client import Client
from .mapping import CLASSES, seconds, view

FIRST, LONGEST = 0.1, 3.0  # seconds between two looks
SETTLE = 30.0  # seconds after which a lost request for a new master is made again
# A host that comes back from a reboot.
STARTING = ("HOST_NOT_LIVE", "HOST_STILL_BOOTING", "HOST_OFFLINE", "CANNOT_CONTACT_HOST")


def open_xenserver(access: HypervisorAccess, clock: t.Optional[Clock] = None) -> XenServer:
    """The pool at ``access.url``; nothing is sent yet. Raises InvalidValue."""
    return XenServer(Client(access, clock or SystemClock()))


def obstacles(client: Client, ref: str) -> tuple[Obstacle, ...]:
    """Guests that cannot leave a host (by its reference), with names for the references that XAPI tells."""
    blocked = client.call("host.get_vms_which_prevent_evacuation", ref)
    if not blocked:
        return ()
    names = {each: record["name_label"] for each, record in client.records("VM").items()}
    found = []
    for guest, (code, *details) in blocked.items():
        about = [names.get(each, each) for each in details if each != guest and not each.startswith("OpaqueRef:NULL")]
        found.append(Obstacle(names.get(guest, guest), code, why_stuck(code, about)))
    return tuple(sorted(found, key=lambda each: each.guest))


def disable(client: Client, ref: str) -> None:
    """It shall stay so over a reboot, which pools before xapi 25.31 cannot promise."""
    try:
        client.call("host.disable", ref, False)
    except HypervisorError as error:
        if error.fault != "MESSAGE_PARAMETER_COUNT_MISMATCH":
            raise
        client.call("host.disable", ref)


class XenServer:
    """One pool. The calls of ``read`` are one for each class of records, whatever the pool holds."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def capabilities(self) -> HypervisorCapabilities:
        return XENSERVER

    def read(self) -> HypervisorView:
        tables = {kind: self.client.records(kind) for kind in CLASSES}
        self.client.know(record["address"] for record in tables["host"].values())
        return view(tables, self._now([pool["master"] for pool in tables["pool"].values()]))

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        return obstacles(self.client, self._ref(host))

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        began = self.client.clock.now()
        seen = self.read()
        own = self._own(seen, host)
        alone = len(seen.hosts) == 1
        if own.maintenance and (alone or not own.master):
            return
        guests = [each.name for each in seen.active_on(own)]
        if guests:
            text = f"{len(guests)} guests are on {own.name}: {', '.join(guests)}"
            raise HypervisorError(text, call="host.disable", fault="HOST_IN_USE", guests=guests)
        if own.master and not alone:
            self._hand_over(seen, own, timeout)
        if not own.maintenance:
            left = timeout - (self.client.clock.now() - began)
            self._until(lambda: self._disabled(own), f"{own.name} to be disabled", left)

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """A host that is newer now than the master leads first: no member may be newer than its master."""
        began = self.client.clock.now()
        self._until(lambda: self._lives(host), f"{host.name} to be up", timeout)
        seen = self.read()
        own = self._own(seen, host)
        if takes_over(own, seen.hosts):
            self._lead(own, timeout - (self.client.clock.now() - began))
        left = timeout - (self.client.clock.now() - began)
        self._until(lambda: self._enabled(host), f"{host.name} to be enabled", left)

    def close(self) -> None:
        self.client.close()

    def _now(self, masters: t.Sequence[str]) -> t.Optional[float]:
        if not masters:
            return None
        return seconds(self.client.call("host.get_servertime", masters[0]))

    def _ref(self, host: HypervisorHost) -> str:
        return str(self.client.call("host.get_by_uuid", host.id))

    @staticmethod
    def _own(seen: HypervisorView, host: HypervisorHost) -> HypervisorHost:
        for each in seen.hosts:
            if each.id == host.id:
                return each
        raise NotFound("host", host.name, "the pool", [each.name for each in seen.hosts])

    def _disabled(self, host: HypervisorHost) -> bool:
        """Asked for, then looked at."""
        ref = self._ref(host)
        if not self.client.call("host.get_enabled", ref):
            return True
        disable(self.client, ref)
        return not self.client.call("host.get_enabled", ref)

    def _lives(self, host: HypervisorHost) -> bool:
        metrics = self.client.call("host.get_metrics", self._ref(host))
        return bool(self.client.call("host_metrics.get_live", metrics))

    def _enabled(self, host: HypervisorHost) -> bool:
        ref = self._ref(host)
        if self.client.call("host.get_enabled", ref):
            return True
        try:
            self.client.call("host.enable", ref)
        except HypervisorError as error:
            if error.fault in STARTING:
                return False
            raise
        return bool(self.client.call("host.get_enabled", ref))

    def _hand_over(self, seen: HypervisorView, leaving: HypervisorHost, timeout: float) -> None:
        heir = successor(seen.hosts, leaving)
        if heir is None:
            text = f"{leaving.name} is the master of the pool, and no other host is enabled: enable one first"
            raise HypervisorError(text, call="pool.designate_new_master", fault="NO_HOSTS_AVAILABLE")
        self._lead(heir, timeout)

    def _lead(self, heir: HypervisorHost, timeout: float) -> None:
        """Make a host the master. Old and new one start anew then: the answer may be lost, every session ends."""
        asked: t.Optional[float] = None

        def leads() -> bool:
            nonlocal asked
            (pool,) = self.client.call("pool.get_all_records").values()
            ref = self._ref(heir)
            if pool["master"] == ref:
                return True
            if pool.get("ha_enabled"):
                text = f"{heir.name} must be the master, but {HA_ON}: {HA_REMEDY}"
                raise HypervisorError(text, call="pool.designate_new_master", fault="HA_IS_ENABLED")
            if asked is None or self.client.clock.now() - asked > SETTLE:
                asked = self.client.clock.now()
                try:
                    self.client.call("pool.designate_new_master", ref)
                finally:
                    self.client.again()
            return False

        self._until(leads, f"{heir.name} to be the pool's master", timeout)

    def _until(self, done: t.Callable[[], bool], what: str, timeout: float) -> None:
        """Until it is so; a pool that does not answer meanwhile is given the same time."""
        clock = self.client.clock
        began, pause, last = clock.now(), FIRST, "not yet"
        while True:
            try:
                if done():
                    return
            except TransportError as error:
                if not error.passing:
                    raise
                last = error.message
            waited = clock.now() - began
            if waited >= timeout:
                raise WaitTimeout(what, waited, last)
            clock.sleep(min(pause, max(timeout - waited, 0.05)))
            pause = min(pause * 1.5, LONGEST)
