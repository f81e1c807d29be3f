# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks rewritten on a disk: what is changed, what stays, and what is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.conversion.playbooks import Disk, parsed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.conversion.file import File
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.conversion.modules import MODULES, ONLY_THEIRS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.conversion.nodes import edited
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotFound, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.conversion.convert import (
    Result,
    convert,
    told,
)


def converted(folder: Path, text: str, name: str = "play.yml") -> tuple[str, Result]:
    """A file after the conversion. A second run changes nothing and finds nothing else."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    foretold = convert(Disk([str(folder)]), check_mode=True)
    assert file.read_bytes() == text.encode()
    result = convert(Disk([str(folder)]), check_mode=False)
    assert foretold.changes == result.changes
    assert convert(Disk([str(folder)]), check_mode=False).changes == []
    return file.read_bytes().decode(), result


def codes(result: Result) -> list[str]:
    return [each.code for each in result.findings]


PLAY = """\
---
# A comment, and trailing blanks:{blanks}
- hosts: localhost
  collections: [ngine_io.cloudstack]   # short names
  module_defaults:
    group/ngine_io.cloudstack.cloudstack:
      api_url:   "{{ url }}"  # the API
      api_key: 'k'

    # The zone's own:
    cs_zone: {dns1: 192.0.2.1}
  tasks:
  - cs_zone: name=east   network_type="Advanced"
  - name: "Hosts"
    ngine_io.cloudstack.host:
        name:   kvm1
        zone: east
        host_tags: [ b,  a ]   # in any order
    register: host
  - block:
      - action: ngine_io.cloudstack.cs_pod name=p1 zone=east
      - local_action: {module: cs_cluster, name: c1, zone: east}
    rescue:
      - zone_info:
    when: wanted
""".replace("{blanks}", "   ")


def test_names_are_changed_where_they_stand_and_nothing_else(tmp_path: Path) -> None:
    after, result = converted(tmp_path, PLAY)
    assert after == (
        PLAY.replace("[ngine_io.cloudstack]", "[hostcraft.cloudstack]")
        .replace("group/ngine_io.cloudstack.cloudstack", "group/hostcraft.cloudstack.cloudstack")
        .replace(" cs_zone: {", " hostcraft.cloudstack.cs_zone: {")
        .replace("- cs_zone: name", "- hostcraft.cloudstack.cs_zone: name")
        .replace("ngine_io.cloudstack.host:", "hostcraft.cloudstack.cs_host:")
        .replace("ngine_io.cloudstack.cs_pod", "hostcraft.cloudstack.cs_pod")
        .replace("module: cs_cluster", "module: hostcraft.cloudstack.cs_cluster")
        .replace("- zone_info:", "- hostcraft.cloudstack.cs_zone_info:")
    )
    assert codes(result) == []
    assert [(each["line"], each["module"]) for each in told(result)] == [
        (13, "cs_zone"),
        (15, "cs_host"),
        (15, "cs_host"),
        (22, "cs_cluster"),
    ]


def test_what_has_no_counterpart_stays_with_all_that_it_needs(tmp_path: Path) -> None:
    text = """\
- hosts: localhost
  collections: [ngine_io.cloudstack]
  module_defaults:
    group/ngine_io.cloudstack.cloudstack:
      api_url: &url http://cloud/client/api
    cs_zone:
      dns1: 192.0.2.1   # ours
  tasks:
    - cs_instance: {name: vm1}
    - cs_zone: {name: east}
    - cs_network: {name: n, state: restarted}
    - cs_network: {name: n, clean_up: true}
    - cs_vpc: "{{ options }}"
    - cs_pod: {name: p}
      args: "{{ more }}"
"""
    after, result = converted(tmp_path, text)
    assert after == text.replace("- cs_zone:", "- hostcraft.cloudstack.cs_zone:").replace(
        "    cs_zone:\n", "    hostcraft.cloudstack.cs_zone:\n"
    )
    assert [(each.code, each.facts["line"]) for each in result.findings] == [
        ("conversion_no_module", 9),
        ("conversion_option", 11),
        ("conversion_option", 12),
        ("conversion_templated", 13),
        ("conversion_templated", 14),
        ("conversion_defaults", 4),
        ("conversion_collections", 2),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_defaults_in_use_on_both_sides_stand_twice(tmp_path: Path, newline: str) -> None:
    text = """\
