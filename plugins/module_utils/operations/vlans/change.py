# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest VLANs of a physical network: added, taken out or set exactly, with proof that nothing held is lost.

Source: Working with Hosts, "Adding Non Contiguous VLAN Ranges"; FIELD_FACTS "Guest VLAN ranges"; T3:1-51, T4:1-30.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ...core.change import Fields, Outcome
from ...core.errors import NotAsRead, Refused
from ...core.vlans import ranges as vlans
from ...core.vlans import scheme as vlan_scheme
from ...core.vlans.change import (
    Change,
    Ranges,
    Situation,
    State,
    allowed,
    change,
    decide,
    steps,
    wanted_ranges,
)
from ...core.vlans.holders import Holder
from ...core.zone.physical_networks import PhysicalNetwork
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import SETTLE, within
from ..waiting import until
from .holders import gather, ranges_of

WRITES = 3  # of one task, where other runs write meanwhile


@dataclass(frozen=True)
class Policy:
    """separate: names of physical networks with switches of their own. allow_reserved, scheme: as parameters say."""

    separate: t.Sequence[str] = ()
    allow_reserved: t.Sequence[object] = ()
    scheme: t.Sequence[t.Mapping[str, t.Any]] = ()


def ensure_vlans(
    cloud: Cloud, zone: t.Optional[str], network: str, value: object, state: State, check_mode: bool, policy: Policy
) -> Outcome:
    """``value``: VLANs in any spelling. Raises Refused with every holder, InvalidValue, NotFound, NotAsRead."""
    entries = vlan_scheme.parse(policy.scheme)
    reserved = allowed(policy.allow_reserved)

    def parents() -> tuple[Zone, PhysicalNetwork]:
        place = lookup.zone(cloud, zone)
        return place, lookup.physical_network(cloud, network, place)

    def then(there: tuple[Zone, PhysicalNetwork]) -> Outcome:
        place, held = there
        wanted = wanted_ranges(value, held.isolation_method)
        same = change(ranges_of(held), wanted, state)
        if not same.changes:
            return Outcome(False, result=_shown(held, same))
        held = cloud.physical_networks.fresh(held)
        first: t.Optional[Change] = None
        left = WRITES
        while True:
            found, holders = judge(cloud, place, held, wanted, state, policy.separate, reserved, entries)
            seen = held if check_mode or not found.changes else cloud.physical_networks.fresh(held)
            if ranges_of(seen) != ranges_of(held):
                # The server takes the whole set: what another run has added meanwhile would be lost.
                held = seen
                continue
            if check_mode or not found.changes:
                return _foretold(held, found, first)
            first = first or found
            write(cloud, held, found, holders)
            left -= 1
            held = settled(cloud, held, wanted, state, last=left == 0)
            if not change(ranges_of(held), wanted, state).changes:
                return _done(held, first)
            # Another run has written its set after ours, from what it read before.

    places = {"zone": zone, "physical_network": network}
    foretold = {"vlans": vlans.words(vlans.parse(value, highest=max(vlans.HIGHEST_OF.values())))}
    return within(parents, then, foretold, "absent" if state == "absent" else "present", check_mode, places)


def _foretold(held: PhysicalNetwork, found: Change, first: t.Optional[Change]) -> Outcome:
    """What check mode tells; nothing to do; or, after ``first`` was written and lost, that another run has done it."""
    if not found.changes:
        return _done(held, first) if first else Outcome(False, result=_shown(held, found))
    before, after = {"vlans": vlans.words(found.held)}, {"vlans": vlans.words(found.target)}
    return Outcome(True, before, after, _shown(_with(held, found.target), found))


def _done(held: PhysicalNetwork, first: Change) -> Outcome:
    return Outcome(
        True, {"vlans": vlans.words(first.held)}, {"vlans": vlans.words(ranges_of(held))}, _shown(held, first)
    )


