# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of certificates, of pairs of them, of hosts and of settings."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates import check
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.check import (
    CERTIFICATES,
    Limits,
    Secured,
    Sighting,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import DAY, Certificate
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

RIGHT = Certificate(
    "CN=kvm1", "CN=ca", 0, 400 * DAY, names=("kvm1",), key="RSA 2048", key_bits=2048, signature="sha256"
)
SEEN = Sighting("kvm1", "agent", "cloud.crt", RIGHT)


def codes(seen: Sighting, at: float = 10 * DAY) -> list[str]:
    return [each.code for each in check.judge_sighting(seen, Limits(at, 30))]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": "sha1"}, "signature_weak"),
        ({"key": "RSA 1024", "key_bits": 1024}, "key_short"),
        ({"not_before": 11 * DAY}, "certificate_not_yet_valid"),
        ({"not_after": 10 * DAY}, "certificate_expired"),
        ({"not_after": 40 * DAY - 1}, "certificate_expiring"),
    ],
)
def test_one_fault_one_finding(changes: dict[str, object], code: str) -> None:
    assert codes(SEEN) == []
    assert codes(dataclasses.replace(SEEN, certificate=dataclasses.replace(RIGHT, **changes))) == [code]


def test_a_short_curve_is_no_short_key() -> None:
    assert codes(dataclasses.replace(SEEN, certificate=dataclasses.replace(RIGHT, key="EC p", key_bits=256))) == []


@given(st.floats(-1e9, 1e9), st.integers(0, 1000))
def test_a_certificate_is_in_one_state(at: float, days: int) -> None:
    """Expired, not yet valid, expiring or none of these; and what has enough days left is valid."""
    found = [each.code for each in check.judge_sighting(SEEN, Limits(at, days))]
    assert len(found) <= 1
    if not found:
        assert RIGHT.valid_at(at)
        assert RIGHT.days_left(at) >= days


@pytest.mark.parametrize("secured", [True, None])
def test_hosts_of_one_kind_are_not_mixed(secured: bool | None) -> None:
    assert list(check.judge_security([Secured("a", "c", secured), Secured("b", "c", secured)])) == []


def test_only_a_cluster_with_both_is_mixed() -> None:
    hosts = [Secured("a", "c1", True), Secured("b", "c2", False), Secured("d", "c2", None)]
    assert [each.code for each in check.judge_security(hosts)] == ["host_unsecured"]
    found = [each.code for each in check.judge_security([*hosts, Secured("e", "c2", True)])]
    assert found == ["host_unsecured", "mixed_security"]


def test_settings_of_a_server_that_has_none_are_no_finding() -> None:
    assert list(check.judge_settings({})) == []


def test_every_check_has_a_remedy_and_a_source() -> None:
    assert [each.code for each in CERTIFICATES.checks if not each.remedy or not each.source] == []
    with pytest.raises(InvalidValue):
        check.judged([], ["no_such_code"])
