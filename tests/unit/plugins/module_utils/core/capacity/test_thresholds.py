# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification has to come before allocation stops."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.thresholds import too_late

SHARES = st.floats(0, 1)


@given(SHARES, SHARES)
def test_a_notification_is_in_time_only_below_the_end(notify: float, disable: float) -> None:
    assert too_late(notify, disable) is not (notify < disable)
    assert not too_late(None, disable)
    assert not too_late(notify, None)
