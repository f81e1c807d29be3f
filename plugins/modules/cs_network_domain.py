#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_domain
short_description: Manage DNS suffixes of domains and accounts of Apache CloudStack
description:
  - Sets, removes or reads the DNS suffix (network domain) that new guest networks of a domain or an account get.
  - A network uses its own suffix, then that of its account, of its domain or the nearest domain above it, and of its
    zone. Without any of them, it uses the setting C(guest.domain.suffix).
  - Networks that exist keep their suffix. To change it, use M(hostcraft.cloudstack.cs_network) with C(network_domain).
  - M(hostcraft.cloudstack.cs_zone) sets the suffix of a zone.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
options:
  domain:
    description: Domain (name or path) that has the suffix, or that contains O(account).
    type: str
    default: ROOT
  account:
    description: Account of O(domain) that has the suffix.
    type: str
  network_domain:
    description:
      - DNS suffix, such as V(acme.example.com). An empty text removes it.
      - If it is not set, the task changes nothing and returns the suffix.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_network
  - module: hostcraft.cloudstack.cs_zone
  - module: hostcraft.cloudstack.cs_configuration
"""

EXAMPLES = r"""
- name: Set the DNS suffix of a customer's new networks
  hostcraft.cloudstack.cs_network_domain:
    domain: ROOT/customers/acme
    network_domain: acme.example.com

- name: Set another DNS suffix for one account
  hostcraft.cloudstack.cs_network_domain:
    domain: ROOT/customers/acme
    account: web
    network_domain: web.acme.example.com

- name: Remove the suffix of the account
  hostcraft.cloudstack.cs_network_domain:
    domain: ROOT/customers/acme
    account: web
    network_domain: ""

- name: Read the suffix of the domain
  hostcraft.cloudstack.cs_network_domain:
    domain: ROOT/customers/acme
  register: result
"""

RETURN = r"""
id:
  description: ID of the domain or account.
  returned: success
  type: str
  sample: 3e1b1d2c-0c3f-4a0f-9d3a-5c1f0b9a7e55
name:
  description: Name of the domain or account.
  returned: success
  type: str
  sample: acme
network_domain:
  description: DNS suffix. V(null) if there is none.
  returned: success
  type: str
  sample: acme.example.com
domain:
  description: Domain of the task.
  returned: success
  type: str
  sample: ROOT/customers/acme
account:
  description: Account of the task. V(null) for a domain.
  returned: success
  type: str
  sample: web
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.network_domains import (
    ensure_network_domain,
)

OPTIONS: Spec = {
    "domain": {"type": "str", "default": "ROOT"},
    "account": {"type": "str"},
    "network_domain": {"type": "str"},
}

TASK = ApiTask(
    options=OPTIONS,
    operation=lambda cloud, p, check: ensure_network_domain(
        cloud, p["domain"], p["account"], p["network_domain"], check
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
