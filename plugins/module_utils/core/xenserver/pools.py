# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a XenServer or XCP-ng pool: who may lead it, and what stops a guest from leaving its host."""

from __future__ import annotations

import re
import typing as t

from ..hypervisors.model import HypervisorHost

# Marks that CloudStack writes into a host's tags and does not take away ("Upgrading XenServer Versions", last steps).
TAG_PREFIXES = ("vmops-", "cloud-", "cloudstack-")

# xapi refuses pool.designate_new_master then (HA_IS_ENABLED), and elects a master itself.
HA_ON = "the HA of the pool is on, so no other host can become master"
HA_REMEDY = "disable it with cs_xenserver_pool and ha=false, and enable it again afterwards"

STUCK: t.Mapping[str, str] = {
    "VM_REQUIRES_SR": "its storage is not available on the other hosts",
    "VM_REQUIRES_NETWORK": "its network is not available on the other hosts",
    "VM_REQUIRES_GPU": "it needs a GPU that the other hosts do not have",
    "VM_REQUIRES_VGPU": "it needs a virtual GPU that the other hosts do not have",
    "VM_HAS_PCI_ATTACHED": "a PCI device of the host is attached to it",
    "VM_HAS_SRIOV_VIF": "it uses a virtual function of the host's card",
    "VM_MISSING_PV_DRIVERS": "the tools for virtual machines are not installed in it",
    "VM_LACKS_FEATURE": "its tools do not report that it can be migrated",
    "VM_LACKS_FEATURE_SUSPEND": "its tools do not report that it can be suspended",
    "VM_INCOMPATIBLE_WITH_THIS_HOST": "it uses CPU features that the other hosts do not have",
    "VM_HOST_INCOMPATIBLE_VERSION": "the other hosts run an older version",
    "HOST_NOT_ENOUGH_FREE_MEMORY": "no other host has enough memory for it",
    "NO_HOSTS_AVAILABLE": "no other host is enabled",
    "HOST_EVACUATE_VM_NOT_HA_PROTECTED": "high availability does not protect it",
    "OPERATION_NOT_ALLOWED": "migrating it is not allowed",
    "OPERATION_BLOCKED": "migrating it is blocked",
    "OTHER_OPERATION_IN_PROGRESS": "another operation on it is running",
    "VM_BAD_POWER_STATE": "it is not running",
}


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


def cloud_tags(tags: t.Iterable[str]) -> tuple[str, ...]:
    """Those of a host's tags that are CloudStack's."""
    return tuple(sorted(tag for tag in tags if tag.startswith(TAG_PREFIXES)))


def why_stuck(code: str, details: t.Sequence[str]) -> str:
    """A sentence for what XAPI says of a guest that cannot leave."""
    about = ", ".join(details)
    sentence = STUCK.get(code, f"XAPI answers {code}")
    return f"{sentence} ({about})" if about else sentence
