# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: not_boolean
short_description: Booleans of this collection that have other values
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
description:
  - Finds variables that are booleans of roles and playbooks of the collection, and whose value is not a boolean. The
    playbooks of the collection run it first, so that C(-e restore_replace=yess) fails before anything is changed.
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
notes:
  - A value that cannot be evaluated yet is skipped. It is checked where it is used.
"""

EXAMPLES = r"""
- name: Check the booleans before a playbook of your own includes the role
  ansible.builtin.assert:
    that: found == []
    fail_msg: "{{ found | join(' ') }}"
  vars:
    found: "{{ query('hostcraft.cloudstack.not_boolean', 'zone') }}"
"""

RETURN = r"""
_raw:
  description: One sentence for each variable, with its name and value.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.variables import flag
from ansible_collections.hostcraft.cloudstack.plugins.plugin_utils.own_variables import booleans_of

VALUES = (str, int, float, list, dict)


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: t.Optional[t.Mapping[str, t.Any]] = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        given = variables or {}
        known: t.Any = given.get("hostvars")
        # raw_get builds all variables of a host: once for each, not for each name.
        others = [(host, known.raw_get(host)) for host in self.get_option("hosts")]
        found: dict[str, None] = {}
        for name in sorted(booleans_of(tuple(terms))):
            for value in self._values(given, name, [host for host, own in others if name in own]):
                try:
                    flag(value, name)
                except InvalidValue as error:
                    found[f"{error}."] = None
        return list(found)

    def _values(self, variables: t.Mapping[str, t.Any], name: str, hosts: t.Sequence[str]) -> t.Iterator[object]:
        """Of this host, and of the others that have one."""
        known: t.Any = variables.get("hostvars")
        sources = [(variables, self._templar.template)] if name in variables else []
        sources += [(known[host], _same) for host in hosts]
        for source, evaluated in sources:
            try:
                found = evaluated(source[name])
            except AnsibleError:
                continue
            # What is undefined: its text with ansible-core 2.18, else an object of Jinja.
            if (found is None or isinstance(found, VALUES)) and "{{" not in str(found):
                yield found


def _same(value: object) -> object:
    return value
