#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_oobm
short_description: Manage out-of-band management of hosts of Apache CloudStack
description:
  - Configures the controller (IPMI or Redfish) that CloudStack uses to switch a host's power, and verifies that
    CloudStack can log in to it.
  - Enables and disables out-of-band management for a host, a cluster or a zone.
  - Changes the password of the controller and of CloudStack's record of it together.
  - CloudStack shows only the first letter of a password. The module compares a password by a login of the management
    server and, where O(bmc) is given, by a login of its own.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.bmc
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
options:
  driver:
    description:
      - CloudStack's driver.
      - By default V(ipmitool) for a host that has no configuration yet.
    type: str
    choices: [ipmitool, redfish, nestedcloudstack]
  address:
    description: Address or name of the controller. For V(nestedcloudstack) the API URL of the outer CloudStack.
    type: str
  port:
    description:
      - Port of the controller. For V(nestedcloudstack) the ID of the VM.
      - By default V(623) for V(ipmitool) and V(443) for V(redfish).
      - CloudStack's Redfish driver always uses port 443, so another one is refused.
    type: str
  username:
    description: User of the controller.
    type: str
  password:
    description: Present password of the controller. At most 20 bytes for V(ipmitool).
    type: str
  new_password:
    description:
      - New password of the controller. With V(ipmitool), CloudStack sets it on the controller and in its own
        record. If this fails, O(password) is tried again and the error shows which password works.
      - With V(redfish), CloudStack would change its own record only. The task sets the password on the controller
        itself and then in CloudStack, and needs O(bmc) and O(password) for it.
      - With V(nestedcloudstack), it is refused.
    type: str
  state:
    description:
      - Whether out-of-band management is enabled for the host, or for the cluster or zone if no host is given.
      - Disabling is refused while host HA is enabled for a host of that place.
    type: str
    choices: [enabled, disabled]
  verify:
    description:
      - Whether the management server logs in to the controller after a change of the configuration. The task fails if
        it cannot.
      - A later task that changes nothing fails too, as long as the login fails. It asks the controller if a password
        is given, or if the management server does not know the power state. Check mode warns.
    type: bool
    default: true
seealso:
  - module: hostcraft.cloudstack.cs_oobm_info
  - module: hostcraft.cloudstack.cs_bmc_check
  - module: hostcraft.cloudstack.cs_power
"""

EXAMPLES = r"""
- name: Configure, enable and test the controller of a host
  hostcraft.cloudstack.cs_oobm:
    zone: zurich
    host: kvm01.example.com
    driver: ipmitool
    address: 192.0.2.101
    username: cloudstack
    password: "{{ vault_bmc_password }}"
    state: enabled

- name: Change the password on the controller and in CloudStack
  hostcraft.cloudstack.cs_oobm:
    zone: zurich
    host: kvm01.example.com
    password: "{{ vault_bmc_password_old }}"
    new_password: "{{ vault_bmc_password }}"

- name: Disable out-of-band management of a cluster
  hostcraft.cloudstack.cs_oobm:
    zone: zurich
    cluster: kvm-a
    state: disabled
"""

RETURN = r"""
id:
  description: ID of the host.
  returned: success, for a host
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
host:
  description: Name of the host.
  returned: success, for a host
  type: str
  sample: kvm01.example.com
scope:
  description: V(cluster) or V(zone).
  returned: success, without a host
  type: str
  sample: cluster
name:
  description: Name of the cluster or zone.
  returned: success, without a host
  type: str
  sample: kvm-a
enabled:
  description: Whether it is enabled for the host itself.
  returned: success, for a host
  type: bool
  sample: true
state:
  description: V(enabled) or V(disabled), for the host as a whole, or for the cluster or zone.
  returned: success
  type: str
  sample: enabled
decided_by:
  description: The level that decides, V(zone), V(cluster), V(host) or V(not_configured).
  returned: success, for a host
  type: str
  sample: host
driver:
  description: CloudStack's driver.
  returned: success, for a host
  type: str
  sample: ipmitool
address:
  description: Address of the controller.
  returned: success, for a host
  type: str
  sample: 192.0.2.101
port:
  description: Port of the controller.
  returned: success, for a host
  type: str
  sample: "623"
username:
  description: User of the controller.
  returned: success, for a host
  type: str
  sample: cloudstack
power_state:
  description: Power state as CloudStack read it last, V(On), V(Off), V(Unknown) or V(Disabled).
  returned: success, for a host
  type: str
  sample: "On"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.oobm import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
