#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_certificate_info
short_description: Show the certificates of a zone of Apache CloudStack
description:
  - Shows the certificates of a zone in one table, the one that expires first at the top. These are CloudStack's CA, and
    what management servers, hosts, console proxies and secondary storage VMs serve on their TLS ports.
  - With O(read), the table also has what M(hostcraft.cloudstack.cs_host_certificate_info) read on the hosts.
  - Returns what is wrong, for example hosts of one cluster of which only some are secured.
  - TLS ports are checked from the machine where the task runs.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
  - hostcraft.cloudstack.looks.findings
options:
  probe:
    description:
      - Whether to check TLS ports. These are port 16514 of hosts (libvirt) and, if O(zone) or nothing is named, port
        8250 of the management servers that the setting C(host) names, and port 443 of system VMs.
    type: bool
    default: true
  read:
    description: Results of M(hostcraft.cloudstack.cs_host_certificate_info) on hosts.
    type: list
    elements: dict
    default: []
  days:
    description: Certificates that expire in fewer days are reported.
    type: int
    default: 30
  fail:
    default: never
requirements:
  - cryptography, for the Python interpreter that runs the task
seealso:
  - module: hostcraft.cloudstack.cs_certificate
  - module: hostcraft.cloudstack.cs_host_certificate_info
"""

EXAMPLES = r"""
- name: Read the certificates of each host
  hostcraft.cloudstack.cs_host_certificate_info:
    name: "{{ inventory_hostname }}"
  become: true
  register: certificates

- name: Check all certificates of the zone
  hostcraft.cloudstack.cs_certificate_info:
    zone: zurich
    read: "{{ ansible_play_hosts | map('extract', hostvars, 'certificates') | list }}"
    days: 30
    fail: hurts
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
certificates:
  description: Certificates that were seen.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: The host or system VM. Empty for the CA and for management servers.
      type: str
    place:
      description:
        - V(agent), V(libvirt), V(libvirt_client) and V(vnc) are files that the host shows to others, V(keystore) is
          the keystore of the agent.
        - V(agent_authority), V(libvirt_authority) and V(vnc_authority) are CAs that the host trusts, V(authority) is
          the CA in force.
        - V(libvirt_port), V(management_server), V(console_proxy) and V(secondary_storage) are TLS ports.
      type: str
    where:
      description: File, or address and port.
      type: str
    error:
      description: Why no certificate was seen. Empty if one was.
      type: str
    key_fits:
      description: Whether the private key beside it belongs to it. V(null) if there is none to compare.
      type: bool
    of_authority:
      description: Whether it is signed by the CA in force, or is that CA. V(null) if this was not compared.
      type: bool
    subject:
      description: Subject, as RFC 4514 writes it.
      type: str
    issuer:
      description: Issuer.
      type: str
    names:
      description: DNS names of the certificate.
      type: list
      elements: str
    addresses:
      description: IP addresses of the certificate.
      type: list
      elements: str
    serial:
      description: Serial number, hexadecimal.
      type: str
    key:
      description: Kind and size of its key.
      type: str
    signature:
      description: Hash that was signed.
      type: str
    not_before:
      description: Start of its validity, in seconds since 1970.
      type: float
    not_after:
      description: End of its validity, in seconds since 1970.
      type: float
    days_left:
      description: Whole days until it expires. Negative if it has expired.
      type: int
    fingerprint:
      description: SHA-256 of the certificate.
      type: str
    pem:
      description: The certificate itself.
      type: str
  sample: [{"host": "kvm1", "place": "agent", "where": "/etc/cloudstack/agent/cloud.crt", "days_left": 12}]
findings:
  description: What is wrong, worst first.
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
      description: The host. Empty if the finding concerns none in particular.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "certificate_expiring", "severity": "hurts", "host": "kvm1"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
unseen:
  description:
    - Checks that could not be made. For example, the files of hosts are not in O(read), O(probe) is false, or the
      server does not have a setting.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the finding that the check looks for.
      type: str
    missing:
      description: What could not be checked.
      type: str
  sample: [{"code": "key_differs", "missing": "the files of kvm2"}]
hosts:
  description: The hosts, as CloudStack reports them.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
    cluster:
      description: Name of its cluster.
      type: str
    secured:
      description: Whether CloudStack counts it as secured. V(null) if it does not return this.
      type: bool
  sample: [{"host": "kvm1", "cluster": "kvm-a", "secured": true}]
ca_certificates:
  description: Certificates of the CA in force (PEM).
  returned: always
  type: str
  sample: "-----BEGIN CERTIFICATE-----…"
providers:
  description: CA providers of the server.
  returned: always
  type: list
  elements: dict
  sample: [{"name": "root", "description": "CloudStack's Root CA provider plugin"}]
settings:
  description: Settings of the CA framework, by name.
  returned: always
  type: dict
  sample: {"ca.plugin.root.auth.strictness": "true"}
code:
  description: V(certificates_not_fit) if findings failed the task.
  returned: failure
  type: str
  sample: certificates_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.tasks import show_certificates
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.findings import ASKED
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import PLACES

TASK = ApiTask(
    options={
        **PLACES,
        **ASKED,
        "fail": {**ASKED["fail"], "default": "never"},
        "probe": {"type": "bool", "default": True},
        "read": {"type": "list", "elements": "dict", "default": []},
        "days": {"type": "int", "default": 30},
    },
    operation=lambda cloud, p, check: show_certificates(cloud, p),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
