# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of a page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.report.certificates import certificates_part

ROWS = [
    {"host": "kvm1", "where": "cloud.crt", "subject": "CN=kvm1", "days_left": 200, "key": "RSA 2048"},
    {"host": "kvm2", "where": "cloud.crt", "subject": "CN=kvm2", "days_left": 12, "key": "RSA 2048"},
    {"host": "kvm3", "where": "192.0.2.3:16514", "error": "no answer", "days_left": None},
    {"host": "kvm4", "where": "cloud.crt", "subject": "CN=kvm4", "days_left": -3},
]
FOUND = [{"severity": "note", "evidence": "n"}, {"severity": "blocks", "evidence": "expired", "host": "kvm4"}]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_first_to_expire_is_at_the_top() -> None:
    part = certificates_part([{"certificates": ROWS, "findings": FOUND}])
    assert part is not None
    assert [(row.host, row.days, row.verdict) for row in part.rows] == [
        ("kvm3", None, "bad"),
        ("kvm4", -3, "bad"),
        ("kvm2", 12, "muted"),
        ("kvm1", 200, ""),
    ]
    assert part.rows[0].subject == "no answer"
    assert part.problems == ("kvm4: expired",)
    assert part.sentence == "Some have expired; 1 could not be seen."
    good = certificates_part([{"certificates": ROWS[:2]}])
    assert good is not None
    assert good.sentence == "The first one expires in 12 days."


@given(JSON, JSON)
def test_a_result_may_hold_anything(certificates: object, findings: object) -> None:
    part = certificates_part([{"certificates": certificates, "findings": findings}])
    assert part is not None
    assert isinstance(part.sentence, str)


def test_without_results_there_is_none() -> None:
    assert certificates_part([]) is None
