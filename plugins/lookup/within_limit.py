# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: within_limit
short_description: The host of a playbook's first play, if --limit leaves hosts for the others
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
description:
  - With C(--limit), Ansible skips a play that has no hosts left, also one on C(localhost), so that a playbook ends
    without an error and has done nothing. The playbooks of the collection have this lookup as the hosts of their first
    play. It fails if C(--limit) leaves a pattern without hosts.
  - Returns C(localhost) if there is no C(--limit) or the limit contains it, or else the first host of the first
    pattern. If no pattern matches a host of the inventory, it returns the first host of the limit, so that the playbook
    can report this.
options:
  _terms:
    description:
      - Patterns of hosts on which the playbook works. The limit must leave at least one host of each. Empty patterns,
        and patterns that match no host of the inventory, are not checked.
    type: list
    elements: str
    required: true
  whole:
    description: Whether C(--limit) must include all hosts of all patterns.
    type: bool
    default: false
  check:
    description: V(false) turns the check off. Set the variable as an extra variable.
    type: bool
    default: true
    vars:
      - name: hostcraft_cloudstack_check_limit
"""

EXAMPLES = r"""
- name: Show the group of a playbook that works on localhost
  hosts: "{{ query('hostcraft.cloudstack.within_limit', 'localhost') }}"
  gather_facts: false
  tasks:
    - name: Show the hosts
      ansible.builtin.debug:
        msg: "{{ groups['all'] }}"
"""

RETURN = r"""
_raw:
  description: One host.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase

OFF = "If this is intended, -e hostcraft_cloudstack_check_limit=false turns this check off."


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: t.Optional[t.Mapping[str, t.Any]] = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        given = variables or {}
        limit = str(given.get("ansible_limit") or "")
        if not limit:
            return ["localhost"]
        hosts = self._inventory(given.get("groups") or {})
        named = (term if isinstance(term, str) else ",".join(term) for term in terms)
        patterns = [pattern for pattern in named if pattern and hosts(pattern)]
        places = ["localhost", *patterns]
        if self.get_option("check"):
            self._check(hosts, patterns, limit)
            # None of the patterns matches: a task of the first play says so, if it has a host.
            places.append("all")
        kept = [name for pattern in places for name in hosts(pattern, limit)]
        return kept[:1] or ["localhost"]

    def _inventory(self, groups: t.Mapping[str, t.Sequence[str]]) -> t.Callable[..., list[str]]:
        manager = InventoryManager(self._loader, parse=False)
        for group, names in groups.items():
            manager.add_group(group)
            for name in names:
                manager.add_host(name, group=group)

        def hosts(pattern: str, limit: t.Optional[str] = None) -> list[str]:
            manager.subset(limit)
            return [host.name for host in manager.get_hosts(pattern)]

        return hosts

    def _check(self, hosts: t.Callable[..., list[str]], patterns: list[str], limit: str) -> None:
        whole = self.get_option("whole")
        without = {pattern: sorted(set(hosts(pattern)) - set(hosts(pattern, limit))) for pattern in patterns}
        if whole and any(without.values()):
            names = ", ".join(sorted({name for names in without.values() for name in names}))
            raise AnsibleLookupError(
                f"--limit {limit} leaves out {names}. This playbook always needs all of its hosts. Run it without "
                f"--limit. {OFF}"
            )
        for pattern, missing in without.items():
            if len(missing) == len(set(hosts(pattern))):
                raise AnsibleLookupError(_told(hosts, pattern, limit))


def _told(hosts: t.Callable[..., list[str]], pattern: str, limit: str) -> str:
    told = f"--limit {limit} leaves no host of '{pattern}', on which this playbook works."
    if pattern != "localhost":
        return f"{told} Limit it to hosts of this pattern, or run it without --limit. {OFF}"
    more = f"{limit}{':' if ':' in limit and ',' not in limit else ','}localhost"
    # a:!b,localhost and a:&b:localhost are something else.
    right = {*hosts("all", limit), "localhost"} == {*hosts("all", more), *hosts("localhost", more)}
    return f"{told} Run it without --limit{f', or with --limit {chr(39)}{more}{chr(39)}' if right else ''}. {OFF}"
