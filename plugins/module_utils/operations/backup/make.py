# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a backup: look, decide whether it can become one, write it beside, look at it again, and only then name it."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ...core.backup.dump import Scan, differences
from ...core.backup.failure import BackupFailed
from ...core.backup.make import Facts, reasons_against
from ...core.backup.manifest import MANIFEST, Manifest, Part, is_backup_name, is_database
from ...core.backup.seen import to_remove
from ...core.change import Outcome
from ...core.errors import InvalidValue, Refused
from ...ports.backup import Source, Store
from ...ports.clock import Clock


@dataclass(frozen=True)
class Request:
    """name, host: of the new backup. lag: seconds that a replica may be behind. keep: how many, 0 for all."""

    name: str
    host: str
    databases: tuple[str, ...]
    roots: tuple[str, ...]
    encrypted: bool
    replica: bool = False
    lag: int = 30
    keep: int = 0


def make(store: Store, source: Source, clock: Clock, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, BackupFailed, InvalidValue and what its ports raise; then no backup has this name."""
    _check(request)
    with store.locked():
        began = clock.wall()
        facts = source.facts()
        most_lag = request.lag if request.replica else None
        reasons = list(reasons_against(facts, request.databases, most_lag, store.path, store.free()))
        if reasons:
            raise Refused("the backup", reasons)
        warnings = tuple(_warnings(facts))
        if check_mode:
            return Outcome(True, {}, {"backup": request.name}, _result(store, request.name, None, ()), warnings)
        try:
            manifest = _written(store, source, request, facts, began)
            store.finish(_timed(manifest, clock.wall() - began))
        except BaseException:
            store.abandon(request.name)
            raise
        seen = store.seen(request.name, check=True)
        if not seen.whole:
            raise BackupFailed(
                "verify", f"{request.name} was changed or damaged after it was written: {seen.wrong or seen.damaged}"
            )
        gone = to_remove(store.folder(check=False).backups, request.keep, request.host, request.name)
        for name in gone:
            store.remove(name)
    after = {"backup": request.name, "rows": {name: sum(held.values()) for name, held in manifest.rows.items()}}
    return Outcome(True, {}, after, _result(store, request.name, seen.manifest, gone), warnings)


def _check(request: Request) -> None:
    if not is_backup_name(request.name):
        raise InvalidValue("host", request.host, "a host name of letters, digits, dots and dashes")
    for name in request.databases:
        if not is_database(name):
            raise InvalidValue("databases", name, "names of CloudStack's databases")
    if request.keep < 0:
        raise InvalidValue("keep", request.keep, "a number of backups, 0 for all")


def _warnings(facts: Facts) -> t.Iterator[str]:
    if facts.unsafe_tables:
        yield f"tables without transactions may change during the backup: {', '.join(facts.unsafe_tables[:5])}"
    if facts.key_problem:
        yield f"the key does not decrypt the database, so a restored server will not start: {facts.key_problem}"
    unreadable = (facts.secrets or {}).get("unreadable", 0)
    if unreadable:
        yield f"{unreadable} encrypted values of the database cannot be decrypted (cs_stored_secrets_info shows which)"


def _written(store: Store, source: Source, request: Request, facts: Facts, began: float) -> Manifest:
    folder = store.begin(request.name)
    scan = Scan(request.databases)
    parts: list[Part] = []
    if request.databases:
        parts.append(source.dump(folder, scan))
        reasons = list(scan.reasons())
        if reasons:
            raise Refused("the dump", reasons)
        _compare(facts, scan)
    if facts.roots:
        parts.append(source.archive(folder, facts.roots))
    return Manifest(
        name=request.name,
        host=request.host,
        made=began,
        cloudstack=facts.cloudstack,
        package=facts.package,
        database=facts.database,
        encrypted="gpg" if request.encrypted else "",
        position=scan.position,
        replica=request.replica,
        rows=scan.rows,
        objects=facts.objects,
        secrets={"unreadable": 1} if facts.key_problem else facts.secrets,
        definers=facts.definers,
        roots=facts.roots,
        unsafe_tables=facts.unsafe_tables,
        parts=tuple(parts),
    )


def _timed(manifest: Manifest, seconds: float) -> Manifest:
    return dataclasses.replace(manifest, seconds=round(seconds, 1))


def _compare(facts: Facts, scan: Scan) -> None:
    """Every table that there is must be in the dump, and no other."""
    wanted = {name: dict.fromkeys(held, 0) for name, held in facts.tables.items()}
    found = {name: dict.fromkeys(held, 0) for name, held in scan.rows.items()}
    differ = differences(wanted, found)
    if differ:
        told = ", ".join(f"{name}: {what}" for name, what in list(differ.items())[:5])
        raise BackupFailed("dump", f"the dump does not have the tables of the database: {told}")


def _result(store: Store, name: str, manifest: t.Optional[Manifest], gone: t.Sequence[str]) -> dict[str, object]:
    path = f"{store.path}/{name}"
    held = {"name": name, "path": path, "manifest": f"{path}/{MANIFEST}", "removed": list(gone)}
    if manifest is None:
        return {**held, "size": 0, "rows": {}, "position": "", "cloudstack": "", "encrypted": ""}
    return {
        **held,
        "size": sum(part.size for part in manifest.parts),
        "rows": {name: sum(counts.values()) for name, counts in manifest.rows.items()},
        "position": manifest.position,
        "cloudstack": manifest.cloudstack,
        "encrypted": manifest.encrypted,
    }
