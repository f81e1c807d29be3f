#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_router
short_description: Manage a virtual router of Apache CloudStack
description:
  - Starts, stops, restarts, destroys, patches or upgrades a virtual router, or gives it another service offering.
  - Waits until the router is as wanted, and until a redundant pair that was in order is in order again.
  - Refuses to destroy the only router of a network, because a restart without cleanup does not make it again.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.zone.owner
  - hostcraft.cloudstack.routers.consent
attributes:
  idempotent:
    description: With O(state=restarted) and with O(forced), each run acts.
    support: partial
options:
  name:
    description: Name or id of the router.
    type: str
    required: true
  state:
    description:
      - V(present) changes only the service offering.
      - A router that is starting, stopping or migrating is waited for. One in another state, such as C(Unknown) or
        C(Error), can only be stopped and destroyed.
      - V(restarted) restarts a running router through CloudStack, and starts a stopped one.
      - V(absent) destroys the router. CloudStack makes it again when the network is restarted.
      - V(patched) renews the scripts of the running routers of its network (CloudStack 4.17 and newer).
      - V(upgraded) restarts the router from the present template, if the server considers it outdated.
    type: str
    choices: [present, started, stopped, restarted, absent, patched, upgraded]
    default: present
  service_offering:
    description:
      - Name or id of a system offering of type C(domainrouter). A running router is stopped and started for it. If the
        server refuses the offering, the router is started again with its former offering, and the task fails.
      - A router that is replaced has the default offering again. Set the offering of the network offering to keep it.
    type: str
  forced:
    description:
      - Whether V(patched) and V(upgraded) act on a router that does not require it, and V(stopped) does not wait for a
        router or host that no longer answers.
    type: bool
    default: false
  timeout:
    description: Seconds to wait until the router is as wanted.
    type: float
    default: 600
notes:
  - Never restart a router from the console of the hypervisor. It loses its firewall rules then.
seealso:
  - module: hostcraft.cloudstack.cs_router_info
  - module: hostcraft.cloudstack.cs_network_restart
"""

EXAMPLES = r"""
- name: Restart a router in a maintenance window
  hostcraft.cloudstack.cs_router:
    name: r-5-VM
    state: restarted
    consent: true

- name: Give a router more memory
  hostcraft.cloudstack.cs_router:
    name: r-5-VM
    service_offering: Large router
    consent: true
"""

RETURN = r"""
name:
  description: Name of the router. The other values are those of M(hostcraft.cloudstack.cs_router_info).
  returned: success
  type: str
  sample: r-5-VM
state:
  description: State.
  returned: success
  type: str
  sample: Running
redundant_state:
  description: V(PRIMARY), V(BACKUP), V(FAULT) or V(UNKNOWN).
  returned: success
  type: str
  sample: UNKNOWN
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.tasks import ROUTER, ensure_router
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER

TASK = ApiTask(options=ROUTER, operation=ensure_router, constraints={"mutually_exclusive": ONE_OWNER})


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
