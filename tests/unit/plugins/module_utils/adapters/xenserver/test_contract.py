# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The XenServer adapter keeps the contract of all adapters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from counterparts.contract import Bed, HypervisorContract
from counterparts.xapi.bed import XapiBed


class TestXenServer(HypervisorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def bed(cls) -> Iterator[Bed]:
        with XapiBed() as bed:
            yield bed
