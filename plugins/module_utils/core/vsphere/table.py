# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of a vSphere cluster: every code with its title, severity, remedy and source.

Sources: "vSphere: …" are sections of CloudStack's "VMware vSphere Installation and Configuration", "VDS: …" of
"Configuring a VMware Datacenter with VMware Distributed Virtual Switch", both in Hypervisor Installation.
"""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, NOTE, Table, rows

_OTHER, _HARDWARE = "vSphere: Other requirements", "vSphere: Hardware requirements"
_SWITCH, _SEPARATE = "vSphere: Configure Virtual Switch", "vSphere: Separating Traffic"
_MANAGEMENT, _VDS = "vSphere: Configure vCenter Management Network", "VDS: Prerequisites and Guidelines"
_LABEL, _ISCSI = "VDS: Preparation Checklist", "vSphere: Storage Preparation for vSphere (iSCSI only)"


VSPHERE = Table(
    "vSphere checks",
    rows(
        BLOCKS,
        (
            "cluster_empty",
            "The cluster has no host",
            "add hosts to it in vCenter",
            "vSphere: Add Hosts or Configure Clusters",
        ),
        (
            "cluster_in_folder",
            "The cluster lies in a folder below its datacenter",
            "move it to the top of the datacenter, where datacenter/cluster leads to it",
            _OTHER,
        ),
        ("host_disconnected", "vCenter has no connection to the host", "reconnect it in vCenter", _OTHER),
        ("host_not_esxi", "The host runs ESX, not ESXi", "install ESXi", _OTHER),
        ("version_old", "The version is older than CloudStack can use", "upgrade the host", _OTHER),
        ("memory_small", "Too little memory", "add memory", _HARDWARE),
        (
            "foreign_vms",
            "VMs are in the cluster before it joins",
            "move them away: a cluster of CloudStack's holds nothing else",
            _OTHER,
        ),
        ("label_invalid", "The traffic label cannot be read", "write SWITCH, SWITCH,VLAN or SWITCH,VLAN,KIND", _LABEL),
        (
            "label_needs_standard",
            "Management and storage traffic cannot use a distributed switch",
            "put this traffic on a standard switch",
            _VDS,
        ),
        (
            "label_wrong_kind",
            "The switch is of another kind than the traffic label says",
            "correct the kind in the label, or the name of the switch",
            _LABEL,
        ),
        (
            "switch_missing",
            "A switch that a traffic label names is not on the host",
            "make it there, or correct the label: all hosts of a zone have the same names of switches",
            _SWITCH,
        ),
        (
            "dvswitch_off",
            "A traffic label names a distributed switch, which CloudStack is told not to use",
            "set vmware.use.dvswitch to true and restart the management server",
            "VDS: Enabling Virtual Distributed Switch in CloudStack",
        ),
        (
            "management_portgroup_missing",
            "The host has no VMkernel port on the management port group",
            "name it alike on all hosts, and set vmware.management.portgroup to that name",
            _MANAGEMENT,
        ),
    ),
    rows(
        HURTS,
        (
            "host_in_maintenance",
            "The host is in vCenter's maintenance mode",
            "exit it in vCenter",
            "Hosts: vCenter and Maintenance Mode",
        ),
        ("host_name_missing", "The host has no name of its own", "give it one in its DNS configuration", _OTHER),
        ("host_name_shared", "Another host has the same name", "give each host a name of its own", _OTHER),
        ("version_differs", "Another version than the rest of the cluster", "upgrade all hosts alike", _HARDWARE),
        (
            "cpu_differs",
            "Another CPU than the rest of the cluster",
            "use one type, count and set of features in a cluster, or turn EVC on for the features",
            _HARDWARE,
        ),
        (
            "dvswitch_several",
            "Labels of one traffic type name several distributed switches",
            "use one distributed switch for guest traffic and one for public traffic",
            _VDS,
        ),
        (
            "management_traffic_off",
            "The management port group's VMkernel port carries no management traffic",
            "enable management traffic on it",
            _MANAGEMENT,
        ),
        ("vmotion_off", "vMotion is enabled on no VMkernel port", "enable vMotion on the management one", _MANAGEMENT),
        (
            "management_vlan_differs",
            "The management port group has another VLAN than wanted",
            "set its VLAN",
            _MANAGEMENT,
        ),
        (
            "switches_differ",
            "Other standard switches than the rest of the cluster",
            "give all hosts the same switches under the same names",
            _SWITCH,
        ),
        ("switch_without_nic", "The switch has no card", "give it an uplink", "vSphere: Physical Host Networking"),
        ("nic_down", "A card of the switch has no link", "see to its cable", "vSphere: Physical Host Networking"),
        ("mtu_differs", "The switch has another MTU than on other hosts", "set one MTU", _SWITCH),
        (
            "switch_ports_few",
            "The switch has too few ports",
            "set 4088 ports and restart the host",
            "vSphere: Increasing Ports",
        ),
        ("ntp_absent", "The host has no NTP server", "give it the zone's", _HARDWARE),
        ("ntp_differs", "Other NTP servers than wanted", "set them", _HARDWARE),
        ("ntp_stopped", "NTP does not run, or not from the next start on", "start ntpd with policy on", _HARDWARE),
        (
            "console_ports_closed",
            "The firewall keeps console proxies from the host",
            "enable a ruleset that lets these TCP ports in",
            "vSphere: Extend Port Range for CloudStack Console Proxy",
        ),
        ("iscsi_off", "Software iSCSI is off", "enable the software adapter", _ISCSI),
        ("iscsi_target_missing", "An iSCSI target is not configured", "add the target on every host", _ISCSI),
        (
            "datastore_unreachable",
            "A datastore does not answer",
            "see to the way from this host to its storage",
            _ISCSI,
        ),
        (
            "datastore_missing",
            "A shared datastore of the cluster is not mounted on the host",
            "mount it on every host",
            _ISCSI,
        ),
        (
            "datastore_foreign_host",
            "Hosts outside of the cluster mount a datastore of it",
            "do not share CloudStack's storage with others",
            _OTHER,
        ),
        ("paths_dead", "Paths to a disk are dead", "see to the fabric", "vSphere: Multipathing for vSphere"),
        (
            "ha_off",
            "vSphere HA is off, and CloudStack itself restarts no VM of VMware when its host fails",
            "turn vSphere HA on",
            "CloudStack's source, HighAvailabilityManagerImpl",
        ),
    ),
    rows(
        NOTE,
        (
            "label_vlan_ignored",
            "The VLAN in a traffic label counts for public traffic alone",
            "leave it out",
            _LABEL,
        ),
        ("path_single", "A disk has one path only", "configure multipathing", "vSphere: Multipathing for vSphere"),
        (
            "drs_not_automatic",
            "vCenter moves no VM by itself when a host enters maintenance",
            "nothing, where CloudStack empties the host first; else set DRS to fully automated",
            "Hosts: vCenter and Maintenance Mode",
        ),
        (
            "build_differs",
            "Another build than the rest of the cluster",
            "patch all hosts alike",
            "vSphere: Applying Hotfixes to a VMware vSphere Host",
        ),
    ),
)
told = VSPHERE.found
