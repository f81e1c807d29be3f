# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end of a maintenance leads to."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.ending import end_of, returning_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.marks import Mark
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host


@pytest.mark.parametrize(
    ("state", "before", "end"),
    [
        ("Maintenance", "Disabled", "Disabled"),
        ("Disabled", "Enabled", "Enabled"),
        ("Maintenance", None, "Enabled"),
        ("Disabled", None, "Disabled"),
    ],
)
def test_a_host_is_after_its_maintenance_what_it_was_before(state: str, before: str | None, end: str) -> None:
    assert end_of(Host("1", "h", resource_state=state), Mark(before) if before else None) == end


def test_vms_come_back_to_a_host_in_service_where_that_is_asked_for() -> None:
    enabled, disabled = (Host("1", "h", resource_state=state) for state in ("Enabled", "Disabled"))
    mark = Mark("Enabled", moved=("v1", "v2"))
    assert returning_of(True, enabled, mark) == ("v1", "v2")
    for move_back, host, its in ((True, disabled, mark), (False, enabled, mark), (True, enabled, None)):
        assert returning_of(move_back, host, its) == ()
