#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_ha
short_description: Manage host HA of Apache CloudStack
description:
  - Configures and enables host HA for a host, and enables or disables it for a cluster or a zone.
  - Refuses to enable it without out-of-band management or with a provider that does not fit. CloudStack accepts host
    HA without out-of-band management, and then fences nothing.
  - Warns about everything else that host HA needs to act for the host, with the codes of
    M(hostcraft.cloudstack.cs_host_ha_info). If nothing changes, it warns only if the host is C(Ineligible). One of them
    is C(graceful_off_only), because CloudStack cannot fence a hung host with the driver C(redfish).
  - Declares a host degraded only with proof that it is off, because its VMs are then started elsewhere.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
options:
  provider:
    description:
      - Provider of host HA.
      - Defaults to the provider for the host's hypervisor, such as V(kvmhaprovider).
    type: str
  state:
    description: Whether host HA is enabled for the host, or for the cluster or zone if no host is given.
    type: str
    choices: [enabled, disabled]
  degraded:
    description:
      - Whether the host is declared degraded, which tells CloudStack that it is dead.
      - V(true) is refused if the controller says that the host is on, or if the host answers on its network from where
        the task runs, regardless of the controller. If the controller does not answer, it needs O(consent).
      - CloudStack accepts only hosts in state Disconnected or Alert, and no host that is Down.
      - Needs CloudStack 4.16 or newer.
    type: bool
  consent:
    description: Confirm that you have checked that the host is off.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_host_ha_info
  - module: hostcraft.cloudstack.cs_oobm
  - module: hostcraft.cloudstack.cs_fence_drill
"""

EXAMPLES = r"""
- name: Enable host HA of a host
  hostcraft.cloudstack.cs_host_ha:
    zone: zurich
    host: kvm01.example.com
    state: enabled

- name: Declare a host degraded if its controller reports that it is off
  hostcraft.cloudstack.cs_host_ha:
    zone: zurich
    host: kvm02.example.com
    degraded: true
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
enabled:
  description: Whether host HA is enabled.
  returned: success, for a host
  type: bool
  sample: true
provider:
  description: Its provider.
  returned: success, for a host
  type: str
  sample: kvmhaprovider
state:
  description: State of host HA for the host, such as V(Available); V(enabled) or V(disabled) for a cluster or zone.
  returned: success
  type: str
  sample: Available
host_state:
  description: State of the host.
  returned: success, for a host
  type: str
  sample: Up
resource_state:
  description: Resource state of the host.
  returned: success, for a host
  type: str
  sample: Enabled
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.host_ha import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
