# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups of a directory as they were seen: which are whole, which may go, and what is wrong with them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, HURTS, NOTE, Judgement, Table, Verdict, rows
from .manifest import Manifest, Proof

HOUR = 3600.0


@dataclass(frozen=True)
class Seen:
    """One directory. manifest: None where it is unreadable, with what is wrong. damaged: parts whose checksum differs.

    checked: whether checksums were computed.
    """

    name: str
    manifest: t.Optional[Manifest] = None
    wrong: str = ""
    damaged: tuple[str, ...] = ()
    checked: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def whole(self) -> bool:
        return self.manifest is not None and not self.damaged

    @property
    def proven(self) -> bool:
        return self.whole and bool(self.proofs)

    @property
    def has_databases(self) -> bool:
        return self.manifest is not None and bool(self.manifest.rows)


@dataclass(frozen=True)
class Folder:
    """unfinished: directories of runs that did not end."""

    backups: tuple[Seen, ...] = ()
    unfinished: tuple[str, ...] = ()


def to_remove(backups: t.Sequence[Seen], keep: int, host: str, newest: str) -> tuple[str, ...]:
    """Names of backups of this host beyond ``keep``, oldest first; 0 keeps all.

    Never the newest one that is proven, never the one just made, never one whose manifest cannot be read or that is
    of another host, and no backup with databases for one that has only files.
    """
    if not keep:
        return ()
    gone: list[str] = []
    ours = [each for each in backups if each.manifest is not None and each.manifest.host == host]
    for kind in (True, False):
        alike = sorted((each for each in ours if each.has_databases is kind), key=lambda each: each.name)
        proven = [each.name for each in alike if each.proven]
        safe = {newest, *proven[-1:]}
        gone += [each.name for each in alike[: max(0, len(alike) - keep)] if each.name not in safe]
    return tuple(sorted(gone))


_GUIDE = "docs/guides/backup.md"
_DOCUMENTS = "4.11.1: database backup; 5.13.3"
BACKUPS = Table(
    "backups",
    rows(
        BLOCKS,
        ("backup_none", "There is no backup", "run playbooks/backup.yml", _DOCUMENTS),
        (
            "backup_damaged",
            "Parts of a backup were changed or damaged after they were written",
            "make a new backup, and examine the disk",
            _GUIDE,
        ),
        ("backup_old", "The newest backup of the databases is too old", "run playbooks/backup.yml", _DOCUMENTS),
        (
            "backup_key_unfit",
            "The key in the backup does not decrypt values of the database in it",
            "examine db.properties and the key file of the server, then make a new backup",
            "apache/cloudstack issue 3628",
        ),
    ),
    rows(
        HURTS,
        (
            "backup_never_restored",
            "No backup of the databases was ever restored",
            "restore it on another machine with playbooks/restore.yml",
            _GUIDE,
        ),
        (
            "backup_unreadable",
            "A directory has the name of a backup and no valid manifest",
            "examine it, and remove it manually",
            _GUIDE,
        ),
        (
            "backup_open",
            "Other users can read a backup",
            "remove the rights of group and others",
            _GUIDE,
        ),
    ),
    rows(
        NOTE,
        ("backup_unfinished", "A backup did not finish", "the next run removes its files", _GUIDE),
        ("backup_not_encrypted", "The newest backup is not encrypted", "set backup_passphrase", _GUIDE),
        (
            "backup_proof_old",
            "The last restored backup is much older than the newest",
            "restore a recent one",
            _GUIDE,
        ),
        (
            "backup_unsafe_tables",
            "Tables without transactions are in the backup",
            "convert them to InnoDB while all servers are stopped",
            "mysqldump: --single-transaction",
        ),
    ),
)


def judge(
    folder: Folder,
    now: float,
    hours: float,
    proof_days: float,
    open_: t.Sequence[str] = (),
    ignore: t.Collection[str] = (),
) -> Judgement:
    """open_: names of backups that others can read. Raises InvalidValue for an unknown ignored code."""
    return BACKUPS.judgement(_verdicts(folder, now, hours, proof_days, open_), ignore)


def _verdicts(
    folder: Folder, now: float, hours: float, proof_days: float, open_: t.Sequence[str]
) -> t.Iterator[Verdict]:
    for name in folder.unfinished:
        yield BACKUPS.found("backup_unfinished", name, name=name)
    for name in open_:
        yield BACKUPS.found("backup_open", name, name=name)
    for each in folder.backups:
        if each.manifest is None:
            yield BACKUPS.found("backup_unreadable", f"{each.name}: {each.wrong}", name=each.name)
        elif each.damaged:
            yield BACKUPS.found("backup_damaged", f"{each.name}: {', '.join(each.damaged)}", name=each.name)
    whole = [each for each in folder.backups if each.whole and each.has_databases]
    if not whole:
        yield BACKUPS.found("backup_none", "of the databases")
        return
    yield from _of_newest(whole, now, hours, proof_days)


def _of_newest(whole: t.Sequence[Seen], now: float, hours: float, proof_days: float) -> t.Iterator[Verdict]:
    newest = max(whole, key=lambda each: each.name)
    manifest = newest.manifest
    if manifest is None:
        return
    age = (now - manifest.made) / HOUR
    if hours and age > hours:
        yield BACKUPS.found("backup_old", f"{newest.name}, {age:.0f} hours", name=newest.name, hours=round(age, 1))
    if (manifest.secrets or {}).get("unreadable"):
        number = (manifest.secrets or {})["unreadable"]
        yield BACKUPS.found("backup_key_unfit", f"{newest.name}, {number} values", name=newest.name)
    if not manifest.encrypted:
        yield BACKUPS.found("backup_not_encrypted", newest.name, name=newest.name)
    if manifest.unsafe_tables:
        yield BACKUPS.found("backup_unsafe_tables", ", ".join(manifest.unsafe_tables[:5]), name=newest.name)
    proven = [each for each in whole if each.proven]
    if not proven:
        yield BACKUPS.found("backup_never_restored", f"{len(whole)} backups, the newest is {newest.name}")
        return
    last = max(each.manifest.made for each in proven if each.manifest is not None)
    days = (manifest.made - last) / HOUR / 24
    if proof_days and days > proof_days:
        yield BACKUPS.found("backup_proof_old", f"by {days:.0f} days", days=round(days))
