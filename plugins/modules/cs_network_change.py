#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_change
short_description: Change the network of a host with automatic rollback
description:
  - Replaces files of the back-end that configures the network of a host, applies them, and confirms the change over a
    new connection. If a change is not confirmed in time, the host reverts it by itself, both files and running state.
  - Before anything is changed, the back-end's own parser checks the files, the present files and running state are
    recorded, and a systemd timer is armed. From then on, the rollback needs neither the controller, nor the connection,
    nor this module.
  - Connections that worked before the change must work after it. Otherwise the host reverts the change at once. These
    are the default gateway, O(probes), the servers of network mounts, iSCSI and NVMe over TCP, the routers of all
    routes, and the peers of TCP connections.
  - An interface that is not part of the change must keep its addresses. An interface whose definition is removed with a
    file is shown in the difference, with what it loses.
  - If another machine on the network already has a new address, the host reverts the change. It detects this by ARP
    (RFC 5227), and for IPv6 by the kernel's duplicate address detection (RFC 4862). O(shared) lists exceptions.
  - If the host restarts before the confirmation, it starts with the old files.
  - Interfaces of guests stay on their bridges, or return to them.
  - Runs on the host, as root. Its action plugin makes the new connections and accepts only the present host key.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  backend:
    description: Back-end that configures the network of the host.
    type: str
    required: true
    choices: [ifupdown, ifupdown2, netplan, networkd, networkmanager]
  files:
    description: Complete files. Their owner is root.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the file. Only files of the O(backend) are accepted.
        type: path
        required: true
      content:
        description: The whole content. Secrets in it are not shown in differences.
        type: str
        required: true
      mode:
        description: Permissions as octal digits. NetworkManager requires V(0600).
        type: str
        default: '0644'
  absent:
    description: Files of the O(backend) to remove.
    type: list
    elements: path
    default: []
  commands:
    description:
      - Commands (as lists of arguments, without a shell) for running state that files of the O(backend) cannot
        describe.
      - They run after each application of the files, so they must be repeatable.
    type: list
    elements: list
    default: []
  doomed:
    description:
      - Virtual interfaces to delete before the O(backend) applies the files, such as a bridge that is no longer wanted.
    type: list
    elements: str
    default: []
  links:
    description:
      - Expected state of interfaces after the change. Keys that are not set are not checked. If the state differs, the
        files are applied again.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the interface.
        type: str
        required: true
      kind:
        description:
          - Kind of the interface as C(ip -details link) shows it, such as V(bridge), V(bond), V(vlan), V(vxlan) or
            V(openvswitch).
        type: str
        default: ''
      ports:
        description: Interfaces that must be its ports. There may be others.
        type: list
        elements: str
        default: []
      addresses:
        description: Addresses with prefix length that it must have. There may be others.
        type: list
        elements: str
        default: []
      mtu:
        description: Its MTU in bytes.
        type: int
      dynamic:
        description: Whether it gets further addresses besides O(links[].addresses), for example by DHCP.
        type: bool
        default: false
      lacp_partner:
        description:
          - Whether a bond in mode 802.3ad must have a partner that answers LACP. Otherwise the host reverts the change.
            A bond that had no partner before the change needs none.
        type: bool
        default: false
  address:
    description:
      - Address of the host after the change, if it changes.
      - Later tasks still use C(ansible_host). Set it with M(ansible.builtin.set_fact).
    type: str
    default: ''
  probes:
    description:
      - Connections that must work after the change if they work before it. The default gateway is always included.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name in messages.
        type: str
        required: true
      tcp:
        description: V(ADDRESS:PORT) to connect to, such as port 8250 of the management server.
        type: str
        default: ''
      command:
        description: A command that must exit with 0 within 4 seconds.
        type: list
        elements: str
        default: []
  shared:
    description:
      - New addresses of this host, or networks that contain them, that are not checked for duplicates. For example, a
        router with proxy ARP answers for other machines.
      - With V(0.0.0.0/0) and V(::/0) no address is checked.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - Number of seconds within which the change must be confirmed, 10 to 3600.
      - One command of the back-end may take half of it, at most 120 seconds. On a slow host, set 240.
      - A bridge with spanning tree needs 30 seconds until it forwards, and DHCP needs some more.
    type: int
    default: 120
  acknowledge:
    description:
      - Try a change again that was rolled back on this host. Without it, the task fails with the reason of the
        rollback.
    type: bool
    default: false
  token:
    description: The secret that confirms the change. By default the task creates one.
    type: str
attributes:
  check_mode:
    description: Parses the files and checks the change, and changes nothing.
    support: full
  diff_mode:
    description: Shows each file, and the interfaces.
    support: full
notes:
  - Of the database of Open vSwitch, only new bridges that the change names are deleted when it is reverted, and not
    after a restart. Other changes that O(commands) made there stay.
seealso:
  - module: hostcraft.cloudstack.cs_network_confirm
  - module: hostcraft.cloudstack.cs_network_change_info
"""

EXAMPLES = r"""
- name: Move the address of a network card to the management bridge
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

- name: Move the host to another network with a longer timeout
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
    - V(as_wanted) if nothing had to be done, V(would_change) in check mode, V(confirmed) if the change is permanent.
    - V(rolled_back) if the host reverted the change, V(unknown) if the host did not answer.
  returned: always
  type: str
  sample: confirmed
id:
  description: Identifies the change. The same change has the same value on every host.
  returned: when begun
  type: str
  sample: 2f1c9a60d3b45e78
interfaces:
  description: The interfaces, one line each.
  returned: when V(confirmed) or V(as_wanted)
  type: str
  sample: "cloudbr0: bridge up mtu 1500 192.0.2.10/24"
drift:
  description: Differences from O(links) although the files were as wanted.
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
  description: Duration of the change in seconds, from its start to its confirmation or its reported end.
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
