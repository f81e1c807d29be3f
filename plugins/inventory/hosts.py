# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: hosts
short_description: Inventory of the hosts of Apache CloudStack
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
description:
  - Reads hypervisors, system VMs, routers and management servers from CloudStack, with one listing for each kind.
  - The name of the file must end in C(cloudstack_hosts.yml) or C(cloudstack_hosts.yaml).
  - All groups and variables of a host begin with C(acs_). The only other variable is C(ansible_host). It is set for
    hypervisors and management servers whose address is that of another machine.
  - "Groups are made for each kind (C(acs_hypervisors), C(acs_system_vms), C(acs_console_proxies),
    C(acs_secondary_storage_vms), C(acs_routers), C(acs_management_servers)), zone (C(acs_zone_NAME)), pod
    (C(acs_pod_NAME)), cluster (C(acs_cluster_NAME)), hypervisor (C(acs_hypervisor_kvm)), state (C(acs_state_up)),
    resource state (C(acs_resource_state_enabled)), version (C(acs_version_4_22_0_0)) and host tag (C(acs_tag_NAME)).
    Clusters are children of their pods, and pods of their zones."
  - "Names of groups are in lower case. Every character other than an ASCII letter or a digit is replaced by C(_). If
    two zones, pods, clusters, states or tags would have the same group, all of them get longer names. Pods and clusters
    get the names of their zone and pod, everything else gets some characters of a hash. A warning names them."
extends_documentation_fragment:
  - constructed
  - inventory_cache
  - hostcraft.cloudstack.cloudstack.connection
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.cluster
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [hostcraft.cloudstack.hosts]
  kinds:
    description: What to read. Management servers belong to no zone. They are read regardless of O(zone).
    type: list
    elements: str
    choices: [hypervisor, system_vm, router, management_server]
    default: [hypervisor, system_vm, router, management_server]
  hypervisor:
    description: Only hosts with this hypervisor, such as V(KVM).
    type: str
  state:
    description: Only hosts in this state, such as V(Up) or V(Disconnected).
    type: str
  resource_state:
    description: Only hosts in this resource state, such as V(Enabled) or V(Maintenance).
    type: str
notes:
  - Names and texts of the server are data. Ansible never evaluates them as templates or expressions, not even in
    C(when). Two kinds of texts are marked as unsafe. The first are names that tenants choose, of networks, VPCs,
    accounts, domains and projects. The second are texts with characters other than ASCII letters, digits and
    C(_.:/+,-).
  - A name that is not a host name, or that is C(localhost) or the name of a group of Ansible, is replaced by the id of
    the host. Hosts with the same name all get the first eight characters of their ids. A warning names them.
  - C(acs_host_address) is the host of a system VM or router. It is set only if it is a host name or address of another
    machine, and is therefore safe in options of ssh. C(acs_host) is the text of the server.
  - Options of type string may contain templates, such as C({{ lookup("ansible.builtin.env", "NAME") }}), and vaulted
    values.
"""

EXAMPLES = r"""
# zurich.cloudstack_hosts.yml: all hosts of a zone
plugin: hostcraft.cloudstack.hosts
zone: zurich
---
# kvm.cloudstack_hosts.yml: KVM hosts that are enabled, with groups of your own, read once an hour
plugin: hostcraft.cloudstack.hosts
kinds: [hypervisor]
hypervisor: KVM
resource_state: Enabled
strict: true
compose:
  ansible_user: "'root'"
  memory_gib: acs_memory_total // 1024 ** 3
groups:
  full: acs_memory_allocated > acs_memory_with_overprovisioning * 0.9
