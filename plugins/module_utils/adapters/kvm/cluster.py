# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``KvmHosts``: what KVM hosts can take over from each other, and their consoles."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.errors import HostcraftError
from ...core.hypervisors.kvm.consoles import Console, ConsoleHost
from ...core.hypervisors.kvm.hosts import Comparison, Cpu, CpuBaseline, KvmHost
from ...core.hypervisors.model import HypervisorAccess
from ...core.zone.hosts import Host
from .client import Client
from .faults import library
from .gateway import raise_for_all, see, sorted_out
from .guests import (
    architecture,
    host_cpu,
    kinds,
    pool_path,
    same_kind,
    to_baseline,
    to_guest,
    to_version,
    vnc_port,
)
from .mapping import Answers, host_uuid, to_host
from .monitor import migration_blockers, monitor
from .tls import certificate_of, console_certificate, listens
from .uri import check_spread

TCP, TLS = 16509, 16514
Unread = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Survey:
    """What one host said of itself and its guests, as it said it."""

    answers: Answers
    domain_capabilities: str
    guests: tuple[str, ...]
    blockers: t.Mapping[str, t.Sequence[str]]
    tls: bool
    tcp: bool


def open_kvm_hosts(access: HypervisorAccess, hosts: t.Sequence[Host]) -> KvmCluster:
    """Nothing is sent yet. Raises InvalidValue."""
    check_spread(access.url, len(hosts))
    return KvmCluster(Client(access, hosts))


