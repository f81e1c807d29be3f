# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of a vCenter made, and hosts added to it."""

from __future__ import annotations

from ...core.change import Outcome
from ...core.errors import NotAsRead
from ...core.vsphere.cluster import ClusterHeld, ClusterWanted, NewHost, missing, refuse_unfit, settings
from ...ports.vsphere import VsphereClusters


def ensure_vsphere_cluster(clusters: VsphereClusters, wanted: ClusterWanted, check_mode: bool) -> Outcome:
    """Raises Refused before the first write, NotAsRead where vCenter shows something else afterwards."""
    held = clusters.read()
    new = missing(held, wanted)
    refuse_unfit(held.path, [clusters.examine(host) for host in new])
    changed = not held.there or bool(new or settings(held, wanted))
    if changed and not check_mode:
        _make(clusters, held, wanted, new)
    before, after = _sides(held, wanted, new)
    result = {"cluster": held.path, "created": not held.there, "hosts": [host.name for host in new]}
    return Outcome(changed, before, after, result)


def _make(clusters: VsphereClusters, held: ClusterHeld, wanted: ClusterWanted, new: tuple[NewHost, ...]) -> None:
    if not held.there:
        clusters.create()
        held = clusters.read()
    if settings(held, wanted):
        clusters.configure(wanted.ha, wanted.drs, wanted.timeout)
    for host in new:
        clusters.add(host, wanted.timeout)
    now = clusters.read()
    left: dict[str, object] = {name: has for name, (has, _want) in settings(now, wanted).items()}
    left.update({host.name: now.place(host.name) or "absent" for host in missing(now, wanted)})
    if left or not now.there:
        raise NotAsRead(f"cluster {held.path}", left)


def _sides(
    held: ClusterHeld, wanted: ClusterWanted, new: tuple[NewHost, ...]
) -> tuple[dict[str, object], dict[str, object]]:
    differing = settings(held, wanted)
    before: dict[str, object] = {name: has for name, (has, _want) in differing.items()} if held.there else {}
    after: dict[str, object] = {name: want for name, (_has, want) in differing.items()}
    if not held.there:
        before["cluster"], after["cluster"] = "absent", "present"
    if new:
        before["hosts"], after["hosts"] = [], [host.name for host in new]
    return before, after
