# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of exports(5) as exportfs reads them: entries with file and line, and what is wrong with each line.

Written against exportfs of nfs-utils 2.6: which lines it refuses, and which it reads otherwise than people mean them.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

# What everybody is, where a client is named.
WORLD = frozenset({"", "*", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0"})
FLAGS = frozenset(
    (
        "rw",
        "ro",
        "sync",
        "async",
        "secure",
        "insecure",
        "wdelay",
        "no_wdelay",
        "hide",
        "nohide",
        "crossmnt",
        "no_crossmnt",
        "nocrossmnt",
        "subtree_check",
        "no_subtree_check",
        "secure_locks",
        "insecure_locks",
        "auth_nlm",
        "no_auth_nlm",
        "acl",
        "no_acl",
        "root_squash",
        "no_root_squash",
        "all_squash",
        "no_all_squash",
        "pnfs",
        "no_pnfs",
        "mountpoint",
        "mp",
        "security_label",
        "nordirplus",
    )
)
# Options with a value, and the form of it.
VALUES: t.Mapping[str, str] = {
    "anonuid": r"-?\d+",
    "anongid": r"-?\d+",
    "fsid": r"root|\d+|[0-9A-Fa-f:-]{32,}",
    "sec": r"[a-z0-9]+(:[a-z0-9]+)*",
    "mountpoint": r"/.*",
    "mp": r"/.*",
    "refer": r".+",
    "replicas": r".+",
    "xprtsec": r".+",
    "reexport": r"[a-z-]+",
}


@dataclass(frozen=True)
class Export:
    """A directory for one client, where it stands, and its options in order."""

    path: str
    client: str
    options: tuple[str, ...]
    file: str = ""
    line: int = 0

    @property
    def world(self) -> bool:
        return self.client in WORLD

    def value(self, *words: str, otherwise: str) -> str:
        """The last of contrary options, or what exportfs assumes."""
        held = [option for option in self.options if option in words]
        return held[-1] if held else otherwise

    @property
    def writes(self) -> bool:
        return self.value("rw", "ro", otherwise="ro") == "rw"


@dataclass(frozen=True)
class Wrong:
    """A line that exportfs refuses, or reads as something else.

    option: it has an option that is not known here, which a newer exportfs may know.
    """

    file: str
    line: int
    message: str
    option: str = ""


Parsed = t.Union[Export, Wrong]


def parse(file: str, text: str) -> tuple[Parsed, ...]:
    """Every entry of a file, and every line that is wrong."""
    found: list[Parsed] = []
    for number, line in _lines(text):
        found += _entry(file, number, line)
    return tuple(found)


def _lines(text: str) -> t.Iterator[tuple[int, str]]:
    """Logical lines with the number of their first: joined at a backslash, without comments."""
    held, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if held else number
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        whole, held = held + line, ""
        yield first, whole
    if held:
        yield first, held


def _entry(file: str, number: int, line: str) -> t.Iterator[Parsed]:
    match = re.match(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s#"]\S*))(.*)', line, re.DOTALL)
    if not match:
        if line.strip() and not line.strip().startswith("#"):
            yield Wrong(file, number, "a quotation mark is not closed")
        return
    path = _unescaped(match[2] if match[1] is None else match[1])
    if not path.startswith("/"):
        yield Wrong(file, number, f"{path} is not an absolute path")
        return
    yield from _clients(file, number, path, match[3])


def _unescaped(text: str) -> str:
    r"""``\040`` is a blank, as in fstab(5)."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _clients(file: str, number: int, path: str, rest: str) -> t.Iterator[Parsed]:
    rest = re.split(r"(?:^|\s)#", rest, maxsplit=1)[0]
    defaults: tuple[str, ...] = ()
    found = 0
    position = 0
    for match in re.finditer(r"\s*(\S+)", rest):
        if match.start(1) < position:
            continue
        word = match[1]
        if word.startswith("-"):
            defaults = tuple(filter(None, word[1:].split(",")))
            yield from _unknown(file, number, defaults)
            continue
        found += 1
        client, bracket, tail = word.partition("(")
        options = defaults
        if bracket:
            inside, closed, after = tail.partition(")")
            position = match.end(1)
            if not closed or after:
                blank = "a blank inside the brackets" if not closed and ")" in rest[position:] else "its bracket"
                yield Wrong(file, number, f"the options of {client or 'everyone'} cannot be read because of {blank}")
                return
            given = tuple(filter(None, inside.split(",")))
            yield from _unknown(file, number, given)
            options = (*defaults, *given)
        if not client and found > 1:
            yield Wrong(
                file,
                number,
                f"a blank before ({','.join(options)}) gives these options to everyone, not to the client before it",
            )
        yield from _client(file, number, Export(path, _unescaped(client), options, file, number))
    if not found:
        yield Export(path, "", defaults, file, number)


def _client(file: str, number: int, export: Export) -> t.Iterator[Parsed]:
    address, slash, length = export.client.partition("/")
    if slash and re.fullmatch(r"[0-9.]+|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*", address):
        try:
            ipaddress.ip_network(f"{address}/{length}", strict=False)
        except ValueError:
            yield Wrong(file, number, f"{export.client} is not a network")
            return
    yield export


def _unknown(file: str, number: int, options: t.Iterable[str]) -> t.Iterator[Wrong]:
    for option in options:
        name, _sign, value = option.partition("=")
        known = re.fullmatch(VALUES[name], value) if name in VALUES and value else option in FLAGS
        if not known:
            yield Wrong(file, number, f"{option} is not an option of exports", option)


def entries(parsed: t.Iterable[Parsed]) -> list[Export]:
    return [each for each in parsed if isinstance(each, Export)]


def twice(exports: t.Iterable[Export]) -> t.Iterator[tuple[Export, Export]]:
    """Pairs of a directory for the same client with different options: exportfs ignores the second."""
    held: dict[tuple[str, str], Export] = {}
    for export in exports:
        key = (_plain(export.path), client_key(export.client))
        first = held.setdefault(key, export)
        if first is not export and meaning(first) != meaning(export):
            yield first, export


def _plain(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part)


def client_key(client: str) -> str:
    """The same for the same client: a network in either form, a name in any case, everybody."""
    if client in WORLD:
        return "*"
    try:
        return str(ipaddress.ip_network(client, strict=False))
    except ValueError:
        return client.casefold()


def meaning(export: Export) -> tuple[str, ...]:
    """Options that count for data: written at all, written at once, and who root is."""
    return (
        export.value("rw", "ro", otherwise="ro"),
        export.value("sync", "async", otherwise="sync"),
        export.value("root_squash", "no_root_squash", otherwise="root_squash"),
        export.value("all_squash", "no_all_squash", otherwise="no_all_squash"),
    )


def inside(path: str, directory: str) -> bool:
    """Whether a path is a directory or below it."""
    outer = _plain(directory)
    return _plain(path) == outer or _plain(path).startswith(outer.rstrip("/") + "/")
