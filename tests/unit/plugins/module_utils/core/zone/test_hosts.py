# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host a declaration means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone import hosts
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host, HostName

KVM1 = Host("1", "kvm1.example.net", ip_address="192.0.2.11")
KVM2 = Host("2", "kvm2.example.net", ip_address="192.0.2.12")
ESX1 = Host("3", "esx1.example.net", ip_address="192.0.2.21")
SIM0 = Host("4", "SimulatedAgent.e2", ip_address="172.16.0.9")
GONE = Host("5", "kvm9.example.net", ip_address="192.0.2.19", removed="2026-01-01")
ALL = [KVM1, KVM2, ESX1, SIM0, GONE]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (HostName(id="2"), [KVM2]),
        # An id is an id: a name beside it is the name to give.
        (HostName(name="kvm1.example.net", id="2"), [KVM2]),
        (HostName(name="kvm1.example.net", id="77"), []),
        (HostName(name="kvm1.example.net"), [KVM1]),
        (HostName(name="KVM1.Example.NET"), [KVM1]),
        (HostName(name="kvm1"), [KVM1]),
        (HostName(name="kvm"), []),
        (HostName(name="192.0.2.12"), [KVM2]),
        (HostName(name="192.0.2.1"), []),
        (HostName(name="new-name", url="http://kvm2.example.net"), [KVM2]),
        (HostName(name="new-name", url="http://192.0.2.11"), [KVM1]),
        (HostName(name="new-name", url="kvm2"), [KVM2]),
        (HostName(name="new-name", url="http://vcenter.example.net/DC/cluster1/esx1.example.net"), [ESX1]),
        (HostName(name="new-name", url="http://vcenter.example.net/DC/cluster1/192.0.2.21"), [ESX1]),
        (HostName(name="new-name", url="http://vcenter.example.net/DC/DEV%2fQA/esx1.example.net"), [ESX1]),
        # The URL of a cluster, whose name holds a slash.
        (HostName(name="new-name", url="http://vcenter.example.net/DC/DEV%2fesx1.example.net"), []),
        # The name of the vCenter is no host's, even where a host bears it.
        (HostName(name="new-name", url="http://kvm1.example.net/DC/cluster1/esx9"), []),
        (HostName(name="h0", url="http://sim/c1/h0"), []),
        (HostName(name="kvm9.example.net"), []),
        (HostName(name="kvm9", id="5"), []),
        (HostName(name="kvm1.example.net", url="http://kvm2.example.net"), [KVM1]),
        (HostName(name="new-name", url="http://[broken"), []),
    ],
)
def test_a_declaration_means(wanted: HostName, expected: list[Host]) -> None:
    assert hosts.matching(ALL, wanted) == expected


def test_the_surest_way_wins() -> None:
    short, full, shouted = Host("1", "kvm1"), Host("2", "kvm1.example.net"), Host("3", "KVM1")
    assert hosts.matching([full, shouted, short], HostName("kvm1")) == [short]
    assert hosts.matching([full, shouted], HostName("kvm1")) == [shouted]
    assert hosts.matching([full], HostName("kvm1")) == [full]


def test_two_domains_of_one_short_name_are_both_found() -> None:
    here, there = Host("1", "kvm1.a.example"), Host("2", "kvm1.b.example")
    assert hosts.matching([here, there], HostName("kvm1")) == [here, there]


NAMES = st.sampled_from(["", "kvm1", "KVM1", "kvm1.a", "kvm1.A", "Kvm1.b.c", ".a", "192.0.2.1", "a", "\u00df", "SS"])


@given(st.lists(st.tuples(NAMES, NAMES, st.booleans()), max_size=8), NAMES, NAMES)
def test_an_index_finds_what_a_comparison_with_each_host_finds(
    rows: list[tuple[str, str, bool]], name: str, url: str
) -> None:
    held = [
        Host(str(n), its, ip_address=address or None, removed="2026-01-01" if gone else None)
        for n, (its, address, gone) in enumerate(rows)
    ]
    present = [host for host in held if host.removed is None]
    found = [host for host in present if host.name == name]
    for wanted in (name, hosts.url_name(f"http://{url}")):
        if hosts.is_address(wanted):
            found = found or [host for host in present if host.ip_address == wanted]
        elif wanted:
            found = found or [host for host in present if host.name.casefold() == wanted.casefold()]
            found = found or [host for host in present if hosts.same_host_name(wanted, host.name)]
    assert hosts.matching(held, HostName(name, url=f"http://{url}")) == found


def test_an_index_follows_a_host_that_is_renamed_and_removed() -> None:
    index = hosts.HostIndex([Host("1", "kvm1.example.net"), Host("2", "kvm2")])
    index.put(Host("1", "kvm9"))
    assert index.matching(HostName("kvm1")) == []
    assert index.matching(HostName("kvm9.example.net")) == [Host("1", "kvm9")]
    index.drop("1")
    index.drop("1")
    assert index.matching(HostName("kvm9")) == []


@pytest.mark.parametrize(
    ("wanted", "held", "same"),
    [
        ("kvm1", "kvm1.example.net", True),
        ("kvm1.example.net", "KVM1", True),
        ("kvm1", "kvm10.example.net", False),
        ("kvm1.example", "kvm1.example.net", False),
        ("192.0.2.11", "kvm1", True),
        ("fd00::1", "kvm1", True),
        ("kvm1", "192.0.2.11", False),
        ("", "kvm1", False),
    ],
)
def test_names_of_one_host(wanted: str, held: str, same: bool) -> None:
    assert hosts.same_host_name(wanted, held) is same


@given(st.text())
def test_any_text_as_a_url_gives_a_name_or_nothing(url: str) -> None:
    assert isinstance(hosts.url_name(url), str)
    assert hosts.matching(ALL, HostName("nobody", url=url)) in ([], [KVM1], [KVM2], [ESX1], [SIM0])
