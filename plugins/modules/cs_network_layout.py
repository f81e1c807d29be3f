#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_layout
short_description: Render the declared network of a KVM host as files of its back-end
description:
  - Reads the network of the host that the task runs on, checks the declared network, and returns the files and commands
    that create it, for ifupdown, ifupdown2, systemd-networkd, netplan or NetworkManager, optionally with Open vSwitch.
  - Changes nothing. All contradictions, within the layout or with the host, are reported at once, with the parameter,
    its value and a remedy.
  - A layout that would remove the address of Ansible's connection is refused.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  layout:
    description: The interfaces. Interfaces that are not declared are not changed.
    type: dict
    required: true
    suboptions:
      nics:
        description:
          - NICs. A NIC that is a port of another interface does not have to be declared. V(lo) accepts addresses only.
        type: list
        elements: dict
        suboptions: &interface
          name:
            description: Name of the interface, at most 15 characters. For a NIC, the name on the host.
            type: str
            required: true
          mtu:
            description: MTU in bytes. Interfaces below it get at least the same MTU, unless they declare one.
            type: int
          mac:
            description:
              - MAC address. Defaults to the MAC address of the first NIC for a bridge or bond, so that DHCP leases and
                switches stay valid.
            type: str
          method:
            description:
              - How it gets addresses. V(keep) takes over the present configuration of the interface or of the interface
                below it - DHCP, autoconfigured and static addresses, routes, policy rules, name servers and the MTU -
                and fails if something cannot be kept.
              - Routes of routing daemons, and addresses that a cluster daemon moves between hosts, are left to these
                daemons.
              - Defaults to V(static) if there are addresses, and to V(none) otherwise. A port of a bridge or bond
                cannot have addresses.
            type: str
            choices: [none, static, dhcp, keep]
          addresses:
            description: Addresses with prefix length, V(192.0.2.10/24). IPv4 or IPv6.
            type: list
            elements: str
          gateway:
            description:
              - IPv4 gateway of the default route. Only one in a layout.
              - A gateway outside of the subnet is accepted if an address has the prefix length 32, or if one of
                O(layout.nics[].routes) without V(via) contains it.
            type: str
          gateway6:
            description: IPv6 gateway of the default route. Only one in a layout.
            type: str
          routes:
            description: Further routes.
            type: list
            elements: dict
            suboptions:
              to:
                description: Network, V(10.1.0.0/16).
                type: str
                required: true
              via:
                description: Address of the router. Without it, the destination is on the link itself.
                type: str
              metric:
                description: Metric of the route.
                type: int
          dns:
            description: Addresses of name servers.
            type: list
            elements: str
          search:
            description: Domains to search.
            type: list
            elements: str
      bonds:
        description: Bonds.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          interfaces:
            description: NICs of the bond.
            type: list
            elements: str
            required: true
          type:
            description: Type of the bond. An Open vSwitch bond is a port of such a bridge.
            type: str
            choices: [linux, openvswitch]
            default: linux
          mode:
            description:
              - Mode of a Linux bond - V(balance-rr), V(active-backup), V(balance-xor), V(broadcast), V(802.3ad),
                V(balance-tlb) or V(balance-alb). The last two cannot be used below a bridge.
              - Of a bond of Open vSwitch - V(active-backup), V(balance-slb) or V(balance-tcp).
            type: str
            default: active-backup
          lacp_rate:
            description: Rate of LACP packets.
            type: str
            choices: [slow, fast]
          lacp:
            description: LACP of an Open vSwitch bond. A Linux bond uses LACP in mode V(802.3ad).
            type: str
            choices: [active, passive, "off"]
          hash_policy:
            description: Hash policy, in modes V(balance-xor), V(802.3ad) and V(balance-tlb).
            type: str
            choices: [layer2, layer2+3, layer3+4, encap2+3, encap3+4]
          primary:
            description: Preferred NIC, in modes V(active-backup), V(balance-tlb) and V(balance-alb).
            type: str
          miimon:
            description: Interval for checking the links, in milliseconds.
            type: int
            default: 100
          up_delay:
            description: Delay before a link is used, in milliseconds; a multiple of O(layout.bonds[].miimon).
            type: int
          down_delay:
            description: Delay in milliseconds before a failed link is disabled. A multiple of O(layout.bonds[].miimon).
            type: int
          min_links:
            description: Minimum number of links, in mode V(802.3ad).
            type: int
          lacp_partner:
            description: Whether the switch must answer LACP, in mode V(802.3ad). V(false) if it is configured later.
            type: bool
            default: true
      vlans:
        description: VLANs.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          id:
            description: VLAN, 1 to 4094. Without O(layout.vlans[].link), the number at the end of the name.
            type: int
          link:
            description: Interface that is tagged. Defaults to the part of the name before the dot.
            type: str
      vxlans:
        description: VXLANs of the host, in addition to those that the agent creates.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          vni:
            description: VXLAN network identifier.
            type: int
            required: true
          device:
            description: Interface that it sends on, such as V(cloudbr1). It needs an address.
            type: str
          group:
            description: Multicast group for broadcast frames.
            type: str
          peers:
            description: Addresses of the other hosts, without multicast. Netplan and NetworkManager support one.
            type: list
            elements: str
          local:
            description: Address to send from.
            type: str
          port:
            description: UDP port. CloudStack's own VXLANs use 8472.
            type: int
            default: 8472
          ttl:
            description: Time to live of its packets.
            type: int
      bridges:
        description: Bridges. Their names are the KVM traffic labels.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          interfaces:
            description:
              - Ports of the bridge - NICs, bonds, VLANs, VXLANs. V(eth0.200) means VLAN 200 on V(eth0) and does not
                must be declared.
            type: list
            elements: str
          type:
            description: Type of the bridge.
            type: str
            choices: [linux, openvswitch]
            default: linux
          stp:
            description: Whether spanning tree is enabled.
            type: bool
            default: false
          forward_delay:
            description: Forward delay in seconds. Defaults to 5 with spanning tree and to 0 without it.
            type: int
          parent:
            description: Open vSwitch bridge that is the parent of this fake bridge.
            type: str
          vlan:
            description: VLAN of the fake bridge.
            type: int
          trunks:
            description: VLANs that the ports of an Open vSwitch bridge carry. Defaults to all VLANs.
            type: list
            elements: int
  backend:
    description:
      - Back-end that configures the network of the host. V(auto) selects the one whose files define the interface of
        Ansible's connection, or else the first one that runs - netplan, NetworkManager, systemd-networkd, ifupdown2,
        ifupdown.
    type: str
    choices: [auto, ifupdown, ifupdown2, netplan, networkd, networkmanager]
    default: auto
  exact:
    description:
      - Whether files of the back-end that this collection did not write are removed, with the interfaces that only they
        define. By default they are kept, and a file that also defines a declared interface is an error.
      - An interface that would lose addresses or routes, or would be removed in this way, must be declared too, with
        O(layout.nics[].method) V(keep), or V(none) if this is intended. Otherwise the layout is refused.
    type: bool
    default: false
  guest_labels:
    description: KVM traffic labels for guest VLANs. The names of their NICs may have at most 8 characters.
    type: list
    elements: str
    default: []
  vxlan_networks:
    description: Number of VXLANs that the agent may create. Labels then need an address and a larger MTU.
    type: int
    default: 0
  management_servers:
    description:
      - Management servers, as V(ADDRESS) or V(ADDRESS:PORT), that must be reachable after the change if they were
        before.
    type: list
    elements: str
    default: []
  address:
    description: Address of the host after the change, if it changes.
    type: str
  connection:
    description: Address of the host that Ansible is connected to. Defaults to the address of the SSH connection.
    type: str
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.machine.labels
notes:
  - The guide on a host's network explains the layout and all error codes.
