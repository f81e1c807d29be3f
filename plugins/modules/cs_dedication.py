#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_dedication
short_description: Dedicate a zone, pod, cluster or host of Apache CloudStack to a domain or account
description:
  - Dedicates a zone, pod, cluster or host (the narrowest one that is set) to the VMs of a domain, or of one account
    of it.
  - Fails if VMs of others run there, and names them. A dedication to another owner is changed only with O(move=true).
  - Fails before the first call, in check mode too, if a place around it or inside it already has a dedication that the
    server does not allow together with this one.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
  - hostcraft.cloudstack.state
options:
  domain:
    description:
      - Domain (path, name or id) that it is dedicated to. Defaults to ROOT if only O(account) is given. VMs of its
        subdomains may run there too.
    type: str
  account:
    description: Name of an account of the domain, to dedicate it to this account only.
    type: str
  state:
    description:
      - V(absent) releases it. With O(domain) or O(account), it is released only if it is dedicated to that owner.
  move:
    description:
      - Whether a dedication to another owner is changed. Between the two calls the place is dedicated to nobody. If the
        server refuses the second call, the dedication to the former owner is restored.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_dedication_info
  - module: hostcraft.cloudstack.cs_overprovision
"""

EXAMPLES = r"""
- name: Dedicate a cluster to a domain
  hostcraft.cloudstack.cs_dedication:
    zone: zurich
    cluster: kvm-a
    domain: customers/acme

- name: Dedicate a host of the cluster to an account
  hostcraft.cloudstack.cs_dedication:
    zone: zurich
    host: kvm7.example.net
    domain: customers/acme
    account: research

- name: Dedicate the host to another account
  hostcraft.cloudstack.cs_dedication:
    zone: zurich
    host: kvm7.example.net
    domain: customers/acme
    account: sales
    move: true

- name: Release the dedication
  hostcraft.cloudstack.cs_dedication:
    zone: zurich
    host: kvm7.example.net
    state: absent
"""

RETURN = r"""
scope:
  description: Kind of the place.
  returned: unless absent
  type: str
  sample: host
place:
  description: Name of the place.
  returned: unless absent
  type: str
  sample: kvm7.example.net
place_id:
  description: Id of the place.
  returned: unless absent
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
domain_id:
  description: Id of the owning domain.
  returned: unless absent
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
domain:
  description: Path of the owning domain.
  returned: when read back
  type: str
  sample: ROOT/customers/acme
account_id:
  description: Id of the owning account. Empty if it is dedicated to a whole domain.
  returned: unless absent
  type: str
account:
  description: Name of the owning account.
  returned: when read back
  type: str
  sample: research
affinity_group_id:
  description: Id of the affinity group that VMs use to request it.
  returned: when read back
  type: str
details:
  description:
    - If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code), which is
      C(dedicated_to_other) or C(foreign_vms).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import STATE, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import HOST_ALONE, PLACES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.dedication import (
    Wanted,
    ensure_dedication,
)

TASK = ApiTask(
    options={
        **PLACES,
        "domain": {"type": "str"},
        "account": {"type": "str"},
        **STATE,
        "move": {"type": "bool", "default": False},
    },
    operation=lambda cloud, p, check: ensure_dedication(
        cloud, taken(p, PLACES), Wanted(p["domain"], p["account"], p["move"]), p["state"], check
    ),
    constraints={
        "required_one_of": [tuple(PLACES)],
        "required_if": [("state", "present", ["domain", "account"], True)],
        "mutually_exclusive": HOST_ALONE,
    },
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
