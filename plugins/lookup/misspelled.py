# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: misspelled
short_description: Variables of this collection whose names are misspelled
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
description:
  - Finds variables of the host that no role or playbook of the collection reads, and says which name is the nearest.
    The playbooks and roles of the collection begin with it, as Ansible ignores such variables.
  - An extra variable that begins with the name of one of O(_terms) must be a variable of the collection. Every other
    variable that begins with it is only found if it is nearly one of them, so that inventories can have their own.
  - An extra variable without such a beginning is found if it is nearly the name of a variable of O(_terms).
  - A variable that another variable reads is never found.
options:
  _terms:
    description: Names of roles, and beginnings of the names of a playbook's variables.
    type: list
    elements: str
    required: true
  hosts:
    description: Hosts of the inventory whose variables are looked at too.
    type: list
    elements: str
    default: []
  playbook:
    description:
      - Whether a playbook asks that is all of the run. An extra variable that is written on the command line as
        C(-e NAME=VALUE) is found too if only the beginning is missing, as in C(-e max_parallel=2).
    type: bool
    default: false
notes:
  - Files and processes are not changed. Values of variables are not evaluated.
"""

EXAMPLES = r"""
- name: Check the names of variables before a role of your own includes the roll
  ansible.builtin.assert:
    that: found == []
    fail_msg: "{{ found | join(' ') }}"
  vars:
    found: "{{ query('hostcraft.cloudstack.misspelled', 'rolling_maintenance') }}"
"""

RETURN = r"""
_raw:
  description: One sentence for each variable, with its name and the nearest one of the collection.
  type: list
  elements: str
"""

import typing as t

from ansible.plugins.lookup import LookupBase

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.misspelled import misspelled
from ansible_collections.hostcraft.cloudstack.plugins.plugin_utils.own_variables import Given, known_to, offered_by


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: t.Optional[t.Mapping[str, t.Any]] = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        offered = offered_by(tuple(terms))
        given = Given(self._loader, variables or {}, self.get_option("hosts"))
        typed = given.typed() if self.get_option("playbook") else frozenset()
        return misspelled(offered, known_to(offered), given.names, given.extra, typed, given.used)
