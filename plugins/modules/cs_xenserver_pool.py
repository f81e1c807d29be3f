#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_pool
short_description: Join hosts to a XenServer pool, set up its hosts, and clean up after Apache CloudStack
description:
  - With O(join), a stand-alone host becomes a member of a XenServer or XCP-ng pool. Every reason against the join is
    reported before anything is done. Version, product, CPU, updates, network backend and NICs must be the same.
  - With O(clear_tags), CloudStack's tags on hosts are removed, so that it sets up these hosts again. With
    O(plug_storage), storage that is not plugged is plugged. Both are steps of an upgrade of the pool.
  - With O(guest_vlans) and O(eject_discs), guests of a pool that CloudStack does not manage at the moment can be
    migrated to every host.
  - With O(dom0_memory), O(ntp_servers), O(multipath) and O(ha), the settings that CloudStack's installation guide
    requires are made on the hosts, the master first. Settings that cannot be made are refused before anything is done.
  - Uses XAPI only. Runs on a machine that can connect to the hosts and has the Python package XenAPI.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.xenserver
  - hostcraft.cloudstack.hypervisor.hosts
options:
  join:
    description:
      - The host that joins. Its local guests must not run. It gets the bonds, VLANs and shared storage of the master.
      - User and password default to those of O(hypervisor).
    type: dict
    suboptions:
      url:
        description: Address of the host, such as V(https://xen2.example.net).
        type: str
        required: true
      username:
        description: User name. If neither is set, E(CLOUDSTACK_HYPERVISOR_USERNAME) is used.
        type: str
      password:
        description: Password. If neither is set, E(CLOUDSTACK_HYPERVISOR_PASSWORD) is used.
        type: str
      validate_certs:
        description: Whether certificates are verified.
        type: bool
        default: true
      ca_path:
        description: File of CA certificates. If not set, E(CLOUDSTACK_HYPERVISOR_CA) is used.
        type: path
      timeout:
        description: Maximum number of seconds for one call.
        type: float
        default: 30
  hosts:
    description: Names of the hosts to clean up or to set up. Defaults to all hosts.
  clear_tags:
    description: Whether CloudStack's tags are removed. Other tags are kept.
    type: bool
    default: false
  plug_storage:
    description: Whether storage that is not plugged on a host is plugged.
    type: bool
    default: false
  guest_vlans:
    description:
      - V(everywhere) creates the VLANs of guests on all hosts, so that the guests can be migrated to every host.
        V(where_used) removes them from hosts on which no guest uses them. If not set, they are not changed.
      - Both remove networks that no guest has. Only networks with names that CloudStack gives are changed
        (C(VLAN-UUID-TAG), with the UUID of an existing network and the tag of its VLANs).
      - Use it only while CloudStack does not manage the cluster, because CloudStack creates and removes these networks.
    type: str
    choices: [everywhere, where_used]
    version_added: 1.0.0
  eject_discs:
    description:
      - Whether discs are ejected from drives of running guests, because a guest with a disc may not be able to leave
        its host. If a guest has mounted its disc, the task fails and names the guest.
    type: bool
    default: false
    version_added: 1.0.0
  dom0_memory:
    description:
      - Memory of the control domain in MiB. CloudStack recommends V(2940). It takes effect when the host is restarted;
        a warning names the hosts that must be restarted. If not set, it is not changed.
    type: int
  ntp_servers:
    description:
      - Time servers of the hosts. NTP is enabled with these servers only. Needs XAPI 25 or newer. If empty, NTP is not
        changed.
    type: list
    elements: str
    default: []
  multipath:
    description:
      - Whether block storage (iSCSI, Fibre Channel) is used by several paths. Set it before storage is created.
        Otherwise the host must be evacuated and disabled; its block storage is unplugged and plugged again. If not set,
        it is not changed.
    type: bool
  ha:
    description:
      - Whether the pool's own HA is enabled, which replaces a failed master. If not set, it is not changed.
    type: bool
  ha_storage:
    description: Names of shared storage repositories for the heartbeat of HA.
    type: list
    elements: str
    default: []
  ha_timeout:
    description: Timeout of HA in seconds, V(120) to V(180). If it differs, HA is disabled and enabled again.
    type: int
    default: 180
seealso:
  - module: hostcraft.cloudstack.cs_cluster
  - module: hostcraft.cloudstack.cs_xenserver_check
"""

EXAMPLES = r"""
- name: Join a host to the pool
  hostcraft.cloudstack.cs_xenserver_pool:
    join:
      url: https://xen2.example.net
    hypervisor: &pool
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"

- name: Set up the hosts of the pool as CloudStack requires
  hostcraft.cloudstack.cs_xenserver_pool:
    dom0_memory: 2940
    ntp_servers: [ntp1.example.net, ntp2.example.net]
    multipath: true
    ha: true
    ha_storage: [primary-nfs]
    hypervisor: *pool

- name: Make guests of an unmanaged pool migratable to every host
  hostcraft.cloudstack.cs_xenserver_pool:
    guest_vlans: everywhere
    eject_discs: true
    hypervisor: *pool

- name: Prepare a pool for CloudStack after an upgrade
  hostcraft.cloudstack.cs_xenserver_pool:
    clear_tags: true
    plug_storage: true
    guest_vlans: where_used
    hypervisor: *pool
"""

RETURN = r"""
hosts:
  description: The hosts of the pool, the master first.
  returned: success
  type: list
  elements: dict
  sample: [{name: xen1, address: 10.0.0.11, master: true, enabled: true, version: 8.3.0, dom0: 3221225472}]
ha:
  description: Whether the pool's HA is enabled, if one of the settings was given.
  returned: success
  type: bool
changes:
  description: Steps that were done, or would be done in check mode, in order.
  returned: always
  type: list
  elements: str
  sample: [xen2 joins the pool of xen1]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and a remedy.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import pool_main


def main() -> None:
    pool_main()


if __name__ == "__main__":
    main()
