# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops a guest of a XenServer or XCP-ng pool from leaving its host, in words."""

from __future__ import annotations

import typing as t

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


def why_stuck(code: str, details: t.Sequence[str]) -> str:
    """A sentence for what XAPI says of a guest that cannot leave."""
    about = ", ".join(details)
    sentence = STUCK.get(code, f"XAPI answers {code}")
    return f"{sentence} ({about})" if about else sentence
