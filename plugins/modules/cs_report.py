#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_report
short_description: Write a page of capacity, plan and maintenance of clusters of Apache CloudStack
description:
  - Writes one HTML file that needs nothing else - it fetches nothing, runs no script, and reads well on a phone, in the
    dark and on paper.
  - It shows what the hosts of the clusters hold now and whether any of them may fail, the plan of a rolling maintenance
    as a timeline with every move, the load of the hosts before and after, and what was done.
  - CloudStack is only read. A page that says the same is left as it is, whenever it was made.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
requirements:
  - jinja2
  - vl-convert-python
options:
  zone:
    description: Name or id of the zone; the only one there is unless something else is said.
    type: str
  clusters:
    description: Names or ids of the clusters; all of the zone unless some are named.
    type: list
    elements: str
    default: []
  dest:
    description: Path of the file, on the machine that the task runs on. Its directory has to be there.
    type: path
    required: true
  mode:
    description: Permissions of the file as octal digits, in quotes.
    type: raw
    default: "0644"
  plan:
    description:
      - What M(hostcraft.cloudstack.cs_maintenance_plan) returned, or some such results, or what a loop registered.
    type: raw
  results:
    description:
      - What M(hostcraft.cloudstack.cs_maintenance) returned, host after host, or what a loop registered. A key
        C(seconds) that is added to a result is shown as the time that the host took.
      - With it, before and after are told from the moves that were made instead of those that are planned.
    type: raw
  title:
    description: Title of the page.
    type: str
    default: ""
seealso:
  - module: hostcraft.cloudstack.cs_maintenance_plan
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: Plan a roll
  hostcraft.cloudstack.cs_maintenance_plan:
    zone: zurich
    cluster: kvm-a
  register: plan

- name: A page of it, to be looked at before it is carried out
  hostcraft.cloudstack.cs_report:
    zone: zurich
    clusters: [kvm-a]
    plan: "{{ plan }}"
    dest: /srv/www/maintenance.html

- name: The capacity of the whole zone
  hostcraft.cloudstack.cs_report:
    zone: zurich
    title: Zurich, capacity
    dest: /srv/www/capacity.html
"""

RETURN = r"""
dest:
  description: Absolute path of the file.
  returned: success
  type: str
  sample: /srv/www/maintenance.html
size:
  description: Its size in bytes.
  returned: success
  type: int
  sample: 61440
summary:
  description: What the page says, in a few lines.
  returned: success
  type: list
  elements: str
  sample:
    - "zone zurich: 12 hosts, 240 VMs, CPU 41 %, RAM 63 %"
    - "cluster kvm-a: N+1 holds: whichever host fails, its VMs find a place on the others."
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.report import REPORT, written
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=REPORT, operation=written)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
