# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of ``cs_trunk_info``."""

from __future__ import annotations

from ...operations.trunks.report import TrunkQuestion
from ..fields import Params, Spec, taken
from ..hypervisors.access import reach
from ..listing import PHYSICAL_NETWORK, VLAN
from ..zone import ZONE
from .host_network import networks_of

PLACE: Spec = {
    **ZONE,
    "cluster": {"type": "str"},
    **PHYSICAL_NETWORK,
    **VLAN,
}
OPTIONS: Spec = {**PLACE, "hosts": {"type": "list", "elements": "dict", "default": []}}


def question(params: Params) -> TrunkQuestion:
    """Raises InvalidValue."""
    return TrunkQuestion(**taken(params, PLACE), hosts=networks_of(params["hosts"]), reach=reach(params))
