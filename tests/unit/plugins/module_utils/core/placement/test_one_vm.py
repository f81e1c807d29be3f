# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One VM to a host that somebody chose."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.one_vm import bring_one, suitable

from .test_back import routers
from .test_evacuation import fleet


def test_who_chooses_a_host_may_bring_routers_together_but_is_told_of_others() -> None:
    where = fleet(0, 0, 0, vms=routers("h0", "h1"))
    assert suitable(where, "r-0-VM", 0) == ("h2",)
    assert bring_one(where, "r-0-VM", "h1", 0).moves
    full = fleet(0, 0, 32, vms=routers("h0", "h1"))
    assert suitable(full, "r-0-VM", 0) == ("h1",)
