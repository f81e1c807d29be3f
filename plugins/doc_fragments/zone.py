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
      - Name or id of a cluster of the zone. If two pods have clusters with this name, set O(pod) or use V(POD/NAME).
    type: str
"""

    HOST = r"""
options:
  host:
    description:
      - Name or address of a host of the zone.
    type: str
"""

    CONTENT = r"""
options:
  content:
    description:
      - Result of M(hostcraft.cloudstack.cs_storage_content) on a host that reaches the storage. Storage that is not
        empty is not added, because CloudStack can destroy what is on it. Ignored if it exists already.
    type: dict
  allow_not_empty:
    description:
      - Add the storage although O(content) is not empty.
    type: bool
    default: false
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
      - Name or id of the cluster, or V(POD/NAME) if two pods have clusters with this name.
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

    ONE_PHYSICAL_NETWORK = r"""
options:
  physical_network:
    description:
      - Name or id of the physical network.
    type: str
    required: true
"""

    OWNER = r"""
options:
  domain:
    description:
      - Domain (name or path) that is the owner, or that contains O(account) or O(project).
    type: str
  account:
    description:
      - Account in O(domain) (default ROOT) that is the owner.
    type: str
  project:
    description:
      - Project that is the owner.
    type: str
"""

    LIMITS = r"""
options:
  domains:
    description:
      - All domains (names or paths) whose users may use it. An empty list allows all domains.
      - An offering that is limited to other domains or zones than those in the task is not removed.
    type: list
    elements: str
  zones:
    description:
      - All zones (names or IDs) in which it may be used. An empty list allows all zones. Needs CloudStack 4.13.
    type: list
    elements: str
"""

    REQUIRED_TAGS = r"""
options:
  host_tags:
    description:
      - All tags of hosts that it requires. Changed by CloudStack 4.16 and newer.
    type: list
    elements: str
  storage_tags:
    description:
      - All tags of primary storage that it requires. Changed by CloudStack 4.16 and newer.
    type: list
    elements: str
"""

    IP_RANGE = r"""
options:
  start_ip:
    description:
      - First IPv4 address of the range.
    type: str
  end_ip:
    description:
      - Last IPv4 address of the range. Without it, a new range has a single address.
    type: str
  gateway:
    description:
      - Gateway of the IPv4 addresses.
    type: str
  netmask:
    description:
      - Netmask of the IPv4 addresses.
    type: str
"""

    SCOPE = r"""
options:
  zone:
    description:
      - Name or id of the zone of the setting, or of the zone that contains O(cluster), O(storage) or O(image_store).
    type: str
  cluster:
    description:
      - Name or id of the cluster of the setting.
    type: str
  storage:
    description:
      - Name or id of the storage pool of the setting.
    type: str
  image_store:
    description:
      - Name or id of the image store of the setting.
    type: str
  account:
    description:
      - Account of the setting, in O(domain) or else in ROOT.
    type: str
  domain:
    description:
      - Domain (name or path) of the setting, or the domain that contains O(account).
    type: str
"""
