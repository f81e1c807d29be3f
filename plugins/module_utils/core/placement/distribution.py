# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How full the hosts of a cluster are before and after some migrations, with the fullest one, as plain data."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field, replace

from ..accounting import RESOURCES, Balance, total
from .drain import Move
from .fleet import Fleet, balances, counts

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Distribution:
    """shares: of CPU and memory by host id, before and after. thresholds: the cluster's, of allocated capacity.

    least: what the fullest host has at least after a roll with the fewest moves, None where nobody reckoned it.
    """

    fleet: Fleet
    before: t.Mapping[str, Balance]
    after: t.Mapping[str, Balance]
    moves: t.Sequence[Move]
    thresholds: t.Mapping[str, float] = field(default_factory=dict)
    least: t.Optional[float] = None

    def told(self) -> Json:
        targets = {move.vm: move.target for move in self.moves}
        vms = Counter(vm.host_id for vm in self.fleet.instances)
        vms_after = Counter(targets.get(vm.id, vm.host_id) for vm in self.fleet.instances)
        return {
            "hosts": [
                {
                    "host": host.name,
                    "before": _row(self.before[host.id], vms[host.id]),
                    "after": _row(self.after[host.id], vms_after[host.id]),
                }
                for host in self.fleet.hosts
            ],
            "fullest": {"before": self._fullest(False), "after": self._fullest(True)},
            "least": None if self.least is None else round(self.least, 4),
            "thresholds": dict(self.thresholds),
            "above_threshold": self.above(),
        }

    def above(self) -> list[str]:
        """Hosts that reach a threshold afterwards and did not before."""
        return [
            host.name
            for host in self.fleet.hosts
            if any(
                _shares(self.after[host.id])[name] >= limit > _shares(self.before[host.id])[name]
                for name, limit in self.thresholds.items()
            )
        ]

    def warnings(self) -> tuple[str, ...]:
        """What a person has to know before it is carried out."""
        limits_told = ", ".join(f"{name} {limit:.0%}" for name, limit in sorted(self.thresholds.items()))
        text = f"cluster {self.fleet.cluster.name}: {{}} would exceed the cluster's threshold ({limits_told})"
        remedy = "set balance: true to allow additional migrations, or add a host"
        names = self.above()
        return (f"{text.format(', '.join(names))}; {remedy}",) if names else ()

    def _fullest(self, later: bool) -> Json:
        accounts = self.after if later else self.before
        shares = {host.name: max(_shares(accounts[host.id]).values()) for host in self.fleet.hosts}
        name = max(shares, key=lambda each: shares[each], default="")
        return {"host": name, "share": round(shares.get(name, 0.0), 4)}


def _shares(balance: Balance) -> dict[str, float]:
    return {RESOURCES[kind]: share for kind, share in balance.share().items()}


def _row(balance: Balance, vms: int) -> Json:
    return {**{name: round(share, 4) for name, share in _shares(balance).items()}, "vms": vms}


def distribution(
    fleet: Fleet, moves: t.Sequence[Move], thresholds: t.Mapping[str, float], least: t.Optional[float] = None
) -> Distribution:
    """Of a cluster as it stands, and once VMs were moved in that order. What is reserved stays where it is."""
    before = balances(fleet)
    targets = {move.vm: move.target for move in moves}
    instances = tuple(replace(vm, host_id=targets.get(vm.id, vm.host_id)) for vm in fleet.instances)
    later = replace(fleet, instances=instances)
    after = {
        host.id: replace(before[host.id], used=total(counts(vm, fleet.factors) for vm in later.on(host.id)))
        for host in fleet.hosts
    }
    return Distribution(fleet, before, after, tuple(moves), thresholds, least)
