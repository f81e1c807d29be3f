# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter for vCenter against a simulated one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from counterparts.contract import HypervisorContract
from counterparts.vcenter import VcenterBed


class TestVcenter(HypervisorContract):
    @pytest.fixture(scope="class")
    def bed(self) -> Iterator[VcenterBed]:
        with VcenterBed() as bed:
            yield bed
