#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_certificate
short_description: Manage certificates of KVM hosts of Apache CloudStack
description:
  - Renews the certificates that CloudStack's CA gives to KVM hosts, before they expire.
  - Hosts are processed one after the other. Each host is verified before the next one. Its agent must be Up again, its
    port 16514 must serve a new certificate of the CA in force, and its VMs must still run there. The task ends at the
    first host that fails.
  - Issues certificates for certificate signing requests, so that a key never leaves its host, and revokes certificates.
  - Provisioning restarts libvirtd and the agent of the host. VMs keep running. Their consoles keep the old certificate
    until M(hostcraft.cloudstack.cs_kvm_console_certificate) makes QEMU read the new one.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
options:
  state:
    description:
      - V(renewed) gives a new certificate to each host of the place that needs one. That is a host whose certificate
        has expired, is not valid yet, has fewer than O(days) left, is not of the CA in force, does not belong to its
        key, begins before O(issued_since) or cannot be seen, and a host that CloudStack counts as unsecured. With
        O(read), it is also a host with a file that cannot be read, that trusts another CA, or whose keystore differs.
      - V(provisioned) gives a new certificate to each host of the place, at every run.
      - V(issued) returns a certificate for O(csr).
      - V(revoked) revokes the certificate with O(serial). CloudStack does not show what is revoked, so this is sent and
        reported as a change at every run.
    type: str
    choices: [renewed, provisioned, issued, revoked]
    default: renewed
  days:
    description: Minimum number of days that a certificate must still be valid.
    type: int
    default: 30
  issued_since:
    description:
      - For O(state=renewed), replace certificates that begin before this time, in seconds since 1970.
      - A run that was interrupted goes on with the hosts that still have an older certificate.
      - CloudStack dates a certificate back by 12 hours, so choose a time at least 12 hours before the first run.
    type: float
  read:
    description:
      - Results of M(hostcraft.cloudstack.cs_host_certificate_info) on hosts. They are used in addition to the
        certificate on port 16514.
    type: list
    elements: dict
    default: []
  probe:
    description:
      - Whether to check port 16514 of the hosts, from the machine where the task runs.
      - Without it, the new certificate is not verified, and the task adds a warning.
    type: bool
    default: true
  reconnect:
    description: Whether the agent connects again after it got its certificate. By default the server decides.
    type: bool
  forced:
    description:
      - Have the management server provision by SSH, also if the agent is not connected.
      - Needs a server whose C(provisionCertificate) supports C(forced).
    type: bool
    default: false
  provider:
    description: CA provider. By default the one in force.
    type: str
  csr:
    description: Certificate signing request (PEM). Required for O(state=issued).
    type: str
  certificate:
    description:
      - For O(state=issued), the existing certificate (PEM). It is returned, and nothing is issued, if it fits O(csr),
        is signed by the CA in force, contains all names and is valid for at least O(days) more days.
    type: str
  dns_names:
    description: For O(state=issued), DNS names of the certificate beside those of the request.
    type: list
    elements: str
    default: []
  addresses:
    description: For O(state=issued), IP addresses of the certificate beside those of the request.
    type: list
    elements: str
    default: []
  duration:
    description:
      - For O(state=issued), days that the certificate is valid. Defaults to the setting
        C(ca.framework.cert.validity.period).
    type: int
  serial:
    description: Serial number in hexadecimal. Required for O(state=revoked).
    type: str
  common_name:
    description: For O(state=revoked), common name of the certificate.
    type: str
  timeout:
    description: Maximum number of seconds until a host is Up and serves its new certificate.
    type: float
    default: 600
requirements:
  - cryptography, for the Python interpreter that runs the task
seealso:
  - module: hostcraft.cloudstack.cs_certificate_info
  - module: hostcraft.cloudstack.cs_host_certificate_info
  - module: hostcraft.cloudstack.cs_kvm_console_certificate
"""

EXAMPLES = r"""
- name: Renew certificates with fewer than 30 days left
  hostcraft.cloudstack.cs_certificate:
    zone: zurich
    cluster: kvm-a
    days: 30

- name: Issue a certificate for a signing request
  hostcraft.cloudstack.cs_certificate:
    state: issued
    csr: "{{ lookup('ansible.builtin.file', 'kvm07.csr') }}"
    addresses: [192.0.2.107]
  register: issued

- name: Revoke the certificate of a stolen host
  hostcraft.cloudstack.cs_certificate:
    state: revoked
    serial: e2f7b0fbdd8ccfa2
"""

RETURN = r"""
hosts:
  description: For V(renewed) and V(provisioned), hosts that got a new certificate, or would get one in check mode.
  returned: success, for hosts
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
    reason:
      description:
        - V(asked), V(unsecured), V(unseen), V(expired), V(not_yet_valid), V(not_of_authority), V(key_differs),
          V(expiring), V(older), V(unreadable), V(authority_differs) or V(keystore_differs).
      type: str
    before:
      description: Serial number and end of the certificate that port 16514 showed. V(null) if it showed none.
      type: dict
    after:
      description: The same data of the new certificate. V(null) in check mode, or if it could not be seen.
      type: dict
    vms:
      description: VMs that ran there before and after.
      type: list
      elements: str
    seconds:
      description:
        - Seconds from the request until the agent was Up and the port showed the new certificate. V(null) in check
          mode.
      type: float
  sample: [{"host": "kvm1", "reason": "expiring", "vms": ["i-2-10-VM"]}]
kept:
  description: Hosts that needed no new certificate.
  returned: success, for hosts
  type: list
  elements: str
  sample: [kvm2]
certificate:
  description: For V(issued), the certificate (PEM).
  returned: success, for a request
  type: str
  sample: "-----BEGIN CERTIFICATE-----…"
ca_certificates:
  description: For V(issued), certificates of its CA (PEM).
  returned: success, for a request
  type: str
  sample: "-----BEGIN CERTIFICATE-----…"
days_left:
  description: For V(issued), whole days until the certificate expires.
  returned: success, for a request
  type: int
  sample: 365
serial:
  description: Serial number of the certificate that was issued or revoked.
  returned: success, for V(issued) and V(revoked)
  type: str
  sample: e2f7b0fbdd8ccfa2
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates.tasks import (
    ensure_certificate,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import PLACES

TASK = ApiTask(
    options={
        **PLACES,
        "state": {
            "type": "str",
            "choices": ["renewed", "provisioned", "issued", "revoked"],
            "default": "renewed",
        },
        "days": {"type": "int", "default": 30},
        "issued_since": {"type": "float"},
        "read": {"type": "list", "elements": "dict", "default": []},
        "probe": {"type": "bool", "default": True},
        "reconnect": {"type": "bool"},
        "forced": {"type": "bool", "default": False},
        "provider": {"type": "str"},
        "csr": {"type": "str"},
        "certificate": {"type": "str"},
        "dns_names": {"type": "list", "elements": "str", "default": []},
        "addresses": {"type": "list", "elements": "str", "default": []},
        "duration": {"type": "int"},
        "serial": {"type": "str"},
        "common_name": {"type": "str"},
        "timeout": {"type": "float", "default": 600.0},
    },
    operation=ensure_certificate,
    constraints={"required_if": [("state", "issued", ["csr"]), ("state", "revoked", ["serial"])]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
