# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a zone that are not declared, and whether they can be removed."""

from __future__ import annotations

import typing as t

from ...core.declaration.export import Seen
from ...core.errors import Reason
from ...core.site.in_use import Users, reasons_to_keep
from ...core.site.pieces import Declared, Piece
from ...core.site.removal import undeclared
from ...ports.cloud import Cloud
from .. import lookup
from ..declaration.export import seen_zone


class Removals(t.NamedTuple):
    """stages: what removes each object, in order; seen: None where the zone is not there."""

    stages: list[list[Piece]]
    seen: t.Optional[Seen]

    @property
    def pieces(self) -> list[Piece]:
        return [piece for stage in self.stages for piece in stage]

    def against(self, cloud: Cloud) -> list[Reason]:
        """Why they cannot be removed yet. Who uses them is asked anew."""
        return _in_use(cloud, self)


NOTHING = Removals([], None)


def not_declared(cloud: Cloud, asked: Declared) -> Removals:
    """Before anything else is asked, so that one listing of hosts serves all."""
    zone = lookup.maybe(cloud.zones, "zone", str(asked.declaration.get("name")))
    if zone is None:
        return NOTHING
    seen = seen_zone(cloud, zone, detail="capacity")
    return Removals(undeclared(seen, asked.declaration, asked.hosts, asked.parts), seen)


def _in_use(cloud: Cloud, removals: Removals) -> list[Reason]:
    seen, pieces = removals.seen, removals.pieces
    if seen is None or not pieces:
        return []
    clusters = {each.id: each for each in seen.clusters}
    hosts, ranges = {each.id: each for each in seen.hosts}, {each.id: each for each in seen.ranges}
    vms, addresses, items = {}, {}, {}
    for piece in pieces:
        if piece.id in hosts:
            cluster = clusters[hosts[piece.id].cluster_id]
            vms[piece.id] = [each.name for each in cloud.fleets.on_host(cluster, piece.id)]
        elif piece.id in ranges:
            addresses[piece.id] = cloud.vlans.addresses(piece.id, bool(ranges[piece.id].for_virtual_network))
        elif piece.kind == "image store":
            held = cloud.stores.items(piece.id) or ()
            # The server puts those of system VMs on every store.
            items[piece.id] = [each.name for each in held if not each.name.casefold().startswith("systemvm")]
    networks: dict[str, list[str]] = {}
    if any(piece.kind in ("traffic type", "physical network") for piece in pieces):
        for network in cloud.vlans.networks(seen.zone.id):
            networks.setdefault(network.physical_network_id, []).append(network.name)
    return list(reasons_to_keep(pieces, seen, Users(vms, addresses, items, networks)))
