# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether CloudStack's databases are made, joined or left alone, judged before anything is written.

cloudstack-setup-databases decides by the existence of the databases alone, and a join does not contact them. Here the
version table, the servers that ever ran and the encrypted setting ``init`` decide, so that no run loses data.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...errors import Reason
from ...servers.release import FIRST, number
from ...text import several
from ..forms import EMPTY, PLAIN, UNREADABLE, V1, V2, VERSIONS

Action = t.Literal["deploy", "write", "none"]
DEPLOY: Action = "deploy"  # make accounts and tables, then write the files
WRITE: Action = "write"  # the tables are there: write the files
NONE: Action = "none"
SERVED, FRESH, HALF, ABSENT, FOREIGN = "served", "fresh", "half", "absent", "foreign"


@dataclass(frozen=True)
class Wanted:
    """What a task asks for. release: the version of the installed package, "" where it is not told.

    deploy: this machine may make what is not there. encryptor: "" for that of the database. region: None for that of
    the file.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    key: str = field(repr=False)
    database_key: str = field(repr=False)
    address: str
    encryption: str = "file"
    encryptor: str = ""
    region: t.Optional[int] = None
    release: str = ""
    deploy: bool = False


@dataclass(frozen=True)
class Found:
    """What the database server holds.

    tables: names by database; a database that is not there has no entry. needed: tables of the package's schema of
    ``cloud``. versions: version and step, oldest first. servers: rows of mshost; living: addresses of those that write
    that they live. init: form of that setting with the wanted database key; init_version: the one that reads it.
    """

    tables: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    versions: tuple[tuple[str, str], ...] = ()
    servers: int = 0
    living: tuple[str, ...] = ()
    init: str = EMPTY
    upgrading: bool = False

    @property
    def state(self) -> str:
        """SERVED: a server ran. FRESH: made, and no server ran. HALF: made in part. FOREIGN: not CloudStack's."""
        held = self.tables.get("cloud", frozenset()) - {MARKER}
        if self.servers or any(number(version) > number(FIRST) for version, _step in self.versions):
            return SERVED
        if not held and not self.tables.get("cloud_usage"):
            return ABSENT
        if held - self.needed and not held & {"version", "configuration"}:
            return FOREIGN
        complete = self.versions and not self.needed - held and self.tables.get("cloud_usage") and not self.marked
        return FRESH if complete else HALF

    @property
    def marked(self) -> bool:
        """A load of this collection began and did not end."""
        return MARKER in self.tables.get("cloud", frozenset())

    @property
    def version(self) -> str:
        """As the server reads it."""
        return next((version for version, step in reversed(self.versions) if step == "Complete"), "")


MARKER = "hostcraft_setup"
WITH_V2 = (4, 18)  # the first release that has version 2 of the encryption; older ones have version 1 alone


@dataclass(frozen=True)
class Decision:
    action: Action
    state: str
    encryptor: str
    reasons: tuple[Reason, ...] = ()


def decide(wanted: Wanted, found: Found, written: bool) -> Decision:
    """written: the files of this machine hold what is wanted already."""
    state = found.state
    old = () < number(wanted.release) < WITH_V2
    encryptor = wanted.encryptor or (found.init if found.init in VERSIONS else V1 if old else V2)
    problems = {SERVED: _served, FRESH: _fresh, HALF: _unmade, ABSENT: _unmade, FOREIGN: _foreign}[state]
    reasons = (*problems(wanted, found, written), *(_no_v2(wanted) if old and encryptor == V2 else ()))
    if reasons:
        return Decision(NONE, state, encryptor, reasons)
    if state in (HALF, ABSENT):
        return Decision(DEPLOY, state, encryptor)
    return Decision(NONE if written else WRITE, state, encryptor)


def _no_v2(wanted: Wanted) -> t.Iterator[Reason]:
    yield Reason(
        "encryptor",
        f"the package has {wanted.release}, which cannot decrypt version V2 of the encryption (since 4.18)",
        "leave the encryptor unset, or set V1",
        {"wanted": V2},
    )


