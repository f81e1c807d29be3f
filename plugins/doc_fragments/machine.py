# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of options about hosts as machines; specs: ``interface/machine/options.py``, ``interface/servers``."""

from __future__ import annotations


class ModuleDocFragment:
    """The file of the agent, and the labels that it has to find."""

    PROPERTIES = r"""
options:
  path:
    description:
      - Path of the agent's file of properties.
    type: path
    default: /etc/cloudstack/agent/agent.properties
"""

    LABELS = r"""
options:
  traffic_labels:
    description:
      - KVM traffic labels of the zone's physical networks. Each must be a bridge with a NIC that the agent recognizes.
    type: list
    elements: str
    default: []
"""

    HAPROXY = r"""
options:
  socket:
    description:
      - Path of HAProxy's socket for administrators.
    type: path
    default: /run/haproxy/admin.sock
"""
