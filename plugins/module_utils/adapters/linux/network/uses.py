# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what this machine uses its network for, and whether it still works; many things at once."""

from __future__ import annotations

import glob
import json
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ....core.machine_network.change.model import NetworkProbe
from ....core.machine_network.change.state import RunningState
from ....core.machine_network.change.uses import Use, UseReadings, uses
from .running import READING_SECONDS, neighbour, probe, run

AT_ONCE = 16
SESSIONS = "/sys/class/iscsi_connection/*/"
CONTROLLERS = "/sys/class/nvme/*/"
Json = dict[str, t.Any]
T = t.TypeVar("T")


def in_use(state: RunningState) -> list[Json]:
    """What the machine uses and what works of it now."""
    found = uses(_readings(), state)
    failed = at_once(fails, found)
    return [{"what": use.what, "tcp": use.tcp, "reach": use.reach} for use, why in zip(found, failed) if not why]


def _readings() -> UseReadings:
    established = run(("ss", "-Htn", "state", "established"), READING_SECONDS)
    listening = run(("ss", "-Htnl"), READING_SECONDS)
    return UseReadings(
        mounts=_read("/proc/mounts"),
        established=established.out if established.status == 0 else "",
        # In front of its columns stands the state, which is left out where only one is asked for.
        listening="\n".join(" ".join(line.split()[1:]) for line in listening.out.splitlines() if not listening.status),
        targets=tuple(_targets()),
    )


def _targets() -> t.Iterator[str]:
    for session in glob.glob(SESSIONS):
        yield f"{_read(session + 'persistent_address').strip()} {_read(session + 'persistent_port').strip()}"
    for controller in glob.glob(CONTROLLERS):
        if _read(controller + "transport").strip() == "tcp":
            told = dict(part.partition("=")[::2] for part in _read(controller + "address").strip().split(","))
            yield f"{told.get('traddr', '')} {told.get('trsvcid', '')}"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def fails(use: t.Union[Use, Json]) -> str:
    """ "" where it works, else what does not and why."""
    given = use if isinstance(use, dict) else {"what": use.what, "tcp": use.tcp, "reach": use.reach}
    why = probe(NetworkProbe(given["what"], tcp=given["tcp"])) if given["tcp"] else _unreached(given["reach"])
    return f"{given['what']}: {why}" if why else ""


def _unreached(address: str) -> str:
    """ "" where what packets to an address are handed to answers."""
    shown = run(("ip", "-json", "route", "get", address), 2.0)
    try:
        entry = json.loads(shown.out)[0] if shown.status == 0 else {}
    except (ValueError, IndexError):
        entry = {}
    if not entry.get("dev"):
        return f"there is no route to {address}"
    return neighbour(entry.get("gateway") or address, entry["dev"])


def at_once(work: t.Callable[[T], str], things: t.Sequence[T]) -> list[str]:
    """What the work says of each."""
    if not things:
        return []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(work, things))
