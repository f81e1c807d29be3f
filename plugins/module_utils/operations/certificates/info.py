# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every certificate of a place in one table: what hosts read themselves, what is seen on the wire, and the CA."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.certificates import judge
from ...core.certificates.judge import Limits, Secured, Sighting
from ...core.certificates.model import Certificate, NotServed
from ...core.findings import Finding, Judgement
from ...core.naming import endpoint
from ...core.system_vms.vm import CONSOLE, STORAGE
from ...core.zone.hosts import Host
from ...ports.certificates import X509, Probe
from ...ports.cloud import Cloud
from ..zone.places import Names, Place, hosts_in, place

LIBVIRT_TLS, AGENTS, HTTPS = 16514, 8250, 443
SETTINGS = (judge.RENEWAL, judge.ALERT_DAYS, judge.VALIDITY, judge.STRICTNESS, judge.ALLOW_EXPIRED)
KVM = ("KVM", "LXC")
PLACES: t.Mapping[str, str] = {CONSOLE: "console_proxy", STORAGE: "secondary_storage"}


@dataclasses.dataclass(frozen=True)
class Request:
    """probe: None to look at no port. read: what hosts read of themselves, by ``cs_host_certificate_info``."""

    names: Names
    reader: X509
    probe: t.Optional[Probe]
    days: int
    read: t.Sequence[Sighting] = ()
    ignore: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Seen:
    """authorities: of the CA in force, PEM. settings: of the CA framework, by name."""

    sightings: tuple[Sighting, ...]
    hosts: tuple[Secured, ...]
    judgement: Judgement
    authorities: str
    providers: t.Sequence[tuple[str, str]]
    settings: t.Mapping[str, str]
    now: float


def seen_certificates(cloud: Cloud, request: Request) -> Seen:
    """Raises NotFound, Ambiguous, InvalidValue for an unknown code, MissingLibrary."""
    where = place(cloud, request.names)
    authorities = cloud.authorities.authority()
    own = request.reader.certificates(authorities, "listCaCertificate")
    hosts = hosts_of(cloud, where)
    known = cloud.authorities.secured(where.zone.id)
    secured = tuple(Secured(each.name, each.cluster, known.get(each.id)) for each in hosts)
    limits = Limits(cloud.clock.wall(), request.days)
    settings = values(cloud, SETTINGS)
    seen = (
        *(Sighting("", "authority", "listCaCertificate", each, of_authority=True) for each in own),
        *request.read,
        *(_ports(cloud, where, hosts, request, own) if request.probe else ()),
    )
    findings: list[Finding] = [finding for each in seen for finding in judge.judge_sighting(each, limits)]
    findings += [*judge.judge_together(seen), *judge.judge_security(secured), *judge.judge_settings(settings)]
    return Seen(
        by_days(seen, limits.seen_at),
        secured,
        judge.judged(findings, request.ignore),
        authorities,
        cloud.authorities.providers(),
        settings,
        limits.seen_at,
    )


def by_days(seen: t.Iterable[Sighting], now: float) -> tuple[Sighting, ...]:
    """The one that expires first is first; those that were not seen come before all."""
    return tuple(
        sorted(
            seen,
            key=lambda each: (
                each.certificate.days_left(now) if each.certificate else float("-inf"),
                each.host,
                each.place,
            ),
        )
    )


def hosts_of(cloud: Cloud, where: Place) -> list[Host]:
    """The hosts of a place that CloudStack gives certificates to, by name; one that is named is not judged here."""
    found = hosts_in(cloud, where)
    return found if where.scope == "host" else [each for each in found if each.hypervisor in KVM]


def values(cloud: Cloud, names: t.Iterable[str]) -> dict[str, str]:
    """Of global settings, without those that the server does not have."""
    held = {name: cloud.settings.find(name) for name in names}
    return {name: str(each.value or "").casefold() for name, each in held.items() if each is not None}


def look(
    probe: Probe, reader: X509, own: t.Sequence[Certificate], host: str, place_: str, address: str, port: int
) -> Sighting:
    """One TLS port."""
    found = probe(address, port, "", "")
    where = endpoint(address, port)
    if isinstance(found, NotServed):
        return Sighting(host, place_, where, error=found.text)
    signed = None
    if place_ in ("libvirt_port", "management_server"):
        signed = any(reader.issued(found.leaf, each) for each in own)
    return Sighting(host, place_, where, found.leaf, of_authority=signed)


def _ports(
    cloud: Cloud, where: Place, hosts: t.Sequence[Host], request: Request, own: t.Sequence[Certificate]
) -> t.Iterator[Sighting]:
    asked = [(host.name, "libvirt_port", host.ip_address or "", LIBVIRT_TLS) for host in hosts]
    if where.scope == "zone":
        held = cloud.settings.find("host")
        servers = [each.strip() for each in str(held.value or "").split(",")] if held else []
        asked += [("", "management_server", each, AGENTS) for each in servers if each]
        running = [vm for vm in cloud.system_vms.all(where.zone.id) if vm.runs and vm.kind in PLACES]
        asked += [(vm.name, PLACES[vm.kind], vm.address, HTTPS) for vm in sorted(running, key=lambda vm: vm.name)]
    for host, place_, address, port in asked:
        if request.probe is not None and address:
            yield look(request.probe, request.reader, own, host, place_, address, port)
