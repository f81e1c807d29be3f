# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbook tests share: booted hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hosts import Fleet


@pytest.fixture(scope="module")
def boot() -> Iterator[Callable[..., Fleet]]:
    """Boot hosts, by the arguments of Fleet; they end with the test module."""
    with ExitStack() as fleets:
        yield lambda *names, **how: fleets.enter_context(Fleet(*names, **how))
