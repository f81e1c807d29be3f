# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to hypervisors, of any kind and to KVM hosts."""

from __future__ import annotations

import typing as t

from ..core.hypervisors.kvm.consoles import ConsoleHost
from ..core.hypervisors.kvm.hosts import Comparison, Cpu, CpuBaseline, KvmHost
from ..core.hypervisors.model import HypervisorCapabilities, HypervisorHost, HypervisorView, Obstacle


class Hypervisor(t.Protocol):
    """The hypervisors of one cluster. Hosts are told by HypervisorHost as ``read`` gave it.

    Everything may raise TransportError (unreachable), AccessDenied (never tried again with the same password) and
    HypervisorError (it answered that it will not).
    """

    @property
    def capabilities(self) -> HypervisorCapabilities: ...

    def read(self) -> HypervisorView:
        """The cluster, whole; the round trips do not grow with its VMs."""

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        """Guests that cannot leave the host, as the hypervisor itself judges; empty where it has no such judgement."""

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """Of an empty host, waited for; a host that is in it stays so. A master hands over its part first.

        Raises WaitTimeout. Nothing is done where capabilities.maintenance is false.
        """

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """Waited for; a host that is not in it stays so."""

    def close(self) -> None:
        """End sessions. May be called twice."""


class KvmHosts(t.Protocol):
    """What only KVM hosts are asked. Raises as ``Hypervisor``; hosts that cannot be read come with their errors."""

    def survey(self, guests: bool) -> tuple[t.Sequence[KvmHost], t.Sequence[tuple[str, str]]]:
        """Hosts, with their running guests where these are asked for; and those unread."""

    def compare(self, wanted: t.Mapping[str, t.Collection[Cpu]]) -> t.Mapping[tuple[str, Cpu], Comparison]:
        """What each host (by name) says of CPUs; by host and CPU."""

    def baseline(self, hosts: t.Sequence[KvmHost]) -> t.Optional[CpuBaseline]:
        """The best CPU that all of them can give; None where there is none."""

    def consoles(self) -> tuple[t.Sequence[ConsoleHost], t.Sequence[tuple[str, str]]]:
        """Consoles with TLS, and the certificates that are to be seen from here; and hosts unread."""

    def reload_consoles(self, host: str, guests: t.Collection[str]) -> t.Sequence[tuple[str, str]]:
        """Guests of a host read their certificates again; those that would not, with their reasons."""

    def close(self) -> None:
        """End connections. May be called twice."""
