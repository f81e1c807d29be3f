# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fence drill at a time in a cluster: another would take a host that is off for one of a killed drill.

The lock is that of a maintenance, which moves VMs to the hosts that a drill turns off.
"""

from __future__ import annotations

import contextlib
import typing as t

from ...core.errors import HostcraftError, Refused
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from .. import lookup
from ..maintenance import locks

Claim = t.Optional[locks.Claim]  # None where nobody is said to run it


@contextlib.contextmanager
def alone(cloud: Cloud, host: Host, claim: Claim, check_mode: bool, first: bool) -> t.Iterator[t.Callable[[], None]]:
    """Hold the lock of the host's cluster; what to call in every wait. Raises Refused (code "locked").

    A claim that is kept is for the next phase. first: there is none if this one fails.
    """
    if claim is None:
        yield _nothing
        return
    cluster = lookup.cluster(cloud, host.cluster_id, lookup.zone(cloud, host.zone_id))
    if check_mode:
        reason = None if claim.wait else locks.standing(cloud, cluster, claim)
        if reason is not None:
            raise Refused(locks.called(cluster), [reason])
        yield _nothing
        return
    with locks.held(cloud, cluster, claim) as held:
        try:
            yield held.beat
        except BaseException:
            if first:
                with contextlib.suppress(HostcraftError):
                    locks.release(cloud, cluster, claim)
            raise


def lenient(beat: t.Callable[[], None]) -> t.Callable[[], None]:
    """The same for work that has to be done although the lock was lost."""

    def call() -> None:
        with contextlib.suppress(HostcraftError):
            beat()

    return call


def _nothing() -> None:
    """There is no lock to renew."""
