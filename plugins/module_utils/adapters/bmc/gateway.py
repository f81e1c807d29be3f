# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which adapter speaks to a controller."""

from __future__ import annotations

from ...core.bmc.controller import IPMI, Access
from ...core.bmc.oobm import is_host
from ...core.errors import InvalidValue
from ...ports.bmc import Bmc
from .ipmi import Ipmi
from .redfish import Redfish


def open_bmc(access: Access) -> Bmc:
    """Nothing is sent before the first question. Raises InvalidValue, MissingLibrary."""
    if not is_host(access.address):
        raise InvalidValue("address", access.address, "an IP address or a host name")
    return Ipmi(access) if access.protocol == IPMI else Redfish(access)
