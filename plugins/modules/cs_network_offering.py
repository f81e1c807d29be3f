#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_offering
short_description: Manage network offerings of Apache CloudStack
description:
  - Creates, enables, disables and removes network offerings, and changes their texts.
  - Every service gets a provider, by default the virtual router. The server also accepts offerings without providers,
    but their networks do not work.
  - Options that the server cannot change afterwards are refused by name.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.state.enabled
  - hostcraft.cloudstack.state.display_text
  - hostcraft.cloudstack.zone.limits
options:
  name:
    description: Name of the offering.
    type: str
    required: true
  guest_ip_type:
    description: Guest type of its networks. Required to create it. It cannot be changed.
    type: str
    choices: [Isolated, Shared, L2]
  specify_vlan:
    description: Whether the VLAN of its networks is given when they are created. It cannot be changed.
    type: bool
  specify_ip_ranges:
    description: Whether the addresses of its networks are given, as for shared networks. It cannot be changed.
    type: bool
  persistent:
    description:
      - Whether its networks are implemented at once, without a VM, and keep their VLAN after the last VM. It cannot be
        changed.
    type: bool
  supported_services:
    description: All services of its networks, such as V(Dhcp), V(Dns), V(SourceNat). They cannot be changed.
    type: list
    elements: str
    aliases: [supported_service]
  service_providers:
    description: Providers of services other than the virtual router. They cannot be changed.
    type: list
    elements: dict
    aliases: [service_provider]
    suboptions:
      service:
        description: Name of the service.
        type: str
        required: true
      provider:
        description: Name of its provider.
        type: str
        required: true
  service_capabilities:
    description:
      - Capabilities that are chosen for services. Used only to create the offering.
      - For example V(RedundantRouter) of V(SourceNat) with V(true) for two routers, V(SupportedLBIsolation) of V(Lb)
        with V(dedicated) or V(shared), V(InlineMode) of V(Lb), and V(associatePublicIP) of V(StaticNat) for elastic IP.
    type: list
    elements: dict
    version_added: 1.0.0
    suboptions:
      service:
        description: Name of the service.
        type: str
        required: true
      capability:
        description: Name of the capability.
        type: str
        required: true
      value:
        description: Its value.
        type: str
        required: true
  traffic_type:
    description: Traffic type of its networks. It cannot be changed.
    type: str
    choices: [Guest]
    default: Guest
  availability:
    description: Whether it is optional or required.
    type: str
    choices: [Optional, Required]
  conserve_mode:
    description: Whether services may share a public address. It cannot be changed.
    type: bool
  egress_default_policy:
    description:
      - Default policy for outgoing traffic of its networks, V(allow) or V(deny). V(true) means V(allow) and V(false)
        means V(deny). It cannot be changed.
    type: raw
  for_vpc:
    description: Whether it is for tiers of VPCs. It cannot be changed.
    type: bool
  network_rate:
    description: Rate of its networks in Mbit/s. It cannot be changed.
    type: int
  max_connections:
    description: Maximum number of connections of its load balancer.
    type: int
  keepalive_enabled:
    description:
      - Whether the load balancer keeps HTTP connections open. The server does not show it. Used to create the offering,
        and set again together with another change.
    type: bool
    version_added: 1.0.0
  internet_protocol:
    description:
      - Whether its networks have IPv4, or IPv4 and IPv6 (V(DualStack)). By default IPv4. It cannot be changed.
      - An isolated network with V(DualStack) gets a part of the zone's IPv6 prefix. Needs CloudStack 4.17.
    type: str
    choices: [IPv4, IPv6, DualStack]
    version_added: 1.0.0
  service_offering:
    description:
      - Name or ID of a system offering of type C(domainrouter) for its routers. By default the server's own. It cannot
        be changed. M(hostcraft.cloudstack.cs_system_offering) creates one.
    type: str
  tags:
    description: All tags of physical networks that it requires.
    type: list
    elements: str
    aliases: [tag]
  state:
    description:
      - V(enabled) and V(disabled) also set its state; V(present) does not change it, and a new offering is disabled.
seealso:
  - module: hostcraft.cloudstack.cs_network_offering_info
  - module: hostcraft.cloudstack.cs_network
  - module: hostcraft.cloudstack.cs_system_offering
"""

EXAMPLES = r"""
- name: Create an offering for isolated networks with a chosen VLAN
  hostcraft.cloudstack.cs_network_offering:
    name: isolated-vlan
    display_text: Isolated, VLAN given
    guest_ip_type: Isolated
    specify_vlan: true
    supported_services: [Dhcp, Dns, SourceNat, Firewall]
    state: enabled

- name: Create an offering with two routers for each network
  hostcraft.cloudstack.cs_network_offering:
    name: isolated-redundant
    guest_ip_type: Isolated
    supported_services: [Dhcp, Dns, SourceNat, Firewall]
    service_capabilities:
      - {service: SourceNat, capability: RedundantRouter, value: "true"}
    state: enabled

