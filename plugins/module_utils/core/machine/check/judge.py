# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether a host can join a cluster and will work in it: every reason at once, worst first."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...change import plain
from ...errors import InvalidValue
from ...findings import (
    BLOCKS,
    BY_CODE,
    SEVERITIES,
    HostFinding,
    Severity,
    Unseen,
    Verdict,
)
from ..facts import Expectations, HostFacts
from .cluster import Plain, judge_cluster
from .machine import (
    judge_clock,
    judge_cpu,
    judge_identity,
    judge_kernel_settings,
    judge_memory,
    judge_policies,
)
from .network import judge_bridges, judge_ports, judge_reach
from .services import judge_access, judge_agent, judge_certificates, judge_daemon, judge_libvirt

Judge = t.Callable[[HostFacts, Expectations], t.Iterable[Verdict]]
JUDGES: tuple[Judge, ...] = (
    judge_identity,
    judge_clock,
    judge_cpu,
    judge_memory,
    judge_policies,
    judge_kernel_settings,
    judge_bridges,
    judge_ports,
    judge_reach,
    judge_libvirt,
    judge_daemon,
    judge_agent,
    judge_access,
    judge_certificates,
)


@dataclass(frozen=True)
class Judgement:
    """findings: worst first. unseen: checks that could not be made. ignored: findings that were to be ignored."""

    findings: tuple[HostFinding, ...]
    unseen: tuple[Unseen, ...] = ()
    ignored: tuple[HostFinding, ...] = ()

    def at_least(self, severity: t.Literal["blocks", "hurts", "note", "never"]) -> tuple[HostFinding, ...]:
        """The findings that are as bad as that or worse; none for "never"."""
        worse = () if severity == "never" else SEVERITIES[: SEVERITIES.index(severity) + 1]
        return tuple(finding for finding in self.findings if finding.severity in worse)


def judge_host(
    host: HostFacts, expected: Expectations, peers: t.Sequence[Plain] = (), ignore: t.Collection[str] = ()
) -> Judgement:
    """Judge a host by itself and against the other hosts of its cluster (their facts as plain data).

    Of differences between hosts only this host's are told. Raises InvalidValue for a code in ``ignore`` that is none.
    """
    for code in ignore:
        if code not in BY_CODE:
            raise InvalidValue("ignore", code, "a code of the table of host checks")
    verdicts = [verdict for judge in JUDGES for verdict in judge(host, expected)]
    # The host stands last, so that where opinions are even the cluster's counts.
    others = [peer for peer in peers if peer.get("name") != host.name]
    verdicts += [f for f in judge_cluster([*others, plain(host)]) if f.host == host.name] if others else []
    findings = sorted(
        (one for one in verdicts if isinstance(one, HostFinding)),
        key=lambda finding: SEVERITIES.index(finding.severity),
    )
    return Judgement(
        tuple(one for one in findings if one.code not in ignore),
        tuple(one for one in verdicts if isinstance(one, Unseen) and one.code not in ignore),
        tuple(one for one in findings if one.code in ignore),
    )


def summary(judgement: Judgement) -> dict[Severity, int]:
    """How many findings there are of each severity."""
    return {severity: sum(f.severity == severity for f in judgement.findings) for severity in SEVERITIES}


def complaint(name: str, findings: t.Sequence[HostFinding]) -> str:
    """One sentence for a failed task: every finding with its remedy."""
    count = sum(finding.severity == BLOCKS for finding in findings)
    lead = f"{name} cannot join" if count else f"{name} is not as it should be"
    return f"{lead}: " + "; ".join(
        f"[{f.code}] {f.evidence}" + (f" ({f.remedy})" if f.remedy else "") for f in findings
    )
