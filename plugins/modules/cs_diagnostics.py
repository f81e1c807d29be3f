#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_diagnostics
short_description: Run ping, traceroute or arping in a system VM or router of Apache CloudStack
description:
  - Runs a network tool in a console proxy, a secondary storage VM or a virtual router, and returns its output.
  - Sends only what the documentation allows. An address must be an address or a host name. An argument must consist of
    letters, digits, C(-) and C(.). Everything else is refused before it is sent, because the server accepts more.
  - Requires CloudStack 4.12 or newer.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
options:
  zone:
    description: Name or ID of the zone in which the system VM or router is searched. Defaults to all zones.
  name:
    description: Name or ID of the system VM or router. It has to run.
    type: str
    required: true
  type:
    description: The tool.
    type: str
    choices: [ping, traceroute, arping]
    required: true
  address:
    description: The address or host name to reach. V(arping) requires an IPv4 address.
    type: str
    required: true
  arguments:
    description: Further arguments of the tool, such as V(-c) and V(2). One item may have several arguments.
    type: list
    elements: str
    default: []
  required:
    description: Whether the task fails if the tool ends with another exit code than 0.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details: Checks everything and sends nothing into the VM.
  diff_mode:
    support: none
    details: Changes nothing.
seealso:
  - module: hostcraft.cloudstack.cs_diagnostics_data
"""

EXAMPLES = r"""
- name: Check that the secondary storage VM reaches the NFS server
  hostcraft.cloudstack.cs_diagnostics:
    name: s-1-VM
    type: ping
    address: 192.0.2.20
    arguments: [-c, "2"]
"""

RETURN = r"""
id:
  description: ID of the system VM or router.
  returned: always
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Its name.
  returned: always
  type: str
  sample: s-1-VM
kind:
  description: What it is.
  returned: always
  type: str
  sample: secondary storage VM
zone:
  description: Name of its zone.
  returned: always
  type: str
  sample: zurich
command:
  description: What was run, or would be run in check mode.
  returned: always
  type: str
  sample: ping 192.0.2.20 -c 2
output:
  description: Standard output of the tool.
  returned: always
  type: str
  sample: "PING 192.0.2.20 (192.0.2.20) 56(84) bytes of data."
errors:
  description: Error output of the tool.
  returned: always
  type: str
  sample: ""
exit_code:
  description: Exit code of the tool. V(null) in check mode.
  returned: always
  type: int
  sample: 0
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.diagnostics import (
    DIAGNOSTICS,
    diagnose,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=DIAGNOSTICS, operation=diagnose)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
