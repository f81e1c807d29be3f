# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which protocol of primary storage goes with which hypervisor, and which hypervisors have pools of a whole zone.

Source: 4.11.1 documentation, "Hypervisor Support for Primary Storage", "Adding Primary Storage"; T7:249-279.
"""

from __future__ import annotations

import typing as t

# What hosts of a hypervisor can use by the server's own driver, by scheme of the URL. Fibre Channel and iSCSI reach KVM
# and LXC by a shared mount point, XenServer by an SR that is set up before, vSphere by VMFS.
USABLE: t.Mapping[str, tuple[str, ...]] = {
    "KVM": ("nfs", "sharedmountpoint", "rbd", "clvm", "gluster"),
    "LXC": ("nfs", "sharedmountpoint", "rbd", "clvm", "gluster"),
    "XenServer": ("nfs", "iscsi", "presetup"),
    "VMware": ("nfs", "vmfs", "presetup", "datastorecluster"),
    "Hyperv": ("cifs",),
}
LOCAL = ("file", "filesystem", "local", "lvm", "localhost")  # made by hosts themselves, one a host
OF_ZONE = ("KVM", "VMware", "Hyperv", "LXC", "Simulator", "Any")  # whose pools may serve a whole zone (T7:271-274)


class Misfit(t.NamedTuple):
    """Why a URL does not do for a hypervisor, and what would. refused: by the server, or of no use."""

    code: str
    message: str
    remedy: str
    refused: bool = True


def misfit(scheme: str, hypervisor: str) -> t.Optional[Misfit]:
    """Of primary storage with that scheme in its URL; None where hosts of the hypervisor can use it."""
    if scheme in LOCAL:
        message = "pools of local disks cannot be declared: each host adds its own"
        return Misfit("local_pool", message, "local_storage_enabled: true of the zone")
    can = USABLE.get(hypervisor)
    if scheme == "smb":
        return Misfit("storage_protocol", "the server uses the scheme cifs for SMB", "cifs://SERVER/SHARE")
    if can is not None and scheme not in can:
        message = f"hosts of {hypervisor} cannot use {scheme} as primary storage"
        return Misfit("storage_protocol", message, _instead(hypervisor, scheme, can))
    if scheme == "clvm" and hypervisor == "KVM":
        message = "CLVM for KVM is not officially supported with CloudStack"
        return Misfit("clvm", message, "a shared mount point, NFS or RBD", refused=False)
    return None


def _instead(hypervisor: str, scheme: str, can: t.Sequence[str]) -> str:
    if scheme == "iscsi" and "sharedmountpoint" in can:
        return "SharedMountPoint://localhost/PATH of a cluster file system on the LUN"
    if scheme == "iscsi" and "vmfs" in can:
        return "vmfs://VCENTER/DATACENTER/DATASTORE of a datastore on the LUN"
    return f"a URL with one of: {', '.join(can)}"
