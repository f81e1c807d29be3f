# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose certificates were read: hosts call themselves by name, by the first part of it, or by address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.addresses import is_address
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.check import Sighting
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host, same_host_name
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.certificates.info import of_hosts

NAMES = st.sampled_from(["a", "A", "b", "a.x", "a.y", "b.x", "A.X", "192.0.2.1", "192.0.2.2", "", "a.x.y"])


def owner(name: str, hosts: list[Host]) -> str:
    return of_hosts([Sighting(name, "agent", "cloud.crt")], hosts)[0].host


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("kvm1", "kvm1.example.net"),
        ("KVM1.example.net", "kvm1.example.net"),
        ("192.0.2.2", "kvm2"),
        ("kvm2.example.net", "kvm2"),
        ("kvm1.example.org", "kvm1.example.org"),
        ("192.0.2.9", "192.0.2.9"),
        ("kvm", "kvm"),
        ("", ""),
    ],
)
def test_a_host_is_found_by_what_it_calls_itself(name: str, wanted: str) -> None:
    hosts = [Host("1", "kvm1.example.net", ip_address="192.0.2.1"), Host("2", "kvm2", ip_address="192.0.2.2")]
    assert owner(name, hosts) == wanted


@given(NAMES, st.lists(st.tuples(NAMES, NAMES), max_size=5))
def test_whoever_is_found_has_that_name_and_nobody_else_would_do(name: str, given_hosts: list[tuple[str, str]]) -> None:
    hosts = [Host(str(at), one, ip_address=address) for at, (one, address) in enumerate(given_hosts)]
    fitting = [
        host.name
        for host in hosts
        if name == host.ip_address or (not is_address(name) and same_host_name(name, host.name))
    ]
    assert owner(name, hosts) in (fitting or [name])
