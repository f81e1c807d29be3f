#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network
short_description: Manage guest networks of Apache CloudStack
description:
  - Creates, changes and removes isolated, shared and layer-2 networks, on a VLAN given by the administrator or on one
    assigned from the guest VLANs of their physical network.
  - A VLAN can be given if the offering allows it (C(specify_vlan)). The network keeps it, is in the state V(Setup), and
    is never released. Otherwise CloudStack assigns a VLAN when the first VM starts and releases it when the network is
    idle, unless the offering is persistent.
  - Before a network is created, the module checks whether the VLAN is in use. If it is, the task fails with every
    reason, the user of the VLAN and a remedy.
  - The owner of a network (a domain, an account or a project) is set when the network is created. It cannot be changed.
  - Several owners can have networks of one name. The module changes only the network of the owner in the task, without
    an owner only that of the account or the domain of the API key. If only others have such a network, the task fails
    and names them. If the server does not return the owner of the API key, the only network that the key can see is
    used. Only a shared network can belong to a domain without an account.
  - The offering of a network can be changed to one of the same kind. Before anything is changed, the task reports what
    does not fit, what the network would lose, and which VMs must be stopped first. It ends when the network has the
    offering.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.state.display_text
  - hostcraft.cloudstack.vlans
  - hostcraft.cloudstack.zone.owner
options:
  name:
    description: Name of the network.
    type: str
    required: true
  network_offering:
    description: Name or id of its offering. Required to create it. Another one changes the offering of the network.
    type: str
  change_cidr:
    description:
      - Whether the network may get other addresses with another offering. All its VMs must be stopped. A change
        between a virtual router and an external provider needs it. It ends a reservation of addresses.
    type: bool
    default: false
    version_added: 1.0.0
  forced:
    description:
      - Whether the network may get an offering without services that it has now. Rules of these services are removed.
    type: bool
    default: false
    version_added: 1.0.0
  vpc:
    description:
      - Name or id of the VPC that the network is a tier of. Requires O(gateway) and O(netmask), and an offering with
        C(for_vpc). It cannot be changed.
    type: str
    version_added: 1.0.0
  physical_network:
    description: Name or id of its physical network. Without it, the server chooses one. It cannot be changed.
    type: str
  vlan:
    description:
      - VLAN of the network, or primary VLAN of a private VLAN. It cannot be changed.
      - A layer-2 network can have several, such as V(850,860-869). It is a trunk to its VMs then.
    type: str
  isolated_pvlan:
    description: The secondary VLAN of a private VLAN. It cannot be changed.
    type: str
  isolated_pvlan_type:
    description: Type of the private VLAN. If not set, the server creates an isolated one. It cannot be changed.
    type: str
    choices: [isolated, community, promiscuous]
  bypass_vlan_overlap_check:
    description:
      - Whether the VLAN may be a guest VLAN or in use by something else. Used only to create the network.
    type: bool
    default: false
  gateway:
    description: Gateway of the network. Defaults to the gateway of the zone's guest addresses. It cannot be changed.
    type: str
  netmask:
    description: Its netmask. It cannot be changed.
    type: str
  gateway_ipv6:
    description: Its gateway for IPv6. It cannot be changed.
    type: str
  cidr_ipv6:
    description:
      - IPv6 addresses of a shared network, with a prefix of 64 bits, such as V(2001:db8::/64). They cannot be changed.
    type: str
  start_ipv6:
    description: First IPv6 address of a shared network. Used only to create it.
    type: str
  end_ipv6:
    description: Last IPv6 address of a shared network. Used only to create it.
    type: str
  start_ip:
    description:
      - First address of a shared network. Used only to create the network; further addresses are separate ranges.
    type: str
  end_ip:
    description: Last address of a shared network. Used only to create it.
    type: str
  guest_vm_cidr:
    description:
      - The part of the addresses of an isolated network that VMs get, such as V(10.1.1.0/26). The rest is reserved for
        machines outside CloudStack. The CIDR of the whole network ends the reservation.
      - The network must be in the state V(Implemented), and no VM may have an address outside of this part.
    type: str
    version_added: 1.0.0
  network_domain:
    description: DNS domain of its VMs.
    type: str
  acl_type:
    description: Whether a shared network belongs to an account or a domain. It cannot be changed.
    type: str
    choices: [Account, Domain]
  subdomain_access:
    description: Whether subdomains may use a shared network. Used only to create it.
    type: bool
  scheme:
    description: The VLAN scheme of the zone. The VLAN must have the purpose V(account) or V(project).
