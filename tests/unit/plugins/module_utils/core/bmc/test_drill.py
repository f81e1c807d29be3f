# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a drill survives its text, and nothing else is taken for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc import drill
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.drill import Record

RECORDS = st.builds(
    Record,
    st.sampled_from([drill.UNDER_WAY, drill.DONE]),
    st.sampled_from(["Enabled", "Disabled", "Maintenance"]),
    st.sampled_from(["On", "Off"]),
    st.integers(0, 10**11),
    st.sampled_from(["", "passed", "restored", "timeout"]),
    st.none() | st.integers(0, 10**5),
    st.sampled_from(["", "0123abcd"]),
)


@given(RECORDS)
def test_a_record_comes_back_from_its_text(record: Record) -> None:
    assert drill.record_of(record.text()) == record
    assert len(record.text()) <= 255


@given(st.text() | st.text().map(lambda text: drill.PREFIX + text))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = drill.record_of(text)
    assert found is None or found.text() == text or drill.record_of(found.text()) == found


@given(st.lists(RECORDS))
def test_the_newest_of_a_state_is_the_last_one(records: list[Record]) -> None:
    seen = drill.latest((record.text() for record in records), drill.DONE)
    done = [record for record in records if record.state == drill.DONE]
    assert (seen is None) is not bool(done)
    assert seen is None or seen.at == max(record.at for record in done)


def test_a_failure_costs_more_the_longer_it_is_looked_at() -> None:
    settings = {
        "ping.interval": 60.0, "ping.timeout": 2.5, "kvm.ha.activity.check.interval": 60.0,
        "kvm.ha.activity.check.max.attempts": 10.0, "kvm.ha.recover.wait.period": 600.0,
        "kvm.ha.recover.failure.threshold": 1.0, "kvm.ha.fence.timeout": 60.0,
    }  # fmt: skip
    cost = drill.fence_cost(settings, boot=111.0)
    assert cost == {"noticed": 150.0, "checked": 750.0, "reset_and_back": 861.0, "fenced": 1410.0}
