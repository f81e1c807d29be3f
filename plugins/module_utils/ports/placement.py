# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plans are made from: the hosts and VMs of a cluster."""

from __future__ import annotations

import typing as t

from ..core.placement.fleet import Fleet
from ..core.placement.instances import Instance
from ..core.zone.topology import Cluster


class Fleets(t.Protocol):
    """Clusters read whole."""

    def read(self, cluster: Cluster, since: t.Optional[Fleet] = None) -> Fleet:
        """``since``: an earlier reading of the same task, whose offerings, groups and dedication are still good."""

    def on_host(self, cluster: Cluster, host_id: str) -> t.Sequence[Instance]:
        """The VMs of every kind that hold capacity on one host."""

    def names(self, zone_id: str) -> t.Collection[str]:
        """Names and ids of all VMs of a zone, of every kind and in every state; read once."""

    def machine(self, vm_id: str, kind: str) -> t.Optional[Instance]:
        """One VM, read again; None when it is gone."""

    def users_vms(self, vm_ids: t.Sequence[str]) -> t.Sequence[Instance]:
        """Several VMs of users by one question. Those of projects may be left out; one that is gone is an error."""
