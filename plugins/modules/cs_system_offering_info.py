#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_offering_info
short_description: Read service offerings of system VMs and routers of Apache CloudStack
description:
  - Returns all system offerings, or those of a name or of a kind of system VM.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
options:
  kind:
    description: What the offerings are for.
    type: str
    choices: [domainrouter, consoleproxy, secondarystoragevm]
seealso:
  - module: hostcraft.cloudstack.cs_system_offering
"""

EXAMPLES = r"""
- name: List offerings for routers
  hostcraft.cloudstack.cs_system_offering_info:
    kind: domainrouter
  register: result
"""

RETURN = r"""
system_offerings:
  description: The offerings, each with the values that M(hostcraft.cloudstack.cs_system_offering) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed

KIND: Spec = {"kind": {"type": "str", "choices": ["domainrouter", "consoleproxy", "secondarystoragevm"]}}

TASK = ApiTask(
    options={**NAME, **KIND},
    operation=lambda cloud, p, check: listed("system_offerings", cloud.system_offerings, p["name"], kind=p["kind"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