- name: Disable the offering
  hostcraft.cloudstack.cs_network_offering:
    name: isolated-vlan
    state: disabled
"""

RETURN = r"""
id:
  description: Id of the offering.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the offering.
  returned: success
  type: str
  sample: isolated-vlan
display_text:
  description: What users see.
  returned: success
  type: str
  sample: Isolated, VLAN given
guest_ip_type:
  description: Guest type of its networks.
  returned: success
  type: str
  sample: Isolated
traffic_type:
  description: Traffic type of its networks.
  returned: success
  type: str
  sample: Guest
state:
  description: Whether networks can be created with it.
  returned: success
  type: str
  sample: Enabled
specify_vlan:
  description: Whether the VLAN of its networks is given.
  returned: success
  type: bool
  sample: true
specify_ip_ranges:
  description: Whether the addresses of its networks are given.
  returned: success
  type: bool
  sample: false
persistent:
  description: Whether its networks are implemented without a VM.
  returned: success
  type: bool
  sample: false
conserve_mode:
  description: Whether services may share a public address.
  returned: success
  type: bool
  sample: true
egress_default_policy:
  description: Default policy for outgoing traffic of its networks.
  returned: success
  type: str
  sample: allow
is_persistent:
  description: As RV(persistent).
  returned: success
  type: bool
  sample: false
for_vpc:
  description: Whether it is for tiers of VPCs.
  returned: success
  type: bool
  sample: false
is_default:
  description: Whether it is one of the server's default offerings.
  returned: success
  type: bool
  sample: false
availability:
  description: Whether it is V(Optional) or V(Required).
  returned: success
  type: str
  sample: Optional
network_rate:
  description: Rate of its networks in Mbit/s.
  returned: success
  type: int
  sample: 200
max_connections:
  description: Maximum number of connections of its load balancer.
  returned: success
  type: int
  sample: 4096
service_offering_id:
  description: ID of the system offering of its routers. Empty if it has no services.
  returned: success
  type: str
  sample: 3e1b1d2c-0c3f-4a0f-9d3a-5c1f0b9a7e55
internet_protocol:
  description: Protocols of its networks. Empty on CloudStack before 4.17.
  returned: success
  type: str
  sample: IPv4
domain_ids:
  description: IDs of the domains that it is limited to. Empty for all.
  returned: success
  type: list
  elements: str
  sample: []
zone_ids:
  description: IDs of the zones that it is limited to. Empty for all.
  returned: success
  type: list
  elements: str
  sample: []
tags:
  description: Tags of physical networks that it requires.
  returned: success
  type: list
  elements: str
  sample: []
supported_services:
  description: Its services.
  returned: success
  type: list
  elements: str
  sample: [Dhcp, Dns, SourceNat]
service_providers:
  description: The provider of each service.
  returned: success
  type: list
  elements: dict
  sample: [{service: Dhcp, provider: VirtualRouter}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import (
    DISPLAY_TEXT,
    ENABLED,
    Spec,
    presence,
    taken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import LIMITS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.network_offerings import (
    ensure_offering,
)

PAIR: Spec = {"service": {"type": "str", "required": True}, "provider": {"type": "str", "required": True}}
CAPABILITY: Spec = {
    "service": {"type": "str", "required": True},
    "capability": {"type": "str", "required": True},
    "value": {"type": "str", "required": True},
}
FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    **DISPLAY_TEXT,
    "guest_ip_type": {"type": "str", "choices": ["Isolated", "Shared", "L2"]},
    "specify_vlan": {"type": "bool"},
    "specify_ip_ranges": {"type": "bool"},
    "persistent": {"type": "bool"},
    "supported_services": {"type": "list", "elements": "str", "aliases": ["supported_service"]},
    "service_providers": {"type": "list", "elements": "dict", "options": PAIR, "aliases": ["service_provider"]},
    "service_capabilities": {"type": "list", "elements": "dict", "options": CAPABILITY},
    "traffic_type": {"type": "str", "choices": ["Guest"], "default": "Guest"},
    "availability": {"type": "str", "choices": ["Optional", "Required"]},
    "conserve_mode": {"type": "bool"},
    "egress_default_policy": {"type": "raw"},
    "for_vpc": {"type": "bool"},
    "network_rate": {"type": "int"},
    "max_connections": {"type": "int"},
    "keepalive_enabled": {"type": "bool"},
    "internet_protocol": {"type": "str", "choices": ["IPv4", "IPv6", "DualStack"]},
    **LIMITS,
    "service_offering": {"type": "str"},
    "tags": {"type": "list", "elements": "str", "aliases": ["tag"]},
}

TASK = ApiTask(
    options={**FIELDS, **ENABLED},
    operation=lambda cloud, p, check: ensure_offering(
        cloud, {**taken(p, FIELDS), **presence(p, "state").fields}, presence(p).state, check
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
