# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program on the host that applies an unconfirmed network change and takes it back; run by systemd.

``apply``: old → new, then what worked before has to work again, else it calls for ``revert`` at once. ``revert``: new →
old, from wherever the change was; also what the deadline runs. ``boot``: the files only, before any network is up.
"""

from __future__ import annotations

import contextlib
import time
import typing as t

from ....core.errors import HostcraftError
from ....core.machine_network.change.lacp import without_partner
from ....core.machine_network.change.model import Command, NetworkChange, NetworkProbe, expanded
from ....core.machine_network.change.state import RunningState, mentioned, running_state, unmet
from ....core.machine_network.change.uses import collateral
from . import files, ifstate, units
from .claims import taken
from .journal import Journal, change_in
from .running import (
    announce,
    clear,
    gateways_answer,
    given_up,
    mend,
    orphans,
    peers,
    probe,
    return_guests,
    run,
    seen,
)
from .uses import at_once, fails

# The answer to the controller is on its way when the network goes.
DELAY = 1.2
# A command that hangs is not to hold the host for the whole of a long timeout; on a busy host ifup takes over a minute.
COMMAND_SECONDS = 120.0
UNDO_SECONDS, RESTORE_SECONDS = 4.0, 9.0
MEND_SECONDS = 8.0
# A bridge with spanning tree forwards after twice its delay of 15 s (IEEE 802.1D), and DHCP comes after that.
SETTLE_SECONDS = 50.0
MOST_TOLD = 8
Json = dict[str, t.Any]
# (name, a probe, "gateway", or a use of the journal's entry)
Checks = list[tuple[str, t.Any]]


class Failed(HostcraftError):
    """The change could not be applied or does not do; it is taken back."""

    code = "apply_failed"


def main(arguments: t.Sequence[str]) -> int:
    """One of apply, revert, boot. Ends with 0 also where there is nothing to do."""
    what = {"apply": apply, "revert": revert, "boot": boot}[arguments[0]]
    what(Journal())
    return 0


def apply(journal: Journal) -> None:
    """Old → new. Whatever goes wrong is told to ``revert``, which is started at once."""
    time.sleep(DELAY)
    entry = journal.pending()
    if entry is None:
        return
    try:
        with journal.locked():
            if journal.pending() is None or journal.phase()["phase"] != "armed":
                return
            journal.enter("applying")
        _apply(entry)
        _await(entry)
        # Who was connected already shows nothing: only a connection made from now on may confirm.
        journal.enter("applied", peers=peers())
    except Exception as error:  # whatever it is: the host must get back
        reason = error.message if isinstance(error, HostcraftError) else f"{type(error).__name__}: {error}"
        with contextlib.suppress(OSError):
            journal.enter("applying", reason=reason)
        units.start_reverting()


def _apply(entry: Json) -> None:
    """Raises Failed or OSError."""
    change, before = change_in(entry), running_state(entry["readings"])
    limit = patience(entry["timeout"])
    for command in expanded(change.backend.before, entry["lists"]):
        run(command, limit)
    for name in change.doomed:
        if name in before.links:
            run(("ip", "link", "delete", name), 5.0)
    files.swap(change.files, change.absent)
    _surely(expanded(change.backend.apply, entry["lists"]), limit)
    _surely(change.commands, limit)
    failed = return_guests(before)
    if failed:
        raise Failed("interfaces of guests could not be reconnected to their bridges: " + "; ".join(failed))


def patience(timeout: float) -> float:
    """Seconds that one command of the back-end may take: the other half of the timeout is for what comes after it."""
    return min(COMMAND_SECONDS, timeout / 2)


def _surely(commands: t.Iterable[Command], seconds: float) -> None:
    for command in commands:
        ended = run(command, seconds)
        if ended.status:
            raise Failed(ended.told())


def _await(entry: Json) -> None:
    """Until all holds that has to. Raises Failed with what does not, when that takes too long."""
    end = time.monotonic() + min(SETTLE_SECONDS, entry["timeout"] / 2)
    change, before = change_in(entry), running_state(entry["readings"])
    checks: Checks = [*_probes(change, entry["probes"]), *_uses(entry)]
    passed: set[str] = set()
    while True:
        state = seen()
        return_guests(before)
        # Without its partner a bond may have no carrier, and then no address: the cause is told first.
        wrong = without_partner(change.links, before, state)
        wrong += [reason for reasons in unmet(change.links, state).values() for reason in reasons]
        wrong = wrong or _returned(change, state)
        wrong = wrong or _loose(entry, change, before, state)
        wrong = wrong or list(collateral(before, state, touched(entry, change)))
        wrong = wrong or _failing(checks, passed, state)
        wrong = wrong or taken(before, state, change.shared)
        if not wrong:
            return
        if time.monotonic() > end:
            raise Failed("; ".join(wrong[:MOST_TOLD]))
        time.sleep(0.3)


def _returned(change: NetworkChange, state: RunningState) -> list[str]:
    """Interfaces that the change takes away and that are there all the same: they go now.

    NetworkManager makes a virtual interface again when it is deleted before its profile.
    """
    declared = {link.name for link in change.links}
    wrong = []
    for name in change.doomed:
        if name in state.links and name not in declared:
            run(("ip", "link", "delete", name), 3.0)
            wrong.append(f"{name} is there again")
    return wrong


def _loose(entry: Json, change: NetworkChange, before: RunningState, state: RunningState) -> list[str]:
    """Addresses that are there until the next restart only. Of interfaces that the change gives up they go now."""
    wrong = []
    for name in orphans(change.backend, before, state):
        if name in entry.get("unmanaged", ()):
            continue  # it is somebody else's, as it was
        if name in entry.get("released", ()):
            run(("ip", "address", "flush", "dev", name, "scope", "global"), 3.0)
        else:
            wrong.append(f"{name} keeps its address only until the next restart of the host")
    return wrong


def touched(entry: Json, change: NetworkChange) -> frozenset[str]:
    """The interfaces that the change may alter."""
    return mentioned(change) | frozenset(entry.get("released", ()))


def _failing(checks: Checks, passed: set[str], state: RunningState) -> list[str]:
    """What does not work of what did, "" dropped; what has passed is asked once more when nothing else is left.

    Nobody's server is to be asked again and again because something else needs its time.
    """

    def ask(check: tuple[str, t.Any]) -> str:
        name, what = check
        if what == "gateway":
            why = gateways_answer(state)
        elif isinstance(what, NetworkProbe):
            why = probe(what)
        else:
            return fails(what)
        return f"{name}: {why}" if why else ""

    for turn in (False, True):
        asked = [check for check in checks if turn or check[0] not in passed]
        answers = at_once(ask, asked)
        passed.clear()
        passed.update(name for name, _what in checks)
        passed.difference_update(name for (name, _what), answer in zip(asked, answers) if answer)
        wrong = [answer for answer in answers if answer]
        if wrong:
            return wrong
    return []


def _uses(entry: Json) -> Checks:
    """What the host used its network for."""
    return [(f"{one['what']} {one['tcp'] or one['reach']}", one) for one in entry.get("uses", ())]


def _probes(change: NetworkChange, names: t.Container[str]) -> Checks:
    """Those of the change, and of the gateway, that worked before."""
    own: Checks = [(one.name, one) for one in change.probes if one.name in names]
    return [*own, *([("gateway", "gateway")] if "gateway" in names else [])]


def working(change: NetworkChange, state: RunningState) -> list[str]:
    """The names of the probes that work now: only these have to work afterwards."""
    found = [one.name for one in change.probes if not probe(one)]
    return [*found, *(["gateway"] if not gateways_answer(state) else [])]


def revert(journal: Journal) -> None:
    """New → old: files, then what the back-end does about them, then whatever of the running state still differs."""
    with journal.locked(60.0):
        entry = journal.pending()
        if entry is None:
            units.disarm()
            return
        units.stop_applying()
        phase = journal.phase()
        reason = phase.get("reason") or _overdue(entry, phase["phase"])
        with contextlib.suppress(OSError):
            journal.enter("reverting", reason=reason)
        left: tuple[Command, ...] = ()
        if phase["phase"] != "armed":
            left = _revert(entry)
        journal.end("rolled_back", reason=reason, left=[" ".join(one) for one in left])
    units.disarm()


def _overdue(entry: Json, phase: str) -> str:
    waited = f"was not confirmed within {entry['timeout']:g} s"
    told = {"applied": "it was applied, but the controller did not connect again", "armed": "it was never started"}
    return f"{waited}: {told.get(phase, 'it was still being applied')}"


def _revert(entry: Json) -> tuple[Command, ...]:
    """Returns what of the running state could not be brought back."""
    change, before = change_in(entry), running_state(entry["readings"])
    lists = entry["lists"]
    for command in expanded(change.backend.undo, lists):
        run(command, UNDO_SECONDS)
    files.put_back(entry["before"])
    altered = touched(entry, change)
    if change.backend.undo:
        # Back-ends that build everything themselves stumble over what is there already.
        clear(before, altered)
    else:
        # Those with a daemon do not: reachable at once, whatever the daemon takes.
        mend(before, altered, time.monotonic())
        announce(before)
    end = time.monotonic() + RESTORE_SECONDS
    late = [one for one in expanded(change.backend.restore, lists) if run(one, end - time.monotonic()).status == 124]
    for command in given_up(change.backend):
        run(command, 3.0)
    left = mend(before, altered, time.monotonic() + MEND_SECONDS)
    # The host is back. A daemon that has not read the old files follows the new ones at its next reload.
    for command in late if not change.backend.undo else ():
        run(command, COMMAND_SECONDS)
        left = mend(before, altered, time.monotonic() + MEND_SECONDS)
    # A change that an older version began has no such record.
    if change.backend.name == "ifupdown" and "configured" in entry:
        ifstate.put_back(entry["configured"])
    announce(seen())
    return left


def boot(journal: Journal) -> None:
    """The machine went down with the change unconfirmed: its old files, before anything reads them."""
    entry = journal.pending()
    if entry is None:
        return
    files.put_back(entry["before"])
    for command in change_in(entry).backend.settle:
        run(command, 20.0)
    reason = "the host was restarted before the change was confirmed"
    journal.end("rolled_back", reason=journal.phase().get("reason") or reason, left=[])
