# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of system VMs that are looked at."""

from __future__ import annotations


class ModuleDocFragment:
    """Which system VMs are asked for their certificates, and where."""

    DOCUMENTATION = r"""
options:
  zone:
    description: Name or ID of a zone. Only system VMs of this zone are considered. By default those of all zones.
    type: str
  console_port:
    description: Port on which console proxies serve TLS.
    type: int
    default: 443
  storage_port:
    description: Port on which secondary storage VMs serve TLS.
    type: int
    default: 443
notes:
  - The task has to run where the public addresses of the system VMs can be reached.
"""
