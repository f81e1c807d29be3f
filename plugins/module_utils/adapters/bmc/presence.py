# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a machine answers on its network at all."""

from __future__ import annotations

import errno
import socket

from ...core.addresses import is_address

# SSH, libvirt with and without TLS, VNC, XAPI or vSphere: what a hypervisor host has open or refuses.
PORTS = (22, 16514, 16509, 5900, 443)
SECONDS = 2.0


def answers(address: str) -> bool:
    """An accepted or a refused connection is an answer; silence and unreachable are none."""
    if not is_address(address):
        return False
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in PORTS:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(SECONDS)
            if probe.connect_ex((address, port)) in (0, errno.ECONNREFUSED):
                return True
    return False
