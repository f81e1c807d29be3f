# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether a host can join a cluster and will work in it: every reason at once, worst first."""

from __future__ import annotations

import typing as t

from ...change import plain
from ...findings import BLOCKS, Finding, Judgement, Verdict
from ..facts import Expectations, HostFacts
from .access import judge_access
from .agent import judge_agent
from .certificates import judge_certificates
from .clock import judge_clock
from .cluster import Plain, judge_cluster
from .disks import judge_disks
from .guest_cpu import judge_guest_cpu
from .hardware import judge_cpu, judge_memory, judge_promised_memory
from .identity import judge_identity
from .libvirt import judge_daemon, judge_libvirt
from .network import judge_bridge_filter, judge_bridges, judge_forwarding, judge_ports, judge_reach
from .openvswitch import judge_openvswitch
from .policies import judge_policies
from .table import KVM
from .updates import judge_updates
from .vxlan import judge_vxlan

Judge = t.Callable[[HostFacts, Expectations], t.Iterable[Verdict]]
JUDGES: tuple[Judge, ...] = (
    judge_identity,
    judge_clock,
    judge_cpu,
    judge_memory,
    judge_promised_memory,
    judge_policies,
    judge_disks,
    judge_updates,
    judge_bridge_filter,
    judge_vxlan,
    judge_bridges,
    judge_openvswitch,
    judge_forwarding,
    judge_ports,
    judge_reach,
    judge_libvirt,
    judge_daemon,
    judge_agent,
    judge_guest_cpu,
    judge_access,
    judge_certificates,
)


def judge_host(
    host: HostFacts, expected: Expectations, peers: t.Sequence[Plain] = (), ignore: t.Collection[str] = ()
) -> Judgement:
    """Judge a host by itself and against the other hosts of its cluster (their facts as plain data).

    Of differences between hosts only this host's are told. Raises InvalidValue for a code in ``ignore`` that is none.
    """
    verdicts = [verdict for judge in JUDGES for verdict in judge(host, expected)]
    # The host stands last, so that where opinions are even the cluster's counts.
    others = [peer for peer in peers if peer.get("name") != host.name]
    verdicts += [f for f in judge_cluster([*others, plain(host)]) if f.host == host.name] if others else []
    return KVM.judgement(verdicts, ignore)


def lead(name: str, found: t.Sequence[Finding]) -> str:
    """What the message of a failed task begins with."""
    cannot = any(finding.severity == BLOCKS for finding in found)
    return f"{name} cannot join" if cannot else f"{name} does not meet CloudStack's requirements"
