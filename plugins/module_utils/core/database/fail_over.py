# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A switch of the primary, planned or after its loss: who gives, who takes, what is in the way, what may be lost."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..text import several
from .gtid import behind, errant, read_gtids, text_of

MOST_LAG = 60  # seconds
MOST = 5


@dataclass(frozen=True)
class Seen:
    """What cs_database_replication told of a server. readable: False where it could not be read."""

    name: str
    readable: bool = False
    writer: bool = False
    read_only: bool = False
    source: str = ""
    replicating: bool = False
    errors: tuple[str, ...] = ()
    lag: t.Optional[int] = None
    position: str = ""
    received: str = ""
    known: str = ""
    databases: tuple[str, ...] = ()


def seen(name: str, told: object) -> Seen:
    """A result of cs_database_replication; one without a position was not read."""
    if not isinstance(told, t.Mapping) or "position" not in told:
        return Seen(name)
    fields = [each.name for each in dataclasses.fields(Seen) if each.name not in ("name", "readable")]
    values: dict[str, t.Any] = {
        key: tuple(told[key]) if isinstance(told[key], list) else told[key] for key in fields if key in told
    }
    return Seen(name, True, **values)


@dataclass(frozen=True)
class Switch:
    """old: the server that gives, "" where there is none. done: the new one is the writer already."""

    new: str
    old: str
    planned: bool
    done: bool
    old_readable: bool
    reasons: tuple[Reason, ...]
    lost: str = ""


def decide_switch(
    servers: t.Mapping[str, Seen],
    addresses: t.Mapping[str, str],
    new: str,
    unplanned: bool = False,
    lose: bool = False,
    most_lag: int = MOST_LAG,
) -> Switch:
    """addresses: of each server, as replicas connect to it. ``new`` was read before the others."""
    to = servers.get(new)
    if to is None or not to.readable:
        where = f"the servers are {', '.join(sorted(servers))}" if to is None else "its state could not be read"
        return Switch(new, "", not unplanned, False, False, (Reason("target_unreadable", f"{new}: {where}"),))
    others = [each for name, each in servers.items() if name != new]
    writers = [each.name for each in others if each.writer and each.databases]
    old = _old(to, others, addresses)
    old_seen = servers.get(old)
    if to.writer and to.databases:
        reasons = (_two_writers(new, writers),) if writers else ()
        return Switch(new, old, not unplanned, True, bool(old_seen and old_seen.readable), reasons)
    readable = bool(old_seen and old_seen.readable)
    lost = ""
    found: list[Reason]
    if unplanned:
        found, lost = _unplanned(to, old, old_seen, writers, lose)
    else:
        found = list(_planned(to, old, old_seen, writers, most_lag))
    return Switch(new, old, not unplanned, False, readable, tuple(found), lost)


def _old(to: Seen, others: t.Sequence[Seen], addresses: t.Mapping[str, str]) -> str:
    """Whom the new one replicates from; without that, the only other server that replicates from none."""
    host = to.source.rpartition(":")[0]
    named = [each.name for each in others if host and addresses.get(each.name) == host]
    # After a switch, the other way round.
    its = addresses.get(to.name)
    named = named or [each.name for each in others if its and each.source.rpartition(":")[0] == its]
    if named:
        return named[0]
    free = [each.name for each in others if not each.readable or not each.source]
    return free[0] if len(free) == 1 else ""


def _two_writers(new: str, writers: t.Sequence[str]) -> Reason:
    return Reason(
        "two_writers",
        f"{new} and {several(writers, MOST)} both accept writes",
        "find out which one the management servers use, and close the other (cs_database_replication, state closed)",
    )


def _planned(
    to: Seen, old: str, old_seen: t.Optional[Seen], writers: t.Sequence[str], most_lag: int
) -> t.Iterator[Reason]:
    if old_seen is None or not old_seen.readable:
        yield Reason(
            "primary_unreadable",
            f"the primary {old or 'of ' + to.name} cannot be read",
            "repair it, or switch without it (fail_over_database_unplanned=true)",
        )
        return
    if [name for name in writers if name != old]:
        yield _two_writers(old, [name for name in writers if name != old])
    if old_seen.source:
        yield Reason("primary_is_replica", f"{old} replicates from {old_seen.source}", "switch to another server")
    own = errant(read_gtids(to.known), read_gtids(old_seen.known))
    if own:
        yield Reason(
            "errant_transactions",
            f"{to.name} has transactions that {old} does not have: {text_of(own)}",
            "rebuild the replica first (mysql_server_rebuild=true)",
        )
    if to.errors:
        yield Reason("replication_broken", f"{to.name}: {'; '.join(to.errors)}", "repair or rebuild the replica first")
    elif to.source and not to.replicating:
        yield Reason("replication_stopped", f"replication of {to.name} does not run", "start it with the role first")
    elif to.source and (to.lag is None or to.lag > most_lag):
        yield Reason(
            "replica_lags",
            f"{to.name} is {'an unknown number of' if to.lag is None else to.lag} seconds behind {old}",
            f"wait until it is at most {most_lag} seconds behind (fail_over_database_lag)",
        )


def _unplanned(
    to: Seen, old: str, old_seen: t.Optional[Seen], writers: t.Sequence[str], lose: bool
) -> tuple[list[Reason], str]:
    found: list[Reason] = []
    if writers:
        found.append(
            Reason(
                "primary_alive",
                f"{several(writers, MOST)} still accepts writes",
                "switch without fail_over_database_unplanned, so that nothing is lost",
            )
        )
    if any("SQL" in error or "(error" in error for error in to.errors if "connect" not in error.lower()):
        found.append(Reason("replication_broken", f"{to.name}: {'; '.join(to.errors)}", "choose another replica"))
    waiting = behind(read_gtids(to.position), read_gtids(to.received)) if to.received else 0
    lost = (
        f"{to.name} has received transactions up to {to.received or to.position or 'none'} and still applies {waiting} "
        f"of them. What {old or 'the primary'} committed later is lost. With semi-synchronous replication that is "
        "nothing that a client was told to be committed, unless a commit waited longer than its timeout"
    )
    if old_seen is not None and old_seen.readable and not old_seen.writer:
        ahead = behind(read_gtids(to.received or to.position), read_gtids(old_seen.position))
        lost += f". {old} runs, is closed, and is {ahead} transactions ahead"
    if not lose:
        found.append(Reason("may_lose", lost, "accept this with fail_over_database_lose=true"))
    return found, lost
