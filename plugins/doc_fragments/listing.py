# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what limits the answer of an info module; the specs are in ``interface/listing.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """The name of one object, or the place of several."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name or id of the object. Without it, all are returned. An unknown name returns an empty list.
    type: str
"""

    ZONE = r"""
options:
  zone:
    description:
      - Name or id of a zone to limit the result to.
    type: str
"""

    POD = r"""
options:
  pod:
    description:
      - Name or id of a pod to limit the result to. Set O(zone) too if there are several zones.
    type: str
"""

    CLUSTER = r"""
options:
  cluster:
    description:
      - Name or id of a cluster, or V(POD/NAME), to limit the result to. Set O(zone) too if there are several zones.
    type: str
"""

    PHYSICAL_NETWORK = r"""
options:
  physical_network:
    description:
      - Name or id of a physical network to limit the result to. Set O(zone) too if there are several zones.
    type: str
"""

    VLAN = r"""
options:
  vlan:
    description:
      - VLANs to limit the result to, as a string such as V(100-200,500) or a list.
    type: raw
"""
