# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end of a back-end's parser says against the files of a change."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.parse import _against
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.running import Ended
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import NetworkCheck

ONCE, DAEMON = NetworkCheck(("netplan", "generate")), NetworkCheck(("networkd",), until="completed")


@pytest.mark.parametrize(
    ("check", "status", "out", "found"),
    [
        (ONCE, 0, "", []),
        (ONCE, 1, "/tmp/root/etc/netplan/90.yaml:1: bad\n", ["/etc/netplan/90.yaml:1: bad"]),
        (ONCE, 1, "", ["netplan failed with exit status 1"]),
        (ONCE, 124, "", ["netplan did not finish within 60 s; repeat it when the host is less busy"]),
        (DAEMON, 124, "", []),
    ],
)
def test_a_parser_that_was_too_slow_has_rejected_nothing(
    check: NetworkCheck, status: int, out: str, found: list[str]
) -> None:
    assert _against(check, Ended(check.command, status, out), "/tmp/root") == found
