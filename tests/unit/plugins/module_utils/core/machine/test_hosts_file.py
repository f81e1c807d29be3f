# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/etc/hosts: the host's names come first, and whatever else is there stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.hosts_file import with_names

OWN = "kvm1.example.net"
LINE = f"10.0.0.5\t{OWN} kvm1"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("127.0.0.1 localhost\n", f"127.0.0.1 localhost\n{LINE}\n"),
        ("", f"{LINE}\n"),
        (f"{LINE}\n", f"{LINE}\n"),
        (f"10.0.0.5   {OWN}   kvm1  nfs # c\n", f"10.0.0.5   {OWN}   kvm1  nfs # c\n"),
        (
            "10.0.0.5 nfs.example.net kvm1 storage  # the NFS name too\n",
            f"{LINE} nfs.example.net storage  # the NFS name too\n",
        ),
        ("10.0.0.50 kvm9\n#10.0.0.5 x\n", f"10.0.0.50 kvm9\n#10.0.0.5 x\n{LINE}\n"),
        (f"127.0.1.1 {OWN} kvm1 kvm1\n{LINE}\n", f"{LINE}\n"),
        (f"127.0.0.1 localhost kvm1 kvm1x # {OWN}\n{LINE}\n", f"127.0.0.1\tlocalhost kvm1x # {OWN}\n{LINE}\n"),
        (f"::1 kvm1 ip6-localhost\n{LINE}", f"::1\tip6-localhost\n{LINE}\n"),
    ],
)
def test_names_of_others_stay(before: str, after: str) -> None:
    assert with_names(before, {"10.0.0.5": OWN}, OWN) == after
    assert with_names(after, {"10.0.0.5": OWN}, OWN) == after


def test_names_that_are_given_with_their_short_form_are_no_doubles() -> None:
    assert with_names("", {"10.0.0.6": "kvm2.example.net kvm2 b"}) == "10.0.0.6\tkvm2.example.net kvm2 b\n"


WORDS = st.sampled_from(["10.0.0.5", "127.0.1.1", "::1", "kvm1", OWN, "nfs", "#", "# c", " ", "\t", "\n"])


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_a_second_run_changes_nothing_and_no_name_is_lost(text: str) -> None:
    once = with_names(text, {"10.0.0.5": OWN}, OWN)
    assert with_names(once, {"10.0.0.5": OWN}, OWN) == once
    assert once.count("nfs") == text.count("nfs") or text.count("nfs") > 1
    assert any(line.split()[:3] == ["10.0.0.5", OWN, "kvm1"] for line in once.split("\n"))
