# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster by itself, for playbooks that work on a cluster with tasks of other systems."""

from __future__ import annotations

from ...core.change import Outcome
from ...operations import lookup
from ...operations.maintenance import locks
from ...ports.cloud import Cloud
from ..fields import Params
from .claims import claim


def set_lock(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    """Take or renew it, or give it back. A lock is no change of the cloud. Raises Refused (code "locked")."""
    cluster = lookup.cluster(cloud, params["cluster"], lookup.zone(cloud, params["zone"]))
    wanted = claim(params)
    if not check_mode:
        (locks.take if params["state"] == "held" else locks.release)(cloud, cluster, wanted)
    return Outcome(False)
