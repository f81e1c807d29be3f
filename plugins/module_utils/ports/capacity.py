# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own account of capacity."""

from __future__ import annotations

import typing as t

from ..core.accounting import Balance
from ..core.capacity.levels import Level


class Capacities(t.Protocol):
    """What the server itself says of capacity; used holds what is reserved too."""

    def of_cluster(self, cluster_id: str, latest: bool = False) -> t.Optional[Balance]:
        """``latest``: the server looks at every host anew first."""

    def of_place(self, scope: str, id: str, kinds: t.Collection[int]) -> t.Mapping[int, Level]:
        """scope: "zone" or "pod". kinds: types of capacity as the server numbers them; those without figures are not
        in the answer."""