- hosts: localhost
  vars: &creds {api_key: k}
  module_defaults:
    group/cs: *creds
    group/ngine_io.cloudstack.cloudstack:
      api_url: http://cloud/client/api   # once

  tasks:
    - cs_zone: {name: east}
    - cs_account: {name: a}
""".replace("\n", newline)
    after, result = converted(tmp_path, text)
    play = yaml.safe_load(after)[0]
    assert play["module_defaults"] == {
        "group/cs": {"api_key": "k"},
        "group/hostcraft.cloudstack.cloudstack": {"api_key": "k"},
        "group/ngine_io.cloudstack.cloudstack": {"api_url": "http://cloud/client/api"},
    }
    assert after.count(newline) == after.count("\n") == text.count("\n") + 1
    assert [(each.code, each.facts["line"]) for each in result.findings if each.severity == "note"] == [
        ("conversion_defaults", 5),
    ]


def test_values_and_options_of_other_names_are_changed(tmp_path: Path) -> None:
    text = """\
- ngine_io.cloudstack.network: {name: n, acl_type: account, zone: "{{ z }}"}
- ngine_io.cloudstack.network_offering:
    name: o
    zone: [a]
    'domain': [b]
- cs_service_offering: name=x domain=d
- cs_network: {name: n, state: "{{ state }}"}
- cs_network_offering: &shared {name: o, zone: [a]}
- cs_network_offering: *shared
"""
    after, result = converted(tmp_path, text)
    assert yaml.safe_load(after)[:2] == [
        {"hostcraft.cloudstack.cs_network": {"name": "n", "acl_type": "Account", "zone": "{{ z }}"}},
        {"hostcraft.cloudstack.cs_network_offering": {"name": "o", "zones": ["a"], "domains": ["b"]}},
    ]
    assert after.splitlines()[5] == text.splitlines()[5]
    assert after.splitlines()[7:] == text.splitlines()[7:]
    assert codes(result) == ["conversion_form", "conversion_value", "conversion_shared", "conversion_shared"]


def test_options_of_args_below_those_of_the_module_are_renamed_too(tmp_path: Path) -> None:
    """Ansible hands all of them to the module; of one in both places that of the module counts."""
    text = """\
- cs_disk_offering:
    name: x
    domain: ROOT
  args:
    domain: other
- cs_network: {name: n, acl_type: account}
  args: {acl_type: "{{ kind }}"}
- cs_network_offering: {name: o, zone: [a], zones: [b]}
- cs_network_offering: {name: o, zone: [a]}
  args: {zones: [b]}
- cs_disk_offering: name=x domain=d
  args: {domain: e}
"""
    after, result = converted(tmp_path, text)
    assert yaml.safe_load(after)[:2] == [
        {"hostcraft.cloudstack.cs_disk_offering": {"name": "x", "domains": "ROOT"}, "args": {"domains": "other"}},
        {
            "hostcraft.cloudstack.cs_network": {"name": "n", "acl_type": "Account"},
            "args": {"acl_type": "{{ kind }}"},
        },
    ]
    assert after.splitlines()[7:] == text.splitlines()[7:]
    assert [(each.code, each.facts["line"]) for each in result.findings] == [
        ("conversion_option", 8),
        ("conversion_option", 9),
        ("conversion_form", 11),
    ]
    assert "its name in this collection is zones, which the task has too" in result.findings[0].evidence


def test_a_default_of_another_name_below_an_option_of_the_task_is_told(tmp_path: Path) -> None:
    text = """\
- hosts: localhost
  module_defaults:
    cs_disk_offering: {domain: ROOT}
  tasks:
    - cs_disk_offering: {name: x, domain: other}
