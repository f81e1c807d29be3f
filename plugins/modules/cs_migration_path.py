#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_migration_path
short_description: Test the connections between KVM hosts that a live migration needs
description:
  - Run it on every host of a cluster to find pairs of hosts between which a VM cannot migrate, and the reasons.
  - A migration needs the name and libvirt of the other host (port 16514 or 16509), and a port between 49152 and 49216.
    Nothing listens on these ports until a VM arrives, so each host first listens on two of them for a while (O(hold)).
  - Changes nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  hold:
    description:
      - Number of seconds to listen on the first and the last migration port, in a process that ends by itself. V(0)
        does not listen.
    type: float
    default: 0
  peers:
    description: The other hosts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the host in CloudStack.
        type: str
        required: true
      address:
        description: Address of the host in CloudStack.
        type: str
        required: true
      ports:
        description: Ports on which it listens, from RV(ports) of this module on that host.
        type: list
        elements: int
        default: []
  transport:
    description: Whether libvirt must answer over TLS (16514), over plain TCP (16509), or over either of them.
    type: str
    choices: [tls, tcp, any]
    default: any
  timeout:
    description: Maximum number of seconds for one connection.
    type: float
    default: 5
attributes:
  check_mode:
    description: Does the same as in a normal run.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
seealso:
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Open migration ports on every host
  hostcraft.cloudstack.cs_migration_path:
    hold: 60
  register: waiting

- name: Check that every other host can be reached
  hostcraft.cloudstack.cs_migration_path:
    transport: tls
    peers:
      - name: kvm2.example.net
        address: 10.10.1.12
        ports: "{{ hostvars['kvm2.example.net'].waiting.ports }}"
"""

RETURN = r"""
ports:
  description: Ports on which the host listens, without those that were already in use.
  returned: always
  type: list
  elements: int
  sample: [49152, 49216]
paths:
  description: Error of each tested connection to a peer, by port. An empty string if it was connected.
  returned: always
  type: list
  elements: dict
  sample:
    - peer: kvm2.example.net
      address: 10.10.1.12
      resolved: [10.10.1.12]
      libvirt: {"16514": "", "16509": Connection refused}
      migration: {"49152": ""}
details:
  description: The C(reasons), each with code, message and remedy.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.migration_path import main

if __name__ == "__main__":
    main()
