# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds that are reached, and that a notification has to come before allocation stops."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount, Balance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.thresholds import crossed, too_late

SHARES = st.floats(0, 1)


@given(SHARES, SHARES)
def test_a_notification_is_in_time_only_below_the_end(notify: float, disable: float) -> None:
    assert too_late(notify, disable) is not (notify < disable)
    assert not too_late(None, disable)
    assert not too_late(notify, None)


def test_a_threshold_is_crossed_where_the_share_reaches_it() -> None:
    limits = {"cpu_disablethreshold": 0.5, "cpu_notificationthreshold": 0.51, "memory_disablethreshold": 0.25}
    half = Balance(Amount(1000, 800), Amount(400, 100), Amount(100, 99))
    assert crossed(half, limits) == ["cpu_disablethreshold"]
    assert crossed(Balance(Amount(1000, 800), Amount(), Amount(510, 200)), limits) == sorted(limits)
