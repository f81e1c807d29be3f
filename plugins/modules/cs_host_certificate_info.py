#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_certificate_info
short_description: Show the certificates of a KVM host of Apache CloudStack
description:
  - Reads the certificates of the agent, of libvirt and of VNC consoles on the host that the task runs on, and the
    keystore of the agent. Returns what is wrong with them.
  - Changes nothing. Private keys do not leave the host, and neither does the passphrase of the keystore.
  - Runs on the host as root. Needs no access to the API.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  name:
    description: Name of the host in results. Defaults to its host name.
    type: str
  ca_certificates:
    description:
      - Certificates of the CA in force (PEM), to compare with.
      - M(hostcraft.cloudstack.cs_certificate_info) returns them.
    type: str
    default: ''
  expected_names:
    description: Names and addresses that the host's certificate has to contain.
    type: list
    elements: str
    default: []
  days:
    description: Certificates that expire in fewer days are reported.
    type: int
    default: 30
  fail:
    default: never
requirements:
  - cryptography on the host
seealso:
  - module: hostcraft.cloudstack.cs_certificate_info
  - module: hostcraft.cloudstack.cs_certificate
"""

EXAMPLES = r"""
- name: Check the certificates of the host
  hostcraft.cloudstack.cs_host_certificate_info:
    days: 30
    fail: hurts
  become: true
"""

RETURN = r"""
host:
  description: Name of the host.
  returned: always
  type: str
  sample: kvm1
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
    - Checks that could not be made. For example, a file does not exist, or O(ca_certificates) or O(expected_names) is
      not set.
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
  sample: [{"code": "not_of_authority", "missing": "the CA in force"}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.host import main

if __name__ == "__main__":
    main()
