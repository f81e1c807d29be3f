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
_BONDING = "vSphere: Configure NIC Bonding for vSphere"
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
            "The cluster is in a folder of its datacenter",
            "move it to the top level of the datacenter: CloudStack uses the path datacenter/cluster",
            _OTHER,
        ),
        ("host_disconnected", "vCenter has no connection to the host", "reconnect the host in vCenter", _OTHER),
        ("host_not_esxi", "The host runs ESX, not ESXi", "install ESXi", _OTHER),
        ("version_old", "The version is too old for CloudStack", "upgrade the host", _OTHER),
        (
            "hvm_off",
            "The host has no hardware virtualization",
            "enable VT-x or AMD-V in the firmware",
            _HARDWARE,
        ),
        ("memory_small", "The host has too little memory", "add memory", _HARDWARE),
        (
            "foreign_vms",
            "The cluster has VMs before it is added",
            "move the VMs to another cluster: CloudStack must manage all VMs of the cluster",
            _OTHER,
        ),
        (
            "label_invalid",
            "The traffic label has an invalid form",
            "use SWITCH or SWITCH,VLAN or SWITCH,VLAN,KIND",
            _LABEL,
        ),
        (
            "label_needs_standard",
            "Management and storage traffic cannot use a distributed switch",
            "use a standard switch for this traffic",
            _VDS,
        ),
        (
            "label_wrong_kind",
            "The kind of the switch differs from that in the traffic label",
            "correct the kind or the name of the switch in the label",
            _LABEL,
        ),
        (
            "switch_missing",
            "The host does not have the switch named in a traffic label",
            "create the switch, or correct the label: the names of switches must be the same on all hosts of a zone",
            _SWITCH,
        ),
        (
            "dvswitch_off",
            "A traffic label names a distributed switch, but CloudStack is configured not to use them",
            "set vmware.use.dvswitch to true and restart the management server",
            "VDS: Enabling Virtual Distributed Switch in CloudStack",
        ),
        (
            "management_portgroup_missing",
            "The host has no VMkernel port on the management port group",
            "use the same name on all hosts, and set vmware.management.portgroup to it",
            _MANAGEMENT,
        ),
    ),
    rows(
        HURTS,
        (
            "host_in_maintenance",
            "The host is in vCenter's maintenance mode",
            "exit maintenance mode in vCenter",
            "Hosts: vCenter and Maintenance Mode",
        ),
        (
            "address_dynamic",
            "A VMkernel port with management traffic has its address from DHCP",
            "set a static address, or ignore the code if the DHCP server reserves the address",
            _HARDWARE,
        ),
        ("host_name_missing", "The host has no host name", "set a host name in its DNS configuration", _OTHER),
        ("host_name_shared", "Two hosts have the same name", "use a different name for each host", _OTHER),
        (
            "version_differs",
            "The version differs from other hosts of the cluster",
            "install the same version on all hosts",
            _HARDWARE,
        ),
        (
            "cpu_differs",
            "The CPU differs from other hosts of the cluster",
            "use the same type, number and features of CPUs in a cluster, or enable EVC for the features",
            _HARDWARE,
        ),
        (
            "dvswitch_several",
            "The labels of one traffic type name different distributed switches",
            "use one distributed switch for guest traffic and one for public traffic",
            _VDS,
        ),
        (
            "management_traffic_off",
            "The VMkernel port of the management port group is not enabled for management traffic",
            "enable it with vmkernel of cs_vsphere_host",
            _MANAGEMENT,
        ),
        (
            "vmotion_off",
            "vMotion is not enabled on any VMkernel port",
            "enable it with vmkernel of cs_vsphere_host",
            _MANAGEMENT,
        ),
        (
            "management_vlan_differs",
            "The VLAN of the management port group differs from the expected one",
            "set the VLAN of the port group",
            _MANAGEMENT,
        ),
        (
            "switches_differ",
            "The standard switches differ from other hosts of the cluster",
            "create the same switches with the same names on all hosts",
            _SWITCH,
        ),
        (
            "switch_without_nic",
            "The switch has no network card",
            "add an uplink to the switch",
            "vSphere: Physical Host Networking",
        ),
        (
            "nic_down",
            "A network card of the switch has no link",
            "check its cable",
            "vSphere: Physical Host Networking",
        ),
        ("mtu_differs", "The MTU of the switch differs from other hosts", "use the same MTU on all hosts", _SWITCH),
        (
            "nic_unused",
            "The failover order of the switch leaves out a network card",
            "set active_nics and standby_nics of cs_vsphere_host",
            _BONDING,
        ),
        (
            "teaming_differs",
            "Teaming or security policy of the switch differs from other hosts",
            "set the same policies on all hosts with vswitches of cs_vsphere_host",
            _BONDING,
        ),
        (
            "switch_ports_few",
            "The switch has too few ports",
            "set 4088 ports with cs_vsphere_host and restart the host",
            "vSphere: Increasing Ports",
        ),
        ("ntp_absent", "The host has no NTP server", "set the NTP servers of the zone", _HARDWARE),
        ("ntp_differs", "The NTP servers differ from the expected ones", "set them", _HARDWARE),
        ("ntp_stopped", "NTP is stopped or does not start at boot", "start ntpd and set its policy to on", _HARDWARE),
        (
            "console_ports_closed",
            "The firewall blocks console proxies",
            "enable a ruleset that allows these TCP ports",
            "vSphere: Extend Port Range for CloudStack Console Proxy",
        ),
        ("iscsi_off", "Software iSCSI is disabled", "set iscsi_targets of cs_vsphere_host", _ISCSI),
        ("iscsi_target_missing", "An iSCSI target is not configured", "set iscsi_targets of cs_vsphere_host", _ISCSI),
        (
            "datastore_unreachable",
            "A datastore cannot be reached",
            "check the connection from this host to its storage",
            _ISCSI,
        ),
        (
            "datastore_missing",
            "A shared datastore of the cluster is not mounted on the host",
            "mount the datastore on every host",
            _ISCSI,
        ),
        (
            "datastore_foreign_host",
            "Hosts outside the cluster mount one of its datastores",
            "do not share CloudStack's storage with other hosts",
            _OTHER,
        ),
        (
            "privileges_missing",
            "The vCenter user does not have all privileges of an administrator on the datacenter",
            "give the user the role Administrator, or ignore the code if CloudStack works with its role",
            "Preparation Checklist for VMware: vCenter Checklist",
        ),
        (
            "vcenter_port",
            "vCenter is not on the standard port 443, on which CloudStack connects to it",
            "use port 443, or ignore the code if only this task has another way to the vCenter",
            "vSphere: vCenter Server requirements",
        ),
        ("paths_dead", "Paths to a disk are dead", "check the storage network", "vSphere: Multipathing for vSphere"),
        (
            "ha_off",
            "vSphere HA is off, and CloudStack itself does not restart VMware VMs when their host fails",
            "enable vSphere HA",
            "CloudStack's source, HighAvailabilityManagerImpl",
        ),
    ),
    rows(
        NOTE,
        (
            "label_vlan_ignored",
            "The VLAN in a traffic label applies to public traffic only",
            "remove the VLAN from the label",
            _LABEL,
        ),
        (
            "other_clusters",
            "The datacenter in vCenter has other clusters too",
            "use a datacenter for CloudStack alone, or leave these clusters unused",
            _OTHER,
        ),
        (
            "portgroup_unused",
            "Distributed port groups of removed guest networks are left",
            "remove them with cs_vsphere_host and remove_unused_port_groups",
            _VDS,
        ),
        ("nic_single", "The switch has only one network card", "add a second uplink", _BONDING),
        ("path_single", "A disk has only one path", "configure multipathing", "vSphere: Multipathing for vSphere"),
        (
            "drs_not_automatic",
            "vCenter does not migrate VMs automatically when a host enters maintenance",
            "nothing if CloudStack empties the host first; otherwise set DRS to fully automated",
            "Hosts: vCenter and Maintenance Mode",
        ),
        (
            "build_differs",
            "The build differs from other hosts of the cluster",
            "install the same patches on all hosts",
            "vSphere: Applying Hotfixes to a VMware vSphere Host",
        ),
    ),
)
told = VSPHERE.found
