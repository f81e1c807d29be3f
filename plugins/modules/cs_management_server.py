#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_management_server
short_description: Take a management server of Apache CloudStack out of service and back
description:
  - Drains a management server before its restart, and returns it to service afterwards. Its agents move to the other
    servers. Pending jobs are waited for, and listed if they do not end.
  - Waits until the server is in the requested state. If it returns to V(Up) by itself, the task fails and lists the
    agents and jobs that were left.
  - The last management server in service is not drained, unless O(consent) is set.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
options:
  name:
    description: ID, name or address of the management server. Use the address if several have the same name.
    type: str
    required: true
  state:
    description:
      - V(up) cancels a maintenance or a prepared shutdown. A server that is V(Down) is refused, because only its
        service can start it.
      - V(maintenance) moves its agents to the other servers and waits for its jobs. It requires CloudStack 4.21.
      - V(ready_to_shut_down) waits for its jobs and accepts no new ones. It requires CloudStack 4.19.
      - V(shut_down) does the same, and then ends the service. It is not started again by itself.
    type: str
    choices: [up, maintenance, ready_to_shut_down, shut_down]
    default: up
  algorithm:
    description: How the agents are distributed to the other servers. The default is the setting of the server.
    type: str
    choices: [static, roundrobin, shuffle]
  forced:
    description: Enter maintenance after C(management.server.maintenance.timeout) although agents or jobs are left.
    type: bool
    default: false
  rebalance:
    description: Whether agents return to the server when its maintenance is cancelled.
    type: bool
    default: true
  consent:
    description:
      - Shut down the last server in service. The API is then unavailable.
      - CloudStack never puts the last server into maintenance, so O(state=maintenance) is refused anyway.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for the state.
    type: float
    default: 3600
notes:
  - A server in maintenance still answers on its port, but refuses asynchronous calls with HTTP 503. A load balancer
    that only checks the port keeps sending calls to it.
  - A restart of the service ends a maintenance.
seealso:
  - module: hostcraft.cloudstack.cs_management_server_info
"""

EXAMPLES = r"""
- name: Drain a management server before its restart
  hostcraft.cloudstack.cs_management_server:
    name: 192.0.2.11
    state: maintenance
    timeout: 1800

- name: Return it to service
  hostcraft.cloudstack.cs_management_server:
    name: 192.0.2.11
    state: up
"""

RETURN = r"""
id:
  description: ID of the management server.
  returned: success
  type: str
  sample: 4c3f5f0a-6a34-4c9e-9d8e-6d7b7c5c2a10
name:
  description: Its name.
  returned: success
  type: str
  sample: mgmt1
address:
  description: Its address in the cluster.
  returned: success
  type: str
  sample: 192.0.2.11
state:
  description: Its state. In check mode the present one.
  returned: success
  type: str
  sample: Maintenance
agents:
  description: Number of agents that are connected to it. V(null) if the server does not show it.
  returned: success
  type: int
  sample: 0
pending_jobs:
  description: Number of its pending jobs. V(null) if the server does not show it.
  returned: success
  type: int
  sample: 0
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers.nodes import SERVER, ensure
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=SERVER, operation=ensure)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