seealso:
  - module: hostcraft.cloudstack.cs_network_info
  - module: hostcraft.cloudstack.cs_network_offering
  - module: hostcraft.cloudstack.cs_vpc
  - module: hostcraft.cloudstack.cs_vlan_info
"""

EXAMPLES = r"""
- name: Create an isolated network on a VLAN
  hostcraft.cloudstack.cs_network:
    zone: zurich
    name: backoffice
    network_offering: isolated-vlan
    vlan: 850

- name: Reserve the addresses above 10.1.1.63 for machines outside CloudStack
  hostcraft.cloudstack.cs_network:
    zone: zurich
    name: backoffice
    guest_vm_cidr: 10.1.1.0/26

- name: Create a tier of a VPC on a VLAN
  hostcraft.cloudstack.cs_network:
    zone: zurich
    name: database
    vpc: shop
    network_offering: tier-vlan
    vlan: 851
    gateway: 10.10.2.1
    netmask: 255.255.255.0

- name: Create a trunk of several VLANs to appliances
  hostcraft.cloudstack.cs_network:
    zone: zurich
    name: trunk
    network_offering: DefaultL2NetworkOfferingVlan
    vlan: 860-869,880

- name: Create a shared network
  hostcraft.cloudstack.cs_network:
    zone: zurich
    name: printers
    network_offering: DefaultSharedNetworkOffering
    vlan: 910
    gateway: 10.91.0.1
    netmask: 255.255.255.0
    start_ip: 10.91.0.10
    end_ip: 10.91.0.99
    acl_type: Domain
"""

RETURN = r"""
id:
  description: Id of the network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the network.
  returned: success
  type: str
  sample: backoffice
display_text:
  description: What users see.
  returned: success
  type: str
  sample: Back office
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
physical_network_id:
  description: Id of its physical network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
network_offering:
  description: Name of its offering.
  returned: success
  type: str
  sample: isolated-vlan
network_offering_id:
  description: Id of its offering.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
guest_type:
  description: Its guest type.
  returned: success
  type: str
  sample: Isolated
state:
  description: State of the network. A network on a given VLAN is in the state V(Setup) until a VM uses it.
  returned: success
  type: str
  sample: Setup
vlan:
  description: Its VLAN, or VNI.
  returned: success
  type: str
  sample: "850"
isolated_pvlan:
  description: The secondary VLAN of a private VLAN.
  returned: success
  type: str
  sample: "851"
isolated_pvlan_type:
  description: Type of the private VLAN.
  returned: success
  type: str
  sample: isolated
gateway_ipv6:
  description: Its gateway for IPv6.
  returned: success
  type: str
  sample: 2001:db8::1
cidr_ipv6:
  description: Its IPv6 addresses.
  returned: success
  type: str
  sample: 2001:db8::/64
collected:
  description: Whether the server shuts it down when it is idle, and may assign another VLAN next time.
  returned: success
  type: bool
  sample: false
specify_vlan:
  description: Whether its VLAN was given by the administrator.
  returned: success
  type: bool
  sample: true
persistent:
  description: Whether it is implemented even without a VM.
  returned: success
  type: bool
  sample: false
gateway:
  description: Its gateway.
  returned: success
  type: str
  sample: 10.1.1.1
netmask:
  description: Its netmask.
  returned: success
  type: str
  sample: 255.255.255.0
cidr:
  description: Its addresses. Of a network with reserved addresses, those of VMs.
  returned: success
  type: str
  sample: 10.1.1.0/24
network_cidr:
  description: All its addresses, also the reserved ones.
  returned: success
  type: str
  sample: 10.1.1.0/24
guest_vm_cidr:
  description: The addresses that VMs get.
  returned: success
  type: str
  sample: 10.1.1.0/26
reserved_ip_range:
  description: The addresses that are reserved for machines outside CloudStack. V(null) if there are none.
  returned: success
  type: str
  sample: 10.1.1.64-10.1.1.254
network_domain:
  description: DNS domain of its VMs.
  returned: success
  type: str
  sample: cs2cloud.internal
acl_type:
  description: Whether it belongs to an account or a domain.
  returned: success
  type: str
  sample: Account
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
  description: Id of the domain that owns it.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
project:
  description: Project that owns it.
  returned: success
  type: str
  sample: shop
project_id:
  description: Id of that project.
  returned: success
  type: str
  sample: ""
vpc:
  description: Name of the VPC that it is a tier of. V(null) if there is none.
  returned: success
  type: str
  sample: shop
vpc_id:
  description: Id of that VPC.
  returned: success
  type: str
  sample: ""
created:
  description: Date of its creation.
  returned: success
  type: str
  sample: "2026-11-01T10:00:00+0000"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.network import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
