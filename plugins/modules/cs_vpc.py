#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vpc
short_description: Manage VPCs of Apache CloudStack
description:
  - Creates and removes VPCs, and changes their name and text. M(hostcraft.cloudstack.cs_network) creates their tiers,
    and M(hostcraft.cloudstack.cs_network_restart) restarts them.
  - A VPC is not removed while it has tiers or private gateways. The error names each of them.
  - Several owners can have VPCs of one name. The module changes only the VPC of the owner in the task, without an owner
    only that of the account of the API key. If only other accounts have such a VPC, the task fails and names them.
    If the server does not return the owner of the API key, the only VPC that the key can see is used. The owner is a
    project or an account, never a domain alone.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.state.display_text
  - hostcraft.cloudstack.zone.owner
options:
  name:
    description: Name or ID of the VPC.
    type: str
    required: true
  cidr:
    description: Addresses of all its tiers, such as V(10.10.0.0/16). Required to create it. It cannot be changed.
    type: str
  vpc_offering:
    description: Name or ID of its offering. Required to create it. It cannot be changed.
    type: str
  network_domain:
    description: DNS domain of its VMs. It cannot be changed.
    type: str
  start:
    description:
      - Whether the router of a new VPC is started at once. By default it is. Used only to create the VPC.
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_vpc_info
  - module: hostcraft.cloudstack.cs_network
  - module: hostcraft.cloudstack.cs_network_restart
"""

EXAMPLES = r"""
- name: Create a VPC
  hostcraft.cloudstack.cs_vpc:
    zone: zurich
    name: shop
    cidr: 10.10.0.0/16
    vpc_offering: Default VPC offering

- name: Create a tier of it
  hostcraft.cloudstack.cs_network:
    zone: zurich
    name: web
    vpc: shop
    network_offering: DefaultIsolatedNetworkOfferingForVpcNetworks
    gateway: 10.10.1.1
    netmask: 255.255.255.0

- name: Restart it
  hostcraft.cloudstack.cs_network_restart:
    vpc: shop
"""

RETURN = r"""
id:
  description: ID of the VPC.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the VPC.
  returned: success
  type: str
  sample: shop
display_text:
  description: What users see.
  returned: success
  type: str
  sample: Shop
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
zone_id:
  description: ID of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
state:
  description: State of the VPC.
  returned: success
  type: str
  sample: Enabled
cidr:
  description: Addresses of all its tiers.
  returned: success
  type: str
  sample: 10.10.0.0/16
vpc_offering:
  description: Name of its offering.
  returned: success
  type: str
  sample: Default VPC offering
vpc_offering_id:
  description: ID of its offering.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
network_domain:
  description: DNS domain of its VMs.
  returned: success
  type: str
  sample: shop.internal
account:
  description: Account that owns it.
  returned: success
  type: str
  sample: acme
domain:
  description: Path of the domain that owns it.
  returned: success
  type: str
  sample: ROOT/customers
domain_id:
  description: ID of the domain that owns it.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
project:
  description: Project that owns it.
  returned: success
  type: str
  sample: shop
project_id:
  description: ID of that project.
  returned: success
  type: str
  sample: ""
redundant:
  description: Whether it has two routers.
  returned: success
  type: bool
  sample: false
restart_required:
  description: Whether it must be restarted to apply its configuration.
  returned: success
  type: bool
  sample: false
tiers:
  description: Its tiers, each with ID, name, CIDR, VLAN and state.
  returned: success
  type: list
  elements: dict
  sample: [{name: web, cidr: 10.10.1.0/24, state: Implemented}]
created:
  description: Date of its creation.
  returned: success
  type: str
  sample: "2026-11-01T10:00:00+0000"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import (
    DISPLAY_TEXT,
    STATE,
    Spec,
    taken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER, OWNER, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.vpcs import ensure_vpc

FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    **DISPLAY_TEXT,
    "cidr": {"type": "str"},
    "network_domain": {"type": "str"},
    "start": {"type": "bool"},
    **OWNER,
}

TASK = ApiTask(
    options={**FIELDS, "vpc_offering": {"type": "str"}, **ZONE, **STATE},
    operation=lambda cloud, p, check: ensure_vpc(
        cloud, p["zone"], p["vpc_offering"], taken(p, FIELDS), p["state"], check
    ),
    constraints={"mutually_exclusive": ONE_OWNER},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
