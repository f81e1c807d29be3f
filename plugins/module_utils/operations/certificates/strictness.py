# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strictness of the CA: relaxed while agents get certificates, restored afterwards, demanded once all have one.

What was set before is noted on a cluster before anything is changed, so that whoever runs next restores it.
"""

from __future__ import annotations

import typing as t

from ...core.certificates.check import STRICTNESS, Secured
from ...core.certificates.strictness import RELAXED, STRICT, before_of, reasons_against, record
from ...core.change import Outcome
from ...core.errors import NotAsRead, NotFound, Refused
from ...core.notes import Note
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes
from . import info


def ensure_strictness(cloud: Cloud, state: str, check_mode: bool) -> Outcome:
    """Raises NotFound on a server without the setting or without clusters, Refused, NotAsRead."""
    held = cloud.settings.find(STRICTNESS)
    if held is None:
        raise NotFound("setting", STRICTNESS)
    value = str(held.value or "").casefold()
    notes = _notes(cloud)
    noted = next((before for _cluster, _note, before in notes), None)
    if state == STRICT:
        _refuse_unsecured(cloud)
    wanted = {RELAXED: "false", STRICT: "true"}.get(state, noted or value)
    changed = wanted != value
    keeps = state == RELAXED and (noted is not None or value != "false")
    if not check_mode:
        _carry_out(cloud, value, wanted, notes, keeps)
    dirty = changed or bool(notes and not keeps)
    before, after = {"value": value, "noted": noted}, {"value": wanted, "noted": (noted or value) if keeps else None}
    result = {"value": wanted, "before": noted or value, "restart_needed": changed}
    return Outcome(dirty, before if dirty else {}, after if dirty else {}, result)


def _carry_out(
    cloud: Cloud, value: str, wanted: str, notes: t.Sequence[tuple[Cluster, Note, str]], keeps: bool
) -> None:
    """The note comes before the change and goes after it."""
    if keeps and not notes:
        add_note(cloud, "CLUSTER", _first_cluster(cloud).id, record(value))
    if wanted != value:
        shown = cloud.settings.write(STRICTNESS, wanted)
        if str(shown.value or "").casefold() != wanted:
            raise NotAsRead(STRICTNESS, {"value": shown.value})
    if not keeps:
        for cluster, note, _before in notes:
            remove_notes(cloud, "CLUSTER", cluster.id, [note])


def _first_cluster(cloud: Cloud) -> Cluster:
    found = sorted(cloud.clusters.all(), key=lambda cluster: cluster.id)
    if not found:
        raise NotFound("cluster", "", "this server")
    return found[0]


def _notes(cloud: Cloud) -> list[tuple[Cluster, Note, str]]:
    """Records that earlier runs left on any cluster."""
    found = []
    for cluster in sorted(cloud.clusters.all(), key=lambda each: each.id):
        for note in cloud.notes.all("CLUSTER", cluster.id):
            before = before_of(note.text)
            if before is not None:
                found.append((cluster, note, before))
    return found


def _refuse_unsecured(cloud: Cloud) -> None:
    hosts: list[Secured] = []
    for zone in cloud.zones.all():
        known = cloud.authorities.secured(zone.id)
        held = [each for each in cloud.hosts.all(zone_id=zone.id) if each.hypervisor in info.KVM]
        hosts += [Secured(each.name, each.cluster, known.get(each.id)) for each in held]
    reasons = reasons_against(hosts)
    if reasons:
        raise Refused(f"{STRICTNESS}=true", reasons)
