# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with how secrets are stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import forms
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import stored_secrets as secrets
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.stored_secrets import (
    PLACES,
    STORED,
    Encrypting,
    Stored,
    judge_stored,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

GUIDE = Path(__file__).parents[6] / "docs" / "guides" / "host_passwords.md"
V2 = Encrypting(True, "V2")


def stored(form: str, number: int = 1) -> list[Stored]:
    return [Stored(PLACES[3], str(each), f"host{each}", form) for each in range(number)]


@pytest.mark.parametrize(
    ("form", "encrypting", "codes"),
    [
        ("V2", V2, []),
        ("empty", V2, []),
        ("plain", V2, ["secret_plain_text"]),
        ("unreadable", V2, ["secret_unreadable"]),
        ("V1", V2, ["secret_other_version"]),
        ("V2", Encrypting(True, "V1"), ["secret_other_version", "encryption_version_1"]),
        ("V1", Encrypting(True, "V1"), ["encryption_version_1"]),
        ("plain", Encrypting(False), ["encryption_off"]),
    ],
)
def test_planted_faults_are_found(form: str, encrypting: Encrypting, codes: list[str]) -> None:
    assert [each.code for each in judge_stored(stored(form), encrypting).findings] == codes


def test_many_rows_are_one_finding_that_names_a_few() -> None:
    (found,) = judge_stored(stored("plain", 40), V2).findings
    assert found.facts == {"table": "host_details", "column": "value", "rows": 40}
    assert "host0, host1, host2, host3, host4 and 35 more" in found.evidence


def test_a_code_to_ignore_must_be_one() -> None:
    assert judge_stored(stored("plain"), V2, ["secret_plain_text"]).findings == ()
    with pytest.raises(InvalidValue):
        judge_stored([], V2, ["secret_plain"])


@given(st.lists(st.sampled_from(forms.FORMS)), st.sampled_from([V2, Encrypting(True, "V1"), Encrypting(False)]))
def test_counts_are_of_all_values(held: list[str], encrypting: Encrypting) -> None:
    rows = [Stored(PLACES[n % len(PLACES)], str(n), "", form) for n, form in enumerate(held)]
    assert sum(sum(each.forms.values()) for each in secrets.counted(rows)) == len(held)
    bad = sum(bool(secrets.code_of(each, encrypting)) for each in rows)
    found = judge_stored(rows, encrypting).findings
    assert sum(int(str(each.facts["rows"])) for each in found if "rows" in each.facts) == bad


def test_the_guide_has_every_finding() -> None:
    text = GUIDE.read_text(encoding="utf-8").partition("## How secrets are stored")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE))
    assert told == {each.code: each.severity for each in STORED.checks}
    assert [each.code for each in STORED.checks if not each.remedy] == []


def test_every_column_is_named_once() -> None:
    titles = [each.title for each in PLACES]
    assert len(titles) == len(set(titles))
    assert all(re.fullmatch(r"\w+", name) for each in PLACES for name in (each.table, each.column, each.id))


@given(st.binary(max_size=60))
def test_the_form_tells_the_possible_versions(raw: bytes) -> None:
    import base64

    possible = forms.possible(base64.b64encode(raw).decode())
    assert ("V2" in possible) == (len(raw) >= 28)
    assert ("V1" in possible) == (len(raw) >= 16 and len(raw) % 8 == 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [("ENC(abc=)", "abc="), ("ENC()", ""), ("abc", None), ("ENC(abc", None), ("", None), ("enc(abc)", None)],
)
def test_what_a_properties_file_marks_as_encrypted(value: str, text: str | None) -> None:
    assert forms.inside(value) == text
