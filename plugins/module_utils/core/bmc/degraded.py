# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host may be declared degraded: what proves that it is dead.

Source: ResourceManagerImpl.declareHostAsDegraded.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason


@dataclass(frozen=True)
class Death:
    """What speaks for a host being dead. power: what its controller says, "" where that does not answer.

    ping: whether its address answered anything, which disproves an Off; None where nobody tried. consent: the
    operator vouches for it.
    """

    power: str = ""
    ping: t.Optional[bool] = None
    consent: bool = False


def degrade_reasons(host: str, state: str, proof: Death) -> list[Reason]:
    """Why a host must not be declared degraded. Its VMs would be started twice if it lived: disks are lost that way.

    state: CloudStack's of the host; only Disconnected and Alert may be declared (T2:52-54). Of a host that is Down, the
    server has started the VMs elsewhere already.
    """
    found = []
    if state == "Down":
        found.append(
            Reason(
                "host_down",
                f"host {host} is Down: the server accepts only hosts in state Disconnected or Alert",
                "nothing to do: CloudStack knows that the host is dead, and restarts its HA VMs on other hosts",
            )
        )
    elif state not in ("Disconnected", "Alert"):
        found.append(
            Reason(
                "host_connected",
                f"host {host} is {state}: the server accepts only hosts in state Disconnected or Alert",
            )
        )
    if proof.power == "Off" and proof.ping:
        found.append(
            Reason(
                "host_answers_while_off",
                f"the controller reports that host {host} is off, but the host answers on the network",
                "correct the controller's address, which belongs to another machine; wait if the host is shutting down",
            )
        )
    elif proof.power == "On":
        found.append(
            Reason(
                "host_is_on",
                f"the controller reports that host {host} is on: its VMs may still run and write to their disks",
                "turn it off with cs_power first",
            )
        )
    elif proof.ping:
        found.append(
            Reason("host_answers", f"host {host} answers on the network", "repair its agent: the host is running")
        )
    elif proof.power != "Off" and (proof.ping is None or not proof.consent):
        found.append(
            Reason(
                "not_proven_dead",
                f"the controller of host {host} does not answer, so it is not certain that the host is off",
                "check at the machine that it is off, then set consent",
                {"ping": proof.ping},
            )
        )
    return found
