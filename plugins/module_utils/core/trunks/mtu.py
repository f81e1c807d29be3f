# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the hosts of a cluster have the same MTU for each traffic."""

from __future__ import annotations

import typing as t

from .model import Lane, Row, TrunkHost, Way


def mtu_findings(
    hosts: t.Sequence[TrunkHost], lanes: t.Sequence[Lane], ways: t.Mapping[tuple[str, int], Way]
) -> t.Iterator[Row]:
    """Hosts of one cluster whose frames on one lane may differ in size: what one sends, the other drops."""
    for number, lane in enumerate(lanes):
        sizes: dict[str, dict[int, list[str]]] = {}
        for host in hosts:
            mtu = ways[host.name, number].mtu
            if mtu:
                sizes.setdefault(host.cluster, {}).setdefault(mtu, []).append(host.name)
        for cluster, by_size in sizes.items():
            if len(by_size) > 1:
                told = "; ".join(f"{mtu} on {', '.join(sorted(names))}" for mtu, names in sorted(by_size.items()))
                yield {
                    "code": "mtu_differs",
                    "cluster": cluster,
                    "physical_network": lane.physical_network,
                    "traffic_type": lane.traffic_type,
                    "message": f"the MTU of {lane.traffic_type} traffic differs: {told}",
                    "remedy": "set one MTU on the cards of all hosts of a cluster, and on their switches",
                    "hosts": {str(mtu): sorted(names) for mtu, names in sorted(by_size.items())},
                }
