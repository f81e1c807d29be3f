# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts get new certificates one after the other, each proved before the next: its agent, its port, its VMs.

Provisioning restarts libvirtd and the agent. VMs go on running, which is looked at and not assumed.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.certificates.check import Sighting
from ...core.certificates.model import Certificate
from ...core.certificates.renewal import PROVISIONED, Wanted, reason
from ...core.change import Outcome
from ...core.errors import HostcraftError, InvalidValue, JobLost, Reason, Refused, TransportError
from ...core.zone.hosts import Host
from ...ports.certificates import X509, Probe
from ...ports.cloud import Cloud
from .. import lookup
from ..waiting import until
from ..zone.places import Names, place
from . import info
from .looking import sightings

NOT_SEEN = "port 16514 serves no certificate to this machine: the certificate that host {} serves now was not verified"


@dataclasses.dataclass(frozen=True)
class Request:
    """read: what hosts read of themselves. since: seconds since 1970. probe: None to look at no port."""

    names: Names
    reader: X509
    probe: t.Optional[Probe]
    state: str
    days: int
    read: t.Sequence[Sighting] = ()
    since: t.Optional[float] = None
    reconnect: t.Optional[bool] = None
    forced: bool = False
    provider: str = ""
    timeout: float = 600.0


class NotProvisioned(HostcraftError):
    """A host did not come out as it should; the hosts after it were left alone."""

    code = "not_provisioned"


@dataclasses.dataclass(frozen=True)
class _Task:
    """A host that needs a certificate. shown: what its port showed before."""

    host: Host
    why: str
    shown: Sighting


