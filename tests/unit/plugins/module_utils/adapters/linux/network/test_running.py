# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are ended: daemons that read files and stay, however slow the host is."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.parse import _against
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.running import run
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    NETWORKD,
)

(CHECK,) = NETWORKD.validate
WRONG = "/etc/systemd/network/05-bad.network:4: Unknown key 'Adress' in section [Network], ignoring."


@pytest.mark.parametrize("before", ["", "sleep 1.2; "])
def test_a_daemon_is_ended_once_it_has_read_and_not_before(before: str) -> None:
    script = f'{before}echo "{WRONG}" >&2; echo {CHECK.until}; trap "" TERM; sleep 600'
    ended = run(("sh", "-c", script), 30, until=CHECK.until)
    assert (ended.status, ended.out.splitlines()) == (0, [WRONG, CHECK.until])
    assert _against(CHECK, ended, "/root-of-copies") == [WRONG]


def test_a_daemon_that_does_not_start_is_a_complaint() -> None:
    ended = run(("sh", "-c", "echo no such user; exit 3"), 30, until=CHECK.until)
    assert (ended.status, _against(CHECK, ended, "/root-of-copies")) == (3, ["no such user"])


def test_a_daemon_that_says_nothing_of_the_kind_is_ended_in_time() -> None:
    ended = run(("sleep", "600"), 0.3, until=CHECK.until)
    assert (ended.status, _against(CHECK, ended, "/root-of-copies")) == (124, [])
