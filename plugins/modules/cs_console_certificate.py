#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_console_certificate
short_description: Manage the TLS certificate of console proxies and secondary storage VMs of Apache CloudStack
description:
  - Sorts the certificates of a chain, verifies that each one signs the next, that the key belongs to the certificate,
    and that the certificate fits the names of console URLs. Everything that is wrong is refused before the upload, each
    reason with a code.
  - Uploads the root, the intermediates and the certificate with its key, which is converted to PKCS#8.
  - Sets C(consoleproxy.url.domain) and C(consoleproxy.sslEnabled), and with O(storage_domain) also
    C(secstorage.ssl.cert.domain) and C(secstorage.encrypt.copy).
  - Restarts the console proxies and secondary storage VMs that do not serve the certificate, one after the other, and
    checks with a TLS handshake what each of them serves.
  - Changes nothing if all of them serve the certificate already. CloudStack does not show what it has stored, so the
    handshakes decide.
  - CloudStack has one such certificate for all zones.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.console
options:
  certificate:
    description:
      - The certificate in PEM form. The text may hold the rest of the chain too.
    type: str
    required: true
  intermediates:
    description: Certificates of intermediate authorities in PEM form, in any order.
    type: list
    elements: str
    default: []
  root:
    description:
      - The certificate of the root authority in PEM form.
      - With it the whole chain is verified by a handshake. CloudStack gives it to secondary storage VMs as the root.
    type: str
  private_key:
    description:
      - The private key of O(certificate) in PEM form, as PKCS#1 or PKCS#8, encrypted or not.
      - CloudStack accepts RSA keys only.
    type: str
    required: true
  private_key_passphrase:
    description: Passphrase of an encrypted O(private_key).
    type: str
  console_domain:
    description:
      - Domain of console URLs.
      - With V(*.consoles.example.com) each console proxy has its own name, such as
        C(192-0-2-10.consoles.example.com) for the address 192.0.2.10. DNS has to resolve these names.
      - With V(consoles.example.com) all console proxies have this name, behind a load balancer.
    type: str
    required: true
  storage_domain:
    description:
      - Domain of the URLs of secondary storage VMs, in the same forms.
      - If it is not set, these settings are not changed. The server still restarts secondary storage VMs after an
        upload.
    type: str
  names:
    description:
      - Names of the certificates of the chain in the server's keystore, the root first.
      - Give the names that were used before, so that the old certificates are overwritten. Others stay in the keystore
        and console proxies serve them too.
      - By default the names that CloudStack's user interface uses, V(root), V(intermediate1), V(intermediate2) and so
        on.
    type: list
    elements: str
    default: []
  consent:
    description:
      - Accept that console proxies and secondary storage VMs are restarted. Open consoles and downloads end.
      - Without it the task is refused if there is something to upload.
    type: bool
    default: false
  restart:
    description:
      - How a system VM is restarted.
      - V(destroy) makes the server create a new one, with the default offering. This may take several minutes.
    type: str
    choices: [reboot, destroy]
    default: reboot
  days:
    description: Warn if a certificate of the chain expires in fewer days.
    type: int
    default: 30
  timeout:
    description: Seconds to wait until the system VMs serve the certificate.
    type: float
    default: 900
  accept:
    description:
      - Codes of findings that do not prevent the upload and are not reported.
      - Possible are V(key_not_rsa), V(names_missing), V(names_fixed), V(root_missing), V(self_signed),
        V(expires_soon) and V(repeated).
    type: list
    elements: str
    default: []
notes:
  - The server itself restarts secondary storage VMs of all zones after an upload, regardless of O(zone).
  - The server reads some of the settings only when it starts. If one of them changes, the certificate is uploaded and
    RV(restart_required) names the settings. Restart every management server, and run the task again.
requirements:
  - cryptography, for the Python interpreter that runs the task
seealso:
  - module: hostcraft.cloudstack.cs_console_certificate_info
  - module: hostcraft.cloudstack.cs_kvm_console_certificate
"""

EXAMPLES = r"""
- name: Consoles and storage have the renewed certificate
  hostcraft.cloudstack.cs_console_certificate:
    certificate: "{{ lookup('ansible.builtin.file', 'consoles.example.com.pem') }}"
    intermediates:
      - "{{ lookup('ansible.builtin.file', 'issuing-ca.pem') }}"
    root: "{{ lookup('ansible.builtin.file', 'root-ca.pem') }}"
    private_key: "{{ vault_console_key }}"
    console_domain: "*.consoles.example.com"
    storage_domain: "*.consoles.example.com"
    consent: true

- name: One name behind a load balancer
  hostcraft.cloudstack.cs_console_certificate:
    certificate: "{{ lookup('ansible.builtin.file', 'fullchain.pem') }}"
    private_key: "{{ vault_console_key }}"
    private_key_passphrase: "{{ vault_console_passphrase }}"
    console_domain: consoles.example.com
    names: [root1, intermed1]
    consent: true
"""

RETURN = r"""
certificate:
  description: The certificate.
  returned: success
  type: dict
  sample: {"subject": "CN=*.consoles.example.com", "issuer": "CN=Example CA", "names": ["*.consoles.example.com"],
    "serial": "3f2a", "fingerprint": "9f86d0…", "key": "RSA 2048", "days_left": 364}
chain:
  description: Certificates of the chain from the root down, with the id and the name that they have in the keystore.
  returned: success
  type: list
  elements: dict
  sample: [{"id": 1, "name": "root", "subject": "CN=Example Root", "days_left": 3120}]
system_vms:
  description: Console proxies and secondary storage VMs, and what each of them serves.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "v-2-VM", "kind": "consoleproxy", "zone": "zurich", "state": "Running", "address": "192.0.2.10",
    "host_name": "192-0-2-10.consoles.example.com", "served": true,
    "certificate": {"subject": "CN=*.consoles.example.com", "serial": "3f2a", "days_left": 364}}]
uploaded:
  description: Whether the certificate was uploaded, or would be in check mode.
  returned: success
  type: bool
  sample: true
proved:
  description: Whether each running system VM serves the certificate.
  returned: success
  type: bool
  sample: true
restarted:
  description: System VMs that the task restarted.
  returned: success
  type: list
  elements: str
  sample: ["v-2-VM"]
restart_required:
  description: Settings that changed and that management servers read only when they start.
  returned: success
  type: list
  elements: str
  sample: ["consoleproxy.url.domain"]
findings:
  description: Warnings that do not prevent the upload, with codes.
  returned: success
  type: list
  elements: dict
  sample: [{"code": "expires_soon", "severity": "hurts", "evidence": "A certificate expires soon: … in 12 days",
    "remedy": "renew it"}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.console import (
    CONSOLE,
    ensure_certificate,
    keys_among_certificates,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=CONSOLE, operation=ensure_certificate, secrets=keys_among_certificates)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
