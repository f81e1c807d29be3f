# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every adapter of the port ``Hypervisor`` has to do, whatever it speaks to.

A test file plugs in by a subclass with one fixture::

    class TestKvm(HypervisorContract):
        @pytest.fixture(scope="class")
        @classmethod
        def bed(cls) -> Iterator[Bed]:
            with LibvirtBed() as bed:
                yield bed

The bed tells what was planted and what the counterpart itself saw; nothing in it goes through the adapter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import AccessDenied, TransportError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    RUNNING,
    HypervisorHost,
    HypervisorView,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor

MAINTENANCE_SECONDS = 60.0
PASSWORD = "not-the-password-4711"  # what ``Bed.open_denied`` tries


@dataclass(frozen=True)
class PlantedHost:
    """networks: names that CloudStack's traffic labels would have, with their VLAN. memory in bytes. storage: names."""

    name: str
    address: str = ""
    cpus: int = 0
    memory: int = 0
    networks: Mapping[str, int | None] = field(default_factory=dict)
    storage: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlantedGuest:
    """host: its name. memory: bytes that the guest may have at most. power: as core.hypervisors has it."""

    name: str
    host: str
    cpus: int
    memory: int
    power: str = RUNNING


@dataclass(frozen=True)
class Truth:
    """All that is there: no other host and no other guest."""

    hosts: tuple[PlantedHost, ...]
    guests: tuple[PlantedGuest, ...]


class Bed(Protocol):
    """A running counterpart of two hosts or more."""

    @property
    def truth(self) -> Truth:
        """As it is now: it follows ``add_guests`` and ``empty``."""

    @property
    def stuck(self) -> tuple[PlantedGuest, str] | None:
        """A guest that cannot leave its host, and the code of why; None where there is none such."""

    def open(self) -> Hypervisor:
        """A new adapter that can get in."""

    def open_denied(self) -> Hypervisor:
        """A new adapter that has the right address and user, and ``PASSWORD``, which is wrong."""

    def open_unreachable(self) -> Hypervisor:
        """A new adapter to an address where nothing answers."""

    def logins(self) -> int:
        """How often a login was tried so far, as the counterpart itself saw it."""

    def round_trips(self) -> int:
        """How many requests the counterpart has received so far, on all connections."""

    def add_guests(self, number: int) -> None:
        """More running guests, spread over the hosts."""

    def empty(self, host: str) -> None:
        """No guest is on the host any more, as after a drain."""

    def in_maintenance(self, host: str) -> bool:
        """By the counterpart's own word."""


def found(view: HypervisorView, name: str) -> HypervisorHost:
    host = view.host(name=name)
    assert host is not None, f"{name} is not among {[each.name for each in view.hosts]}"
    return host


