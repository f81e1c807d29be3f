# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames between hosts, and what is said of those that did not come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.probe import (
    Arrival,
    Report,
    gaps,
    key,
    packed,
    read,
)

MAC = bytes.fromhex("525400123456")
HOSTS = ("kvm1", "kvm2", "kvm3")


@given(st.integers(0, 65535), st.integers(1, 4094), st.booleans())
def test_a_frame_is_read_as_it_was_sent(sender: int, vlan: int, taken_out: bool) -> None:
    """The kernel takes the tag out of frames, or leaves it in."""
    run = key("one")
    frame = packed(MAC, run, sender, vlan)
    seen = (frame[:12] + frame[16:], vlan) if taken_out else (frame, None)
    assert read(*seen, run) == Arrival(sender, vlan, vlan)
    assert read(*seen, key("another")) is None


def test_a_frame_on_another_vlan_or_without_a_tag_says_so() -> None:
    frame = packed(MAC, key("one"), 3, 600)
    bare = frame[:12] + frame[16:]
    assert read(bare, 601, key("one")) == Arrival(3, 600, 601)
    # With a priority.
    assert read(bare, 0xE000 | 600, key("one")) == Arrival(3, 600, 600)
    assert read(bare, None, key("one")) == Arrival(3, 600, 0)


@given(st.binary(max_size=80))
def test_what_others_send_is_nothing(data: bytes) -> None:
    assert read(data, None, key("one")) is None
    assert read(b"\xff" * 12 + b"\x88\xb5" + data, 5, key("one")) is None


def heard(**vlans: tuple[tuple[int, int], ...]) -> dict[str, tuple[tuple[int, int], ...]]:
    return vlans


def test_nothing_is_said_where_all_passes() -> None:
    reports = [Report(host, {other: ((1, 9),) for other in HOSTS if other != host}, {}) for host in HOSTS]
    assert gaps(((1, 9),), reports) == []


def test_each_gap_is_said_once() -> None:
    """3 nowhere, 5 not to kvm3, 7 only from kvm1 to kvm2 not; 9 comes on 8."""
    reports = [
        Report("kvm1", heard(kvm2=((1, 2), (4, 9)), kvm3=((1, 2), (4, 4), (6, 9))), {}),
        Report("kvm2", heard(kvm1=((1, 2), (4, 6), (8, 9)), kvm3=((1, 2), (4, 4), (6, 9))), {"kvm1": ((9, 8),)}),
        Report("kvm3", heard(kvm1=((1, 2), (4, 4), (6, 9)), kvm2=((1, 2), (4, 4), (6, 9))), {}),
    ]
    assert gaps(((1, 9),), reports) == [
        "VLAN 3 does not pass between any of kvm1, kvm2, kvm3",
        "VLAN 5 does not reach kvm3, and passes between other hosts",
        "VLAN 7 does not pass from kvm1 to kvm2",
        "VLAN 9 of kvm1 arrives at kvm2 on VLAN 8",
    ]


def test_a_host_that_hears_nobody_is_named_and_not_the_others() -> None:
    reports = [
        Report("kvm1", heard(kvm2=((1, 9),)), {}),
        Report("kvm2", heard(kvm1=((1, 9),)), {}),
        Report("kvm3", {}, {}),
    ]
    assert gaps(((1, 9),), reports) == ["VLAN 1-9 does not reach kvm3, and passes between other hosts"]


PAIRS = [(one, other) for one in HOSTS for other in HOSTS if one != other]


@given(st.dictionaries(st.sampled_from(PAIRS), st.sets(st.integers(1, 6))))
def test_every_lost_vlan_is_said_and_no_other(lost: dict[tuple[str, str], set[int]]) -> None:
    reports = [
        Report(
            host,
            {
                sender: tuple((vlan, vlan) for vlan in range(1, 7) if vlan not in lost.get((sender, host), ()))
                for sender in HOSTS
                if sender != host
            },
            {},
        )
        for host in HOSTS
    ]
    told = gaps(((1, 6),), reports)
    named = {vlan for sentence in told for vlan in _numbers(sentence.split()[1])}
    assert named == {vlan for vlans in lost.values() for vlan in vlans}


def _numbers(text: str) -> set[int]:
    ends = [[int(end) for end in part.split("-")] for part in text.split(",")]
    return {number for low, *high in ends for number in range(low, (high or [low])[0] + 1)}
