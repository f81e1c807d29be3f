# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Software iSCSI of ESXi hosts: enabled, with its targets.

Source: Hypervisor Installation, "Storage Preparation for vSphere (iSCSI only)".
"""

from __future__ import annotations

import typing as t

from .model import VsphereHost
from .wanted import ISCSI, VsphereChange, VsphereWanted


def iscsi_changes(host: VsphereHost, wanted: VsphereWanted) -> t.Iterator[VsphereChange]:
    """Targets are added and never removed: LUNs of another one may be in use."""
    held = host.iscsi.targets if host.iscsi else ()
    missing = [each for each in wanted.iscsi_targets if each not in held]
    if wanted.iscsi_targets and (host.iscsi is None or missing):
        before = {"enabled": host.iscsi is not None, "targets": list(held)}
        yield VsphereChange(host.name, ISCSI, "", before, {"enabled": True, "targets": [*held, *missing]})
