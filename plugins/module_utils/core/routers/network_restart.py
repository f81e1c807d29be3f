# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a network or VPC is not restarted."""

from __future__ import annotations

import typing as t

from ..errors import Reason
from .router import NETWORK, Router, states_text
from .served import Served

# Seconds without service while a single router is made anew.
RENEWAL = 120.0


def refusals(
    thing: Served, before: t.Sequence[Router], redundant: bool, *, cleanup: bool, livepatch: bool, consent: bool
) -> list[Reason]:
    """Why not. before: its routers. redundant: they stand in for each other. consent: it may be without service."""
    reasons: list[Reason] = []
    if thing.kind == NETWORK and thing.vpc_id and cleanup:
        message = f"it is a tier of VPC {thing.vpc or thing.vpc_id}, whose router cannot be replaced for one tier"
        reasons.append(Reason("tier", message, "restart the VPC", {"vpc": thing.vpc}))
    if not thing.ready:
        message = f"its state is {thing.state or 'unknown'}, and only Implemented or Setup networks are restarted"
        reasons.append(Reason("not_implemented", message, "start a VM on it first"))
    if livepatch and cleanup:
        message = "with cleanup the server ignores livepatch and replaces the routers"
        reasons.append(Reason("livepatch_ignored", message, "set one of the two"))
    running = [each for each in before if each.runs]
    if cleanup and not redundant and running and not consent:
        message = f"{states_text(running)}: without service for about {RENEWAL:.0f} s while it is replaced"
        facts = {"down": RENEWAL, "routers": [each.name for each in running]}
        reasons.append(Reason("single_router", message, "set consent: true in a maintenance window", facts))
    return reasons
