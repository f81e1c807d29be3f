#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_change
short_description: Change a host's network so that it comes back by itself when the controller cannot
description:
  - Replaces files of the back-end that configures a host's network, lets it apply them, and confirms the change over a
    new connection. What is not confirmed in time is taken back by the host itself, files and running state alike.
  - Before anything is touched, the files are read by the back-end's own parser, what lies there and runs is written
    down, and a timer of systemd is armed. From then on the change neither needs the controller, nor the connection, nor
    this module.
  - The default gateway, what O(probes) names, and what the host uses its network for have to work after the change if
    they did before it; else it is taken back at once. Used are the servers of network mounts, of iSCSI and of NVMe over
    TCP, the routers of all routes, and the other ends of TCP connections.
  - An interface that the change says nothing about has to have its addresses afterwards. One whose definition goes with
    a file is shown in the differences, with what it loses.
  - A restart of the host before the confirmation starts it with the old files.
  - Guests' interfaces stay on, or return to, their bridges.
  - Runs on the host, as root. Its action plugin makes the new connections, with the host's key of before.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  backend:
    description: What configures this host's network.
    type: str
    required: true
    choices: [ifupdown, ifupdown2, netplan, networkd, networkmanager]
  files:
    description: Files as they are to be, whole. They belong to root.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Where it lies; only files of the O(backend) are taken.
        type: path
        required: true
      content:
        description: All of its text. Secrets in it do not show in differences.
        type: str
        required: true
      mode:
        description: Permission bits in octal. NetworkManager wants V(0600).
        type: str
        default: '0644'
  absent:
    description: Files of the O(backend) to remove.
    type: list
    elements: path
    default: []
  commands:
    description:
      - Commands (as lists of arguments, without a shell) for running state that no file of the O(backend) stands for.
      - They run after it at every application, hence have to be repeatable.
    type: list
    elements: list
    default: []
  doomed:
    description: Virtual interfaces to delete before the O(backend) applies, such as a bridge that is no longer wanted.
    type: list
    elements: str
    default: []
  links:
    description: What has to hold afterwards. Unset leaves alone. Where it does not hold, the files are applied again.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the interface.
        type: str
        required: true
      kind:
        description: V(bridge), V(bond), V(vlan), V(vxlan), V(openvswitch) and so on, as C(ip -details link) says.
        type: str
        default: ''
      ports:
        description: Interfaces that it has to be master of. There may be others.
        type: list
        elements: str
        default: []
      addresses:
        description: Addresses with prefix length that it has to carry. There may be others.
        type: list
        elements: str
        default: []
      mtu:
        description: Its MTU in bytes.
        type: int
      dynamic:
        description: Whether it gets further addresses by itself, besides O(links[].addresses), as by a lease.
        type: bool
        default: false
  address:
    description:
      - Where the host answers the controller after the change, if elsewhere than before.
      - Later tasks still go to C(ansible_host); set it with M(ansible.builtin.set_fact).
    type: str
    default: ''
  probes:
    description: What has to work after the change if it works before it. The default gateway always is one.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What it is called in messages.
        type: str
        required: true
      tcp:
        description: V(ADDRESS:PORT) to connect to, such as the management server's 8250.
        type: str
        default: ''
      command:
        description: A command that has to end with 0 within 4 seconds.
        type: list
        elements: str
        default: []
  timeout:
    description:
      - Seconds within which the change has to be confirmed, 10 to 3600.
      - A bridge with spanning tree takes 30 seconds to forward, DHCP some more.
    type: int
    default: 120
  acknowledge:
    description: Try the very change again that was rolled back on this host. Without it the task fails with the reason.
    type: bool
    default: false
  token:
    description: The secret that confirms. The task makes one.
    type: str
attributes:
  check_mode:
    description: Parses the files and judges the change, and touches nothing.
    support: full
  diff_mode:
    description: Shows each file and the interfaces.
    support: full
notes:
  - Open vSwitch's own database is not taken back; what O(commands) did to it stays.
seealso:
  - module: hostcraft.cloudstack.cs_network_confirm
  - module: hostcraft.cloudstack.cs_network_change_info
"""

EXAMPLES = r"""
- name: The management bridge takes over the card and its address
  hostcraft.cloudstack.cs_network_change:
    backend: networkd
    files:
      - path: /etc/systemd/network/10-cloudbr0.netdev
        content: |
          [NetDev]
          Name=cloudbr0
          Kind=bridge
          MACAddress=none
      - path: /etc/systemd/network/10-cloudbr0.network
        content: |
          [Match]
          Name=cloudbr0
          [Network]
          Address=192.0.2.10/24
          Gateway=192.0.2.1
      - path: /etc/systemd/network/20-eth0.network
        content: |
          [Match]
          Name=eth0
          [Network]
          Bridge=cloudbr0
    links:
      - name: cloudbr0
        kind: bridge
        ports: [eth0]
        addresses: [192.0.2.10/24]
    probes:
      - name: management server
        tcp: 192.0.2.5:8250

- name: The host moves to another network, with more time
  hostcraft.cloudstack.cs_network_change:
    backend: ifupdown
    files:
      - path: /etc/network/interfaces.d/eth0
        content: |
          auto eth0
          iface eth0 inet static
            address 198.51.100.10/24
            gateway 198.51.100.1
    address: 198.51.100.10
    timeout: 300
"""

RETURN = r"""
state:
  description:
    - V(as_wanted) when nothing was to be done, V(would_change) in check mode, V(confirmed) when it is permanent.
    - V(rolled_back) when the host took it back, V(unknown) when it could not be asked.
  returned: always
  type: str
  sample: confirmed
id:
  description: Names the change; the same change has the same on every host.
  returned: when begun
  type: str
  sample: 2f1c9a60d3b45e78
interfaces:
  description: The interfaces as they are, a line each.
  returned: when V(confirmed) or V(as_wanted)
  type: str
  sample: "cloudbr0: bridge up mtu 1500 192.0.2.10/24"
drift:
  description: What of O(links) did not hold although the files were as wanted.
  returned: when it changes
  type: list
  elements: str
  sample: [eth1 is not a port of cloudbr1]
address:
  description: O(address).
  returned: always
  type: str
  sample: ""
seconds:
  description: How long the change took, from its beginning to its confirmation or the news of its end.
  returned: when begun
  type: float
  sample: 5.2
code:
  description: V(refused) with every reason in RV(details), V(rolled_back), or V(not_confirmed).
  returned: failure
  type: str
  sample: rolled_back
details:
  description: The reasons, each with a code.
  returned: failure
  type: dict
  sample: {reasons: [{code: rolled_back, message: "rolled back: it was not confirmed within 120 s"}]}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.change import main

if __name__ == "__main__":
    main()
