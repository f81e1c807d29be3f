# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and values of a database server's variables, compared by what they mean."""

from __future__ import annotations

import re
import typing as t

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50, "e": 1 << 60}
_SIZE = re.compile(r"(-?\d+)([kmgtpe]?)b?", re.IGNORECASE)
_TRUE, _FALSE = frozenset(("1", "on", "true", "yes")), frozenset(("0", "off", "false", "no"))
# Options whose variable has another name, and names that a later version gave to the same thing.
_ALIASES = {
    "default_time_zone": "time_zone",
    "default_character_set": "character_set_server",
    "log_replica_updates": "log_slave_updates",
    "replica_net_timeout": "slave_net_timeout",
    "address": "bind_address",
    "rpl_semi_sync_source_enabled": "rpl_semi_sync_master_enabled",
    "rpl_semi_sync_source_timeout": "rpl_semi_sync_master_timeout",
    "rpl_semi_sync_replica_enabled": "rpl_semi_sync_slave_enabled",
}
# Variables whose own name begins so.
_WHOLE = frozenset(
    (
        *("skip_name_resolve", "skip_networking", "skip_external_locking", "skip_show_database", "skip_slave_start"),
        *("skip_grant_tables", "skip_replica_start", "skip_parallel_replication", "skip_host_cache"),
    )
)


def canonical(name: str, value: t.Optional[str]) -> tuple[str, str]:
    """Name of the variable and its value: ``skip-log-bin`` is log_bin=OFF; an option without a value is ON."""
    found = name.strip().lower().replace("-", "_")
    if found.startswith("loose_"):
        found = found[len("loose_") :]
    for prefix, meant in (("skip_", "OFF"), ("disable_", "OFF"), ("enable_", "ON")):
        if found.startswith(prefix) and found not in _WHOLE and value is None:
            found, value = found[len(prefix) :], meant
    found = _ALIASES.get(found, found)
    return found, "ON" if value is None else value


def meaning(value: object) -> object:
    """A number of bytes, a truth or a text in small letters; what two writings of one value have in common."""
    text = str(value).strip()
    if isinstance(value, bool):
        return value
    if text.casefold() in _TRUE:
        return True
    if text.casefold() in _FALSE:
        return False
    size = _SIZE.fullmatch(text)
    if size:
        return int(size[1]) * _UNITS[size[2].lower()]
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    if "," in text:
        return frozenset(part.strip().casefold() for part in text.split(",") if part.strip())
    return text.casefold()


def same(name: str, wanted: object, held: object) -> bool:
    """Whether a server that shows ``held`` does what ``wanted`` says."""
    if name == "log_bin":
        # The variable is a truth, the option the name of the files.
        return (meaning(wanted) is not False) == (meaning(held) is not False)
    first, second = meaning(wanted), meaning(held)
    if name == "innodb_buffer_pool_size" and isinstance(first, int) and isinstance(second, int):
        # The server rounds up to whole chunks.
        return first <= second <= first * 1.25
    return first == second


def shown(value: object) -> str:
    """As an option file has it."""
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    return str(value)
