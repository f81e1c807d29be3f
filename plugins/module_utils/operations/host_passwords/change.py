# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of hosts changed at once or not at all: in CloudStack's record, and on the hosts where that is asked.

What was changed is undone in reverse order when a later step fails, so that record and hosts agree at the end.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t
from dataclasses import dataclass, field

from ...core.change import Outcome
from ...core.errors import ApiError, HostcraftError, HypervisorError, MissingValue, NotAsRead, Refused, Unsupported
from ...core.host_passwords import logins
from ...core.host_passwords.change import API, VMWARE, Wish, reaches_hosts, refusals
from ...core.servers import nodes
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ...ports.host_passwords import Database, Login, Open, PoolLogin
from ..zone.hosts import reconnected
from ..zone.places import Names, Place, place

BEFORE = 431  # the server judged the request alone, before it did anything
UNASKED = (
    "there are several management servers: hosts that are connected to another one than the task's get the new "
    "password on the host too, although update_on_host is false"
)
RESTART = "the management servers use the changed rows after they are restarted"


class PasswordNotChanged(HostcraftError):
    """A step failed, and what was done before was undone; tells what could not be."""

    code = "password_not_changed"


@dataclass(frozen=True)
class Request:
    """old, new: passwords. pool, vcenter: logins of the XenServer pool or vCenter. database: None leaves it alone."""

    names: Names
    wish: Wish
    old: str = field(repr=False)
    new: str = field(repr=False)
    database: t.Optional[Open] = None
    pool: t.Optional[PoolLogin] = None
    vcenter: t.Optional[Login] = None
    timeout: float = 300.0


class _Undo(t.NamedTuple):
    what: str
    step: t.Callable[[], None]


