# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The thresholds of a cluster that loads of its hosts are compared with."""

from __future__ import annotations

from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..capacity.account import limits

KIND = "disablethreshold"


def thresholds(cloud: Cloud, cluster: Cluster) -> dict[str, float]:
    """``cluster.*.allocated.capacity.disablethreshold`` by resource, those that are set."""
    found = limits(cloud, cluster, (KIND,))
    return {name.partition("_")[0]: limit for name, limit in found.items()}
