# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``Hypervisor`` on libvirt: one daemon a host, each asked the same few questions however many VMs it runs."""

from __future__ import annotations

import functools
import typing as t
from collections import Counter

from ...core.errors import AccessDenied, HostcraftError, NotFound, TransportError
from ...core.hypervisors.model import (
    KVM,
    HypervisorAccess,
    HypervisorCapabilities,
    HypervisorHost,
    HypervisorView,
    Obstacle,
)
from ...core.zone.hosts import Host
from .client import Client
from .faults import library
from .mapping import (
    Answers,
    Pool,
    host_uuid,
    to_guests,
    to_host,
    worth_asking,
)
from .monitor import migration_blockers
from .uri import check_spread

T = t.TypeVar("T")


def open_kvm(access: HypervisorAccess, hosts: t.Sequence[Host]) -> Kvm:
    """hosts: those of the cluster, as CloudStack knows them; nothing is sent yet. Raises InvalidValue."""
    check_spread(access.url, len(hosts))
    return Kvm(Client(access, hosts))


class Kvm:
    """Implements the port ``Hypervisor``. A KVM host has no maintenance mode of its own."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._names: dict[str, str] = {}

    @property
    def capabilities(self) -> HypervisorCapabilities:
        return KVM

    def read(self) -> HypervisorView:
        """A host that cannot be read is named; raises where that goes for all of them."""
        answers = self.client.ask(see)
        told, unread = sorted_out(answers)
        if not told:
            raise_for_all(answers)
        uuids = {name: host_uuid(answers.capabilities) for name, answers in told.items()}
        shared = {uuid for uuid, number in Counter(uuids.values()).items() if number > 1}
        # Two boards of one maker may carry the same UUID; guests are not to be mixed up for that.
        ids = {name: f"{uuid}@{name}" if uuid in shared else uuid for name, uuid in uuids.items()}
        self._names = {id: name for name, id in ids.items()}
        return HypervisorView(
            KVM,
            tuple(to_host(self.client.hosts[name], answers, ids[name]) for name, answers in told.items()),
            tuple(guest for name, answers in told.items() for guest in to_guests(answers, ids[name])),
            unread,
        )

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        """What QEMU itself says of each running guest; one call a guest."""
        return self.client.one(self._name(host), lambda connection, _host: migration_blockers(connection))

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """There is no such mode: CloudStack's own is all."""

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """There is no such mode."""

    def close(self) -> None:
        self.client.close()

    def _name(self, host: HypervisorHost) -> str:
        """CloudStack's name of a host of the last view. Raises NotFound."""
        if host.id not in self._names:
            raise NotFound("host", host.name, "the last view of the cluster", sorted(self._names.values()))
        return self._names[host.id]


def sorted_out(
    answers: t.Mapping[str, t.Union[T, HostcraftError]],
) -> tuple[dict[str, T], tuple[tuple[str, str], ...]]:
    """Those that answered, and the others with their errors."""
    told = {name: each for name, each in answers.items() if not isinstance(each, HostcraftError)}
    unread = tuple((name, each.message) for name, each in answers.items() if isinstance(each, HostcraftError))
    return told, unread


def raise_for_all(answers: t.Mapping[str, object]) -> None:
    """No host could be read: AccessDenied where each refused, else TransportError."""
    errors = [each for each in answers.values() if isinstance(each, HostcraftError)]
    if not errors:
        return
    denied = [each for each in errors if isinstance(each, AccessDenied)]
    if len(denied) == len(errors):
        raise denied[0]
    passing = any(getattr(each, "passing", True) for each in errors)
    message = f"none of {len(errors)} hosts answers: {errors[0].message}"
    raise TransportError(message, command="libvirt", passing=passing)


def see(connection: t.Any, _host: Host) -> Answers:
    """Every question to one host: some 15 calls, and one for each pool, bridge and card that is not a guest's own."""
    lib = library()
    wanted = lib.VIR_DOMAIN_STATS_STATE | lib.VIR_DOMAIN_STATS_BALLOON | lib.VIR_DOMAIN_STATS_VCPU
    # A guest that is busy with something else is not waited for.
    listed = connection.getAllDomainStats(wanted, lib.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT)
    every = lib.VIR_NODE_MEMORY_STATS_ALL_CELLS
    return Answers(
        hostname=connection.getHostname(),
        capabilities=connection.getCapabilities(),
        info=connection.getInfo(),
        versions=(connection.getLibVersion(), connection.getVersion()),
        memory=_where_there_is(lambda: connection.getMemoryStats(every), {}),
        cpu=_where_there_is(lambda: connection.getCPUStats(lib.VIR_NODE_CPU_STATS_ALL_CPUS), {}),
        interfaces=_interfaces(connection),
        networks=tuple(each.XMLDesc() for each in _where_there_is(connection.listAllNetworks, [])),
        pools=_pools(lib, connection),
        stats=tuple((domain.name(), domain.UUIDString(), told) for domain, told in listed),
    )


def _interfaces(connection: t.Any) -> dict[str, str]:
    listed = _where_there_is(connection.listAllInterfaces, [])
    # An interface may be gone between the two questions.
    return {each.name(): _where_there_is(each.XMLDesc, "") if worth_asking(each.name()) else "" for each in listed}


def _pools(lib: t.Any, connection: t.Any) -> tuple[Pool, ...]:
    found = []
    for active, flag in (
        (True, lib.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE),
        (False, lib.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE),
    ):
        for each in _where_there_is(functools.partial(connection.listAllStoragePools, flag), []):
            found.append(Pool(each.name(), each.UUIDString(), active, _where_there_is(each.XMLDesc, "")))
    return tuple(found)


def _where_there_is(ask: t.Callable[[], t.Any], without: t.Any) -> t.Any:
    """An answer that a host may not have: built without that driver, or the thing went away meanwhile."""
    lib = library()
    gone = (lib.VIR_ERR_NO_SUPPORT, lib.VIR_ERR_NO_INTERFACE, lib.VIR_ERR_NO_STORAGE_POOL, lib.VIR_ERR_NO_NETWORK)
    try:
        return ask()
    except lib.libvirtError as error:
        if error.get_error_code() in gone:
            return without
        raise
