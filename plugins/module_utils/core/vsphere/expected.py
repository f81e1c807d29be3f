# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vSphere cluster is judged by: the zone's labels and settings, and what the operator wants."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .model import Range

GIB = 1 << 30


@dataclass(frozen=True)
class VsphereExpected:
    """labels: pairs of a word of core.vsphere.model.TRAFFIC and a VMware traffic label.

    joined: CloudStack has the cluster. management_portgroup: the setting vmware.management.portgroup. use_dvswitch: the
    setting vmware.use.dvswitch, None where it is not known. console_ports: TCP ports that console proxies use, () for
    the documents' own. minimum_memory: bytes. port: where the vCenter was reached, None where that does not count.
    """

    labels: t.Sequence[tuple[str, str]] = ()
    joined: bool = False
    management_portgroup: str = "Management Network"
    management_vlan: t.Optional[int] = None
    use_dvswitch: t.Optional[bool] = None
    console_ports: tuple[Range, ...] = ()
    ntp_servers: tuple[str, ...] = ()
    iscsi_targets: tuple[str, ...] = ()
    switch_ports: int = 4088
    port: t.Optional[int] = None
    minimum_memory: int = 4 * GIB
    minimum_release: tuple[int, ...] = field(default=(4, 1))
