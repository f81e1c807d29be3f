#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_restart
short_description: Restart a network or VPC of Apache CloudStack
description:
  - Restarts a network or VPC and waits until its routers are in order. A redundant network has exactly one PRIMARY and
    one BACKUP afterwards, or, if they were in another state before, the same state.
  - Counts the rules for port forwarding, load balancing, static NAT and VPN before and after, and fails if there are
    fewer.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.routers.consent
  - hostcraft.cloudstack.routers.health
  - hostcraft.cloudstack.routers.required_health
attributes:
  idempotent:
    description: Each run restarts the network, except for O(makeredundant) alone on a redundant network.
    support: partial
options:
  network:
    description: Name or id of the network.
    type: str
  vpc:
    description: Name or id of the VPC. A tier cannot be restarted with O(cleanup) alone.
    type: str
  cleanup:
    description:
      - Whether the routers are replaced. A network with a single router is without service meanwhile, which needs
        O(consent).
      - Without it, the configuration is applied again, and a missing router of a redundant network is made.
    type: bool
    default: false
  makeredundant:
    description:
      - Whether the network gets a second router. CloudStack replaces both routers for it, as with O(cleanup).
    type: bool
    default: false
  livepatch:
    description: Whether the running routers are patched (CloudStack 4.17 and newer). Not with O(cleanup).
    type: bool
    default: false
  timeout:
    description: Seconds to wait until the routers are in order.
    type: float
    default: 900
seealso:
  - module: hostcraft.cloudstack.cs_router
  - module: hostcraft.cloudstack.cs_router_upgrade
"""

EXAMPLES = r"""
- name: Apply the configuration of a network again
  hostcraft.cloudstack.cs_network_restart:
    network: web

- name: Replace the router of a network
  hostcraft.cloudstack.cs_network_restart:
    network: web
    cleanup: true
    consent: true

- name: Make a VPC redundant
  hostcraft.cloudstack.cs_network_restart:
    vpc: shop
    cleanup: true
    makeredundant: true
    consent: true
"""

RETURN = r"""
id:
  description: Id of the network or VPC.
  returned: success
  type: str
  sample: 0f6b1c1e-1b7c-4d57-9f2c-5b3f6f5f6a11
network:
  description: Name of the network.
  returned: O(network)
  type: str
  sample: web
vpc:
  description: Name of the VPC.
  returned: O(vpc)
  type: str
  sample: shop
redundant:
  description: Whether it has two routers.
  returned: success
  type: bool
  sample: false
routers:
  description: Its routers, as M(hostcraft.cloudstack.cs_router_info) returns them.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "r-7-VM", "state": "Running"}]
gates:
  description: What was checked afterwards. RV(ignore:passed) is null where it could not be seen.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "routers run", "passed": true, "evidence": "r-7-VM Running"}]
rules:
  description: Number of rules of each kind.
  returned: changed
  type: dict
  sample: {"port_forwarding": 4, "load_balancer": 1, "static_nat": 0, "vpn": 0}
seconds_down:
  description: Expected number of seconds without service.
  returned: success
  type: float
  sample: 120
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.tasks import (
    RESTART,
    restart_network,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(
    options=RESTART,
    operation=restart_network,
    constraints={"mutually_exclusive": (("network", "vpc"),), "required_one_of": (("network", "vpc"),)},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
