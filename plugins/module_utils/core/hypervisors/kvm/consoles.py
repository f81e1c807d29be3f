# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VNC consoles whose QEMU goes on showing a certificate that the host no longer has.

QEMU reads the files once, when a guest starts; only ``display-reload`` makes it read them again. Sources: QEMU, "QMP
Reference Manual"; Working with Hosts, "Security" (libvirt and consoles have the certificate that the agent was given).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Console:
    """Of a running guest. shown: SHA-256 of its certificate in hexadecimal digits; None where none could be seen."""

    guest: str
    port: int
    shown: t.Optional[str] = None


@dataclass(frozen=True)
class ConsoleHost:
    """A host with its consoles that have TLS. wanted: SHA-256 of the certificate that the host has, None if unknown."""

    name: str
    consoles: tuple[Console, ...]
    wanted: t.Optional[str] = None


def outdated(host: ConsoleHost, force: bool = False) -> tuple[Console, ...]:
    """Consoles to reload: those that show another certificate, and those of which that cannot be told."""
    return tuple(
        each for each in host.consoles if force or None in (host.wanted, each.shown) or each.shown != host.wanted
    )


def still_outdated(before: t.Iterable[Console], after: ConsoleHost) -> tuple[str, ...]:
    """Guests that were reloaded, are still there, and show another certificate than the host's all the same."""
    reloaded = {each.guest for each in before}
    if after.wanted is None:
        return ()
    return tuple(
        each.guest for each in after.consoles if each.guest in reloaded and each.shown not in (None, after.wanted)
    )
