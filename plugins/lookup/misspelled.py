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
  - Finds variables of the host that no role or playbook of the collection reads, and returns the most similar name. The
    playbooks and roles of the collection run it first, because Ansible ignores such variables.
  - A variable that begins with the name of one of O(_terms) is reported if it differs from one of their variables in
    one or two letters that are wrong, missing, swapped or additional. All other variables are treated as your own.
  - An extra variable without such a prefix is reported if it differs in one letter from a variable of O(_terms).
  - A variable of any role or playbook of the collection is never reported. The same is true if another variable uses
    it, or a YAML file or template beside the playbooks and inventories of the run, in the directory in which it is
    started, in their subdirectories C(roles), C(playbooks), C(plays), C(tasks), C(handlers), C(templates), C(vars),
    C(group_vars) and C(host_vars), or in the directories of roles that Ansible is configured with.
  - Singular and plural of one word, and names that differ in digits, are different names. They are only reported if
    they are written on the command line as C(-e NAME=VALUE) of a playbook of the collection.
options:
  _terms:
    description: Names of roles, and beginnings of the names of a playbook's variables.
    type: list
    elements: str
    required: true
  hosts:
    description: Hosts of the inventory whose variables are checked too.
    type: list
    elements: str
    default: []
  playbook:
    description:
      - Whether a playbook of the collection asks. If nothing but playbooks of the collection is on the command line, an
        extra variable that is written there as C(-e NAME=VALUE) is also reported if only the prefix is missing, as in
        C(-e max_parallel=2). In a playbook of yours that imports one of the collection, it may be for your own tasks.
    type: bool
    default: false
  check:
    description:
      - V(false) turns the check off, for a correct variable whose name is similar to one of the collection.
      - Set the variable as an extra variable or in the group C(all), so that playbooks see it on C(localhost) too.
    type: bool
    default: true
    vars:
      - name: hostcraft_cloudstack_check_variables
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
from ansible_collections.hostcraft.cloudstack.plugins.plugin_utils.own_variables import (
    Given,
    known_to,
    offered_by,
    offered_by_all,
)


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: t.Optional[t.Mapping[str, t.Any]] = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        if not self.get_option("check"):
            return []
        offered = offered_by(tuple(terms))
        given = Given(self._loader, variables or {}, self.get_option("hosts"))
        typed = given.typed() if self.get_option("playbook") else frozenset()
        return misspelled(offered, offered_by_all, known_to(offered), given.names, given.extra, typed, given.used)
