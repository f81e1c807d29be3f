# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that CloudStack wants of its database server, and how a file of ours and a running server get them.

Sources: 4.11.1 documents, "Install the Database" (both forms), "Set Database Buffer Pool Size", the chapter "Deploying
CloudStack with Ansible"; the pools of db.properties of 4.22 (250 + 100 connections of each management server).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue, Reason
from .option_files import Line, Options
from .values import canonical, meaning, same, shown

PER_SERVER = 350
MIB = 1 << 20
CHUNK = 128 * MIB  # of the buffer pool, by default
LEAST_POOL = CHUNK
SHARED, DEDICATED = 40, 70  # percent of memory
HEADER = "# Managed by Ansible (hostcraft.cloudstack.mysql_server): changes are overwritten."
# What says how a server is used, rather than how it works; another file may set it before ours.
KEPT = frozenset(("log_bin",))
_UNKNOWN = re.compile(r"unknown (?:variable|option) '(?:--)?([\w-]+)")
SECONDS, DAYS = "binlog_expire_logs_seconds", "expire_logs_days"


@dataclass(frozen=True)
class Sizing:
    """memory: bytes of the machine. servers: management servers. dedicated: nothing else runs on it."""

    memory: int
    servers: int = 1
    dedicated: bool = True
    reserve: int = 50
    pool_percent: t.Optional[int] = None
    pool: t.Optional[str] = None


def pool_size(sizing: Sizing) -> int:
    """Bytes of the buffer pool, in whole chunks. Raises InvalidValue."""
    if sizing.pool:
        wanted = meaning(sizing.pool)
        if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted <= 0:
            raise InvalidValue("buffer pool", sizing.pool, "a size such as 4G or 700M")
        return wanted
    percent = sizing.pool_percent if sizing.pool_percent is not None else (DEDICATED if sizing.dedicated else SHARED)
    if not 1 <= percent <= 90:
        raise InvalidValue("buffer pool percent", percent, "a percentage from 1 to 90")
    return max(LEAST_POOL, sizing.memory * percent // 100 // CHUNK * CHUNK)


def connections(servers: int, reserve: int) -> int:
    """Raises InvalidValue."""
    if servers < 1 or reserve < 0:
        raise InvalidValue("management servers", servers, "at least one, and no negative reserve")
    return PER_SERVER * servers + reserve


def recommended(sizing: Sizing) -> dict[str, str]:
    """What the documents want, whatever the server is used for."""
    return {
        "innodb_rollback_on_timeout": "ON",
        "innodb_lock_wait_timeout": "600",
        "max_connections": str(connections(sizing.servers, sizing.reserve)),
        "innodb_buffer_pool_size": str(pool_size(sizing)),
        "binlog_format": "ROW",
        "log_bin": "mysql-bin",
        "default_time_zone": "+00:00",
        "character_set_server": "utf8mb4",
        "sync_binlog": "1",
        "innodb_flush_log_at_trx_commit": "1",
    }


@dataclass(frozen=True)
class Plan:
    """What has to be done. text: of our file. dynamic: to set at once. static: only a restart sets these.

    replaced: lines of other files that ours overrides. kept: settings that another file made before, and stay.
    """

    text: str
    dynamic: t.Mapping[str, str]
    static: t.Mapping[str, str]
    replaced: tuple[Line, ...] = ()
    kept: tuple[Line, ...] = ()


def named(settings: t.Mapping[str, object]) -> dict[str, str]:
    """Settings by the names of variables. Raises InvalidValue for what cannot stand in an option file."""
    found: dict[str, str] = {}
    for name, value in settings.items():
        if value is None:
            continue
        variable, text = canonical(name, shown(value))
        if not variable.replace("_", "").isalnum() or not variable.isascii():
            raise InvalidValue("settings", name, "names of server variables")
        if any(char in text for char in "\r\n\0"):
            raise InvalidValue(f"settings.{name}", text, "a value of one line")
        if found.get(variable, text) != text:
            raise InvalidValue("settings", name, f"each variable once ({variable})")
        found[variable] = text
    return found


def unknown_of(complaint: str) -> str:
    """The variable that a server says it does not know; "" where it says something else."""
    found = _UNKNOWN.search(complaint)
    return canonical(found[1], "")[0] if found else ""


def renamed(settings: t.Mapping[str, str], complaints: t.Iterable[str]) -> dict[str, str]:
    """What a server complains of by the name that an older one knows: MariaDB before 10.6 keeps logs for days."""
    found = dict(settings)
    seconds = meaning(found.get(SECONDS, ""))
    if DAYS not in found and isinstance(seconds, int) and SECONDS in map(unknown_of, complaints):
        del found[SECONDS]
        found[DAYS] = str(-(-seconds // 86400))
    return found


def render(settings: t.Mapping[str, str]) -> str:
    lines = [f"{_option(name)} = {_quoted(value)}" for name, value in sorted(settings.items())]
    return "\n".join([HEADER, "[mysqld]", *lines, ""])


def _option(variable: str) -> str:
    return "default_time_zone" if variable == "time_zone" else variable


def _quoted(value: str) -> str:
    if any(char in value for char in "#;\"'\\ ") or value.startswith("!"):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


def overridden(settings: t.Mapping[str, str], options: Options, path: str) -> tuple[Reason, ...]:
    """Lines that are read after our file and say otherwise: what we write would have no effect."""
    return tuple(
        Reason(
            "setting_overridden",
            f"{line.place} sets {line.name} = {line.value!r}, and is read after {path}, which sets "
            f"{settings[line.name]!r}",
            "remove the line, or set the value there",
            {"path": line.path, "line": line.number, "setting": line.name, "value": line.value},
        )
        for line in options.after(path)
        if line.name in settings and not same(line.name, settings[line.name], line.value)
    )


def plan(
    wanted: t.Mapping[str, str],
    options: Options,
    path: str,
    running: t.Optional[t.Mapping[str, str]],
    fixed: t.Collection[str] = (),
) -> Plan:
    """running: the server's variables, None where it does not run. fixed: variables that cannot be set while it runs.

    A setting of KEPT that another file makes in a way that does the same keeps that file's value: another name of the
    binary log would begin a new one, and replicas would miss the old one.
    """
    held = {line.name: line for line in options.before(path)}
    kept = tuple(
        held[name]
        for name in wanted
        if name in KEPT and name in held and meaning(held[name].value) is not False and same(name, wanted[name], "ON")
    )
    ours = {name: value for name, value in wanted.items() if name not in {line.name for line in kept}}
    replaced = tuple(held[name] for name in ours if name in held and not same(name, ours[name], held[name].value))
    missing = {
        name: value
        for name, value in ours.items()
        if running is not None and name in running and not same(name, value, running[name])
    }
    static = {name: value for name, value in missing.items() if name in fixed}
    dynamic = {name: value for name, value in missing.items() if name not in fixed}
    return Plan(render(ours), dynamic, static, replaced, kept)
