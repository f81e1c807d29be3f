# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that listen for a while, so that others can try whether they get through where nothing listens yet."""

from __future__ import annotations

import os
import socket
import time
import typing as t


def hold(ports: t.Iterable[int], seconds: float) -> tuple[int, ...]:
    """Listen on each port that is free, in a process of its own that ends by itself; who connects is let go at once.

    Returns the ports held. Those taken by others are left alone: QEMU, waiting for a VM, would take whoever connects
    for it. Another task that holds them does not count, since both let go at once.
    """
    sockets = [listener for listener in map(_listener, ports) if listener is not None]
    held = tuple(int(listener.getsockname()[1]) for listener in sockets)
    if sockets and os.fork() == 0:
        _serve(sockets, seconds)
    for listener in sockets:
        listener.close()
    return held


def _listener(port: int) -> t.Optional[socket.socket]:
    family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
    try:
        return socket.create_server(
            ("", port), family=family, reuse_port=True, dualstack_ipv6=family == socket.AF_INET6
        )
    except OSError:
        return None


def _serve(sockets: t.Sequence[socket.socket], seconds: float) -> t.NoReturn:
    """Apart from the task's session and its pipes, which Ansible waits for."""
    os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    end = time.monotonic() + seconds
    try:
        for listener in sockets:
            listener.setblocking(False)
        while time.monotonic() < end:
            for listener in sockets:
                try:
                    listener.accept()[0].close()
                except OSError:
                    continue
            time.sleep(0.05)
    finally:
        os._exit(0)
