#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_configuration
short_description: Manage settings of Apache CloudStack
description:
  - Sets one setting, globally or in one scope, or resets it.
  - Values are compared by the type of the setting. For a decimal, V(2) equals V(2.0). Servers before 4.18 do not return
    the type. With them, numbers are compared as numbers, V(true) and V(false) as booleans, and everything else as text.
  - Without a scope, the global value is set.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone.scope
options:
  name:
    description: Name of the setting. If it is unknown, the error contains similar names.
    type: str
    required: true
  value:
    description:
      - The value. Required for O(state=present). Numbers and booleans do not have to be quoted.
      - Secret values are masked in everything that the task shows. Secret are settings of the categories Hidden and
        Secure, and settings with names such as C(smtp.password). If the task runs as an ordinary module on another
        host, the logs of that host contain the value. Use C(no_log) there.
    type: raw
  state:
    description:
      - V(reset) resets a setting of a scope to the global value, and a global setting to its default.
      - Servers before 4.18 do not return defaults. With them, a global setting is reset in every run, and the task
        reports a change if its value differs afterwards.
    type: str
    choices: [present, reset]
    default: present
seealso:
  - module: hostcraft.cloudstack.cs_configuration_info
"""

EXAMPLES = r"""
- name: Set a global setting
  hostcraft.cloudstack.cs_configuration:
    name: vm.destroy.forcestop
    value: true

- name: Set the CPU over-provisioning factor of a cluster
  hostcraft.cloudstack.cs_configuration:
    name: cpu.overprovisioning.factor
    value: 2
    zone: zurich
    cluster: kvm-a

- name: Reset the factor of the cluster
  hostcraft.cloudstack.cs_configuration:
    name: cpu.overprovisioning.factor
    zone: zurich
    cluster: kvm-a
    state: reset
"""

RETURN = r"""
name:
  description: Name of the setting.
  returned: always
  type: str
  sample: cpu.overprovisioning.factor
value:
  description: Its value in the scope. C(****) for a secret.
  returned: always
  type: str
  sample: "2.0"
default:
  description: Its default. Not returned by servers before 4.18.
  returned: always
  type: str
  sample: "1.0"
type:
  description: Its type. Empty on servers before 4.18.
  returned: always
  type: str
  sample: Decimal
category:
  description: Its category.
  returned: always
  type: str
  sample: Advanced
group:
  description: Its group.
  returned: always
  type: str
  sample: Compute
scope:
  description: The scope of the value.
  returned: always
  type: str
  sample: cluster
description:
  description: Description of the setting.
  returned: always
  type: str
  sample: Factor of CPU over-provisioning.
zone:
  description: Name of the zone whose setting it is, or in which it was looked up.
  returned: when the task names a zone
  type: str
  sample: zurich
cluster:
  description: Name of the cluster whose setting it is.
  returned: for a setting of that scope
  type: str
  sample: kvm-a
storage:
  description: Name of the storage pool whose setting it is.
  returned: for a setting of that scope
  type: str
  sample: primary-a
image_store:
  description: Name of the image store whose setting it is.
  returned: for a setting of that scope
  type: str
  sample: secondary
account:
  description: Name of the account whose setting it is.
  returned: for a setting of that scope
  type: str
  sample: acme
domain:
  description: Name of the domain whose setting it is.
  returned: for a setting of that scope
  type: str
  sample: ROOT
dynamic:
  description: Whether a change takes effect without a restart of the management server. Not returned by servers of
    4.11.
  returned: always
  type: bool
  sample: true
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.configuration import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
