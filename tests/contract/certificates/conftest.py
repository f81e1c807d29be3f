# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests about certificates."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from contract.certificates import cloud
from contract.certificates.cloud import Lab
from contract.certificates.consoles import Consoles
from contract.certificates.consoles import consoles as made
from contract.conftest import Connect

from sandbox.server import Sandbox


@pytest.fixture
def consoles(sandbox: Sandbox, connect: Connect) -> Iterator[Consoles]:
    yield from made(sandbox, connect, f"127.{random.randrange(10, 250)}.{random.randrange(10, 250)}")


@pytest.fixture
def lab(sandbox: Sandbox, connect: Connect) -> Iterator[Lab]:
    yield from cloud.lab(sandbox, connect)
