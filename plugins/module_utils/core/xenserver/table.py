# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of a XenServer or XCP-ng pool.

Sources: "XenServer: …" are sections of CloudStack's "Citrix XenServer Installation for CloudStack"; cs#N is an issue or
pull request of apache/cloudstack; xapi is what a pool itself checks at a join (xapi_pool.ml).
"""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, Table, rows

_SYSTEM, _TIME = "XenServer: System Requirements", "XenServer: Time Synchronization"
_HA = "XenServer: XenServer HA"

XEN = Table(
    "XenServer checks",
    rows(
        BLOCKS,
        (
            "management_tagged",
            "The management interface is on a VLAN, and CloudStack adds no such host",
            "give the host its address on a card or bond, and let the switch put it into the VLAN",
            "cs#6641; cs#12720",
        ),
        (
            "label_missing",
            "A host has no interface in a network that a traffic label names",
            "use cs_xenserver_network, or correct the XenServer traffic label",
            "XenServer: Physical Networking Setup",
        ),
        ("not_live", "The pool has lost contact with a host", "check its console", _SYSTEM),
    ),
    rows(
        HURTS,
        ("version_differs", "Another version than the master", "bring both to the same version and build", _SYSTEM),
        (
            "product_differs",
            "Another product than the master",
            "XenServer and XCP-ng do not share a pool",
            "xapi",
        ),
        (
            "cpu_differs",
            "Another CPU than the master",
            "a pool's CPUs are of one vendor, and better of one model",
            _SYSTEM,
        ),
        ("patches_differ", "Other updates than the master", "apply the same updates to both", _SYSTEM),
        ("api_differs", "Another version of XAPI than the master", "bring both to the same version", "xapi"),
        (
            "backend_differs",
            "Another network backend than the master",
            "run xe-switch-network-backend on it, and restart it",
            "cs#11018",
        ),
        (
            "bonds_differ",
            "Other bonds than the master",
            "create the bonds of the master on it",
            "XenServer: NIC Bonding",
        ),
        (
            "dom0_memory",
            "The control domain has less memory than the minimum",
            "set the memory on the host and restart it",
            "XenServer: Configure XenServer dom0 Memory",
        ),
        (
            "clock_offset",
            "The clock differs from the master's",
            "use the same NTP servers on all hosts",
            _TIME,
        ),
        ("ntp_off", "The host does not use NTP", "switch NTP on", _TIME),
        (
            "storage_unplugged",
            "Storage is not connected or not plugged on a host",
            "use cs_xenserver_pool with plug_storage",
            "XenServer: Primary Storage Setup",
        ),
        (
            "ha_off",
            "HA of the pool is off, so nothing replaces a master that fails",
            "enable it with xe pool-enable-ha and a timeout of 120 to 180 s",
            _HA,
        ),
        (
            "ha_timeout",
            "The timeout of the pool's HA is not 120 to 180 s",
            "enable HA again with xe pool-enable-ha ha-config:timeout=180",
            _HA,
        ),
        (
            "ha_guests",
            "The pool's HA restarts VMs, which CloudStack restarts too",
            "clear ha-restart-priority of these VMs: HA is for the master alone",
            _HA,
        ),
    ),
)

found = XEN.found
