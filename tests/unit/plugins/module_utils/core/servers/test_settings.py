# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that wait for a restart of a management server."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.nodes import UP, Server
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.settings import with_settings

STARTED = "2026-03-01T10:00:00+0000"
CHANGES = [
    ("static.later", "2026-03-01T11:00:01+0100"),
    ("static.earlier", "2026-03-01T10:59:59+0100"),
    ("dynamic.later", "2026-03-02T10:00:00+0000"),
]


def test_only_what_is_read_at_the_start_and_was_changed_after_it_waits() -> None:
    server = Server("1", "m1", UP, started=STARTED)
    assert with_settings(server, CHANGES, {"static.later", "static.earlier"}).restart_for == ("static.later",)


def test_nothing_is_known_of_a_server_that_does_not_tell_its_start() -> None:
    assert with_settings(Server("1", "m1", UP), CHANGES, {"static.later"}).restart_for == ()
