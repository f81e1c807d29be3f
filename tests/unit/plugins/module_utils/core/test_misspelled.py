# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables that an operator meant otherwise, and those that are the operator's own."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.misspelled import (
    Offered,
    booleans_in,
    misspelled,
    options_of,
    read_by,
)

OFFERED = Offered(
    ("roll", "agents"),
    frozenset({"roll_max_parallel", "roll_zone", "roll_hosts", "agents_version", "agents_host", "agents"}),
)
WHOLE = Offered(("roll", "agents", "backup"), OFFERED.names | {"backup_path", "backup_zone"})
INTERNAL = {"roll_plans", "roll_zones", "zone", "max_parallel"}


def found(
    seen: Collection[str] = (),
    extra: Collection[str] = (),
    typed: Collection[str] = (),
    used: Collection[str] = (),
) -> list[str]:
    sentences = misspelled(
        OFFERED,
        lambda: WHOLE,
        INTERNAL.__contains__,
        {*seen, *extra, *typed},
        {*extra, *typed},
        typed,
        lambda name: name in used,
    )
    return [sentence.split()[0] + " " + sentence.rstrip(".").split()[-1] for sentence in sentences]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("roll_max_paralel", "roll_max_parallel"),
        ("roll_hsots", "roll_hosts"),
        ("agents_hots", "agents_host"),
        ("agents_versoin", "agents_version"),
    ],
)
def test_nearly_a_variable_is_found_wherever_it_is_set(name: str, meant: str) -> None:
    assert found(seen=[name]) == found(extra=[name]) == found(typed=[name]) == [f"{name} {meant}"]


# Nothing like an offered one; more than two letters; another letter of a short word, which is another word.
@pytest.mark.parametrize(
    "name", ["roll_root_password", "roll_note", "agents_repository", "roll_mix_barallels", "roll_zona", "agents_post"]
)
def test_an_operator_may_have_names_that_begin_alike(name: str) -> None:
    assert found(seen=[name]) == found(extra=[name]) == found(typed=[name]) == []


@pytest.mark.parametrize("name", ["roll_host", "agents_hosts", "agents_versions", "roll_max_parallels"])
def test_singular_and_plural_are_two_names_unless_they_are_typed(name: str) -> None:
    assert found(seen=[name]) == found(extra=[name]) == []
    assert [each.split()[0] for each in found(typed=[name])] == [name]


def test_other_digits_are_another_name() -> None:
    offered = Offered(("net",), frozenset({"net_address4"}))
    for name, wrong in (("net_address6", 0), ("net_adress4", 1)):
        assert len(misspelled(offered, lambda: offered, lambda _: False, {name}, {name}, (), lambda _: False)) == wrong


@pytest.mark.parametrize("name", ["backup_path", "backup_zone", "backup_pathe", "backup_zones"])
def test_another_part_of_the_collection_has_names_of_its_own(name: str) -> None:
    assert found(seen=[name]) == found(extra=[name]) == found(typed=[name]) == []


def test_what_a_role_sets_itself_is_no_mistake() -> None:
    assert found(seen=["roll_plans", "roll_zones"], extra=["roll_plans", "roll_zones"], typed=["roll_plans"]) == []


def test_what_a_role_sets_itself_is_not_typed_for_what_it_offers() -> None:
    assert found(typed=["roll_zones"]) == ["roll_zones roll_zone"]


def test_a_misspelled_prefix_is_found_in_extra_variables_alone() -> None:
    assert found(extra=["rol_max_parallel"]) == ["rol_max_parallel roll_max_parallel"]
    assert found(seen=["rol_max_parallel"]) == []


@pytest.mark.parametrize("name", ["max_parallel", "max_paralel", "zone", "versions"])
def test_a_prefix_may_only_be_missing_from_what_is_typed(name: str) -> None:
    assert [each.split()[0] for each in found(typed=[name])] == [name]
    assert found(extra=[name]) == found(seen=[name]) == []


def test_what_another_variable_reads_is_the_operators() -> None:
    assert found(typed=["zone"], used=["zone"]) == found(seen=["roll_host"], used=["roll_host"]) == []


def test_other_extra_variables_are_the_operators() -> None:
    assert found(typed=["kernel", "ansible_user", "site_color"]) == []


def test_right_names() -> None:
    assert found(seen=OFFERED.names, extra=OFFERED.names, typed=OFFERED.names) == []


def test_options_of_a_role() -> None:
    spec = "argument_specs:\n  main:\n    options:\n      a_one:\n        type: str\n      a_two: {}\n"
    assert options_of(spec) == {"a_one", "a_two"}


def test_variables_of_a_playbook_are_what_it_reads() -> None:
    text = """
# back_comment tells about back_more
- hosts: "{{ back | default('kvm', true) }}"
  tags: [back_tag]
  vars:
    back_own: "{{ back_given }}"
    back_version: "{{ other }}"
  tasks:
    - include_tasks: tasks/back_file.yml
      register: back_seen
      when: back_seen is changed and back_version | default('') != ''
      vars: {back_inner: 1, x: "{{ back_inner }}"}
"""
    assert read_by(text, "back") == {"back", "back_given", "back_version"}


def test_booleans_of_a_specification() -> None:
    spec = """
argument_specs:
  main:
    options:
      zone_prune:
        description: Remove.
        type: bool
        default: false
      zone_hosts:
        type: list
        elements: dict
        options:
          up:
            type: bool
      zone_wait:
        # A note.
        type: bool
"""
    assert booleans_in(spec) == {"zone_prune", "zone_wait"}
