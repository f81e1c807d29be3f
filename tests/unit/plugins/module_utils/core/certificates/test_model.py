# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that a certificate is for."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import Certificate


@pytest.mark.parametrize(
    ("offered", "asked", "fits"),
    [
        ("*.console.example.net", "192-0-2-1.console.example.net", True),
        ("*.console.example.net", "CONSOLE.example.net", False),
        ("*.console.example.net", "a.b.console.example.net", False),
        ("*.net", "example.net", False),
        ("*", "example", False),
        ("Console.Example.net", "console.example.NET.", True),
        ("console.example.net", "other.example.net", False),
        ("", "", False),
    ],
)
def test_a_wildcard_stands_for_one_label(offered: str, asked: str, fits: bool) -> None:
    assert Certificate("", "", 0, 1, names=(offered,)).covers(asked) is fits


def test_the_common_name_counts_only_alone() -> None:
    assert Certificate("", "", 0, 1, common_name="kvm1").covers("kvm1")
    assert not Certificate("", "", 0, 1, common_name="kvm1", names=("kvm2",)).covers("kvm1")
    assert not Certificate("", "", 0, 1, common_name="192.0.2.1").covers("192.0.2.1")


def test_an_address_is_compared_as_an_address() -> None:
    held = Certificate("", "", 0, 1, addresses=("2001:db8::1",))
    assert held.covers("2001:0db8:0::1")
    assert not held.covers("2001:db8::2")