"""
    after, result = converted(tmp_path, text)
    assert after == text
    assert codes(result) == ["conversion_form"]


@pytest.mark.parametrize("listed", ["ngine_io.cloudstack", "'ngine_io.cloudstack'", "[ngine_io.cloudstack]"])
def test_one_collection_is_a_list_of_one(tmp_path: Path, listed: str) -> None:
    text = f"- hosts: a\n  collections: {listed}\n  tasks:\n    - zone: {{name: east}}\n"
    after, result = converted(tmp_path, text)
    assert after == text.replace("ngine_io.cloudstack", "hostcraft.cloudstack").replace(
        "- zone:", "- hostcraft.cloudstack.cs_zone:"
    )
    assert codes(result) == []


def test_choices_are_spelled_as_here(tmp_path: Path) -> None:
    """Where theirs hands any text to the server, in which the case of letters does not matter."""
    text = """\
- cs_host: {name: h, hypervisor: kvm}
- cs_cluster:
    name: c
    hypervisor: 'vmware'   # vSphere
- cs_host: {name: h, hypervisor: "{{ kind }}"}
- cs_cluster: {name: c, hypervisor: KVM}
- cs_network_offering: {name: o, traffic_type: GUEST, availability: optional}
- local_action: cs_host name=h hypervisor=xenserver
- cs_host: {name: h, hypervisor: OVM}
- cs_network_offering: {name: o, traffic_type: Public}
"""
    after, result = converted(tmp_path, text)
    lines = text.replace("- cs_", "- hostcraft.cloudstack.cs_").replace(": kvm}", ": KVM}").replace("vmware", "VMware")
    lines = lines.replace("GUEST", "Guest").replace("optional}", "Optional}")
    assert after.splitlines()[:-3] == lines.splitlines()[:-3]
    assert after.splitlines()[-3:] == text.splitlines()[-3:]
    assert codes(result) == ["conversion_form", "conversion_option", "conversion_option"]
    assert "OVM is not one of KVM, XenServer" in result.findings[1].evidence


def test_short_names_follow_the_collections_of_play_and_role(tmp_path: Path) -> None:
    text = "- zone: {name: east}\n- cs_zone: {name: east}\n- host: {name: h}\n"
    alone, _result = converted(tmp_path, text, "tasks.yml")
    assert alone == text.replace("cs_zone", "hostcraft.cloudstack.cs_zone")
    (tmp_path / "roles/cloud/meta").mkdir(parents=True)
    (tmp_path / "roles/cloud/meta/main.yml").write_text("collections:\n  - ngine_io.cloudstack\n", encoding="utf-8")
    in_role, result = converted(tmp_path, text, "roles/cloud/tasks/main.yml")
    assert in_role == "".join(
        f"- hostcraft.cloudstack.cs_{name}\n"
        for name in ("zone: {name: east}", "zone: {name: east}", "host: {name: h}")
    )
    assert "conversion_mention" in codes(result)
    play = "- hosts: a\n  collections: [hostcraft.cloudstack, ngine_io.cloudstack]\n  tasks: [cs_zone: {name: x}]\n"
    assert converted(tmp_path, play, "ours.yml")[0] == play


def test_what_the_environment_says_is_told(tmp_path: Path) -> None:
    text = """\
- hosts: localhost
  environment:
    CLOUDSTACK_ENDPOINT: http://cloud/client/api
    CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY: "true"
    CLOUDSTACK_ZONE: east
  tasks: []
