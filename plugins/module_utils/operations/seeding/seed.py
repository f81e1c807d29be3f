# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seed a template: judge database and store, fetch and verify it on the store, name it, and record it at the end."""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass

from ...core.change import Outcome
from ...core.errors import MissingValue, NotAsRead, Refused
from ...core.seeding.template import (
    HYPERVISORS,
    NOTHING,
    SEED,
    Database,
    Packaged,
    Row,
    algorithm,
    decide,
    path_of,
    properties,
    reasons,
    registers_itself,
    registration_failed,
)
from ...ports.seeding import Records, Storage


@dataclass(frozen=True)
class Request:
    """source: a path or URL, "" for the template of the packages. space: bytes that must be free."""

    hypervisor: str
    source: str = ""
    checksum: str = ""
    arch: str = "x86_64"
    replace: bool = False
    space: int = 0


def seed(records: Records, storage: Storage, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, MissingValue, InvalidValue, SeedingFailed, NotAsRead and what the database raises."""
    packaged = storage.packaged(request.hypervisor, request.arch)
    source, digest = _source(request, packaged)
    url = source if "://" in source else ""
    held = records.read(request.hypervisor)
    with storage.mounted():
        row = held.row or Row(0)
        folder = path_of(row.id)
        store = storage.look(folder)
        other = request.replace and store.seeded.whole and _other(storage, folder, row, store.seeded.filename, source)
        step = decide(row, store.seeded, other)
        needed = max(request.space, storage.size(source)) if step == SEED else 0
        found = list(reasons(held, store, request.hypervisor, step, needed, request.replace))
        if found:
            raise Refused(f"the system VM template for {HYPERVISORS[request.hypervisor][0]}", found)
        warnings = tuple(_warnings(held, packaged))
        if step == NOTHING or check_mode:
            return _outcome(step, row, store.seeded.filename, held, packaged, warnings)
        if step == SEED:
            name = _seeded(storage, folder, row, request.hypervisor, source, digest)
        else:
            name = store.seeded.filename
        # A file has no URL: the one that the release has brought stays.
        records.write(row.id, name.partition(".")[0], url or row.url)
        now = storage.look(folder).seeded
        if not now.whole or now.filename != name:
            raise NotAsRead("the template on secondary storage", {"filename": now.filename, "whole": now.whole})
    return _outcome(step, row, name, held, packaged, warnings)


def _source(request: Request, packaged: Packaged) -> tuple[str, tuple[str, str]]:
    if request.source:
        if not request.checksum:
            raise MissingValue("the template", ["checksum"], f"{request.source} cannot be verified without it")
        return request.source, algorithm(request.checksum)
    if not packaged.right:
        state = "is damaged" if packaged.there else "does not exist"
        hint = (
            f"the template of the packages {state}: {packaged.path}" if packaged.path else "no package has a template"
        )
        raise MissingValue("the template", ["source", "checksum"], hint)
    return packaged.path, algorithm(packaged.checksum)


def _other(storage: Storage, folder: str, row: Row, filename: str, source: str) -> bool:
    return row.url != source if "://" in source else not storage.same(folder, filename, source)


def _seeded(storage: Storage, folder: str, row: Row, hypervisor: str, source: str, digest: tuple[str, str]) -> str:
    suffix = HYPERVISORS[hypervisor][1]
    size, virtual = storage.fetch(folder, source, digest)
    name = f"{uuid.uuid4()}.{suffix}"
    storage.install(folder, name, properties(row.id, name, suffix, size, virtual))
    return name


def _warnings(held: Database, packaged: Packaged) -> t.Iterator[str]:
    if registration_failed(held, packaged):
        yield (
            f"the database has version {held.version}, but its templates are of {held.minimum}: the upgrade did not "
            "register them. Put the packages' template in place, restore the dump from before the upgrade, "
            "and start again"
        )
    if registers_itself(held, packaged):
        yield "the server seeds this template itself when the first NFS store of a zone with clusters is added"


def _outcome(
    step: str, row: Row, filename: str, held: Database, packaged: Packaged, warnings: tuple[str, ...]
) -> Outcome:
    result = {
        "step": step,
        "id": row.id,
        "filename": filename,
        "folder": path_of(row.id),
        "version": held.version,
        "registers_itself": registers_itself(held, packaged),
        "registration_failed": registration_failed(held, packaged),
    }
    changed = step != NOTHING
    return Outcome(
        changed, {"uuid": row.uuid} if changed else {}, {"template": step} if changed else {}, result, warnings
    )
