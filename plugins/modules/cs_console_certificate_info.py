#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_console_certificate_info
short_description: Show which certificates console proxies and secondary storage VMs of Apache CloudStack serve
description:
  - Makes a TLS handshake with each running console proxy and secondary storage VM, and returns which certificate it
    serves, for how many days it is valid, and whether it is for the name in the URLs that CloudStack makes.
  - Kinds of system VMs for which TLS is off in the settings are not asked. This is a finding.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.console
  - hostcraft.cloudstack.looks.findings
options:
  root:
    description: Certificate of the root authority in PEM form. With it the chain is verified by the handshake.
    type: str
  days:
    description: Report a certificate that expires in fewer days.
    type: int
    default: 30
  resolve:
    description:
      - Look up the names in the URLs of the system VMs where the task runs, and report those that do not resolve or
        resolve to another address.
      - A name that all system VMs share may have any address. A TLS handshake with each of these addresses proves what
        clients of the load balancer get.
    type: bool
    default: true
  balancer_port:
    description: Port of the load balancer at a name that all system VMs share.
    type: int
    default: 443
  public_range:
    description:
      - With O(resolve), also look up the names of all addresses of the public IP ranges, which system VMs can get
        later. Ranges that belong to an account, project or domain do not count. At most 65536 names are looked up.
      - Without a wildcard in the domain there are no such names.
    type: bool
    default: false
  fail:
    default: never
requirements:
  - cryptography, for the Python interpreter that runs the task
seealso:
  - module: hostcraft.cloudstack.cs_console_certificate
"""

EXAMPLES = r"""
- name: No console certificate expires within two weeks
  hostcraft.cloudstack.cs_console_certificate_info:
    days: 14
    fail: hurts

- name: Show the names that are missing in DNS
  hostcraft.cloudstack.cs_console_certificate_info:
    zone: zurich
    public_range: true
  register: consoles
- ansible.builtin.debug:
    msg: "{{ consoles.dns_names | selectattr('found', 'equalto', []) }}"
"""

RETURN = r"""
settings:
  description: Values of the settings, by kind of system VM.
  returned: always
  type: dict
  sample: {"consoleproxy": {"domain": "*.consoles.example.com", "encrypted": true},
    "secondarystoragevm": {"domain": "", "encrypted": false}}
system_vms:
  description: Console proxies and secondary storage VMs, and what each of them serves.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the system VM.
      type: str
    kind:
      description: V(consoleproxy) or V(secondarystoragevm).
      type: str
    zone:
      description: Name of its zone.
      type: str
    state:
      description: Its state.
      type: str
    address:
      description: Its public address.
      type: str
    host_name:
      description: Name in the URLs that CloudStack makes for it.
      type: str
    open_consoles:
      description: Consoles that are open; V(null) for a secondary storage VM.
      type: int
    certificate:
      description: The certificate that it serves; V(null) if none was seen.
      type: dict
    codes:
      description: Codes of its findings.
      type: list
      elements: str
  sample: [{"name": "v-2-VM", "kind": "consoleproxy", "host_name": "192-0-2-10.consoles.example.com",
    "certificate": {"subject": "CN=*.consoles.example.com", "serial": "3f2a", "days_left": 12},
    "codes": ["served_expires_soon"]}]
findings:
  description: What is wrong.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the finding.
      type: str
    severity:
      description: V(blocks), V(hurts) or V(note).
      type: str
    evidence:
      description: What was seen.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Source of the finding, such as a section of CloudStack's documentation or an issue.
      type: str
    host:
      description: Name of the system VM.
      type: str
  sample: [{"code": "served_expires_soon", "severity": "hurts", "host": "v-2-VM"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
dns_names:
  description: With O(public_range), the names that system VMs can get in URLs.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    address:
      description: The address that it has to have.
      type: str
    found:
      description: The addresses that it has. Empty if it does not resolve.
      type: list
      elements: str
  sample: [{"name": "192-0-2-10.consoles.example.com", "address": "192.0.2.10", "found": ["192.0.2.10"]}]
unseen:
  description: Checks that could not be made. With O(public_range), names beyond the first 65536.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.console import (
    INFO,
    tell_certificates,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell_certificates)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