"""
    after, result = converted(tmp_path, text)
    assert after == text
    assert [(each.code, each.facts["line"]) for each in result.findings] == [
        ("conversion_environment", 4),
        ("conversion_environment", 5),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("$ANSIBLE_VAULT;1.1;AES256\n33\n", "conversion_unreadable"),
        ("- {unclosed\n", "conversion_unreadable"),
        ("- &a [*a]\n", "conversion_unreadable"),
        ("a: " + "[" * 500, "conversion_unreadable"),
        ("plugin: ngine_io.cloudstack.instance\n", "conversion_mention"),
        ("- action: |\n    cs_zone name=x\n", "conversion_form"),
        ("- debug: msg={{ lookup('ngine_io.cloudstack.api', 'listZones') }}\n", "conversion_mention"),
    ],
)
def test_what_is_not_rewritten_is_told(tmp_path: Path, text: str, code: str) -> None:
    after, result = converted(tmp_path, text)
    assert after == text
    assert code in codes(result)


def test_files_outside_the_paths_are_never_touched(tmp_path: Path) -> None:
    text = "- cs_zone: {name: x}\n"
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    for file in (outside / "a.yml", inside / "b.yml", inside / ".git/c.yml", inside / "ansible_collections/x/d.yml"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (inside / "link.yml").symlink_to(outside / "a.yml")
    (inside / "folder").symlink_to(outside)
    os.link(inside / "b.yml", outside / "hard.yml")
    (inside / "b.yml").chmod(0o640)
    result = convert(Disk([str(inside)]), check_mode=False)
    assert [change.path for change in result.changes] == [str(inside / "b.yml")]
    assert (inside / "b.yml").stat().st_mode & 0o777 == 0o640
    unchanged = ("outside/a.yml", "outside/hard.yml", "inside/.git/c.yml", "inside/ansible_collections/x/d.yml")
    assert {(tmp_path / name).read_text(encoding="utf-8") for name in unchanged} == {text}
    assert sorted(Path(str(each.facts["file"])).name for each in result.findings) == [
        "ansible_collections",
        "folder",
        "link.yml",
    ]
    with pytest.raises(NotFound):
        Disk([str(tmp_path / "absent")])


class Racing(Disk):
    """Another program writes after the decision."""

    reads = 0

    def read(self, path: str) -> str:
        self.reads += 1
        return "- other: {}\n" if self.reads > 1 else super().read(path)


def test_a_file_that_changes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("- cs_zone: {name: x}\n", encoding="utf-8")
    with pytest.raises(Refused, match="another program"):
        convert(Racing([str(file)]), check_mode=False)
    assert file.read_text(encoding="utf-8") == "- cs_zone: {name: x}\n"


SAME = sorted(name for name, module in MODULES.items() if not module.changes())
MODULE_NAMES = st.one_of(
    st.sampled_from([f"{lead}{name}" for name in SAME for lead in ("cs_", "ngine_io.cloudstack.")]),
    st.sampled_from([f"ngine_io.cloudstack.{name}" for name in sorted(ONLY_THEIRS)]),
    st.sampled_from(["ansible.builtin.ping", "zone", "hostcraft.cloudstack.cs_zone", "cs_zone_of_mine"]),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    ["ngine_io.cloudstack.zone", "cs_zone: x", "a\nb\n", "# no", "{{ x }}", "é😀"]
)
TASKS = st.lists(
    st.tuples(TEXTS, MODULE_NAMES, st.dictionaries(st.sampled_from(["name", "zone", "vlan"]), TEXTS, max_size=3)),
    min_size=1,
    max_size=4,
)


def same_by_meaning(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def key(name: str) -> str:
        short = name.removeprefix("ngine_io.cloudstack.").removeprefix("cs_")
        theirs = name.startswith("ngine_io.cloudstack.") or name.startswith("cs_")
        return f"hostcraft.cloudstack.cs_{short}" if theirs and short in SAME else name

    return [{key(name): value for name, value in task.items()} for task in tasks]


@settings(max_examples=40)
@given(TASKS, st.sampled_from([None, '"', "'", "|"]), st.booleans(), st.integers(2, 6), st.integers(20, 200))
def test_only_names_change_whatever_the_form(
    given_tasks: list[tuple[str, str, Mapping[str, str]]], style: str, flow: bool, indent: int, width: int
) -> None:
    tasks = [{"name": name, module: options} for name, module, options in given_tasks]
    text = yaml.safe_dump(
        tasks, default_style=style, default_flow_style=flow, indent=indent, width=width, allow_unicode=True
    )
    after = edited(text, File("a.yml", text, parsed(text)).conversion().edits)
    assert yaml.safe_load(after) == same_by_meaning(tasks)
