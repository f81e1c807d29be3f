#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vsphere_cluster
short_description: Create a cluster in vCenter and add ESXi hosts for Apache CloudStack
description:
  - Creates a cluster at the top level of a datacenter, where CloudStack expects it, and adds ESXi hosts to it.
  - Before the first change, vCenter connects to each new host and verifies its certificate, user and password. A host
    is refused if it is in another cluster or vCenter, is in maintenance mode, or has VMs.
  - Hosts that are already in the cluster are not changed, and no host is removed.
  - Afterwards configure the hosts with M(hostcraft.cloudstack.cs_vsphere_host), check them with
    M(hostcraft.cloudstack.cs_vsphere_check), and add the cluster with M(hostcraft.cloudstack.cs_cluster).
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.vsphere
options:
  hosts:
    description: ESXi hosts that must be in the cluster.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: DNS name or IP address by which vCenter connects to the host.
        type: str
        required: true
      username:
        description: User on the host.
        type: str
        default: root
      password:
        description:
          - Password of the user. A wrong password is tried only once.
          - Used only if the host is added.
        type: str
        required: true
      thumbprint:
        description:
          - SHA-1 thumbprint of the host's certificate. On the console of the host, C(openssl x509 -in
            /etc/vmware/ssl/rui.crt -fingerprint -sha1 -noout) prints it.
          - If it is not set, the certificate must be from a CA that vCenter trusts.
        type: str
  ha:
    description:
      - Whether vSphere HA is enabled. CloudStack does not restart VMware VMs itself when their host fails.
    type: bool
  drs:
    description: Automation level of vSphere DRS.
    type: str
    choices: [disabled, manual, partiallyAutomated, fullyAutomated]
  timeout:
    description: Maximum number of seconds for one host to be added.
    type: float
    default: 300
attributes:
  check_mode:
    description: Can run in check mode. vCenter connects to the new hosts in check mode too.
    support: full
  diff_mode:
    description: Shows the settings of the cluster and the added hosts.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_vsphere_host
  - module: hostcraft.cloudstack.cs_vsphere_check
  - module: hostcraft.cloudstack.cs_cluster
"""

EXAMPLES = r"""
- name: Create a cluster with two hosts
  hostcraft.cloudstack.cs_vsphere_cluster:
    cluster: zurich-dc/cloud-1
    hypervisor:
      url: https://vcenter.example.net
      username: administrator@vsphere.local
      password: "{{ vault_vcenter_password }}"
    ha: true
    drs: fullyAutomated
    hosts:
      - name: esx01.example.net
        password: "{{ vault_esxi_password }}"
        thumbprint: 3B:71:0A:5E:90:C4:17:D2:66:AF:08:1C:BD:43:E9:7F:52:A6:10:8D
      - name: esx02.example.net
        password: "{{ vault_esxi_password }}"
        thumbprint: 9F:02:C8:37:5B:E1:44:6D:A9:70:1B:F3:8E:25:DC:60:B7:19:53:0A
"""

RETURN = r"""
cluster:
  description: Path of the cluster in vCenter.
  returned: success
  type: str
  sample: zurich-dc/cloud-1
created:
  description: Whether the cluster was created, or would be created in check mode.
  returned: success
  type: bool
  sample: true
hosts:
  description: Names of the hosts that were added, or would be added in check mode.
  returned: success
  type: list
  elements: str
  sample: [esx01.example.net, esx02.example.net]
details:
  description:
    - If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code), C(message), C(remedy)
      and facts. The codes are C(host_elsewhere), C(thumbprint_differs), C(login_refused), C(host_not_reached),
      C(managed_elsewhere), C(host_in_maintenance) and C(foreign_vms).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vsphere.cluster import main

if __name__ == "__main__":
    main()
