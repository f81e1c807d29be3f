# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time that stops or replaces system VMs and routers of a zone: each sees to it that others serve.

Two runs would each count on those that the other is about to take away.
"""

from __future__ import annotations

import contextlib
import typing as t

from ...core.errors import Refused
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from . import locks

Claim = t.Optional[locks.Claim]  # None where nobody is said to run it


def refuse_others(cloud: Cloud, zones: t.Iterable[Zone], claim: Claim) -> None:
    """Before anything is waited for; writes nothing. Raises Refused (code "locked") where another run works there."""
    if claim is None or claim.wait:
        return
    for zone in zones:
        reason = locks.standing(cloud, zone, claim)
        if reason is not None:
            raise Refused(locks.called(zone), [reason])


@contextlib.contextmanager
def alone(cloud: Cloud, zones: t.Iterable[Zone], claim: Claim) -> t.Iterator[t.Callable[[], None]]:
    """Hold the locks of zones for a block; what to call in every wait. Raises Refused (code "locked")."""
    with contextlib.ExitStack() as stack:
        # In one order, so that two runs with several zones do not each wait for the other.
        ordered = sorted(zones, key=lambda zone: zone.id) if claim is not None else []
        held = [stack.enter_context(locks.held(cloud, zone, t.cast(locks.Claim, claim))) for zone in ordered]

        def beat() -> None:
            for each in held:
                each.beat()

        # The first lease may be over, and its lock somebody else's, by the time that the last lock is had.
        beat()
        yield beat


def zones_of(cloud: Cloud, ids: t.Collection[str], claim: Claim) -> list[Zone]:
    """None where no lock is asked for."""
    return [zone for zone in cloud.zones.all() if zone.id in ids] if claim is not None else []
