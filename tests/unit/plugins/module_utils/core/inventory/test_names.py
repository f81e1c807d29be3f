# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts and groups: valid, different, and never those of another thing."""

from __future__ import annotations

import re

import pytest
from ansible.inventory.data import InventoryData
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.names import (
    connects,
    fits_host,
    host_choices,
    slug,
    told_apart,
)

ID = "0f1e2d3c-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "localhost",
            "LOCALHOST",
            "localhost.localdomain",
            "localhost6",
            "ip6-localhost",
            "ip6-loopback",
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
        ),
        *("kvm1.localhost", "KVM1.LocalHost.", "loopback"),
        *("0.0.0.0", "::", "224.0.0.1", "127.1", "0x7f.1", "all", "All", "ungrouped", "", " ", "-i", "kvm[1:3]"),
        *("{{ lookup('pipe', 'id') }}", "a b", "a,b", "a:b", "!kvm", "&kvm", "~kvm", "../etc", "a/b", "kvm\n1"),
        *("k\u202evm", "fe80::1%eth0", "\ud800", "кvm", "a" * 64, ".".join(["a" * 60] * 5), "*", "@kvm"),
    ],
)
def test_what_is_no_name_of_a_host_is_replaced_by_the_id(name: str) -> None:
    assert not fits_host(name)
    assert host_choices(name, ID) == (ID,)


@pytest.mark.parametrize("name", ["kvm01", "KVM01.example.net", "10.0.0.7", "2001:db8::7", "r-43-VM", "a_b", "host."])
def test_names_and_addresses_stay(name: str) -> None:
    assert fits_host(name)
    assert host_choices(name, ID)[0] == name


@given(st.text(), st.text())
def test_choices_are_names_that_ansible_accepts_as_they_are(name: str, id: str) -> None:
    for choice in host_choices(name, id):
        assert fits_host(choice)
        data = InventoryData()
        assert data.add_host(choice) == choice
        assert not re.search(r"[\s{}\[\],!&~*/%]", choice)


@given(st.text())
def test_a_loopback_address_never_connects(address: str) -> None:
    assert not connects(f"127.{address}")


@given(st.text())
def test_a_slug_is_a_part_of_an_identifier(value: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]*", slug(value))
    assert len(slug(value)) < 120


NAMES = st.sampled_from(["a", "A", "b", "c", "a_1", "A_1", "b_1"])


@given(
    st.dictionaries(st.integers(0, 8), st.lists(NAMES, max_size=3)),
    st.sets(NAMES, max_size=2),
)
def test_no_two_have_a_name_in_common(choices: dict[int, list[str]], taken: set[str]) -> None:
    found = told_apart(choices, taken)
    names = [name.casefold() for name in found.values()]
    assert len(set(names)) == len(names)
    assert not set(names) & {name.casefold() for name in taken}
    for key, name in found.items():
        assert name in choices[key]
        # Nobody else wanted it at first.
        firsts = [each[0].casefold() for other, each in choices.items() if each and other != key]
        assert name.casefold() not in firsts


def test_of_two_of_one_name_neither_has_it() -> None:
    assert told_apart({1: ["kvm1", "kvm1_a"], 2: ["KVM1", "kvm1_b"], 3: ["kvm2"]}) == {
        1: "kvm1_a",
        2: "kvm1_b",
        3: "kvm2",
    }


def test_what_has_no_name_left_is_left_out() -> None:
    assert told_apart({1: ["x"], 2: ["x"], 3: [], 4: ["y"]}) == {4: "y"}
