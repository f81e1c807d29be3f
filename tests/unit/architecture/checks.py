# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the rooms as functions of source text, so that each can be tried on a planted violation.

A check takes a parsed ``Source`` and yields ``Finding``s; an empty result means that the rule holds. Rooms and
directions are those of CONTRIBUTING.md.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

COLLECTION = "ansible_collections.hostcraft.cloudstack"
PLUGINS = f"{COLLECTION}.plugins"
SURFACE = ("modules", "action", "inventory", "lookup", "filter", "plugin_utils")
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "core": frozenset({"core"}),
    "ports": frozenset({"ports", "core"}),
    "operations": frozenset({"operations", "ports", "core"}),
    "adapters": frozenset({"adapters", "ports", "core"}),
    "interface": frozenset({"interface", "operations", "adapters", "ports", "core"}),
    "doc_fragments": frozenset(),
    **{room: frozenset({room, "interface", "operations", "ports", "core"}) for room in SURFACE},
    **{
        room: frozenset({room, "plugin_utils", "interface", "operations", "ports", "core"})
        for room in ("filter", "lookup")
    },
}
KNOWS_ANSIBLE = frozenset({"interface", *SURFACE})
# These never travel, so they may look modules up by name.
CONTROLLER_ONLY = frozenset({"action", "inventory", "lookup", "filter", "plugin_utils"})
SDKS = frozenset(
    {
        "libvirt",
        "libvirt_qemu",
        "XenAPI",
        "pyVmomi",
        "pyVim",
        "pymysql",
        "requests",
        "urllib3",  # below requests, whose connections it makes
        "jinja2",
        "yaml",  # below ansible-core
        "markupsafe",
        "vl_convert",
        "pyghmi",
        "sushy",
        "cryptography",
    }
)
# What would make a result depend on more than its arguments. urllib.parse is text handling; Random goes by its seed,
# and uuid5 by its name.
IMPURE_INPUT = (
    "asyncio",
    "glob",
    "http",
    "io",
    "os",
    "pathlib",
    "select",
    "shutil",
    "socket",
    "ssl",
    "tempfile",
    "urllib",
)
IMPURE_STATE = ("importlib", "logging", "multiprocessing", "random", "secrets", "signal", "subprocess", "threading")
IMPURE = frozenset({*IMPURE_INPUT, *IMPURE_STATE, "time", "uuid"})
PURE_PARTS = frozenset({"urllib.parse", "random.Random", "uuid.UUID", "uuid.uuid5"})
CLOCK_READINGS = frozenset({"now", "today", "utcnow"})
IMPURE_CALLS = frozenset({"open", "print", "input", "eval", "exec", "__import__"})
AFTER_39 = {"dataclass": frozenset({"slots", "kw_only"}), "zip": frozenset({"strict"})}
LONGEST_FILE = 400


@dataclass(frozen=True)
class Finding:
    """A broken rule: where, and what to do about it."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Import:
    """One imported name as an absolute dotted path. ``deferred``: runs in a function or never (TYPE_CHECKING)."""

    name: str
    line: int
    deferred: bool

    @property
    def top(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Source:
    """A file of plugins/ by its path relative to that folder, with its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _tree(self.path, self.text)

    @property
    def room(self) -> str:
        return room_of(self.path.removesuffix(".py").split("/"))

    def finding(self, line: int, text: str) -> Finding:
        return Finding(self.path, line, text)

    def imports(self) -> tuple[Import, ...]:
        return _all_imports(self.path, self.text)


# Two dozen rules look at the same files.
@cache
def _tree(path: str, text: str) -> ast.Module:
    return ast.parse(text, path)


@cache
def _all_imports(path: str, text: str) -> tuple[Import, ...]:
    return tuple(_imports(_tree(path, text), path.removesuffix(".py").split("/"), deferred=False))


def room_of(parts: list[str]) -> str:
    """The room of a path below plugins/: its folder, or the one below module_utils; '' for none."""
    inner = parts[1:] if parts[:1] == ["module_utils"] else parts
    return inner[0] if inner else ""


def _imports(node: ast.AST, parts: list[str], deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, deferred) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                base = ".".join([PLUGINS, *parts[: -child.level], *([child.module] if child.module else [])])
            yield from (Import(f"{base}.{alias.name}", child.lineno, deferred) for alias in child.names)
        else:
            function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            unrun = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            yield from _imports(child, parts, deferred or function or unrun)


