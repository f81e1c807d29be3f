# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore a backup: judge it and the target whole before anything is touched, then load, compare, place, and prove.

While databases are loaded, CloudStack's accounts are locked, so that no server starts on half of them. A run that is
killed leaves a note; the next run of the same backup begins again without a new consent.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ...core.backup.dump import Scan, differences
from ...core.backup.manifest import DUMP, FILES, Manifest, Proof
from ...core.backup.members import problems
from ...core.backup.restore import Target, reasons
from ...core.backup.seen import Seen
from ...core.change import Outcome
from ...core.errors import NotAsRead, Reason, Refused
from ...ports.backup import Destination, Store
from ...ports.clock import Clock


@dataclass(frozen=True)
class Request:
    """name: of the backup. files, databases: what of it is restored. replace: what is there may go."""

    name: str
    host: str
    files: bool = True
    databases: bool = True
    replace: bool = False
    other_version: bool = False


def restore(store: Store, to: Destination, clock: Clock, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, NotAsRead, BackupFailed and what its ports raise."""
    with store.locked():
        seen = store.seen(request.name, check=True)
        manifest = _judged(seen, request)
        dump, files = (_path(store, manifest, name) for name in (DUMP, FILES))
        with_databases = bool(request.databases and manifest.rows)
        if files:
            _refuse(request, problems(to.members(files), manifest.roots))
        if with_databases:
            _scanned(to, dump, manifest, request)
        asked = manifest if with_databases else _without(manifest)
        target = to.target(asked)
        made = to.accounts(manifest) if with_databases else ()
        _refuse(request, reasons(asked, _asked(target, request), request.replace, request.other_version, made))
        result = _result(manifest, target)
        if check_mode:
            return Outcome(True, {"databases": dict(target.tables)}, {"backup": manifest.name}, result)
        secrets = _loaded(to, dump, manifest) if with_databases else 0
        written = to.place() if request.files and files else ()
        if with_databases:
            to.open(manifest)
            if files and not to.logs_in():
                raise NotAsRead("CloudStack's database account", {"login": "refused"})
        rows = sum(sum(held.values()) for held in manifest.rows.values()) if with_databases else 0
        tables = sum(map(len, manifest.rows.values())) if with_databases else 0
        proof = Proof(request.host, clock.wall(), tables, rows, secrets, len(written))
        hindered = store.prove(request.name, proof) if with_databases or not manifest.rows else ""
    warnings = (f"the proof of the restore is not recorded in {store.path}: {hindered}",) if hindered else ()
    after = {"databases": {name: len(held) for name, held in manifest.rows.items()}, "files": list(written)}
    numbers = {"rows": rows, "tables": tables, "secrets": secrets, "files": list(written), "proven": not hindered}
    return Outcome(True, {"databases": dict(target.tables)}, after, {**result, **numbers}, warnings)


def _judged(seen: Seen, request: Request) -> Manifest:
    if seen.manifest is None or seen.damaged:
        wrong = seen.wrong or f"{', '.join(seen.damaged)} was changed or damaged after the backup"
        code = "backup_unreadable" if seen.manifest is None else "backup_damaged"
        raise Refused(f"backup {request.name}", [Reason(code, wrong, "use another backup")])
    if not request.files and not (request.databases and seen.manifest.rows):
        what = "neither files nor databases are selected"
        raise Refused(f"backup {request.name}", [Reason("nothing_asked", what, "set files or databases")])
    return seen.manifest


def _path(store: Store, manifest: Manifest, name: str) -> str:
    part = manifest.part(name)
    return f"{store.path}/{manifest.name}/{part.name}" if part else ""


def _refuse(request: Request, found: t.Iterable[Reason]) -> None:
    held = list(found)
    if held:
        raise Refused(f"backup {request.name}", held)


def _scanned(to: Destination, dump: str, manifest: Manifest, request: Request) -> None:
    """The dump is read to its end before anything is dropped for it."""
    if not dump:
        raise Refused(f"backup {request.name}", [Reason("dump_missing", "it has no dump", "use another backup")])
    scan = Scan(manifest.databases)
    to.read_dump(dump, scan)
    found = list(scan.reasons())
    differ = differences(manifest.rows, scan.rows)
    if differ:
        told = "; ".join(f"{name}: {what}" for name, what in list(differ.items())[:3])
        found.append(Reason("dump_differs", f"the dump is not the one of the manifest: {told}", "use another backup"))
    _refuse(request, found)


def _without(manifest: Manifest) -> Manifest:
    return dataclasses.replace(manifest, rows={}, objects={})


def _asked(target: Target, request: Request) -> Target:
    return target if request.files else dataclasses.replace(target, files=(), package="")


def _loaded(to: Destination, dump: str, manifest: Manifest) -> int:
    """How many secrets were decrypted. Raises NotAsRead."""
    to.shut(manifest)
    to.load(dump, manifest)
    names = manifest.databases
    differ: dict[str, object] = dict(differences(manifest.rows, to.rows(names)))
    wanted, found = manifest.objects, to.objects(names)
    differ.update({f"{name}: objects": str(found.get(name)) for name in names if wanted.get(name) != found.get(name)})
    differ.update(dict.fromkeys(to.broken_views(names), "cannot be read"))
    secrets = to.secrets()
    if (
        None not in (secrets, manifest.secrets)
        and secrets != manifest.secrets
        and not (manifest.secrets or {}).get("unreadable")
    ):
        differ["secrets"] = f"{secrets} instead of {manifest.secrets}"
    if differ:
        raise NotAsRead("the restored databases", dict(list(differ.items())[:10]))
    return sum(number for form, number in (secrets or {}).items() if form in ("V1", "V2"))


def _result(manifest: Manifest, target: Target) -> dict[str, object]:
    return {
        "name": manifest.name,
        "cloudstack": manifest.cloudstack,
        "package": manifest.package,
        "installed": target.package,
        "rows": 0,
        "tables": 0,
        "secrets": 0,
        "files": [],
        "proven": False,
    }
