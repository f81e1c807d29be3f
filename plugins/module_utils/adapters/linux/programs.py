# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How programs are started that are given secrets: a fixed environment, and files that are on no disk."""

from __future__ import annotations

import os

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def in_memory(content: bytes) -> int:
    """A descriptor of a file that is on no disk, at its begin."""
    descriptor = os.memfd_create("hostcraft", 0)
    os.fchmod(descriptor, 0o600)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