def imports_go_down(source: Source) -> Iterator[Finding]:
    """Imports inside the collection go to the rooms below and to no other."""
    allowed = MAY_IMPORT.get(source.room)
    if allowed is None:
        yield source.finding(1, f"no such room: {source.room}; rooms are {', '.join(sorted(MAY_IMPORT))}")
        return
    for item in source.imports():
        if item.top == "ansible_collections":
            inside = item.name.startswith(f"{PLUGINS}.")
            room = room_of(item.name.removeprefix(f"{PLUGINS}.").split(".")) if inside else item.name
            if room not in allowed:
                yield source.finding(item.line, f"{source.room} may not import {room}")


def foreign_imports(source: Source) -> Iterator[Finding]:
    """Ansible stays at the surface; SDKs are imported by adapters, inside functions; nothing else from outside."""
    for item in source.imports():
        if item.top in sys.stdlib_module_names or item.top == "ansible_collections":
            continue
        if item.top == "ansible":
            if source.room not in KNOWS_ANSIBLE:
                yield source.finding(item.line, f"{source.room} knows nothing of ansible: {item.name}")
        elif item.top not in SDKS:
            yield source.finding(item.line, f"{item.name} is neither standard library, ansible nor a known SDK")
        elif source.room != "adapters":
            yield source.finding(item.line, f"only adapters use an SDK: {item.name}")
        elif not item.deferred:
            yield source.finding(item.line, f"import {item.top} inside the function that needs it")


def core_is_pure(source: Source) -> Iterator[Finding]:
    """core sees its arguments only: no clock, chance, file, process, network or environment."""
    if source.room != "core":
        return
    for item in source.imports():
        if item.top in IMPURE and not any(f"{item.name}.".startswith(f"{part}.") for part in PURE_PARTS):
            yield source.finding(item.line, f"core is pure: {item.name} is not")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield source.finding(node.lineno, f"core is pure: {node.func.id}() is not")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Random"
            and not node.args
        ):
            yield source.finding(node.lineno, "core is pure: Random without a seed is not")
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_READINGS:
            yield source.finding(node.lineno, f"core reads no clock: .{node.attr}; take the time as an argument")


def operations_wait_by_the_clock_port(source: Source) -> Iterator[Finding]:
    """Time and network reach operations through ports, so that their tests take no time."""
    if source.room not in ("operations", "ports"):
        return
    for item in source.imports():
        if item.top in ("time", "random", "socket", "subprocess", "http", "os") or item.name == "urllib.request":
            yield source.finding(item.line, f"{source.room} takes {item.top} through a port")


def runs_where_it_is_sent(source: Source) -> Iterator[Finding]:
    """Static imports (Ansiballz ships what it sees), no assert (python -O drops it), nothing newer than Python 3.9."""
    for item in source.imports():
        if item.top == "importlib" and source.room not in CONTROLLER_ONLY:
            yield source.finding(item.line, "static imports only: a file imported by name is not sent to the host")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assert):
            yield source.finding(node.lineno, "raise an error of core/errors.py instead of assert")
        if isinstance(node, ast.Match):
            yield source.finding(node.lineno, "match needs Python 3.10")
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for keyword in node.keywords:
                if keyword.arg in AFTER_39.get(called, ()):
                    yield source.finding(node.lineno, f"{called}({keyword.arg}=) needs Python 3.10")


def one_idea(source: Source) -> Iterator[Finding]:
    """A file that outgrows the limit holds two ideas."""
    length = source.text.count("\n")
    if length > LONGEST_FILE:
        yield source.finding(length, f"{length} lines; {LONGEST_FILE} at most, about 300 wanted")


def documented(source: Source) -> Iterator[Finding]:
    """A module carries DOCUMENTATION, EXAMPLES and RETURN."""
    if source.room != "modules":
        return
    names = {t.id for n in source.tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    for name in ("DOCUMENTATION", "EXAMPLES", "RETURN"):
        if name not in names:
            yield source.finding(1, f"{name} is missing")


Check = Callable[[Source], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    imports_go_down,
    foreign_imports,
    core_is_pure,
    operations_wait_by_the_clock_port,
    runs_where_it_is_sent,
    one_idea,
    documented,
)
