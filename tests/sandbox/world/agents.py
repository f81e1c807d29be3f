"""What a test puts behind addHost and deleteHost where hosts are machines with agents; without it they are rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .hosts import Host


class NotJoined(Exception):
    """The machine could not be set up, or its agent never came; the text is the server's."""


@dataclass(frozen=True)
class Join:
    """What addHost was asked; zone, pod and cluster are the rows' ids."""

    url: str
    username: str
    zone: int
    pod: int
    cluster: int


@dataclass(frozen=True)
class Joined:
    """What the agent told of its machine; memory in bytes."""

    guid: str
    name: str
    address: str
    cores: int
    mhz: int
    memory: int


class Agents(Protocol):
    """Called in the server's thread, which waits."""

    def join(self, asked: Join) -> Joined:
        """Set the machine up and meet its agent. Raises NotJoined."""

    def joined(self, host: Host) -> None: ...

    def deleted(self, host: Host) -> None: ...

    def set_password(self, host: Host, username: str, password: str) -> None:
        """Of a user of the machine. Raises NotJoined."""

    def provision(self, host: Host, days: int) -> None:
        """A new key and certificate on the machine, its agent and libvirt started again. Raises NotJoined."""
