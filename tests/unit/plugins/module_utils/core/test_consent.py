# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent by name, where several VMs have it."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.consent import agreed, doubtful, unknown

VMS = [("1", "web"), ("2", "web"), ("3", "db"), ("4", "web")]


@pytest.mark.parametrize(
    ("consent", "stopping", "unclear"),
    [
        (["web"], ["1"], ["web"]),
        (["web"], ["1", "2", "4"], ["web"]),
        (["web"], ["3"], []),
        (["db"], ["3"], []),
        (["web", "1"], ["1"], []),
        (["web", "1"], ["1", "2"], ["web"]),
        (["all"], ["1", "2"], []),
        (["web", "all"], ["1", "2"], []),
        (["1"], ["1"], []),
        ([], ["1"], []),
    ],
)
def test_a_name_of_several_vms_is_no_consent(consent: list[str], stopping: list[str], unclear: list[str]) -> None:
    reasons = list(doubtful(consent, VMS, stopping))
    assert [each.facts["vm"] for each in reasons] == unclear
    for each in reasons:
        assert each.facts["vms"] == ["1", "2", "4"]
        assert "web, which is the name of 3 VMs: 1, 2, 4" in each.message


def test_consent_is_by_name_or_id_or_for_all() -> None:
    assert [agreed(consent, "web", "1") for consent in (["web"], ["1"], ["all"], ["we"], [])] == [True] * 3 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("consent", "told"),
    [
        (["web", "3", "all"], ()),
        ([], ()),
        (
            ["wbe", "web", "7", "wbe"],
            (
                "consent names 7, wbe, but no VM on cluster c1 has such a name or id;"
                " VMs that it can permit to stop there: db, web",
            ),
        ),
    ],
)
def test_names_that_no_vm_has_are_told_with_those_that_count(consent: list[str], told: tuple[str, ...]) -> None:
    assert unknown(consent, VMS, "cluster c1", ["web", "db", "web"]) == told


def test_where_nothing_would_be_stopped_none_are_told() -> None:
    assert unknown(["x"], VMS, "pool p", []) == ("consent names x, but no VM on pool p has such a name or id",)
