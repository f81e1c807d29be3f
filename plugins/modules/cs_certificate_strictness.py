#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_certificate_strictness
short_description: Manage whether agents of Apache CloudStack must have a certificate
description:
  - Manages the setting C(ca.plugin.root.auth.strictness). While it is V(false), agents without a valid certificate can
    connect, and so can get a new one.
  - Before the setting is relaxed, its value is recorded in an annotation of a cluster. If a run is killed, the next one
    with O(state=restored) sets that value.
  - M(hostcraft.cloudstack.cs_certificate_info) shows the setting.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
options:
  state:
    description:
      - V(relaxed) sets V(false), and records the previous value.
      - V(restored) sets the recorded value. Without a record it changes nothing.
      - V(strict) sets V(true). It is refused while a KVM host of any zone is not secured, because its agent could not
        connect any more.
    type: str
    choices: [relaxed, restored, strict]
    required: true
notes:
  - Management servers read the setting when they start. Restart all of them if the task returns RV(restart_needed).
seealso:
  - module: hostcraft.cloudstack.cs_certificate
  - module: hostcraft.cloudstack.cs_certificate_info
"""

EXAMPLES = r"""
- name: Give certificates to agents without a valid one
  block:
    - name: Accept agents without a certificate
      hostcraft.cloudstack.cs_certificate_strictness:
        state: relaxed

    - name: Renew certificates
      hostcraft.cloudstack.cs_certificate:
        zone: zurich
        cluster: kvm-a
  always:
    - name: Restore the setting
      hostcraft.cloudstack.cs_certificate_strictness:
        state: restored
"""

RETURN = r"""
value:
  description: Value of the setting.
  returned: success
  type: str
  sample: "false"
before:
  description: Value before it was relaxed.
  returned: success
  type: str
  sample: "true"
restart_needed:
  description: Whether the management servers must be restarted because of this task.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.certificates.strictness import (
    ensure_strictness,
)

TASK = ApiTask(
    options={"state": {"type": "str", "choices": ["relaxed", "restored", "strict"], "required": True}},
    operation=lambda cloud, p, check: ensure_strictness(cloud, p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
