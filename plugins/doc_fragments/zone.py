# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options that name a zone and what is in it; the specs are in ``interface/zone.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """One option each, so that a module lists the places that it has. ``ONE_…`` is required."""

    DOCUMENTATION = r"""
options:
  zone:
    description:
      - Name or id of the zone. Required if there are several zones.
    type: str
"""

    POD = r"""
options:
  pod:
    description:
      - Name or id of a pod of the zone.
    type: str
"""

    CLUSTER = r"""
options:
  cluster:
    description:
      - Name or id of a cluster of the zone. Set O(pod) too if two pods have clusters with this name.
    type: str
"""

    HOST = r"""
options:
  host:
    description:
      - Name or address of a host of the zone.
    type: str
"""

    ONE_POD = r"""
options:
  pod:
    description:
      - Name or id of the pod.
    type: str
    required: true
"""

    ONE_CLUSTER = r"""
options:
  cluster:
    description:
      - Name or id of the cluster.
    type: str
    required: true
"""

    ONE_HOST = r"""
options:
  host:
    description:
      - Name or address of the host.
    type: str
    required: true
"""