def judge(
    cloud: Cloud,
    place: Zone,
    held: PhysicalNetwork,
    wanted: Ranges,
    state: State,
    separate: t.Sequence[str] = (),
    reserved: frozenset[int] = frozenset(),
    scheme: t.Sequence[vlan_scheme.Entry] = (),
) -> tuple[Change, list[Holder]]:
    """The change that is safe, and everybody who has VLANs in the zone. Raises Refused, NotFound (``separate``)."""
    apart = frozenset(lookup.physical_network(cloud, name, place).id for name in separate)
    networks = cloud.physical_networks.all(zone_id=place.id)
    holders = gather(cloud, place, networks, held)
    where = Situation(held.id, held.name, ranges_of(held), held.isolation_method, apart, reserved)
    added = change(where.held, wanted, state).added
    off = list(vlan_scheme.against(scheme, "pool", added)) if where.as_vlans else []
    try:
        found = decide(where, wanted, state, holders)
    except Refused as error:
        raise Refused(f"guest VLANs of physical network {held.name}", [*error.reasons, *off]) from None
    if off:
        raise Refused(f"guest VLANs of physical network {held.name}", off)
    return found, holders


def prove(cloud: Cloud, place: Zone, held: PhysicalNetwork, text: object, check_mode: bool) -> None:
    """That setting exactly these VLANs loses nothing of anybody's and takes none of other traffic's. Raises Refused.

    What the server would take for used goes out first, so that the whole set can be written after it.
    """
    wanted = wanted_ranges(text, held.isolation_method)
    if not change(ranges_of(held), wanted, "exact").changes:
        return
    others = [each.name for each in cloud.physical_networks.all(zone_id=place.id) if each.id != held.id]
    found, holders = judge(cloud, place, held, wanted, "exact", others, frozenset(vlans.NOT_FOR_GUESTS))
    for each in steps(found, used_by(holders))[:-1]:
        if not check_mode:
            cloud.physical_networks.update(held.id, vlan=vlans.text(each))


def used_by(holders: t.Iterable[Holder]) -> list[int]:
    """VLANs that the server's own pool calls allocated."""
    return [low for each in holders if each.kind in ("network", "leak") for low, _high in each.ranges]


def write(cloud: Cloud, held: PhysicalNetwork, found: Change, holders: t.Sequence[Holder]) -> None:
    """In one call, or in two where the server would take what goes for used (see core.vlans.change.steps)."""
    for each in steps(found, used_by(holders)):
        cloud.physical_networks.update(held.id, vlan=vlans.text(each))


def settled(cloud: Cloud, held: PhysicalNetwork, wanted: Ranges, state: State, last: bool) -> PhysicalNetwork:
    """The network as it shows what is wanted, beside whatever others have added; or, after SETTLE seconds, as it is.

    last: NotAsRead is raised instead.
    """
    began = cloud.clock.now()
    subject = f"physical network {held.name}"

    def done(seen: PhysicalNetwork) -> bool:
        rest = change(ranges_of(seen), wanted, state)
        late = cloud.clock.now() - began > SETTLE
        if rest.changes and late and last:
            raise NotAsRead(subject, {"vlan": {"held": vlans.words(rest.held), "wanted": vlans.words(rest.target)}})
        return late or not rest.changes

    return until(
        cloud,
        lambda: cloud.physical_networks.fresh(held),
        done,
        what=f"{subject} to show its VLANs",
        limit=SETTLE * 2,
        show=lambda seen: str(seen.vlan),
    )


def _with(held: PhysicalNetwork, target: Ranges) -> PhysicalNetwork:
    return dataclasses.replace(held, vlan=vlans.text(target))


def _shown(network: PhysicalNetwork, found: Change) -> Fields:
    return {
        "physical_network": network.name,
        "physical_network_id": network.id,
        "isolation_method": network.isolation_method,
        "vlan": vlans.text(ranges_of(network)),
        "vlans": vlans.words(ranges_of(network)),
        "added": vlans.words(found.added),
        "removed": vlans.words(found.removed),
        "size": vlans.size(ranges_of(network)),
    }
