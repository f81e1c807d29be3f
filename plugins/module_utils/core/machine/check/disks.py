# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges disks, free space, and logs that fill it."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, FileSystem, HostFacts
from .table import found

GIB = 1024**3
# A file system is full below both, or with few inodes left: 5 % of a large disk are no trouble.
FULL_SHARE, FULL_BYTES, FULL_INODES = 0.1, 10 * GIB, 0.05
# Below this it is full whatever its size.
FULL_ANYWAY = 256 * 1024**2


def judge_disks(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Local disk, free space, and logs that fill it (Choosing a Deployment Architecture: Best Practices)."""
    system = host.system
    if system.disk is None:
        yield Unseen("disk_small", "the drives")
    # Drives are sold in powers of ten.
    elif system.disk < expected.disk * 0.9:
        evidence = f"{system.disk / GIB:.1f} GiB, {expected.disk / GIB:.0f} GiB are needed"
        yield found("disk_small", evidence, disk=system.disk)
    if system.file_systems is None:
        yield Unseen("disk_full", "the free space")
    for one in system.file_systems or ():
        evidence = _full(one)
        if evidence:
            yield found("disk_full", f"{one.path} has {evidence}", path=one.path, free=one.free, size=one.size)
    if system.logs_rotated is None:
        yield Unseen("logs_not_rotated", "whether logrotate runs")
    elif not system.logs_rotated:
        yield found("logs_not_rotated", "neither logrotate.timer nor a daily job of cron starts logrotate")


def _full(one: FileSystem) -> str:
    if one.free < FULL_ANYWAY or (one.free < FULL_SHARE * one.size and one.free < FULL_BYTES):
        return f"{one.free / GIB:.1f} of {one.size / GIB:.1f} GiB free"
    if one.inodes and one.inodes_free < FULL_INODES * one.inodes:
        return f"{one.inodes_free} of {one.inodes} inodes free"
    return ""
