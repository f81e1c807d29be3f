#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vlan_dedication
short_description: Dedicate guest VLANs or public IP ranges of Apache CloudStack
description:
  - Dedicates guest VLANs of a physical network, or a public range of addresses, to an account, a domain or a project,
    and releases them.
  - Guest VLANs can be dedicated to an account or a project, public ranges also to a domain.
  - VLANs that are not guest VLANs of the network, that are dedicated to others, or that are in use by a network of
    others are refused, and the message names the owner.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.vlans
  - hostcraft.cloudstack.zone.owner
options:
  physical_network:
    description: Name or id of the physical network of the guest VLANs.
    type: str
  vlan:
    description: Guest VLANs, as a string such as V(100-200,500) or a list. Other VLANs of the owner stay dedicated.
    type: raw
    aliases: [vlans]
  start_ip:
    description: First address of the public range.
    type: str
  allow_in_use:
    description:
      - Whether to release a public range although addresses of it are in use. CloudStack then takes the addresses
        without NAT and rules from their owner. Without this option, the release is refused and names the addresses.
      - Only with O(start_ip). A release of guest VLANs takes no VLAN from a network, so that V(true) is refused with
        O(vlan).
    type: bool
    default: false
  scheme:
    description: The VLAN scheme of the zone. Dedicated VLANs must have the purpose V(account) or V(project).
  state:
    description:
      - Whether they must be dedicated. With V(absent) and without an owner, they are released regardless of their
        owner. The server can only release whole dedications; a request to release a part of one is refused.
seealso:
  - module: hostcraft.cloudstack.cs_vlan_info
  - module: hostcraft.cloudstack.cs_vlan_range
  - module: hostcraft.cloudstack.cs_vlan_ip_range
"""

EXAMPLES = r"""
- name: Dedicate VLANs to an account
  hostcraft.cloudstack.cs_vlan_dedication:
    zone: zurich
    physical_network: guest-net
    vlan: 800-809
    account: acme
    domain: ROOT/customers

- name: Dedicate public addresses to a domain
  hostcraft.cloudstack.cs_vlan_dedication:
    zone: zurich
    start_ip: 198.51.100.10
    domain: ROOT/customers

- name: Release the dedication
  hostcraft.cloudstack.cs_vlan_dedication:
    zone: zurich
    physical_network: guest-net
    vlan: 800-809
    state: absent
"""

RETURN = r"""
kind:
  description: V(guest) for guest VLANs, V(public) for a public range.
  returned: always
  type: str
  sample: guest
physical_network:
  description: Name of the physical network.
  returned: for guest VLANs
  type: str
  sample: guest-net
vlans:
  description: All VLANs of the network that are dedicated to the owner, or to any owner if no owner is given.
  returned: for guest VLANs
  type: list
  elements: str
  sample: [800-809]
range_id:
  description: Id of the range.
  returned: for a public range
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
start_ip:
  description: First address of the range.
  returned: for a public range
  type: str
  sample: 198.51.100.10
end_ip:
  description: Last address of the range.
  returned: for a public range
  type: str
  sample: 198.51.100.99
account:
  description: Account that it is dedicated to.
  returned: for a public range
  type: str
  sample: acme
project:
  description: Project that it is dedicated to.
  returned: for a public range
  type: str
  sample: shop
domain_id:
  description: Id of the domain that it is dedicated to, or that contains the account.
  returned: for a public range
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import STATE, Params, Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vlans import SCHEME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER, OWNER, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.dedication import (
    Asked,
    ensure_guest,
    ensure_public,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud

OPTIONS: Spec = {
    **ZONE,
    "physical_network": {"type": "str"},
    "vlan": {"type": "raw", "aliases": ["vlans"]},
    "start_ip": {"type": "str"},
    "allow_in_use": {"type": "bool", "default": False},
    **OWNER,
    **SCHEME,
    **STATE,
}


def dedication(cloud: Cloud, p: Params, check: bool) -> Outcome:
    asked = Asked(**taken(p, OWNER))
    if p["allow_in_use"] and not p["start_ip"]:
        # Networks keep the VLANs that they have; there is nothing to allow.
        expected = "false with vlan: a release of guest VLANs removes no VLAN from a network"
        raise InvalidValue("allow_in_use", True, expected)
    if p["start_ip"]:
        return ensure_public(cloud, p["zone"], p["start_ip"], asked, p["state"], check, p["allow_in_use"])
    return ensure_guest(cloud, p["zone"], p["physical_network"], p["vlan"], asked, p["state"], check, p["scheme"])


TASK = ApiTask(
    options=OPTIONS,
    operation=dedication,
    constraints={
        "required_one_of": [("vlan", "start_ip")],
        "mutually_exclusive": [("vlan", "start_ip"), *ONE_OWNER],
        "required_by": {"vlan": ["physical_network"]},
    },
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