keyed_groups:
  - key: acs_hypervisor_version
    prefix: kvm
    default_value: unknown
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: /var/cache/ansible
cache_timeout: 3600
"""

import typing as t

import ansible.template
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.build import (
    Entry,
    Inventory,
    build,
    variables,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.names import is_word, tenants
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.inventory import (
    SPEC,
    Question,
    Trouble,
    kept,
    question,
    read,
    refuse_unknown,
    remembered,
)

ENDINGS = ("cloudstack_hosts.yml", "cloudstack_hosts.yaml")
# Since ansible-core 2.19 texts are templates only if they are trusted; before, unless they are marked as unsafe.
TRUST: t.Optional[t.Callable[[str], str]] = getattr(ansible.template, "trust_as_template", None)


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads the server's hosts, or the cache, and tells them to Ansible."""

    NAME = "hostcraft.cloudstack.hosts"

    @staticmethod
    def _sanitize_group_name(name: t.Any) -> str:
        """Of groups that keyed_groups and groups make, whatever Ansible is configured to do about invalid names."""
        return "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in str(name))

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            refuse_unknown(config, self.option_definitions)
            asked = question({name: self._given(name) for name in SPEC})
            self._fill(build(self._entries(asked, path, cache)))
        except Trouble as error:
            raise AnsibleParserError(f"{path}: {error.message}") from None

    def _given(self, name: str) -> t.Any:
        """An option, its templates replaced."""
        value = self.get_option(name)
        if not isinstance(value, str):
            return value
        if TRUST is None:
            return self.templar.template(value, disable_lookups=False)
        return self.templar.template(value)

    def _entries(self, asked: Question, path: str, cache: bool) -> list[Entry]:
        self.load_cache_plugin()
        key = f"{self.get_cache_key(path)}_{asked.key}"
        keeps = self.get_option("cache")
        held = remembered(self._cache.get(key)) if keeps and cache else None
        if held is not None:
            return held
        found, warnings = read(asked)
        for warning in warnings:
            self.display.warning(warning)
        if keeps:
            self._cache[key] = kept(found)
        return found

    def _fill(self, found: Inventory) -> None:
        for warning in found.warnings:
            self.display.warning(warning)
        for group in found.groups:
            self.inventory.add_group(group)
        for group, children in found.children.items():
            for child in children:
                self.inventory.add_child(group, child)
        marked = Marked()
        for name, entry in found.hosts.items():
            self.inventory.add_host(name)
            for variable, value in variables(entry).items():
                self.inventory.set_variable(name, variable, marked(variable, value))
        for group, names in found.groups.items():
            for name in names:
                self.inventory.add_child(group, name)
        self._construct(found)

    def _construct(self, found: Inventory) -> None:
        """The features of ``constructed``; a host's groups count too, as ``group_names`` does in a play."""
        compose, groups, keyed = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
        if not (compose or groups or keyed):
            return
        strict = self.get_option("strict")
        for name in found.hosts:
            known = {**self.inventory.get_host(name).get_vars()}
            self._set_composite_vars(compose, known, name, strict=strict)
            known = {**self.inventory.get_host(name).get_vars()}
            self._add_host_to_composed_groups(groups, known, name, strict=strict, fetch_hostvars=False)
            self._add_host_to_keyed_groups(keyed, known, name, strict=strict, fetch_hostvars=False)


class Marked:
    """A value of the server as a variable: what could be more than a word is never a template or expression.

    ``when`` and ``that`` evaluate a trusted text without braces too, so what tenants choose is never trusted. Other
    words are trusted where that exists: AWX keeps what is not as an object, and not as a text.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def __call__(self, variable: str, value: t.Any) -> t.Any:
        return self._data(value) if tenants(variable) else self._value(value)

    def _value(self, value: t.Any) -> t.Any:
        if isinstance(value, str):
            if value not in self._texts:
                self._texts[value] = self._text(value)
            return self._texts[value]
        if isinstance(value, dict):
            return {key: self._value(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._value(each) for each in value]
        return value

    @staticmethod
    def _text(value: str) -> str:
        if not is_word(value):
            return t.cast("str", wrap_var(value))
        return value if TRUST is None else TRUST(value)

    @staticmethod
    def _data(value: t.Any) -> t.Any:
        return wrap_var(value)
