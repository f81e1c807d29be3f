# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest of a backup: what is in it, how it was made, and how it is proven. Read back, every value is judged."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from dataclasses import dataclass, field

from ..errors import Unreadable
from ..text import shortened

FORMAT = "hostcraft.cloudstack/backup/1"
MANIFEST, SUMS, PROOFS = "manifest.json", "SHA256SUMS", "restored.json"
DUMP, FILES = "databases.sql.gz", "files.tar.gz"
SEALED = ".gpg"
PARTS = frozenset((DUMP, FILES, DUMP + SEALED, FILES + SEALED))
# A folder of a backup: when it was begun (UTC), and the host it is of. Sorted by name they are sorted by age.
_NAME = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", re.ASCII)
_DATABASE = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
_SUM = re.compile(r"[0-9a-f]{64}", re.ASCII)
SYSTEM = frozenset(("mysql", "sys", "information_schema", "performance_schema"))
OBJECTS = ("views", "routines", "triggers", "events")


@dataclass(frozen=True)
class Part:
    """A file of the backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """host, name: whose it is. made, seconds: when it was begun (since 1970), and how long it took.

    cloudstack: of the database's own record, "" without databases. package: of cloudstack-management on the host.
    database: of the database server. encrypted: "gpg" or "". position: of the binary log (GTID), "" where it has none.
    rows: of every table. objects: numbers of views, routines, triggers and events. secrets: how many values are stored
    in each form, "unreadable" by the key that is in the backup included; None where that was not looked at. definers:
    accounts that views and routines name. roots: directories whose files are in it. account: CloudStack's.
    """

    name: str
    host: str
    made: float
    seconds: float = 0.0
    cloudstack: str = ""
    package: str = ""
    database: str = ""
    encrypted: str = ""
    position: str = ""
    replica: bool = False
    rows: t.Mapping[str, t.Mapping[str, int]] = field(default_factory=dict)
    objects: t.Mapping[str, t.Mapping[str, int]] = field(default_factory=dict)
    secrets: t.Optional[t.Mapping[str, int]] = None
    definers: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    unsafe_tables: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def databases(self) -> tuple[str, ...]:
        return tuple(self.rows)

    def part(self, name: str) -> t.Optional[Part]:
        """The part of a name, sealed or not."""
        return next((part for part in self.parts if part.name in (name, name + SEALED)), None)


@dataclass(frozen=True)
class Proof:
    """That a backup was restored: where, when (seconds since 1970), and what was compared."""

    host: str
    when: float
    tables: int = 0
    rows: int = 0
    secrets: int = 0
    files: int = 0


def is_backup_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def is_database(name: str) -> bool:
    """Whether it can be the name of a database of CloudStack: one without quotes, and none of the server's own."""
    return _DATABASE.fullmatch(name) is not None and name.lower() not in SYSTEM


def rendered(manifest: Manifest) -> str:
    return json.dumps({"format": FORMAT, **dataclasses.asdict(manifest)}, indent=1, sort_keys=True) + "\n"


def sums(parts: t.Iterable[Part]) -> str:
    """For ``sha256sum --check``."""
    return "".join(f"{part.sha256}  {part.name}\n" for part in parts)


