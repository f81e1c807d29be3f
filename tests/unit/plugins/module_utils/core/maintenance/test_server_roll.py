# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a roll of the server does nothing."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.server_roll import does_nothing


@pytest.mark.parametrize(("timeout", "idle"), [(9, True), (10, True), (11, False)])
def test_a_stage_has_to_last_longer_than_the_interval_between_pings(timeout: int, idle: bool) -> None:
    assert does_nothing(timeout, 10) is idle
