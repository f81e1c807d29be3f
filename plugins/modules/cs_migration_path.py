#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_migration_path
short_description: Try whether a KVM host gets through to others as a live migration has to
description:
  - Run on every host of a cluster, it tells from which host to which a VM could not go, and why.
  - A migration needs the other host's name and libvirt (port 16514 or 16509), and a port of 49152 to 49216, where
    nothing listens until a VM comes. So each host first holds two of those open for a while (O(hold)).
  - Changes nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  hold:
    description:
      - Seconds for which the first and the last migration port listen, in a process that ends by itself. V(0) for none.
    type: float
    default: 0
  peers:
    description: The other hosts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name that CloudStack knows it by.
        type: str
        required: true
      address:
        description: Address that CloudStack knows it by.
        type: str
        required: true
      ports:
        description: Ports that it holds open, as RV(ports) of this module there.
        type: list
        elements: int
        default: []
  transport:
    description: Whether libvirt has to answer over TLS (16514), over plain TCP (16509), or over any of both.
    type: str
    choices: [tls, tcp, any]
    default: any
  timeout:
    description: Seconds that one connection may take.
    type: float
    default: 5
attributes:
  check_mode:
    description: Can run in check mode and do the same.
    support: full
  diff_mode:
    description: Changes nothing, hence has no difference to show.
    support: none
seealso:
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Every host waits for the others
  hostcraft.cloudstack.cs_migration_path:
    hold: 60
  register: waiting

- name: And tries them
  hostcraft.cloudstack.cs_migration_path:
    transport: tls
    peers:
      - name: kvm2.example.net
        address: 10.10.1.12
        ports: "{{ hostvars['kvm2.example.net'].waiting.ports }}"
"""

RETURN = r"""
ports:
  description: Ports that are held open; those in use already are left out.
  returned: always
  type: list
  elements: int
  sample: [49152, 49216]
paths:
  description: What was tried towards each peer, by port; an empty text where it connected.
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
  description: C(reasons), each with code, message and remedy.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.migration_path import main

if __name__ == "__main__":
    main()
