#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_layout
short_description: Turn the declared network of a KVM host into files of what configures it
description:
  - Reads the network of the host that the task runs on, judges the declared one, and returns the files and commands
    that make it so, for ifupdown, ifupdown2, systemd-networkd, netplan or NetworkManager,
    with Open vSwitch where asked.
  - Changes nothing. Every contradiction, within the layout or with the host, is told at once, with its parameter, its
    value and what would be right.
  - Refused is a layout that would leave the address by which Ansible came on no interface.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  layout:
    description: The interfaces. Those that nothing is said about are left alone.
    type: dict
    required: true
    suboptions:
      nics:
        description: Network cards. One that is a port of something need not be declared. V(lo) takes addresses alone.
        type: list
        elements: dict
        suboptions: &interface
          name:
            description: Name of the interface, at most 15 characters. That of a card is what the host calls it.
            type: str
            required: true
          mtu:
            description: MTU in bytes. What it lies on gets at least as much where nothing is said there.
            type: int
          mac:
            description:
              - MAC address. A bridge or bond for which none is said gets that of its first card, so that leases and
                switches know it.
            type: str
          method:
            description:
              - How it gets addresses. V(keep) takes over what it, or what it lies on, carries now - leases,
                autoconfigured and static addresses, routes, policy rules, name servers and the MTU - or refuses what
                it cannot keep.
              - Routes of routing daemons, and addresses that a cluster's daemon moves between hosts, are left to these.
              - V(static) where there are addresses, else V(none). A port of a bridge or bond carries none.
            type: str
            choices: [none, static, dhcp, keep]
          addresses:
            description: Addresses with prefix length, V(192.0.2.10/24). IPv4 or IPv6.
            type: list
            elements: str
          gateway:
            description: IPv4 gateway of the default route. One in a layout.
            type: str
          gateway6:
            description: IPv6 gateway of the default route. One in a layout.
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
                description: Address of the router; on the link itself where none is said.
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
            description: Cards that it bonds.
            type: list
            elements: str
            required: true
          type:
            description: Who bonds. A bond of Open vSwitch is a port of a bridge of Open vSwitch.
            type: str
            choices: [linux, openvswitch]
            default: linux
          mode:
            description:
              - Mode of a Linux bond - V(balance-rr), V(active-backup), V(balance-xor), V(broadcast), V(802.3ad),
                V(balance-tlb) or V(balance-alb). The last two cannot be under a bridge.
              - Of a bond of Open vSwitch - V(active-backup), V(balance-slb) or V(balance-tcp).
            type: str
            default: active-backup
          lacp_rate:
            description: How often LACP speaks.
            type: str
            choices: [slow, fast]
          lacp:
            description: LACP of a bond of Open vSwitch; a Linux bond speaks it by mode V(802.3ad).
            type: str
            choices: [active, passive, "off"]
          hash_policy:
            description:
              - What decides which card a frame leaves by, in modes V(balance-xor), V(802.3ad) and V(balance-tlb).
            type: str
            choices: [layer2, layer2+3, layer3+4, encap2+3, encap3+4]
          primary:
            description: Card that is preferred, in modes V(active-backup), V(balance-tlb) and V(balance-alb).
            type: str
          miimon:
            description: Milliseconds between two looks at the cards' links.
            type: int
            default: 100
          up_delay:
            description: Milliseconds before a link that came up is used, a multiple of O(layout.bonds[].miimon).
            type: int
          down_delay:
            description: Milliseconds before a link that went down is left, a multiple of O(layout.bonds[].miimon).
            type: int
          min_links:
            description: Links without which the bond is down, in mode V(802.3ad).
            type: int
      vlans:
        description: VLANs.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          id:
            description: VLAN, 1 to 4094. The number at the end of the name where O(layout.vlans[].link) is not said.
            type: int
          link:
            description: Interface whose frames are tagged. What stands before the dot of the name unless it is said.
            type: str
      vxlans:
        description: VXLANs that the host has by itself, besides those that the agent makes.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          vni:
            description: VXLAN network identifier.
            type: int
            required: true
          device:
            description: Interface that it sends by, such as V(cloudbr1). It needs an address.
            type: str
          group:
            description: Multicast group that frames for all go to.
            type: str
          peers:
            description:
              - Addresses of the other hosts, where there is no multicast. Netplan and NetworkManager know one only.
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
            description: Time to live of what it sends.
            type: int
      bridges:
        description: Bridges. KVM traffic labels are their names.
        type: list
        elements: dict
        suboptions:
          <<: *interface
          interfaces:
            description:
              - Its ports - cards, bonds, VLANs, VXLANs. V(eth0.200) is VLAN 200 on V(eth0) without being declared.
            type: list
            elements: str
          type:
            description: Who bridges.
            type: str
            choices: [linux, openvswitch]
            default: linux
          stp:
            description: Whether spanning tree runs.
            type: bool
            default: false
          forward_delay:
            description: Seconds of spanning tree's listening and learning; 5 with it and 0 without unless it is said.
            type: int
          parent:
            description: Bridge of Open vSwitch that this one is a fake bridge of.
            type: str
          vlan:
            description: VLAN of the fake bridge.
            type: int
          trunks:
            description: VLANs that the ports of a bridge of Open vSwitch carry; all of them unless it is said.
            type: list
            elements: int
  backend:
    description:
      - What configures the host's network. V(auto) takes that whose files define the interface by which Ansible came,
        else the first that runs of netplan, NetworkManager, systemd-networkd, ifupdown2 and ifupdown.
    type: str
    choices: [auto, ifupdown, ifupdown2, netplan, networkd, networkmanager]
    default: auto
  exact:
    description:
      - Whether files of the back-end that this collection did not write go, with the interfaces that only they make.
        Else they stay, and one that defines a declared interface too is refused.
      - An interface that would lose addresses, routes or itself in that way has to be declared too, with
        O(layout.nics[].method) V(keep), or V(none) where it is meant; else the layout is refused.
    type: bool
    default: false
  traffic_labels:
    description: KVM traffic labels of the zone. Each has to be a bridge with a card whose name the agent knows.
    type: list
    elements: str
    default: []
  guest_labels:
    description: KVM traffic labels on which the agent makes guest VLANs, which takes cards with names of 8 characters.
    type: list
    elements: str
    default: []
  vxlan_networks:
    description: How many VXLANs the agent may have to make. With any, a label needs an address and a larger MTU.
    type: int
    default: 0
  management_servers:
    description: Management servers, as V(ADDRESS) or V(ADDRESS:PORT), that have to be reached afterwards if before.
    type: list
    elements: str
    default: []
  address:
    description: Where the host answers afterwards, if that changes.
    type: str
  connection:
    description: Address of the host that Ansible came to. Taken from the SSH connection unless it is said.
    type: str
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
notes:
  - The layout in words, and all contradictions, are in the guide on a host's network.
