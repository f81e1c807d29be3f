# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network change on this host: what it would change, whether it may be begun, its beginning, its confirmation."""

from __future__ import annotations

import os
import shutil
import typing as t
from dataclasses import dataclass

from ....core.machine_network.change.model import NetworkChange, parameters
from ....core.machine_network.change.preflight import Preflight
from ....core.machine_network.change.state import RunningState, mentioned, running_state, unmet
from ....core.machine_network.released import released
from ..client import Linux
from . import files, ifstate
from . import install as network_install
from . import units as network_units
from .guard import working
from .journal import Journal, Json, boot_id, identity
from .layout import network_files
from .parse import Candidates, changed_interfaces, connection_uuids
from .running import PATH, readings, run, unmanaged
from .uses import in_use


@dataclass(frozen=True)
class Seen:
    """before: what lies at the change's places. readings: see READINGS. state: the same as data.

    released: interfaces that only files define which the change takes away.
    """

    before: t.Mapping[str, files.Kept]
    readings: t.Mapping[str, str]
    state: RunningState
    released: tuple[str, ...] = ()

    def held(self, path: str) -> files.Kept:
        """What lies at a change's place: of a link that stays one its target."""
        return self.before[files.place(path)]

    def differs(self, change: NetworkChange) -> tuple[str, ...]:
        """Paths that are not as wanted."""
        wrong = [file.path for file in change.files if not files.is_as_wanted(file, self.held(file.path))]
        return (*wrong, *(path for path in change.absent if self.before[path]["is"] != "nothing"))

    def drifted(self, change: NetworkChange) -> dict[str, tuple[str, ...]]:
        """What of the running state is not as promised, by interface."""
        return unmet(change.links, self.state)


class Connection(t.NamedTuple):
    """peer: "ADDRESS:PORT" of the other end, as network_running.peers says it. address: this host's own."""

    peer: str
    address: str


def look(change: NetworkChange) -> Seen:
    written = [file.path for file in change.files]
    # Of a link both what it is and what it leads to.
    paths = dict.fromkeys([*written, *map(files.place, written), *change.absent])
    read = readings()
    state = running_state(read)
    return Seen(
        {path: files.kept(path) for path in paths}, read, state, released(change, network_files(Linux()), state)
    )


def preflight(change: NetworkChange, seen: Seen, via: str) -> Preflight:
    """All that a judgement needs to know; parses the candidates."""
    backend = change.backend
    has_program = shutil.which(backend.program, path=PATH) is not None
    active = not backend.unit or run(("systemctl", "is-active", "--quiet", backend.unit), 10.0).status == 0
    complaints: tuple[str, ...] = ()
    if has_program and change.files:
        with Candidates(change) as candidates:
            complaints = candidates.complaints()
    return Preflight(seen.state, via, has_program, active, complaints)


def own_connection() -> t.Optional[Connection]:
    """The task's ssh connection, from the environment of a process above; None where there is none.

    sudo drops the variable, root may read it further up (ssh(1), SSH_CONNECTION).
    """
    process = os.getpid()
    while process > 1:
        try:
            with open(f"/proc/{process}/environ", "rb") as file:
                variables = file.read().split(b"\0")
            with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
                process = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            return None
        for variable in variables:
            if variable.startswith(b"SSH_CONNECTION="):
                client, port, address, _own_port = variable.partition(b"=")[2].decode().split()
                return Connection(f"{client}:{port}", address)
    return None


def begin(journal: Journal, change: NetworkChange, seen: Seen, token: str, timeout: float) -> str:
    """Arm the way back, then let the change be applied; returns its identity. The caller holds the journal's lock.

    The deadline runs first: when this is killed anywhere, the host stays or becomes what it was. Raises NoGuard or
    OSError (a full disk), with nothing touched.
    """
    entry: Json = {
        "id": identity(change),
        "change": parameters(change),
        "before": dict(seen.before),
        "readings": dict(seen.readings),
        "probes": working(change, seen.state),
        "uses": in_use(seen.state),
        "released": list(seen.released),
        "unmanaged": sorted(unmanaged(change.backend)),
        "lists": lists(change, seen),
        "configured": ifstate.configured(),
        "timeout": timeout,
        "boot": boot_id(),
    }
    network_install.install(journal.home)
    network_units.arm(timeout)
    try:
        journal.begin(entry, token)
        network_units.start_applying()
    except BaseException:
        if journal.pending() is not None:
            journal.end("abandoned", reason="it could not be started", left=[])
        network_units.disarm()
        raise
    return str(entry["id"])


def lists(change: NetworkChange, seen: Seen) -> dict[str, tuple[str, ...]]:
    """The lists that commands of the back-end speak of, see NetworkBackend."""
    drifted = tuple(seen.drifted(change))
    found: dict[str, tuple[str, ...]] = {"drifted": tuple(name for name in drifted if name in seen.state.links)}
    if change.backend.name == "ifupdown":
        # With those that are gone: no daemon makes them anew.
        found["leaving"], found["coming"] = changed_interfaces(change, drifted)
    if change.backend.name == "networkmanager":
        found["connections"] = connection_uuids(change)
        found["active"] = _active(change, seen.state)
    return found


def _active(change: NetworkChange, state: RunningState) -> tuple[str, ...]:
    """UUIDs of NetworkManager's connections that are up on interfaces of the change; the way out comes first.

    Others are not to be interrupted by a rollback, nor is it to wait for those that never got an address.
    """
    ended = run(("nmcli", "--terse", "--fields", "UUID,STATE,DEVICE", "connection", "show", "--active"), 10.0)
    rows = [line.split(":") for line in ended.out.splitlines()]
    touched, out = mentioned(change), {device for _gateway, device in state.gateways()}
    masters = {name: link.master for name, link in state.links.items()}
    found = [
        (row[2] not in out, row[0])
        for row in rows
        if len(row) == 3 and row[1] == "activated" and not touched.isdisjoint((row[2], masters.get(row[2], row[2])))
    ]
    return tuple(uuid for _later, uuid in sorted(found, key=lambda one: one[0]))
