# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers on the wire (T5:50, T7:1-26; management_server.md 6.4, 6.5)."""

from __future__ import annotations

import re
import typing as t

from ...core.servers import nodes
from ...core.servers.nodes import Peer, Server
from .client import Client
from .records import Record, Tell, Wire, unheard

MOST_AGENTS = 1_000_000
CHANGED = "CONFIGURATION.VALUE.EDIT"
# The event's own words: "updating configuration.  Name: NAME New Value: VALUE".
_SETTING = re.compile(r"\bName: ([A-Za-z0-9._-]{1,255})(?: New Value:|$)")
COMMANDS: t.Mapping[str, str] = {
    nodes.PREPARE: "prepareForMaintenance",
    nodes.CANCEL_MAINTENANCE: "cancelMaintenance",
    nodes.PREPARE_STOP: "prepareForShutdown",
    nodes.CANCEL_SHUTDOWN: "cancelShutdown",
    nodes.TRIGGER: "triggerShutdown",
}


def management_server(wire: Wire, tell: Tell = unheard, peers: bool = True) -> Server:
    """Before 4.21 it shows neither agents nor jobs. A server without peers has no such field (T7:5).

    peers: whether the server that answers knows the question.
    """
    read = Record(wire, "management server", tell)
    count = _count(read)
    agents = read.names("agents") if read.has("agents") else None
    return Server(
        id=read.id(),
        name=read.text("name"),
        state=nodes.state_of(read.text("state")),
        version=read.text("version"),
        address=read.place("ipaddress") or read.place("serviceip") or "",
        # The count stands for those that have no names.
        agents=agents if agents is not None or count is None else ("",) * count,
        jobs=read.whole("pendingjobscount"),
        peers=tuple(_peer(each) for each in read.records("peers", "peer")) if peers else None,
        started=read.moment("lastserverstart") or "",
        booted=read.moment("lastboottime") or "",
        os=read.text("osdistribution"),
        java=read.text("javaversion"),
        kernel=read.text("kernelversion"),
    )


def _count(read: Record) -> t.Optional[int]:
    """The number of agents; None as well where it is no number that a server can have."""
    count = read.amount("agentscount")
    return count if count is None or count <= MOST_AGENTS else None


def _peer(read: Record) -> Peer:
    address = read.place("peerserviceip") or ""
    return Peer(read.text("peerid"), read.text("peername"), address, read.text("state").casefold() == "up")


class ManagementServers:
    """The port ``ManagementServers``; nothing is remembered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._peers: t.Optional[bool] = None

    def all(self) -> t.Sequence[Server]:
        listed = self._client.listing("listManagementServers", "managementserver", {"peers": self._tells_peers()})
        return [management_server(item, self._client.tell, self._tells_peers()) for item in listed]

    def act(self, action: str, id: str, **more: object) -> None:
        params: dict[str, t.Any] = {"managementserverid": id, **more}
        self._client.run(COMMANDS[action], params)

    def needs(self, action: str) -> None:
        self._client.needs(COMMANDS[action])

    def jobs(self, id: str) -> t.Sequence[str]:
        """Older servers ignore the parameter, and list the jobs of all."""
        listed = self._client.listing("listAsyncJobs", "asyncjobs", {"listall": True, "managementserverid": id})
        read = [Record(item, "job", self._client.tell) for item in listed]
        under_way = [
            each for each in read if each.whole("jobstatus") == 0 and each.text("managementserverid") in ("", id)
        ]
        return [f"{each.text('cmd').rpartition('.')[2] or 'job'} {each.text('jobid')}" for each in under_way]

    def changed_settings(self) -> t.Sequence[tuple[str, str]]:
        listed = self._client.listing("listEvents", "event", {"type": CHANGED, "listall": True})
        read = [Record(item, "event", self._client.tell) for item in listed]
        found = [(_SETTING.search(each.text("description")), each.moment("created") or "") for each in read]
        return [(name.group(1), when) for name, when in found if name and when]

    def _tells_peers(self) -> bool:
        if self._peers is None:
            self._peers = self._client.has("listManagementServers", "peers")
        return self._peers
