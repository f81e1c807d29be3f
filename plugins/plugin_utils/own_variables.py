# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that roles and playbooks of the collection read, and those that a run was given."""

from __future__ import annotations

import functools
import re
import typing as t
from pathlib import Path

from ansible import context
from ansible.parsing.splitter import parse_kv
from ansible.utils.vars import load_extra_vars

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.misspelled import (
    Offered,
    options_of,
    read_by,
    tokens_of,
)

ROOT = Path(__file__).resolve().parents[2]


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
        """Names of extra variables on the command line that are not in a file or a document."""
        pairs = [str(each) for each in context.CLIARGS.get("extra_vars", ()) if str(each)[:1] not in "@/.[{"]
        return frozenset(name for each in pairs for name in parse_kv(each))

    def used(self, name: str) -> bool:
        """Whether a variable of any host reads it."""
        word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
        hosts = self._variables.get("hostvars") or {}
        kept = [hosts.raw_get(host) for host in hosts] if hasattr(hosts, "raw_get") else []
        own = {key: value for key, value in self._variables.items() if key not in ("hostvars", "vars")}
        return any(_has(each, word) for each in (own, *kept))


def _has(value: object, word: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        return "{{" in value and bool(word.search(value))
    if isinstance(value, dict):
        return any(_has(each, word) for each in value.values())
    return isinstance(value, (list, tuple)) and any(_has(each, word) for each in value)
