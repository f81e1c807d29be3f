# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who leads a pool of hosts (XenServer, XCP-ng) when its master leaves or a newer host comes back, and why a master has
to stay while the pool's high availability is on."""

from __future__ import annotations

import re
import typing as t

from ..errors import Reason
from .model import HypervisorHost, HypervisorView

# xapi refuses pool.designate_new_master then (HA_IS_ENABLED), and elects a master itself.
HA_ON = "the HA of the pool is on, so no other host can become master"
HA_REMEDY = "disable it with cs_xenserver_pool and ha=false, and enable it again afterwards"


def version_key(version: str) -> tuple[int, ...]:
    """ "8.3.0" as something to compare."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def successor(hosts: t.Sequence[HypervisorHost], leaving: HypervisorHost) -> t.Optional[HypervisorHost]:
    """Who shall be master when one leaves: in service, newest, most patched; None where nobody can.

    A member must never be newer than its master, hence the newest.
    """
    able = [each for each in hosts if each.id != leaving.id and each.connected and not each.maintenance]
    able.sort(key=lambda each: each.name)
    return max(able, key=lambda each: (version_key(each.version), len(each.patches)), default=None)


def takes_over(host: HypervisorHost, hosts: t.Sequence[HypervisorHost]) -> bool:
    """Whether a host that is back in service has to lead: it is newer now than the master."""
    leads = [each for each in hosts if each.master and each.id != host.id]
    return bool(leads) and version_key(host.version) > version_key(leads[0].version)


def stays_master(view: HypervisorView, its: t.Optional[HypervisorHost]) -> t.Optional[Reason]:
    """Why a host cannot go into its hypervisor's maintenance: it leads the others, and nobody else can now."""
    if not (view.master_fixed and its and its.master and len(view.hosts) > 1):
        return None
    message = f"{its.name} is the master: {view.master_fixed}"
    return Reason("master_fixed", message, HA_REMEDY, {"host": its.name})
