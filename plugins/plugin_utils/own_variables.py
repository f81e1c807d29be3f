# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that roles and playbooks of the collection read, and those that a run was given."""

from __future__ import annotations

import functools
import os
import re
import typing as t
from pathlib import Path

from ansible import constants, context
from ansible.parsing.splitter import parse_kv
from ansible.utils.vars import load_extra_vars

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.misspelled import (
    Offered,
    booleans_in,
    options_of,
    read_by,
    tokens_of,
)

ROOT = Path(__file__).resolve().parents[2]
OWN = "hostcraft.cloudstack."
FLAG = re.compile(r"hostcraft\.cloudstack\.flag\('(\w+)'")
PARTS = re.compile(r"variables_of:\s*\[([^]]*)\]")
# Where the tasks, templates and variables of an operator are, beside playbooks and inventories.
FOLDERS = ("group_vars", "handlers", "host_vars", "playbooks", "plays", "roles", "tasks", "templates", "vars")
# A name that is not the key of a value.
READ = re.compile(r"""\b([A-Za-z_]\w*)\b(?!["']?\s*:(?:\s|$))""", re.MULTILINE)
COMMENT = re.compile(r"(?:^|\s)#.*")
LARGE = 1_000_000


@functools.cache
def _text(folder: str) -> str:
    files = sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in (".yml", ".j2") and path.is_file())
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@functools.cache
def _names_in(folder: str) -> frozenset[str]:
    return tokens_of(_text(folder))


@functools.cache
def offered_by(parts: tuple[str, ...]) -> Offered:
    names: set[str] = set()
    for part in parts:
        spec = ROOT / "roles" / part / "meta" / "argument_specs.yml"
        names |= options_of(spec.read_text(encoding="utf-8")) if spec.is_file() else read_by(_text("playbooks"), part)
    return Offered(parts, frozenset(names))


@functools.cache
def offered_by_all() -> Offered:
    """What any role or playbook of the collection offers."""
    roles = {path.name for path in (ROOT / "roles").iterdir() if path.is_dir()}
    named = {each.strip() for found in PARTS.findall(_text("playbooks")) for each in found.split(",")}
    return offered_by(tuple(sorted(roles | named)))


@functools.cache
def booleans_of(parts: tuple[str, ...]) -> frozenset[str]:
    """Those of roles by their specifications, and of playbooks and roles by the filter ``flag``."""
    used = set(FLAG.findall(_text("playbooks")))
    names = {name for part in parts for name in used if name.startswith(part + "_")}
    for part in parts:
        spec = ROOT / "roles" / part / "meta" / "argument_specs.yml"
        if spec.is_file():
            names |= booleans_in(spec.read_text(encoding="utf-8")) | set(FLAG.findall(_text(f"roles/{part}")))
    return frozenset(names)


def known_to(offered: Offered) -> t.Callable[[str], bool]:
    """Whether a file of the collection has the name: those of the parts are read first, as there are many others."""
    folders = [*(f"roles/{part}" for part in offered.prefixes), "playbooks", "roles"]
    return lambda name: any(name in _names_in(folder) for folder in folders)


class Given:
    """What a run was given, by names; values are only read as texts."""

    def __init__(self, loader: t.Any, variables: t.Mapping[str, t.Any], hosts: t.Sequence[str]) -> None:
        self._variables = variables
        kept = [variables["hostvars"].raw_get(host) for host in hosts]
        self.names = frozenset(str(name) for each in (variables, *kept) for name in each)
        self.extra = frozenset(str(name) for name in load_extra_vars(loader))

    def typed(self) -> frozenset[str]:
        """Names on the command line, not in a file or document, of a run that is a playbook of the collection alone."""
        if not _alone():
            return frozenset()
        pairs = [str(each) for each in context.CLIARGS.get("extra_vars", ()) if str(each)[:1] not in "@/.[{"]
        return frozenset(name for each in pairs for name in parse_kv(each))

    def used(self, name: str) -> bool:
        """Whether a variable of any host reads it, or a file of the operator."""
        word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
        hosts = self._variables.get("hostvars") or {}
        kept = [hosts.raw_get(host) for host in hosts] if hasattr(hosts, "raw_get") else []
        own = {key: value for key, value in self._variables.items() if key not in ("hostvars", "vars")}
        return any(_has(each, word) for each in (own, *kept)) or name in _read_in(_folders())


def _has(value: object, word: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        return ("{{" in value or "{%" in value) and bool(word.search(value))
    if isinstance(value, dict):
        return any(_has(each, word) for each in value.values())
    return isinstance(value, (list, tuple)) and any(_has(each, word) for each in value)


def _playbooks() -> list[str]:
    # Other programs of Ansible have a pattern of hosts there.
    given = context.CLIARGS.get("args", ())
    return [str(each) for each in given] if isinstance(given, (list, tuple)) else []


def _alone() -> bool:
    own = ROOT / "playbooks"
    given = _playbooks()
    return given != [] and all(
        Path(each).resolve().parent == own if Path(each).exists() else each.startswith(OWN) for each in given
    )


def _folders() -> tuple[Path, ...]:
    """Where files of the operator are: beside the run's playbooks and inventories, and where it is started."""
    files = [Path(each) for each in (*_playbooks(), *(context.CLIARGS.get("inventory") or ())) if "," not in str(each)]
    beside = [each if each.is_dir() else each.parent for each in files if each.exists()]
    return tuple(dict.fromkeys(each.resolve() for each in (Path.cwd(), *beside)))


@functools.cache
def _read_in(folders: tuple[Path, ...]) -> frozenset[str]:
    """Names that files of the folders read."""
    below = [*(folder / name for folder in folders for name in FOLDERS), *map(Path, constants.DEFAULT_ROLES_PATH)]
    files = {folder / name for folder in folders for name in _listed(folder)}
    files |= {Path(top).resolve() / name for each in below for top, _folders, names in os.walk(each) for name in names}
    # What the collection itself reads, if it is started in its own directory, says nothing of the operator.
    texts = (_content(file) for file in files if ROOT not in file.parents)
    return frozenset(name for text in texts for name in READ.findall(COMMENT.sub("", text)))


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _content(file: Path) -> str:
    """Of YAML and templates; of what cannot be read, nothing."""
    try:
        if file.suffix not in (".yml", ".yaml", ".j2") or not file.is_file() or file.stat().st_size > LARGE:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
