# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone of two KVM hosts with a console proxy and a secondary storage VM."""

from __future__ import annotations

import pytest
from contract.conftest import Connect
from contract.system_vms.zone import Zone, open_zone

from sandbox.server import Sandbox


@pytest.fixture
def zone(sandbox: Sandbox, connect: Connect) -> Zone:
    return open_zone(sandbox, connect)
