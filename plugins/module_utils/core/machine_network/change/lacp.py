# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is at the other end of a bond answers LACP (IEEE 802.1AX).

Where nobody answers, Linux sends and receives by one port only, so that every other check passes.
"""

from __future__ import annotations

import typing as t

from .model import NetworkLink
from .state import LinkState, RunningState

MODE = "802.3ad"


def without_partner(links: t.Iterable[NetworkLink], before: RunningState, now: RunningState) -> list[str]:
    """A reason for each bond that has its ports, has to have a partner, has none, and did not lack it before."""
    return [
        f"{link.name} has no LACP partner: the switch does not answer on {' '.join(link.ports)}. "
        "Configure LACP on these ports of the switch, or set lacp_partner to false on the bond"
        for link in links
        if link.lacp_partner and _alone(now.links.get(link.name)) and not _alone(before.links.get(link.name))
        if all(port in now.links and now.links[port].master == link.name for port in link.ports)
    ]


def _alone(bond: t.Optional[LinkState]) -> bool:
    return bond is not None and bond.made_of.get("mode") == MODE and not bond.partner
