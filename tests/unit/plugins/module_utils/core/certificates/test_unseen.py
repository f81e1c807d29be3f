# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that could not be made."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.check import CERTIFICATES, Secured
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.unseen import (
    OF_FILES,
    OF_SETTINGS,
    Looked,
    unseen,
    unseen_on_host,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Unseen


def test_everything_that_was_looked_at_leaves_nothing_unseen() -> None:
    assert list(unseen(Looked((), (), [Secured("a", "c", True), Secured("b", "c", False)], OF_SETTINGS))) == []
    assert list(unseen_on_host((), True, True)) == []


def test_every_check_that_needs_what_was_not_seen_is_told() -> None:
    told = list(unseen(Looked(["kvm1"], ["kvm2"], [Secured("kvm3", "c", None)], ())))
    assert {each.code for each in told} == {*OF_FILES, "not_served", "host_unsecured", *OF_SETTINGS.values()}
    assert {each.code for each in told} <= set(CERTIFICATES.by_code)
    assert {each.missing.split()[-1] for each in told if each.code in OF_FILES} == {"kvm1"}


def test_many_hosts_are_told_by_ten_and_a_number() -> None:
    (first, *_others) = unseen(Looked([f"kvm{number}\n" for number in range(1000)], (), (), OF_SETTINGS))
    assert first.missing.endswith(" and 990 more")
    assert "\n" not in first.missing
    assert len(first.missing) < 1000


def test_what_a_host_alone_cannot_tell() -> None:
    assert list(unseen_on_host(["/etc/pki/CA/cacert.pem"], False, False)) == [
        Unseen("certificate_unreadable", "/etc/pki/CA/cacert.pem (does not exist)"),
        Unseen("not_of_authority", "the CA in force"),
        Unseen("authority_differs", "the CA in force"),
        Unseen("name_missing", "the names that certificates need"),
    ]