seealso:
  - module: hostcraft.cloudstack.cs_network_change
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Render management, public and guest traffic on a bond
  hostcraft.cloudstack.cs_network_layout:
    layout:
      bonds:
        - name: bond0
          interfaces: [eno1, eno2]
          mode: 802.3ad
          lacp_rate: fast
          hash_policy: layer3+4
      bridges:
        - name: cloudbr0
          interfaces: [bond0]
          method: keep
        - name: cloudbr1
          interfaces: [bond0.300]
    traffic_labels: [cloudbr0, cloudbr1]
  register: planned

- name: Apply the files and roll back if the host is unreachable
  hostcraft.cloudstack.cs_network_change:
    backend: "{{ planned.change.backend }}"
    files: "{{ planned.change.files }}"
    absent: "{{ planned.change.absent }}"
    commands: "{{ planned.change.commands }}"
    doomed: "{{ planned.change.doomed }}"
    links: "{{ planned.change.links }}"

- name: Render an Open vSwitch bridge for each VLAN of a trunk
  hostcraft.cloudstack.cs_network_layout:
    layout:
      bridges:
        - name: cloudbr
          type: openvswitch
          interfaces: [eth1]
          trunks: [100, 200, 300]
        - name: mgmt0
          parent: cloudbr
          vlan: 100
          addresses: [192.168.42.11/24]
          gateway: 192.168.42.1
        - name: cloudbr0
          parent: cloudbr
          vlan: 200
        - name: cloudbr1
          parent: cloudbr
          vlan: 300
"""

RETURN = r"""
backend:
  description: Back-end that configures the network of the host.
  returned: success
  type: str
  sample: networkd
packages:
  description: Debian packages that the files need, such as bridge-utils.
  returned: success
  type: list
  elements: str
change:
  description: Parameters for M(hostcraft.cloudstack.cs_network_change).
  returned: success
  type: dict
  sample:
    backend: networkd
    files:
      - path: /etc/systemd/network/10-cloudstack-cloudbr0.netdev
    absent: []
    commands: []
    doomed: []
    links: [{name: cloudbr0, kind: bridge, ports: [eth0], addresses: [192.0.2.10/24]}]
    address: ""
    probes: []
layout:
  description: The complete layout, with implied and kept values.
  returned: success
  type: dict
  sample: {nics: [{name: eth0, implied: true}], bridges: [{name: cloudbr0, interfaces: [eth0]}]}
findings:
  description: Warnings. Errors are in RV(details).
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Code of the finding.
      type: str
    where:
      description: Section, interface and key.
      type: str
    value:
      description: The present value.
      type: raw
    message:
      description: Description of the problem.
      type: str
    remedy:
      description: What to do.
      type: str
    blocks:
      description: Whether the layout is refused because of it.
      type: bool
  sample:
    - code: single_port
      where: bonds.bond0.interfaces
      value: [eno1]
      message: the bond has only one port
      remedy: add a second network card
      blocks: false
code:
  description: V(refused) if the layout contradicts itself or the host.
  returned: failure
  type: str
  sample: refused
details:
  description: The reasons, each with code, message, remedy and parameter.
  returned: failure
  type: dict
  sample:
    reasons:
      - code: connection_lost
        message: "connection='10.9.0.1': Ansible is connected to this address on eth0, but no declared interface has it"
        remedy: "use method: keep or this address on the interface that replaces it"
        parameter: connection
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.layout import main

if __name__ == "__main__":
    main()