def _served(wanted: Wanted, found: Found, written: bool) -> t.Iterator[Reason]:
    if not found.tables.get("cloud_usage"):
        yield Reason(
            "no_usage_database",
            "the database cloud has data, and cloud_usage does not exist or is empty",
            "restore cloud_usage from the backup",
        )
    if found.init == UNREADABLE:
        yield Reason(
            "database_key",
            "the database key does not decrypt the setting init of the database",
            "use the database key of this cloud, which is not the management key",
        )
    elif found.init == PLAIN and not written:
        yield Reason(
            "not_encrypted",
            "the servers of this database encrypt nothing: its setting init is plain text, which a server with keys "
            "cannot decrypt at its start",
            "leave db.properties as it is, and do not use this role or module for a cloud without encryption",
        )
    elif found.init in VERSIONS and wanted.encryptor and wanted.encryptor != found.init:
        yield Reason(
            "encryptor",
            f"the database is encrypted with version {found.init}, and encryptor is {wanted.encryptor}",
            f"leave the encryptor unset, or set {found.init}; cloudstack-migrate-databases changes it",
            {"held": found.init, "wanted": wanted.encryptor},
        )
    elif found.init not in VERSIONS and not wanted.deploy and not written:
        yield Reason(
            "not_proven",
            "the database has no encrypted setting init, so the database key cannot be verified",
            "start the first management server, and join the others when it serves",
        )
    yield from _release(wanted, found, written)


def _release(wanted: Wanted, found: Found, written: bool) -> t.Iterator[Reason]:
    """A server upgrades an older database at its start, and refuses a newer one with 503 for every call."""
    facts = {"database": found.version, "package": wanted.release, "living": list(found.living)}
    if not wanted.release or not found.version:
        return
    if number(found.version) > number(wanted.release):
        yield Reason(
            "database_newer",
            f"the database has version {found.version}, and the package has {wanted.release}, which cannot use it",
            "install the version of the other management servers, or restore the database of this version",
            facts,
        )
    unfinished = [version for version, step in found.versions if step != "Complete"]
    if not written and found.upgrading and not unfinished:
        yield Reason(
            "upgrade_under_way",
            "a management server is checking or upgrading the schema of the database",
            "wait until it serves",
            facts,
        )
    if not written and unfinished:
        yield Reason(
            "upgrade_unfinished",
            f"the upgrade of the database to {unfinished[0]} has not ended",
            "wait until the server that upgrades it serves; after a failure restore the database",
            facts,
        )
    elif not written and number(found.version) < number(wanted.release):
        yield Reason(
            "database_older",
            f"the database has version {found.version}, and this server would upgrade it to {wanted.release}",
            "install the version of the other management servers, or upgrade all of them",
            facts,
        )


def _fresh(wanted: Wanted, _found: Found, written: bool) -> t.Iterator[Reason]:
    if not wanted.deploy and not written:
        yield Reason(
            "not_started",
            "the database is new, and no management server has used it yet",
            "start the first management server, and join the others when it serves",
        )


def _unmade(wanted: Wanted, found: Found, _written: bool) -> t.Iterator[Reason]:
    if not wanted.deploy:
        what = "was created only in part" if found.state == HALF else "does not exist"
        yield Reason(
            "no_database",
            f"CloudStack's database {what}, and this machine may not create it (deploy)",
            "run the role on the first management server",
        )
    if found.state == HALF and found.tables.get("cloud", frozenset()) - found.needed - {MARKER}:
        more = sorted(found.tables["cloud"] - found.needed - {MARKER})
        yield Reason(
            "half_made",
            "the database cloud was created only in part, and has tables that the package does not create: "
            f"{several(more, 5)}",
            "save the data that you need, then drop the databases cloud and cloud_usage",
            {"tables": more},
        )


def _foreign(_wanted: Wanted, found: Found, _written: bool) -> t.Iterator[Reason]:
    held = sorted(found.tables.get("cloud", frozenset()))
    yield Reason(
        "not_cloudstack",
        f"the database cloud has tables of another program: {several(held, 5)}",
        "use another database server, or drop that database",
        {"tables": held},
    )
