# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are declared, read from a real inventory: as Ansible's own templates give them, with few templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars import clean
from ansible.vars import manager as variables_of_ansible
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.hostcraft.cloudstack.plugins.filter.zone import declared_hosts

HOSTS = """
cloudstack_hosts:
  vars:
    cloudstack_cluster: c1
    cloudstack_username: "{{ user }}"
    cloudstack_annotation: "{{ note | default('none') }}"
    user: "{{ vault_user }}"
    vault_user: root
  hosts:
    plain: {ansible_host: 10.0.0.1, cloudstack_host_tags: [ssd, gpu]}
    inner: {cloudstack_host_tags: ["{{ tag }}", ssd], tag: gpu, cloudstack_annotation: 7}
    named: {cloudstack_name: "{{ inventory_hostname }}.net", cloudstack_url: "{{ link }}", link: "http://{{ user }}"}
    unsafe: {cloudstack_annotation: !unsafe "{{ lookup('pipe', 'touch /tmp/planted') }}",
      cloudstack_username: "{{ evil }}", evil: !unsafe "{{ user }}"}
    texts: {cloudstack_annotation: "{{ list }}", list: "[1, 2]", cloudstack_username: "{{ number }}", number: "5"}
    deep: {cloudstack_username: "{{ a }}", a: "{{ b }}", b: "{{ c }}", c: "{{ d }}", d: "{{ e }}", e: "end"}
    numbers: {cloudstack_oobm: {port: 623, address: "{{ ansible_host }}", password: x}, ansible_host: 10.0.0.7,
      cloudstack_is_tag_a_rule: true, cloudstack_username: null}
    raws: {cloudstack_annotation: "{% raw %}{ user }{% endraw %}", cloudstack_name: "{#comment#}x"}
"""


class Counted(HostVars):
    """Counts how often Ansible evaluates."""

    evaluated = 0

    def __getitem__(self, key: str) -> Any:
        self.evaluated += 1
        return super().__getitem__(key)


def variables(tmp_path: Path, text: str) -> Counted:
    (tmp_path / "hosts.yml").write_text(text, encoding="utf-8")
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(tmp_path / "hosts.yml")])
    return Counted(inventory, VariableManager(loader=loader, inventory=inventory), loader)


def names(found: Counted) -> list[str]:
    return [host.name for host in found._inventory.get_hosts("cloudstack_hosts")]


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def test_the_values_are_those_of_ansibles_templates(tmp_path: Path) -> None:
    found = variables(tmp_path, HOSTS)
    wanted = names(found)
    assert len(wanted) == 8
    by_ansible = {name: found[name] for name in wanted}
    assert plain(declared_hosts(found, wanted)) == plain(declared_hosts(by_ansible, wanted))
    (unsafe,) = [each for each in declared_hosts(found, wanted) if each["name"] == "unsafe"]
    assert (unsafe["username"], unsafe["annotation"][:9]) == ("{{ user }}", "{{ lookup")


def test_what_needs_no_template_gets_none(tmp_path: Path) -> None:
    text = "\n".join(line for line in HOSTS.splitlines() if "default(" not in line)
    found = variables(tmp_path, text)
    assert [each["username"] for each in declared_hosts(found, ["plain"])] == ["root"]
    assert found.evaluated == 0
    declared_hosts(found, ["named"])
    assert found.evaluated == 1


def test_a_variable_that_is_undefined_is_an_error(tmp_path: Path) -> None:
    found = variables(tmp_path, HOSTS.replace("vault_user: root", "other: root"))
    with pytest.raises(Exception, match="undefined"):
        plain(declared_hosts(found, ["plain"]))


NESTED = """
all: {vars: {cloudstack_username: all}}
cloudstack_hosts:
  children:
    g1:
      vars: {cloudstack_cluster: g1}
      hosts: {one: , two: {cloudstack_username: two}}
      children: {inner: {vars: {cloudstack_cluster: inner}, hosts: {three: }}}
    g2: {hosts: {one: , four: }}
"""


def test_groups_that_are_read_once_are_those_of_each_host(tmp_path: Path) -> None:
    """Variables in files of groups and hosts, nested groups, hosts of several groups, and facts."""
    files = {
        "group_vars/all.yml": "cloudstack_url: p0",
        "group_vars/g2.yml": "cloudstack_cluster: g2",
        "group_vars/inner.yml": "cloudstack_url: p1",
        "host_vars/four.yml": "cloudstack_url: p4",
        "host_vars/three.yml": "cloudstack_annotation: three",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = variables(tmp_path, NESTED)
    manager = found._variable_manager
    manager.set_host_facts("one", {"ansible_connection": "x", "cloudstack_annotation": "a fact"})
    manager.set_nonpersistent_facts("two", {"cloudstack_url": "p2"})
    wanted = names(found)
    readers = vars(variables_of_ansible)["get_vars_from_path"], clean.connection_loader
    one, two, three, four = (plain(each) for each in declared_hosts(found, ["one", "two", "three", "four"]))
    assert [each["cluster"] for each in (one, two, three, four)] == ["g2", "g1", "inner", "g2"]
    assert [each["url"] for each in (one, two, three, four)] == ["p0", "p2", "p1", "p4"]
    assert [each["username"] for each in (one, two, three, four)] == ["all", "two", "all", "all"]
    assert (one["annotation"], three["annotation"]) == ("a fact", "three")
    # What Ansible reads with is its own again.
    assert readers == (vars(variables_of_ansible)["get_vars_from_path"], clean.connection_loader)
    by_ansible = {name: found[name] for name in wanted}
    assert plain(declared_hosts(found, wanted)) == plain(declared_hosts(by_ansible, wanted))
