"""Certificates uploaded for the system VMs, and what each system VM has loaded of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

# The row of the server's own certificate (source: ConsoleProxyManager).
SERVER = "CPVMCertificate"


@dataclass(slots=True)
class Row:
    """A row of the table `keystore`; `key` is None for a link of a chain."""

    name: str
    certificate: str
    key: str | None
    domain_suffix: str
    index: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a system VM loaded when it started: PEM texts, the leaf first, and its key."""

    chain: tuple[str, ...]
    key: str


class Ports(Protocol):
    """Where a test wants system VMs to listen, by kind and public address."""

    def open(self, kind: str, address: str, shown: Shown) -> Callable[[], None]:
        """Listens at once; what ends it."""
