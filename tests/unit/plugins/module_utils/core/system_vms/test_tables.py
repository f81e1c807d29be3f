# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on system VMs tells every finding of their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Table
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.monitoring import MONITORING
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.monitoring import TABLE as SETTINGS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.check import SYSTEM_VMS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.storage_check import STORAGE_VM
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.templates import TEMPLATES

GUIDE = Path(__file__).resolve().parents[6] / "docs" / "guides" / "system_vms.md"


@pytest.mark.parametrize("table", [SYSTEM_VMS, TEMPLATES, STORAGE_VM, MONITORING], ids=lambda table: table.name)
def test_the_guide_tells_every_finding(table: Table) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [check.code for check in table.checks if f"`{check.code}`" not in text] == []
    assert all(check.remedy for check in table.checks)


def test_the_guide_tells_every_setting_of_monitoring() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [row.option for row in SETTINGS if f"`{row.option}`" not in text] == []
