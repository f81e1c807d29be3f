# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixture of the tests about controllers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.bmc import cloud
from contract.bmc.cloud import Lab
from contract.conftest import Connect

from sandbox.server import Sandbox


@pytest.fixture
def lab(sandbox: Sandbox, connect: Connect) -> Iterator[Lab]:
    yield from cloud.lab(sandbox, connect)
