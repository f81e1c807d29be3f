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
  - Writes one HTML file that loads nothing from the network and contains no script. It is readable on a phone, in dark
    mode and on paper.
  - The page shows the load of the hosts and whether any of them may fail, the plan of a rolling maintenance as a
    timeline with every move, the load of the hosts before and after, and what was done.
  - CloudStack is only read. If the content of the page is the same, the file is not written.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
requirements:
  - jinja2
  - vl-convert-python
options:
  clusters:
    description: Names or ids of the clusters. Defaults to all clusters of the zone.
    type: list
    elements: str
    default: []
  dest:
    description: Path of the file on the machine where the task runs. Its directory must exist.
    type: path
    required: true
  mode:
    description: Permissions of the file as octal digits, in quotes.
    type: raw
    default: "0644"
  plan:
    description:
      - Result of M(hostcraft.cloudstack.cs_maintenance_plan), a list of such results, or the registered result of a
        loop.
    type: raw
  results:
    description:
      - Results of M(hostcraft.cloudstack.cs_maintenance), or the registered result of a loop. If a key C(seconds) is
        added to a result, it is shown as the time that the host took.
      - With it, the load before and after is computed from the moves that were made, instead of the planned ones.
    type: raw
  certificates:
    description:
      - Result of M(hostcraft.cloudstack.cs_certificate_info), or a list of such results. The page then has a table of
        certificates, the one that expires first at the top.
    type: raw
  doctor:
    description:
      - Result of M(hostcraft.cloudstack.cs_doctor), or a list of such results. The page then begins with a table of
        findings. Without O(zone) it is about all zones.
    type: raw
  title:
    description: Title of the page.
    type: str
    default: ""
seealso:
  - module: hostcraft.cloudstack.cs_maintenance_plan
  - module: hostcraft.cloudstack.cs_maintenance
  - module: hostcraft.cloudstack.cs_certificate_info
  - module: hostcraft.cloudstack.cs_doctor
"""

EXAMPLES = r"""
- name: Plan a roll
  hostcraft.cloudstack.cs_maintenance_plan:
    zone: zurich
    cluster: kvm-a
  register: plan

- name: Write the plan as a page
  hostcraft.cloudstack.cs_report:
    zone: zurich
    clusters: [kvm-a]
    plan: "{{ plan }}"
    dest: /srv/www/maintenance.html

- name: Write the capacity of a zone as a page
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
  description: Summary of the page in a few lines.
  returned: success
  type: list
  elements: str
  sample:
    - "zone zurich: 12 hosts, 240 VMs, CPU 41 %, RAM 63 %"
    - "cluster kvm-a: N+1 holds: if a host fails, the other hosts can run its VMs."
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.report import REPORT, written
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=REPORT, operation=written)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