seealso:
  - module: hostcraft.cloudstack.cs_network_change
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Management and public traffic on one bond, guests on VLAN 300 of it
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

- name: Apply it, and go back unless the host is reached again
  hostcraft.cloudstack.cs_network_change:
    backend: "{{ planned.change.backend }}"
    files: "{{ planned.change.files }}"
    absent: "{{ planned.change.absent }}"
    commands: "{{ planned.change.commands }}"
    doomed: "{{ planned.change.doomed }}"
    links: "{{ planned.change.links }}"

- name: Open vSwitch with a bridge for each VLAN of one trunk
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
  description: What configures the host's network.
  returned: success
  type: str
  sample: networkd
packages:
  description: Debian's packages that the files count on.
  returned: success
  type: list
  elements: str
  sample: [bridge-utils, ifenslave, vlan]
change:
  description: Parameters for M(hostcraft.cloudstack.cs_network_change).
  returned: success
  type: dict
  sample:
    backend: networkd
    files:
      - path: /etc/systemd/network/10-cloudstack-cloudbr0.netdev
        content: "[NetDev]\nName=cloudbr0\n"
        mode: "0644"
    absent: []
    commands: []
    doomed: []
    links: [{name: cloudbr0, kind: bridge, ports: [eth0], addresses: [192.0.2.10/24]}]
    address: ""
    probes: []
layout:
  description: The layout with what was implied, kept and pinned.
  returned: success
  type: dict
  sample: {nics: [{name: eth0, implied: true}], bridges: [{name: cloudbr0, interfaces: [eth0]}]}
findings:
  description: What deserves a warning. Contradictions that refuse are in RV(details).
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
      description: What stands there.
      type: raw
    message:
      description: What is wrong with it.
      type: str
    remedy:
      description: What would be right.
      type: str
    blocks:
      description: Whether it refuses.
      type: bool
  sample:
    - code: single_port
      where: bonds.bond0.interfaces
      value: [eno1]
      message: one port can fail
      remedy: two cards
      blocks: false
code:
  description: V(refused) when the layout contradicts itself or the host.
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
        message: "connection='192.0.2.10': Ansible came to it on eth0, and no declared interface carries it"
        remedy: "method: keep, or this address, at what replaces it"
        parameter: connection
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.layout import main

if __name__ == "__main__":
    main()