class HypervisorContract:
    """Tests run in this order on one bed: the last ones change it."""

    @pytest.fixture
    def adapter(self, bed: Bed) -> Iterator[Hypervisor]:
        with closing(bed.open()) as opened:
            yield opened

    def test_every_host_is_seen_as_it_is(self, bed: Bed, adapter: Hypervisor) -> None:
        view = adapter.read()
        assert view.unread == ()
        assert len(view.hosts) == len(bed.truth.hosts)
        assert len({each.id for each in view.hosts} - {""}) == len(view.hosts)
        for planted in bed.truth.hosts:
            host = found(view, planted.name)
            assert (host.cpu_count, host.memory) == (planted.cpus, planted.memory)
            assert host.address in ("", planted.address)
            assert host.connected
            assert not host.maintenance
            assert host.version

    def test_networks_and_storage_of_every_host_are_seen(self, bed: Bed, adapter: Hypervisor) -> None:
        view = adapter.read()
        for planted in bed.truth.hosts:
            host = found(view, planted.name)
            vlans = {each.name: each.vlan for each in host.networks}
            assert {name: vlans.get(name, "missing") for name in planted.networks} == dict(planted.networks)
            assert {each.name for each in host.storage if each.reachable} >= set(planted.storage)

    def test_every_guest_is_seen_where_it_is(self, bed: Bed, adapter: Hypervisor) -> None:
        assert self.guests(adapter.read()) == self.planted(bed)

    def test_active_guests_of_a_host_are_told(self, bed: Bed, adapter: Hypervisor) -> None:
        view = adapter.read()
        for planted in bed.truth.hosts:
            wanted = {each.name for each in bed.truth.guests if (each.host, each.power) == (planted.name, RUNNING)}
            assert {each.name for each in view.active_on(found(view, planted.name))} >= wanted

    def test_capabilities_are_those_of_the_view(self, bed: Bed, adapter: Hypervisor) -> None:
        assert adapter.read().capabilities is adapter.capabilities

    def test_a_guest_that_cannot_leave_is_named(self, bed: Bed, adapter: Hypervisor) -> None:
        view = adapter.read()
        for planted in bed.truth.hosts:
            told = {(each.guest, each.code) for each in adapter.obstacles(found(view, planted.name))}
            stuck = bed.stuck
            wanted = {(stuck[0].name, stuck[1])} if stuck and stuck[0].host == planted.name else set()
            assert told == wanted

    def test_closed_twice(self, bed: Bed) -> None:
        adapter = bed.open()
        adapter.read()
        adapter.close()
        adapter.close()

    def test_closed_unused(self, bed: Bed) -> None:
        before = bed.round_trips()
        bed.open().close()
        assert bed.round_trips() == before, "nothing is sent before the first question"

    def test_a_wrong_password_is_tried_once(self, bed: Bed) -> None:
        before = bed.logins()
        with closing(bed.open_denied()) as adapter:
            for _time in range(2):
                with pytest.raises(AccessDenied) as denied:
                    adapter.read()
                assert PASSWORD not in denied.value.message + str(denied.value.details)
        assert bed.logins() == before + 1

    def test_what_does_not_answer_is_unreachable(self, bed: Bed) -> None:
        with closing(bed.open_unreachable()) as adapter, pytest.raises(TransportError):
            adapter.read()

    def test_round_trips_do_not_grow_with_guests(self, bed: Bed, adapter: Hypervisor) -> None:
        adapter.read()
        few, began = self.trips(bed, adapter), len(bed.truth.guests)
        bed.add_guests(began)
        assert len(bed.truth.guests) == 2 * began > 0
        assert self.trips(bed, adapter) == few > 0
        assert self.guests(adapter.read()) == self.planted(bed)

    def test_maintenance_is_entered_and_left_once(self, bed: Bed, adapter: Hypervisor) -> None:
        """Every host in turn, a master too; where there is no such mode nothing comes of it."""
        mode = adapter.capabilities.maintenance
        for planted in bed.truth.hosts:
            bed.empty(planted.name)
            host = found(adapter.read(), planted.name)
            for _time in range(2):
                adapter.enter_maintenance(host, MAINTENANCE_SECONDS)
                assert bed.in_maintenance(planted.name) is mode
                assert found(adapter.read(), planted.name).maintenance is mode
            for _time in range(2):
                adapter.leave_maintenance(host, MAINTENANCE_SECONDS)
                assert not bed.in_maintenance(planted.name)
                assert not found(adapter.read(), planted.name).maintenance

    def test_a_drained_host_is_seen_empty(self, bed: Bed, adapter: Hypervisor) -> None:
        for planted in bed.truth.hosts:
            bed.empty(planted.name)
        view = adapter.read()
        assert [view.active_on(each) for each in view.hosts] == [()] * len(view.hosts)

    @staticmethod
    def guests(view: HypervisorView) -> list[tuple[str, str, int | None, int | None, str]]:
        names = {each.id: each.name for each in view.hosts}
        return sorted(
            (each.name, names.get(each.host_id, ""), each.cpus, each.memory_max, each.power) for each in view.guests
        )

    @staticmethod
    def planted(bed: Bed) -> list[tuple[str, str, int, int, str]]:
        return sorted((each.name, each.host, each.cpus, each.memory, each.power) for each in bed.truth.guests)

    @staticmethod
    def trips(bed: Bed, adapter: Hypervisor) -> int:
        before = bed.round_trips()
        adapter.read()
        return bed.round_trips() - before
