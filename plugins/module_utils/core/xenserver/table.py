# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of a XenServer or XCP-ng pool.

Sources: "XenServer: …" are sections of CloudStack's "Citrix XenServer Installation for CloudStack"; cs#N is an issue or
pull request of apache/cloudstack; xapi is what a pool itself checks at a join (xapi_pool.ml).
"""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, NOTE, Table, rows

_SYSTEM, _TIME = "XenServer: System Requirements", "XenServer: Time Synchronization"
_HA = "XenServer: XenServer HA"

XEN = Table(
    "XenServer checks",
    rows(
        BLOCKS,
        (
            "management_tagged",
            "The management interface is on a VLAN, so CloudStack cannot add the host",
            "set the address on an untagged card or bond, and assign the VLAN on the switch port",
            "cs#6641; cs#12720",
        ),
        (
            "label_missing",
            "A host has no interface in the network named in a traffic label",
            "use cs_xenserver_network, or correct the XenServer traffic label",
            "XenServer: Physical Networking Setup",
        ),
        (
            "foreign_vms",
            "The pool has VMs before it is added",
            "move the VMs to another pool: CloudStack must manage all VMs of the cluster",
            _SYSTEM,
        ),
        ("version_old", "The version is too old for CloudStack", "upgrade the host", _SYSTEM),
        (
            "hvm_off",
            "The host has no hardware virtualization",
            "enable VT-x or AMD-V in the firmware",
            _SYSTEM,
        ),
        ("memory_small", "The host has too little memory", "add memory", _SYSTEM),
        ("not_live", "The pool has lost contact with a host", "check the console of the host", _SYSTEM),
    ),
    rows(
        HURTS,
        (
            "address_dynamic",
            "The management address comes from DHCP",
            "set a static address on the console, or ignore the code if the DHCP server reserves the address",
            _SYSTEM,
        ),
        (
            "version_differs",
            "The version differs from the master",
            "install the same version and build on both",
            _SYSTEM,
        ),
        (
            "product_differs",
            "The product differs from the master",
            "use hosts of one product in a pool: XenServer and XCP-ng cannot be mixed",
            "xapi",
        ),
        (
            "cpu_differs",
            "The CPU differs from the master",
            "use CPUs of one vendor in a pool, preferably of one model",
            _SYSTEM,
        ),
        ("patches_differ", "The installed updates differ from the master", "apply the same updates to both", _SYSTEM),
        ("api_differs", "The version of XAPI differs from the master", "install the same version on both", "xapi"),
        (
            "backend_differs",
            "The network backend differs from the master",
            "run xe-switch-network-backend on the host, and restart it",
            "cs#11018",
        ),
        (
            "bonds_differ",
            "The bonds differ from the master",
            "create the bonds of the master on the host",
            "XenServer: NIC Bonding",
        ),
        (
            "dom0_memory",
            "The control domain has less memory than the minimum",
            "set dom0_memory of cs_xenserver_pool and restart the host",
            "XenServer: Configure XenServer dom0 Memory",
        ),
        (
            "clock_offset",
            "The clock differs from the master's",
            "use the same NTP servers on all hosts",
            _TIME,
        ),
        ("ntp_off", "The host does not use NTP", "set ntp_servers of cs_xenserver_pool", _TIME),
        (
            "storage_unplugged",
            "Storage is not connected or not plugged on a host",
            "plug the storage with cs_xenserver_pool and plug_storage",
            "XenServer: Primary Storage Setup",
        ),
        (
            "ha_off",
            "HA of the pool is off, so a failed master is not replaced",
            "enable it with cs_xenserver_pool, ha and ha_storage",
            _HA,
        ),
        (
            "ha_timeout",
            "The timeout of the pool's HA is not 120 to 180 s",
            "set ha_timeout of cs_xenserver_pool",
            _HA,
        ),
        (
            "ha_guests",
            "The pool's HA restarts VMs, which CloudStack restarts too",
            "clear ha-restart-priority of these VMs: use the pool's HA for the master only",
            _HA,
        ),
    ),
    rows(
        NOTE,
        (
            "dmc_restricted",
            "The license of the pool has no dynamic memory control, which a memory factor above 1 needs",
            "use another license, or keep the memory factor of the cluster at 1",
            "Hosts: Requirements for Over-Provisioning",
        ),
    ),
)

found = XEN.found
