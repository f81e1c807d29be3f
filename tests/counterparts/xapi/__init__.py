# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A XenServer pool that answers by XAPI's published data model; see README.md."""

from counterparts.xapi.pool import Fault, Pool
from counterparts.xapi.wire import Servers

__all__ = ["Fault", "Pool", "Servers"]
