# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports held for others to try, on the loopback."""

from __future__ import annotations

import os
import socket

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.held_ports import hold


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_held_port_lets_who_connects_go_until_it_ends_by_itself() -> None:
    port = free()
    assert hold([port], 3) == (port,)
    assert hold([port], 3) == (port,), "another task that holds it is no obstacle"
    for _try in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            assert connection.recv(1) == b""
    for _holder in range(2):
        assert os.wait()[1] == 0
    with socket.socket() as late:
        assert late.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_that_something_else_has_is_left_to_it() -> None:
    with socket.create_server(("", 0)) as other:
        taken, port = int(other.getsockname()[1]), free()
        assert hold([taken, port], 0.1) == (port,)
    os.wait()