class KvmCluster:
    """Implements the port ``KvmHosts``."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def survey(self, guests: bool) -> tuple[tuple[KvmHost, ...], Unread]:
        answers = self.client.ask(lambda connection, host: self._survey(connection, host, guests))
        told, unread = sorted_out(answers)
        if not told:
            raise_for_all(answers)
        return tuple(_to_kvm_host(self.client.hosts[name], survey) for name, survey in told.items()), unread

    def compare(self, wanted: t.Mapping[str, t.Collection[Cpu]]) -> dict[tuple[str, Cpu], Comparison]:
        """One call for each CPU and host; guests of the same CPU are one."""
        answers = self.client.ask(lambda connection, host: _compared(connection, wanted[host.name]), set(wanted))
        told, _unread = sorted_out(answers)
        return {(name, cpu): its for name, found in told.items() for cpu, its in found.items()}

    def baseline(self, hosts: t.Sequence[KvmHost]) -> t.Optional[CpuBaseline]:
        """Asked of the host whose QEMU is oldest; None where there is none that all can give."""
        definitions = sorted({each.cpu for each in hosts if each.cpu})
        if not definitions or not same_kind(hosts):
            return None
        oldest = min(hosts, key=lambda each: (each.qemu, each.libvirt))
        text = self.client.one(
            oldest.name, lambda connection, _host: _baseline(connection, oldest.arch, oldest.virt, definitions)
        )
        return to_baseline(text) if text else None

    def consoles(self) -> tuple[tuple[ConsoleHost, ...], Unread]:
        answers = self.client.ask(self._consoles)
        told, unread = sorted_out(answers)
        if not told:
            raise_for_all(answers)
        return tuple(told.values()), unread

    def reload_consoles(self, host: str, guests: t.Collection[str]) -> tuple[tuple[str, str], ...]:
        """Makes QEMU read the certificates again; guests that would not, with their reasons."""
        return self.client.one(host, lambda connection, _host: _reload(connection, guests))

    def close(self) -> None:
        self.client.close()

    def _survey(self, connection: t.Any, host: Host, guests: bool) -> Survey:
        lib = library()
        answers = see(connection, host)
        arch = architecture(answers.capabilities)
        virt = kinds(answers.capabilities, arch)[0]
        active = connection.listAllDomains(lib.VIR_CONNECT_LIST_DOMAINS_ACTIVE) if guests else []
        blockers: dict[str, list[str]] = {}
        for each in migration_blockers(connection) if guests else ():
            blockers.setdefault(each.guest, []).append(each.message)
        address = host.ip_address or host.name
        return Survey(
            answers,
            connection.getDomainCapabilities(None, arch, None, virt, 0),
            tuple(text for text in (_definition(each) for each in active) if text),
            blockers,
            listens(address, TLS, self.client.access.timeout / 3),
            listens(address, TCP, self.client.access.timeout / 3),
        )

    def _consoles(self, connection: t.Any, host: Host) -> ConsoleHost:
        """A console that cannot be reached from here stands for the rest of its host: a firewall is in between."""
        seconds = self.client.access.timeout / 3
        address = host.ip_address or host.name
        wanted = certificate_of(address, TLS, seconds)
        found, reachable = [], True
        for domain in connection.listAllDomains(library().VIR_CONNECT_LIST_DOMAINS_ACTIVE):
            port = vnc_port(_definition(domain, running=True) or "<domain/>")
            if port is None:
                continue
            tls: t.Optional[bool] = None
            shown = None
            if reachable:
                tls, shown = console_certificate(address, port, seconds)
                reachable = tls is not None
            if tls is not False:
                found.append(Console(domain.name(), port, shown))
        return ConsoleHost(host.name, tuple(found), wanted)


def _to_kvm_host(host: Host, survey: Survey) -> KvmHost:
    answers = survey.answers
    seen = to_host(host, answers, host_uuid(answers.capabilities))
    arch = architecture(answers.capabilities)
    virt, machines, emulators = kinds(answers.capabilities, arch)
    definition, model = host_cpu(survey.domain_capabilities)
    guests = [to_guest(xml) for xml in survey.guests]
    return KvmHost(
        name=host.name,
        seen=seen,
        arch=arch,
        virt=virt,
        libvirt=to_version(answers.versions[0]),
        qemu=to_version(answers.versions[1]),
        cpu=definition,
        cpu_model=model,
        machines=machines,
        emulators=emulators,
        tls=survey.tls,
        tcp=survey.tcp,
        pool_paths=tuple((pool.name, pool_path(pool.xml)) for pool in answers.pools if pool_path(pool.xml)),
        guests=tuple(to_guest(xml, survey.blockers.get(each.name, ())) for each, xml in zip(guests, survey.guests)),
    )


def _definition(domain: t.Any, running: bool = False) -> str:
    """The guest as it would be sent to another host, or as it runs here; "" where it is gone meanwhile."""
    lib = library()
    try:
        return str(domain.XMLDesc(0 if running else lib.VIR_DOMAIN_XML_MIGRATABLE))
    except lib.libvirtError as error:
        if error.get_error_code() == lib.VIR_ERR_NO_DOMAIN:
            return ""
        raise


def _compared(connection: t.Any, cpus: t.Collection[Cpu]) -> dict[Cpu, Comparison]:
    lib = library()
    arch = architecture(connection.getCapabilities())
    words: t.Mapping[int, t.Any] = {
        lib.VIR_CPU_COMPARE_IDENTICAL: "identical",
        lib.VIR_CPU_COMPARE_SUPERSET: "superset",
    }
    found = {}
    for cpu in cpus:
        flags = lib.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE
        try:
            answer = connection.compareHypervisorCPU(None, arch, None, cpu.virt, cpu.definition, flags)
            found[cpu] = Comparison(words.get(answer, "incompatible"))
        except lib.libvirtError as error:
            if error.get_error_code() != lib.VIR_ERR_CPU_INCOMPATIBLE:
                raise
            found[cpu] = Comparison("incompatible", str(error.get_error_message()))
    return found


def _baseline(connection: t.Any, arch: str, virt: str, definitions: t.Sequence[str]) -> str:
    lib = library()
    # Without what keeps a guest from migrating, such as invtsc.
    flags = lib.VIR_CONNECT_BASELINE_CPU_MIGRATABLE
    try:
        return str(connection.baselineHypervisorCPU(None, arch, None, virt, list(definitions), flags))
    except lib.libvirtError as error:
        # Two vendors have no CPU in common.
        if error.get_error_code() in (lib.VIR_ERR_CPU_INCOMPATIBLE, lib.VIR_ERR_OPERATION_FAILED):
            return ""
        raise


def _reload(connection: t.Any, guests: t.Collection[str]) -> tuple[tuple[str, str], ...]:
    failed = []
    for domain in connection.listAllDomains(library().VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        if domain.name() in guests:
            try:
                monitor(domain, "display-reload", type="vnc", **{"tls-certs": True})
            except HostcraftError as error:
                failed.append((domain.name(), error.message))
    return tuple(failed)
