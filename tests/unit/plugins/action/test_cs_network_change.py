# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the controller waits for one connection that may confirm a network change."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.action.cs_network_change import connect_seconds


@pytest.mark.parametrize(
    ("timeout", "own", "seconds"), [(15, 10, 4), (60, 10, 5), (120, 10, 10), (600, 10, 10), (600, 60, 50), (120, 2, 4)]
)
def test_a_longer_timeout_gives_a_slow_host_longer_to_greet(timeout: float, own: int, seconds: int) -> None:
    """sshd of a guest at full load needed more than 4 s for its greeting, so that no change could be confirmed."""
    assert connect_seconds(timeout, own) == seconds
