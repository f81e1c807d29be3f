# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system VM template of the wanted version: registered before (to 4.15), or in the package (from 4.16 on), whole by
its checksum.

A failed registration leaves the version complete, and the next start serves without any template (facts 8.6).
"""

from __future__ import annotations

import typing as t

from ..findings import Unseen, Verdict
from ..servers.release import Release
from ..text import shortened
from .facts import BEFORE, STOPPED, UPGRADED, Facts, Kind, Node, Shipped, Store
from .table import UPGRADE
from .template_names import WORDS, name, names, section

PACKAGED: Release = (4, 16, 0, 0)
# By the length of the checksum in metadata.ini, which does not name its algorithm.
DIGESTS: t.Mapping[int, str] = {32: "MD5", 64: "SHA-256", 128: "SHA-512"}
# What a server downloads at its first start if the package does not have it (DOWNLOADABLE_TEMPLATE_ARCH_TYPES).
DOWNLOADED = frozenset(("kvm-aarch64",))
ROOM = 2_200_000_000  # bytes


def needed(facts: Facts) -> list[Kind]:
    """Hypervisors of clusters that have system VMs; others (BareMetal, Simulator, External) have none of their own."""
    return sorted(
        {each for each in facts.database.kinds if each.hypervisor.casefold() in WORDS},
        key=lambda each: (each.hypervisor, each.arch, each.zone),
    )


def template_names(facts: Facts) -> tuple[str, ...]:
    """The system VM templates that the wanted version needs, by the package's own metadata where that was read."""
    return tuple(sorted({name(facts, kind) for kind in needed(facts)}))


def template_verdicts(facts: Facts, old: t.Optional[Release]) -> t.Iterator[Verdict]:
    kinds = needed(facts)
    if not kinds:
        return
    if facts.stage == UPGRADED:
        left_out = [kind for kind in kinds if facts.to >= PACKAGED and not _writable(facts, kind.zone)]
        yield from _stores(facts, left_out)
        yield from _there(facts, [kind for kind in kinds if kind not in left_out], "template_lost")
        return
    if old is not None and old >= facts.to:
        return
    if facts.to < PACKAGED:
        yield from _there(facts, kinds, "template_missing")
        return
    yield from _stores(facts, kinds)
    if facts.stage == BEFORE and not any(node.packaged for node in facts.nodes):
        yield Unseen("template_file_missing", "the files of the new package, which is not installed yet")
        return
    for node in facts.nodes[:1] if facts.stage == STOPPED else [each for each in facts.nodes if each.packaged]:
        yield from _files(node, kinds)


def _there(facts: Facts, kinds: t.Sequence[Kind], missing: str) -> t.Iterator[Verdict]:
    told: set[str] = set()
    for kind in kinds:
        may, one = names(facts, kind), name(facts, kind)
        found = [each for each in facts.database.templates if each.name in may]
        if not found and one not in told:
            told.add(one)
            yield UPGRADE.found(missing, f"{one} for {kind.hypervisor}", template=one)
        elif found and not any(kind.zone in each.ready for each in found):
            text = f"{one} in zone {shortened(kind.zone, 60)}"
            yield UPGRADE.found("template_not_ready", text, template=one, zone=kind.zone)


def _ready(facts: Facts, kind: Kind) -> bool:
    may = names(facts, kind)
    return any(each.name in may and kind.zone in each.ready for each in facts.database.templates)


def _writable(facts: Facts, zone: str) -> list[Store]:
    stores = [each for each in facts.database.stores if each.zone in (zone, "")]
    return [each for each in stores if each.protocol.casefold() == "nfs" and not each.readonly]


def _stores(facts: Facts, kinds: t.Sequence[Kind]) -> t.Iterator[Verdict]:
    """The server registers a template in zones with a store, and leaves the others out (getEligibleZoneIds)."""
    for zone in sorted({kind.zone for kind in kinds if not _ready(facts, kind)}):
        writable = _writable(facts, zone)
        if not writable:
            yield UPGRADE.found("no_nfs_store", f"zone {shortened(zone, 60)}", zone=zone)
        elif all(each.free is not None and each.free < ROOM for each in writable):
            seen = ", ".join(f"{shortened(each.name, 60)} has {(each.free or 0) / 1e9:.1f} GB" for each in writable)
            yield UPGRADE.found("store_full", f"zone {shortened(zone, 60)}: {seen}", zone=zone)


def _files(node: Node, kinds: t.Sequence[Kind]) -> t.Iterator[Verdict]:
    if node.shipped is None:
        yield UPGRADE.found("metadata_missing", f"on {node.name}", node.name)
        return
    held: dict[str, Shipped] = {each.kind: each for each in node.shipped}
    told: set[str] = set()
    for kind in kinds:
        its = section(kind)
        each = held.get(its) or held.get(kind.hypervisor.casefold())
        if its in told:
            continue
        told.add(its)
        if each is None:
            yield UPGRADE.found("template_file_missing", f"no section {its} on {node.name}", node.name)
        elif not each.digests and each.url and section(kind) in DOWNLOADED:
            text = f"{shortened(each.filename, 120)} on {node.name}, from {shortened(each.url, 200)}"
            yield UPGRADE.found("template_downloaded", text, node.name)
        elif not each.digests:
            yield UPGRADE.found("template_file_missing", f"{shortened(each.filename, 120)} on {node.name}", node.name)
        else:
            yield from _digest(node, each)


def _digest(node: Node, each: Shipped) -> t.Iterator[Verdict]:
    """Compared in the algorithm of the checksum: MD5 before 4.22, SHA-512 since (DigestHelper.calculateChecksum)."""
    kind = DIGESTS.get(len(each.checksum))
    text = f"{shortened(each.filename, 120)} on {node.name}"
    alike = [digest for digest in each.digests if len(digest) == len(each.checksum)]
    if kind and not alike:
        yield Unseen("template_file_corrupt", f"the {kind} of {text}")
    elif each.checksum.lower() not in alike:
        yield UPGRADE.found("template_file_corrupt", text, node.name)
