# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor's findings on a page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor.report import diagnosis, flat
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor.report import given as handed_in
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.report.doctor import doctor_part

FOUND = [
    {"code": "a", "severity": "note", "evidence": "n", "zone": "z1"},
    {"code": "b", "severity": "blocks", "evidence": "e", "object": "kvm4", "zone": "z1", "tools": ["cs_host"]},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_worst_is_at_the_top() -> None:
    part = doctor_part([{"findings": FOUND, "unseen": [{"judge": "usage", "missing": "m"}], "judged": ["usage"]}])
    assert part is not None
    assert [(row.code, row.about, row.verdict) for row in part.rows] == [
        ("b", "kvm4 · z1", "bad"),
        ("a", "z1", "muted"),
    ]
    assert part.unseen == ("usage: m",)
    assert part.sentence == "1 checks: 1 broken, 0 at risk, 1 note."
    assert not part.healthy
    healthy = doctor_part([{"findings": [], "judged": ["usage"]}])
    assert healthy is not None
    assert healthy.healthy


def test_a_task_that_failed_for_them_has_them_in_details() -> None:
    part = doctor_part([{"failed": True, "details": {"findings": FOUND, "judged": ["usage"]}}])
    assert part is not None
    assert len(part.rows) == 2


@given(JSON, JSON, JSON)
def test_a_result_may_hold_anything(findings: object, unseen: object, facts: object) -> None:
    rows = [findings, {"severity": facts, "facts": facts, "tools": facts}]
    part = doctor_part([{"findings": findings, "unseen": unseen, "judged": facts}])
    assert part is not None
    assert isinstance(part.sentence, str)
    result = {"findings": rows, "unseen": unseen, "failed": facts, "details": facts}
    assert diagnosis(handed_in("cs_x", [result]), []).rows


# As ansible-core 2.19 registers it with ignore_unreachable.
UNREACHED = {
    "unreachable": True,
    "changed": False,
    "msg": "Task failed: Failed to connect to the host via ssh: ssh: connect to host mgmt1 port 22: Connection refused",
}


def test_a_host_that_was_not_reached_is_a_finding_and_the_others_count() -> None:
    found = diagnosis(handed_in("cs_backup_info", flat("results", [{"findings": FOUND}, UNREACHED])), [])
    assert [(row.code, row.judge) for row in found.rows if row.judge == "cs_backup_info"] == [
        ("b", "cs_backup_info"),
        ("result_failed", "cs_backup_info"),
        ("a", "cs_backup_info"),
    ]
    assert "mgmt1 port 22: Connection refused" in found.rows[1].evidence


@given(JSON)
def test_only_results_are_taken(value: object) -> None:
    try:
        found = flat("cs_x", value)
    except InvalidValue:
        return
    assert all(isinstance(each, dict) for each in found)


def test_without_results_there_is_none() -> None:
    assert doctor_part([]) is None