def read_sums(text: str) -> dict[str, str]:
    """Raises Unreadable."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        digest, separator, name = line.partition("  ")
        if not separator or not _SUM.fullmatch(digest) or not _is_part(name, MANIFEST):
            raise Unreadable(f"{SUMS} has a line that is not a checksum: {shortened(line)}")
        found[name] = digest
    return found


def _is_part(name: str, *more: str) -> bool:
    return name in PARTS or name in more


def parse(text: str) -> Manifest:
    """Raises Unreadable, with the field."""
    held = _json(text, MANIFEST)
    if held.get("format") != FORMAT:
        raise Unreadable(f"{MANIFEST} is of another format: {shortened(str(held.get('format')))}")
    its = _Reader(held, MANIFEST)
    name, rows = its.text("name"), its.counts("rows", is_database)
    secrets = held.get("secrets")
    return Manifest(
        name=name if is_backup_name(name) else its.wrong("name"),
        host=its.text("host"),
        made=its.number("made"),
        seconds=its.number("seconds"),
        cloudstack=its.text("cloudstack"),
        package=its.text("package"),
        database=its.text("database"),
        encrypted=its.text("encrypted") if held.get("encrypted") in ("", "gpg") else its.wrong("encrypted"),
        position=its.text("position"),
        replica=held.get("replica") is True,
        rows=rows,
        objects=its.counts("objects", lambda name: name in rows),
        secrets=None if secrets is None else its.numbers("secrets", secrets),
        definers=its.texts("definers"),
        roots=its.paths("roots"),
        unsafe_tables=its.texts("unsafe_tables"),
        parts=tuple(_part(its, each) for each in its.items("parts")),
    )


def _part(its: _Reader, each: object) -> Part:
    inner = _Reader(each if isinstance(each, dict) else {}, f"{MANIFEST}: parts")
    part = Part(inner.text("name"), int(inner.number("size")), inner.text("sha256"))
    if part.name not in PARTS or not _SUM.fullmatch(part.sha256) or part.size < 0:
        its.wrong("parts")
    return part


def rendered_proofs(proofs: t.Sequence[Proof]) -> str:
    return json.dumps([dataclasses.asdict(each) for each in proofs], indent=1) + "\n"


def parse_proofs(text: str) -> tuple[Proof, ...]:
    """Raises Unreadable."""
    found = []
    for each in _items(text):
        its = _Reader(each if isinstance(each, dict) else {}, PROOFS)
        counts = {name: int(its.number(name)) for name in ("tables", "rows", "secrets", "files")}
        found.append(Proof(its.text("host"), its.number("when"), **counts))
    return tuple(found)


def _items(text: str) -> list[object]:
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if not isinstance(held, list):
        raise Unreadable(f"{PROOFS} is not a list of proofs")
    return held


def _json(text: str, name: str) -> dict[str, t.Any]:
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise Unreadable(f"{name} is not the JSON of a backup")
    return held


class _Reader:
    """Fields of the kinds that they must be. Raises Unreadable."""

    def __init__(self, held: t.Mapping[str, t.Any], name: str) -> None:
        self.held, self.name = held, name

    def wrong(self, key: str) -> t.NoReturn:
        raise Unreadable(f"{self.name}: {key} is not valid: {shortened(repr(self.held.get(key)))}")

    def text(self, key: str) -> str:
        value = self.held.get(key)
        if not isinstance(value, str) or len(value) > 4000 or "\0" in value:
            self.wrong(key)
        return value

    def number(self, key: str) -> float:
        value = self.held.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**63:
            self.wrong(key)
        return value

    def items(self, key: str) -> list[t.Any]:
        value = self.held.get(key)
        if not isinstance(value, list):
            self.wrong(key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.items(key)
        if not all(isinstance(each, str) and "\0" not in each for each in value):
            self.wrong(key)
        return tuple(value)

    def paths(self, key: str) -> tuple[str, ...]:
        value = self.texts(key)
        if not all(is_root(each) for each in value):
            self.wrong(key)
        return value

    def numbers(self, key: str, held: object) -> dict[str, int]:
        if not isinstance(held, dict) or not all(
            isinstance(name, str) and isinstance(n, int) and not isinstance(n, bool) and n >= 0
            for name, n in held.items()
        ):
            self.wrong(key)
        return dict(held)

    def counts(self, key: str, known: t.Callable[[str], bool]) -> dict[str, dict[str, int]]:
        value = self.held.get(key)
        if not isinstance(value, dict) or not all(map(known, value)):
            self.wrong(key)
        return {name: self.numbers(key, inner) for name, inner in value.items()}


def is_root(path: str) -> bool:
    """Whether it is an absolute path of a directory, without detours."""
    parts = path.split("/")
    return len(parts) > 2 and parts[0] == "" and not {"", ".", ".."} & set(parts[1:]) and "\0" not in path