def provision(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, NotProvisioned, WaitTimeout, ApiError, and what places raise."""
    where = place(cloud, request.names)
    hosts = info.hosts_of(cloud, where)
    if isinstance(where.thing, Host) and where.thing.hypervisor not in info.KVM:
        raise InvalidValue("host", where.thing.name, f"a KVM host, this one is of {where.thing.hypervisor}")
    own = request.reader.certificates(cloud.authorities.authority(request.provider), "listCaCertificate")
    work = _Work(cloud, request, own, cloud.authorities.secured(where.zone.id))
    tasks = work.needed(hosts)
    if not request.forced:
        _refuse_absent(tasks)
    rows: list[dict[str, object]] = []
    for task in tasks:
        if check_mode:
            rows.append(_row(task, None, ()))
            continue
        try:
            rows.append(work.done(task))
        except HostcraftError as error:
            error.details.update(
                done=[row["host"] for row in rows], left=[each.host.name for each in tasks[len(rows) :]]
            )
            raise
    before = {each.host.name: _words(each.shown.certificate) for each in tasks}
    after = {each.host.name: "renewed" for each in tasks}
    kept = [each.name for each in hosts if each.name not in before]
    return Outcome(bool(tasks), before, after, {"hosts": rows, "kept": kept}, tuple(work.warnings))


def _refuse_absent(tasks: t.Sequence[_Task]) -> None:
    reasons = [
        Reason(
            "host_away",
            f"host {each.host.name} is {each.host.state}, and the certificate is sent to its agent",
            "start the agent, set forced if the server supports it, or use cs_host_keystore on the host",
            {"host": each.host.name, "state": each.host.state},
        )
        for each in tasks
        if each.host.state != "Up"
    ]
    if reasons:
        raise Refused("certificates", reasons)


class _Work:
    """What is needed for each host. warnings: what could not be proved."""

    def __init__(
        self,
        cloud: Cloud,
        request: Request,
        own: t.Sequence[Certificate],
        secured: t.Mapping[str, t.Optional[bool]],
    ) -> None:
        self.cloud, self.request, self.own, self.secured = cloud, request, own, secured
        self.warnings: list[str] = []

    def needed(self, hosts: t.Sequence[Host]) -> list[_Task]:
        request = self.request
        wanted = Wanted(request.days, self.cloud.clock.wall(), request.since, request.state == PROVISIONED)
        read: dict[str, list[Sighting]] = {}
        for each in info.of_hosts(request.read, hosts):
            read.setdefault(each.host, []).append(each)
        found = []
        for host, shown in zip(hosts, self._look(hosts)):
            why = reason([shown, *read.get(host.name, ())], self.secured.get(host.id), wanted)
            if why:
                found.append(_Task(host, why, shown))
        return found

    def done(self, task: _Task) -> dict[str, object]:
        """Provisioned and proved."""
        host, request = task.host, self.request
        vms, started = self._running(host), self.cloud.clock.now()
        self.cloud.progress(f"host {host.name}: {task.why}, {len(vms)} VMs run there")
        try:
            self.cloud.authorities.provision(host.id, request.reconnect, request.forced, request.provider)
        except (TransportError, JobLost) as error:
            self.cloud.progress(f"{error.message}; checking the result")
            if task.shown.certificate is None:
                raise
        after = self._proved(task)
        seconds = round(self.cloud.clock.now() - started, 1)
        lost = sorted(vms - self._running(host))
        if lost:
            raise NotProvisioned(f"VMs of host {host.name} no longer run there: {', '.join(lost)}", vms=lost)
        return _row(task, after.certificate, sorted(vms), seconds)

    def _proved(self, task: _Task) -> Sighting:
        """The agent is Up, and its port shows another certificate, of the CA in force, with enough days left."""
        host, request = task.host, self.request
        before = task.shown.certificate

        def read() -> tuple[str, Sighting]:
            return self.cloud.hosts.fresh(host).state, self._look([host])[0]

        def right(seen: tuple[str, Sighting]) -> bool:
            state, shown = seen
            if state != "Up" or shown.certificate is None:
                return state == "Up" and before is None
            new = before is None or shown.certificate.fingerprint != before.fingerprint
            return new and shown.of_authority is not False

        _state, shown = until(
            self.cloud,
            read,
            right,
            what=f"host {host.name} to be Up and show a new certificate",
            limit=request.timeout,
            show=lambda seen: f"{seen[0]}, {seen[1].error or _words(seen[1].certificate)}",
        )
        if shown.certificate is None:
            self.warnings.append(NOT_SEEN.format(host.name))
        elif shown.certificate.not_before > self.cloud.clock.wall():
            early = (shown.certificate.not_before - self.cloud.clock.wall()) / 3600
            raise NotProvisioned(
                f"the new certificate of host {host.name} begins in {early:.1f} h: correct the clocks of the "
                "management servers and of this machine"
            )
        elif shown.certificate.days_left(self.cloud.clock.wall()) < request.days:
            left = shown.certificate.days_left(self.cloud.clock.wall())
            message = f"the new certificate of host {host.name} has {left} days left, fewer than {request.days}"
            raise NotProvisioned(f"{message}: set ca.framework.cert.validity.period", days_left=left)
        return shown

    def _look(self, hosts: t.Sequence[Host]) -> list[Sighting]:
        """What port 16514 of each shows, in their order."""
        request = self.request
        spots = [info.libvirt_port(host) for host in hosts if host.ip_address]
        found = sightings(request.probe, request.reader, self.own, spots) if request.probe else ()
        seen = {each.host: each for each in found}
        unseen = [Sighting(host.name, "libvirt_port", host.ip_address or "", error="not checked") for host in hosts]
        return [seen.get(each.host, each) for each in unseen]

    def _running(self, host: Host) -> set[str]:
        cluster = lookup.cluster(self.cloud, host.cluster_id, lookup.zone(self.cloud, host.zone_id))
        return {vm.name for vm in self.cloud.fleets.on_host(cluster, host.id) if vm.state == "Running"}


def _row(
    task: _Task, after: t.Optional[Certificate], vms: t.Sequence[str], seconds: t.Optional[float] = None
) -> dict[str, object]:
    return {
        "host": task.host.name,
        "reason": task.why,
        "before": _short(task.shown.certificate),
        "after": _short(after),
        "vms": list(vms),
        "seconds": seconds,
    }


def _short(held: t.Optional[Certificate]) -> t.Optional[dict[str, object]]:
    return {"serial": held.serial, "not_after": held.not_after} if held else None


def _words(held: t.Optional[Certificate]) -> str:
    return f"serial {held.serial}" if held else "not seen"
