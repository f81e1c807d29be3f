# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every certificate of a place in one table: what hosts read themselves, what is seen on the wire, and the CA."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.addresses import is_address
from ...core.certificates import check
from ...core.certificates.check import Limits, Secured, Sighting
from ...core.certificates.unseen import Looked, unseen
from ...core.findings import Judgement, Verdict
from ...core.system_vms.vm import CONSOLE, STORAGE
from ...core.zone.hosts import Host, same_host_name
from ...ports.certificates import X509, Probe
from ...ports.cloud import Cloud
from ..zone.places import Names, Place, hosts_in, place
from .looking import Spot, sightings

MANAGEMENT = "management servers"
LIBVIRT_TLS, AGENTS, HTTPS = 16514, 8250, 443
SETTINGS = (check.RENEWAL, check.ALERT_DAYS, check.VALIDITY, check.STRICTNESS, check.ALLOW_EXPIRED)
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
    read = of_hosts(request.read, hosts)
    spots = _ports(cloud, where, hosts)
    asked = [each for each in spots if each.address] if request.probe else []
    seen = (
        *(Sighting("", "authority", "listCaCertificate", each, of_authority=True) for each in own),
        *read,
        *(sightings(request.probe, request.reader, own, asked) if request.probe else ()),
    )
    found: list[Verdict] = [finding for each in seen for finding in check.judge_sighting(each, limits)]
    found += [*check.judge_together(seen), *check.judge_security(secured), *check.judge_settings(settings)]
    with_files = {each.host for each in read}
    found += unseen(
        Looked(
            [host.name for host in hosts if host.name not in with_files],
            [each.host or MANAGEMENT for each in spots if each not in asked],
            secured,
            settings,
        )
    )
    return Seen(
        by_days(seen, limits.seen_at),
        secured,
        check.judged(found, request.ignore),
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


def of_hosts(read: t.Sequence[Sighting], hosts: t.Sequence[Host]) -> tuple[Sighting, ...]:
    """What hosts read of themselves, under the names that CloudStack has for them."""
    # The first of several hosts counts.
    known = {host.name.casefold(): host for host in reversed(hosts)}
    labels = {name.partition(".")[0]: known[name] for name in reversed(known)}
    addresses = {host.ip_address: host for host in reversed(hosts)}

    def own(name: str) -> str:
        if name in addresses or is_address(name):
            return addresses[name].name if name in addresses else name
        text = name.casefold()
        label = text.partition(".")[0]
        held = (known.get(text), known.get(label), labels.get(label))
        return next((host.name for host in held if host is not None and same_host_name(name, host.name)), name)

    names = {name: own(name) for name in {each.host for each in read}}
    return tuple(dataclasses.replace(each, host=names[each.host]) for each in read)


def libvirt_port(host: Host) -> Spot:
    return Spot(host.name, "libvirt_port", host.ip_address or "", LIBVIRT_TLS)


def _ports(cloud: Cloud, where: Place, hosts: t.Sequence[Host]) -> list[Spot]:
    """Those without an address too."""
    found = [libvirt_port(host) for host in hosts]
    if where.scope == "zone":
        held = cloud.settings.find("host")
        servers = [each.strip() for each in str(held.value or "").split(",")] if held else []
        servers = [each for each in servers if each] or [""]
        found += [Spot("", "management_server", each, AGENTS) for each in servers]
        running = [vm for vm in cloud.system_vms.all(where.zone.id) if vm.runs and vm.kind in PLACES]
        running.sort(key=lambda vm: vm.name)
        found += [Spot(vm.name, PLACES[vm.kind], vm.address, HTTPS) for vm in running]
    return found
