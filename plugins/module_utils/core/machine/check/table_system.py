# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table of checks about a machine's system: disks, kernel, VXLAN, Open vSwitch, CPUs of guests."""

from __future__ import annotations

from ...findings import HURTS, NOTE, rows

_REQUIREMENTS, _VXLAN = "KVM: System Requirements", "The VXLAN Plugin: System Requirements"
_BEST_PRACTICES, _OPENVSWITCH = "Best Practices: Maintenance", "KVM: Configure the network using Open vSwitch"
_CPU = "KVM: Configure CPU model for KVM guest"

HURTS_SYSTEM = rows(
    HURTS,
    ("disk_full", "A file system is almost full", "free space, or enlarge the file system", _BEST_PRACTICES),
    (
        "logs_not_rotated",
        "Logs are not rotated and will fill the disk",
        "install logrotate and enable logrotate.timer",
        _BEST_PRACTICES,
    ),
    ("kernel_old", "The kernel is too old for VXLAN", "upgrade the kernel", _VXLAN),
    (
        "vxlan_module_absent",
        "The kernel has no module for VXLAN",
        "install the distribution's package of additional kernel modules",
        _VXLAN,
    ),
    ("vxlan_tool_old", "iproute2 does not support VXLAN", "upgrade iproute2", _VXLAN),
    ("openvswitch_old", "The version of Open vSwitch is too old for CloudStack", "upgrade Open vSwitch", _REQUIREMENTS),
    (
        "guest_cpu_model",
        "The host cannot provide the CPU model of guests",
        "set guest.cpu.model to a model that virsh domcapabilities lists as usable",
        _CPU,
    ),
    (
        "guest_cpu_features",
        "The host cannot provide all CPU features of guests",
        "remove the listed features from guest.cpu.features, or use another host",
        _CPU,
    ),
    (
        "passthrough_differs",
        "Guests get the host's CPU as it is, and the CPU differs from other hosts of the cluster",
        "set guest.cpu.mode=custom with a model that every host supports",
        _CPU,
    ),
)
HURTS_CLUSTER = rows(
    HURTS,
    (
        "memory_promised",
        "The cluster over-provisions memory, and the host cannot cover what is promised to VMs",
        "add swap, or lower the memory factor of the cluster with cs_overprovision",
        "Hosts: Requirements for Over-Provisioning",
    ),
    (
        "aria2_absent",
        "aria2 is not installed, with which hosts download templates that bypass secondary storage",
        "install aria2 (EL: from EPEL), or set host_base_direct_download",
        "KVM: Secondary Storage Bypass",
    ),
)
NOTE_SYSTEM = rows(
    NOTE,
    (
        "disk_small",
        "The host has less local disk than CloudStack requires",
        "add a drive",
        "Minimum System Requirements",
    ),
    (
        "service_unexpected",
        "A program listens on the network that a KVM host of CloudStack does not need",
        "stop it, or name it in programs of cs_host_check",
        "KVM: System Requirements",
    ),
    ("reboot_pending", "The host needs a reboot", "reboot it while it is in maintenance", _BEST_PRACTICES),
    ("updates_pending", "Updates are not installed", "install them while the host is in maintenance", _BEST_PRACTICES),
    (
        "bridge_module_loaded",
        "The kernel module bridge is loaded beside Open vSwitch",
        "blacklist the module bridge, then reboot",
        _OPENVSWITCH,
    ),
    (
        "openvswitch_built",
        "The module openvswitch is not the kernel's own and must be built for every new kernel",
        "remove the DKMS package and use the kernel's own module",
        _OPENVSWITCH,
    ),
)
