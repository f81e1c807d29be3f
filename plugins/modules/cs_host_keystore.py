#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_keystore
short_description: Manage the keystore of an Apache CloudStack agent without the agent
description:
  - Secures a KVM host that CloudStack cannot reach, for example one that was set up outside of CloudStack, or whose
    agent cannot connect because its certificate has expired.
  - Runs CloudStack's own scripts C(keystore-setup) and C(keystore-cert-import) on the host that the task runs on. The
    private key is made on the host and does not leave it.
  - The arguments of C(keystore-cert-import) differ between releases of CloudStack. They are read from the script before
    a new key is made. A host whose script has other arguments is refused.
  - Between the two steps M(hostcraft.cloudstack.cs_certificate) has CloudStack's CA sign the request.
  - Does not restart anything. The agent and libvirtd read the new files when they start.
  - M(hostcraft.cloudstack.cs_host_certificate_info) shows the present certificates.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  state:
    description:
      - V(requested) makes a new key and returns its signing request, if the host has no certificate that is valid for
        O(days), fits its key, and is in the keystore.
      - V(installed) installs O(certificate) for that key.
    type: str
    choices: [requested, installed]
    required: true
  certificate:
    description: The certificate (PEM). Required for O(state=installed).
    type: str
  ca_certificates:
    description:
      - Certificates of the CA (PEM). Required for O(state=installed).
      - For O(state=requested), the host's certificates are also compared with them.
    type: str
  days:
    description: For O(state=requested), minimum number of days that the certificate must still be valid.
    type: int
    default: 30
  validity:
    description: For O(state=requested), days that the self-signed certificate in the keystore is valid meanwhile.
    type: int
    default: 365
  force:
    description: For O(state=requested), whether to make a new key in any case.
    type: bool
    default: false
  timeout:
    description: Seconds that a script may take.
    type: float
    default: 120
attributes:
  check_mode:
    description: Makes the same decision and writes nothing.
    support: full
  diff_mode:
    description: Shows serial numbers before and after.
    support: full
requirements:
  - cryptography on the host
notes:
  - The scripts get the passphrase of the keystore on their command line, as when the management server runs them.
seealso:
  - module: hostcraft.cloudstack.cs_certificate
  - module: hostcraft.cloudstack.cs_host_certificate_info
"""

EXAMPLES = r"""
- name: Make a key and its signing request
  hostcraft.cloudstack.cs_host_keystore:
    state: requested
  become: true
  register: request

- name: Issue the certificate
  hostcraft.cloudstack.cs_certificate:
    state: issued
    csr: "{{ request.csr }}"
    addresses: ["{{ ansible_host }}"]
  delegate_to: localhost
  register: issued
  when: request.needed

- name: Import the certificate
  hostcraft.cloudstack.cs_host_keystore:
    state: installed
    certificate: "{{ issued.certificate }}"
    ca_certificates: "{{ issued.ca_certificates }}"
  become: true
  when: request.needed
"""

RETURN = r"""
csr:
  description: For V(requested), the signing request (PEM). Empty if none is needed, and in check mode.
  returned: success, for a request
  type: str
  sample: "-----BEGIN NEW CERTIFICATE REQUEST-----…"
needed:
  description: For V(requested), whether the host needs a certificate.
  returned: success, for a request
  type: bool
  sample: true
serial:
  description: For V(installed), serial number of the certificate.
  returned: success, for a certificate
  type: str
  sample: e2f7b0fbdd8ccfa2
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.keystore import main

if __name__ == "__main__":
    main()