def ensure_host_password(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is changed, PasswordNotChanged after it was undone."""
    where = place(cloud, request.names)
    if where.scope not in ("cluster", "host"):
        raise MissingValue("the hosts", ["cluster"], "set cluster or host")
    hosts = _hosts(cloud, where)
    if request.wish.record != API and request.database is None:
        raise MissingValue("the record of the database", ["database"])
    with contextlib.ExitStack() as ends:
        database: t.Optional[Database] = None
        if request.database is not None:
            database = ends.enter_context(contextlib.closing(request.database()))
        work = _Work(cloud, request, where, hosts, database)
        work.look()
        if work.changed and not check_mode:
            work.carry_out()
        return work.outcome()


def _hosts(cloud: Cloud, where: Place) -> t.Sequence[Host]:
    if isinstance(where.thing, Host):
        return (cloud.hosts.fresh(where.thing),)
    # Afresh: the states of hosts decide.
    found = cloud.hosts.again(zone_id=where.zone.id, cluster_id=where.thing.id)
    return sorted((host for host in found if host.removed is None), key=lambda host: host.name)


class _Work:
    """One change. pool_done: the pool has the new password already. record_done: None where nobody can tell.

    several: there are several management servers.
    """

    def __init__(
        self, cloud: Cloud, request: Request, where: Place, hosts: t.Sequence[Host], database: t.Optional[Database]
    ) -> None:
        self.cloud, self.request, self.where, self.hosts, self.database = cloud, request, where, hosts, database
        self.ids = [host.id for host in hosts]
        self.pool_done = True
        self.several = False
        self.record_done: t.Optional[bool] = None
        self._undo: list[_Undo] = []

    @property
    def vcenter(self) -> bool:
        """The login is to a vCenter, which the database holds for the cluster and the zone too."""
        return any(host.hypervisor == VMWARE for host in self.hosts)

    @property
    def changed(self) -> bool:
        return not (self.record_done and self.pool_done and not self.request.wish.on_host)

    def look(self) -> None:
        """Raises Refused with every reason, MissingLibrary, and what a login that fails raises."""
        request = self.request
        self.several = len({host.management_server_id for host in self.hosts} - {None, ""}) > 1 or self._servers() > 1
        reasons = list(refusals(self.hosts, request.wish, request.new, self.several, len(self._siblings())))
        if self.database is not None and self.hosts:
            encrypted = self.database.encrypting().enabled
            held = self.database.logins(self.ids)
            for host in self.hosts:
                its = held.get(host.id)
                reasons += logins.problems(its, host.name, request.wish.username, request.old, request.new)
            others = self.database.vcenter_logins(self.ids) if self.vcenter else {}
            if self.vcenter:
                reasons += logins.vcenter_problems(others, request.wish.username, request.old, request.new)
            self.record_done = all(each.holds(request.new, encrypted) for each in (*held.values(), *others.values()))
        if reasons:
            raise Refused(self.where.subject, reasons)
        if self.vcenter and request.vcenter is not None and not request.vcenter.accepts(request.new):
            text = "the vCenter does not accept the new password: change it there first"
            raise HypervisorError(text, call=self.where.subject, fault="password")
        if request.pool is not None and not self.vcenter:
            self.pool_done = self._pool_has_new(request.pool)

    def _servers(self) -> int:
        """Management servers that run, 0 where the release does not list them."""
        try:
            return sum(each.state != nodes.DOWN for each in self.cloud.management_servers.all())
        except Unsupported:
            return 0

    def _siblings(self) -> t.Sequence[Host]:
        """All hosts of a single host's cluster."""
        if not self.request.wish.alone or not self.hosts:
            return self.hosts
        return self.cloud.hosts.all(zone_id=self.where.zone.id, cluster_id=self.hosts[0].cluster_id)

    def _pool_has_new(self, pool: PoolLogin) -> bool:
        if pool.accepts(self.request.old):
            return False
        if pool.accepts(self.request.new):
            return True
        text = "the pool accepts neither the old nor the new password: set password to the one that it has"
        raise HypervisorError(text, call=self.where.subject, fault="password")

    def carry_out(self) -> None:
        """Raises PasswordNotChanged."""
        try:
            self._change_pool()
            self._change_record()
            self._verify()
        except HostcraftError as error:
            raise self._undone(error) from None

    def _change_pool(self) -> None:
        pool, request = self.request.pool, self.request
        if pool is None or self.pool_done:
            return
        # Noted first: an answer that is lost may stand for a change.
        self._undo.append(_Undo("the pool", functools.partial(self._restore_pool, pool)))
        pool.change(request.old, request.new)
        if not pool.accepts(request.new):
            raise NotAsRead(f"the password of the pool of {self.where.subject}", {"login": "refused"})

    def _restore_pool(self, pool: PoolLogin) -> None:
        if not pool.accepts(self.request.old):
            pool.change(self.request.new, self.request.old)

    def _change_record(self) -> None:
        request = self.request
        if self.record_done and not request.wish.on_host:
            return
        if request.wish.record != API and self.database is not None:
            database = self.database
            write = functools.partial(database.write_logins, self.ids, request.wish.username, vcenter=self.vcenter)
            write(request.old, request.new)
            back = functools.partial(write, request.new, request.old)
            self._undo.append(_Undo("the database", back))
            return
        for scope, id, name in self._recorded():
            self._undo.append(_Undo(name, functools.partial(self._send, scope, id, request.old)))
            try:
                self._send(scope, id, request.new)
            except ApiError as error:
                if not request.wish.on_host or error.errorcode == BEFORE:
                    # Refused as a whole: there is nothing to undo.
                    self._undo.pop()
                raise

    def _recorded(self) -> t.Sequence[tuple[str, str, str]]:
        """What the API is called for. On the hosts too by cluster alone: of a host, the server drops the result."""
        if self.request.wish.on_host:
            cluster = self.hosts[0].cluster_id
            return [("cluster", cluster, f"the hosts and the record of {self.where.subject}")]
        if self.where.scope == "host":
            return [("host", host.id, f"host {host.name}") for host in self.hosts]
        return [("cluster", self.where.thing.id, f"the record of {self.where.subject}")]

    def _send(self, scope: str, id: str, password: str) -> None:
        wish = self.request.wish
        self.cloud.host_records.update(scope, id, wish.username, password, wish.on_host)

    def _verify(self) -> None:
        """The record by decrypting, where the database is given; then CloudStack's own connection to each host."""
        request = self.request
        if self.database is not None:
            encrypted = self.database.encrypting().enabled
            held = self.database.logins(self.ids)
            wrong = [h.name for h in self.hosts if h.id not in held or not held[h.id].holds(request.new, encrypted)]
            if wrong:
                raise NotAsRead("the record of hosts' passwords", dict.fromkeys(wrong, "another value"))
        if request.wish.verified:
            for host in self.hosts:
                reconnected(self.cloud, host, request.timeout)

    def _undone(self, error: HostcraftError) -> PasswordNotChanged:
        restored: list[str] = []
        failed: dict[str, str] = {}
        for what, step in reversed(self._undo):
            try:
                step()
                restored.append(what)
            except HostcraftError as more:
                failed[what] = more.message
        told = f"{self.where.subject} keeps its old password: {error.message}"
        if failed:
            places = "; ".join(f"{what}: {text}" for what, text in failed.items())
            told = (
                f"{self.where.subject}: {error.message}; the old password could not be restored everywhere ({places}): "
                "find out which password each of them has, and run the task again"
            )
        return PasswordNotChanged(
            told, cause=error.code, cause_details=error.details, restored=restored, not_restored=sorted(failed)
        )

    def outcome(self) -> Outcome:
        wish, changed = self.request.wish, self.changed
        warnings = []
        if changed and wish.record != API:
            warnings.append(RESTART)
        if changed and self.vcenter:
            warnings.append("other VMware clusters of the zone log in to the same vCenter: change their records too")
        if changed and self.several and not wish.on_host and reaches_hosts(self.hosts, wish):
            warnings.append(UNASKED)
        if wish.alone and len(self._siblings()) > 1:
            warnings.append("all hosts of a cluster should have the same password: change the others too")
        result = {
            "hosts": [host.name for host in self.hosts],
            "username": wish.username,
            "record": wish.record,
            "verified": bool(changed and wish.verified),
            "restart_needed": bool(changed and wish.record != API),
        }
        before = {"password": "the old one"} if changed else {}
        after = {"password": "the new one"} if changed else {}
        return Outcome(changed, before, after, result, tuple(warnings), (self.request.old, self.request.new))
