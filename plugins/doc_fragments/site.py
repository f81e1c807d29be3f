# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules that take the declaration of a zone; the spec is in ``interface/site/task.py``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  declaration:
    description:
      - The zone, with the keys of O(hostcraft.cloudstack.zone#role:main:zone_declaration).
      - The role checks it as a whole. This module checks each object.
    type: dict
    required: true
  hosts:
    description:
      - The hosts. Each has the options of M(hostcraft.cloudstack.cs_host), such as C(name), C(cluster), C(url),
        C(username), C(password) and C(host_tags).
      - C(oobm) has options of M(hostcraft.cloudstack.cs_oobm). C(host_ha) is V(enabled) or V(disabled).
    type: list
    elements: dict
  parts:
    description: Parts of the declaration to process. Their order is fixed.
    type: list
    elements: str
    choices: [zone, networks, addresses, clusters, hosts, storage, settings, state]
    default: [zone, networks, addresses, clusters, hosts, storage, settings, state]
  providers:
    description:
      - Providers to enable on a physical network with guest traffic that declares none. Defaults to
        V(VirtualRouter) and V(VpcVirtualRouter), in a basic zone to V(VirtualRouter) and V(SecurityGroupProvider).
    type: list
    elements: str
  primary_storage:
    description: Whether primary storage is created. The server needs hosts that are Up to create it.
    type: bool
    default: true
  storage_contents:
    description: Results of M(hostcraft.cloudstack.cs_storage_content) by the name of the pool or image store.
    type: dict
    default: {}
  not_empty:
    description: Names of pools and image stores that are added although they are not empty.
    type: list
    elements: str
    default: []
"""
