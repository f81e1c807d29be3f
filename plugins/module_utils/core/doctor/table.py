# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of the doctor about what other modules return as figures and states, without findings of their own.

Sources: the seed documents, by title; what a row is about is judged where the named module judges it.
"""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, NOTE, Table, rows

_BEST = "4.11.1: Best Practices"
_HOSTS = "Working with Hosts"
_OOBM = "Working with Hosts: Out-of-band Management"

DOCTOR = Table(
    "doctor",
    rows(
        HURTS,
        (
            "judge_failed",
            "A check failed with an error, so its result is unknown",
            "correct the error and run the doctor again",
            "cs_doctor",
        ),
        (
            "result_failed",
            "A task whose result was passed in results has failed without findings",
            "read its message, and run it again",
            "cs_doctor",
        ),
    ),
)

CAPACITY = Table(
    "capacity",
    rows(
        BLOCKS,
        (
            "disable_threshold_reached",
            "The server places no more VMs or volumes, because a disable threshold is reached",
            "add capacity, or raise the threshold with cs_configuration",
            _BEST,
        ),
    ),
    rows(
        HURTS,
        (
            "no_spare_capacity",
            "The VMs of a failed host do not fit on the other hosts",
            "add a host, stop VMs, or migrate VMs to another cluster",
            _BEST,
        ),
        (
            "notification_threshold_reached",
            "A notification threshold is reached",
            "add capacity before the disable threshold is reached",
            _BEST,
        ),
        (
            "too_many_vms",
            "A cluster runs more VMs than its hypervisor can take after the failure of a host",
            "disable allocation to the cluster with cs_cluster_limit, or add hosts",
            _BEST,
        ),
    ),
    rows(
        NOTE,
        (
            "capacity_doubtful",
            "Figures of capacity differ, or a threshold has no effect",
            "read the evidence; wait for the server's next recalculation, or set the threshold with cs_configuration",
            "listCapacity",
        ),
        (
            "old_factors_kept",
            "VMs count with former over-provisioning factors",
            "stop and start them, for example with cs_overprovision and restart_vms; from CloudStack 4.19.1 on, a "
            "migration is enough",
            f"{_HOSTS}: Over-Provisioning and Service Offering Limits",
        ),
    ),
)

ROLLS = Table(
    "rolls",
    rows(
        HURTS,
        (
            "roll_not_possible",
            "The hosts of a cluster cannot be emptied one after the other",
            "show the whole plan with cs_maintenance_plan",
            f"{_HOSTS}: Maintenance",
        ),
    ),
)

HOSTS = Table(
    "hosts",
    rows(
        BLOCKS,
        (
            "host_not_up",
            "A host is not connected",
            "check that the machine runs and that its agent reaches the management server, then reconnect it (playbook "
            "recover_agents)",
            _HOSTS,
        ),
        (
            "host_in_error",
            "A host is in an error state",
            "end the maintenance with cs_maintenance and state=absent, then find out which VMs did not move",
            f"{_HOSTS}: Maintenance",
        ),
    ),
    rows(
        HURTS,
        (
            "hypervisor_versions_differ",
            "Hosts of a cluster have different versions of the hypervisor, so that VMs may not migrate",
            "bring all hosts of the cluster to one version, one after the other (playbook rolling_maintenance)",
            "4.11.1: Hypervisor installation",
        ),
        (
            "agent_version_differs",
            "Agents have another version than the management servers",
            "upgrade them (playbook upgrade_agents)",
            "4.11.1: Upgrade",
        ),
    ),
    rows(
        NOTE,
        (
            "host_out",
            "A host takes no VMs",
            "end its maintenance with cs_maintenance, or enable it with cs_allocation_state, if no work is under way",
            f"{_HOSTS}: Maintenance",
        ),
        (
            "place_disabled",
            "The server places no VMs in a disabled zone, pod or cluster",
            "enable it with cs_allocation_state if no work is under way",
            f"{_HOSTS}: Disabling and Enabling Zones, Pods, and Clusters",
        ),
    ),
)

VLANS = Table(
    "VLANs",
    rows(
        HURTS,
        (
            "allocated_without_network",
            "A VLAN is allocated although no network uses it",
            "see cs_vlan_info, then release it in the database together with your support",
            "listGuestVlans",
        ),
        (
            "dedicated_outside",
            "A dedication has VLANs that the physical network does not have",
            "release the dedication with cs_vlan_dedication, or add the VLANs with cs_vlan_range",
            "T3:38",
        ),
        (
            "vlan_outside_scheme",
            "A VLAN is used for another purpose than in the scheme of the zone",
            "change the scheme, or move what uses the VLAN",
            "the declared scheme of VLANs",
        ),
    ),
    rows(
        NOTE,
        (
            "network_without_vm",
            "A network keeps its VLAN although it has no VM",
            "delete the network, or check network.gc.interval and network.gc.wait",
            "4.11.1: Networks",
        ),
        (
            "same_vlans",
            "Two physical networks have the same VLANs, which is a conflict if they share switches",
            "give each physical network other VLANs with cs_vlan_range",
            "4.11.1: Network Setup",
        ),
    ),
)

HA = Table(
    "high availability",
    rows(
        BLOCKS,
        (
            "vm_not_back",
            "A VM with HA does not run although no user has stopped it",
            "read why with cs_ha_info",
            "4.11.1: HA-Enabled Instances",
        ),
    ),
    rows(
        HURTS,
        (
            "vm_stays_down",
            "VMs with HA do not start again after the loss of their host",
            "read why with cs_ha_info",
            "4.11.1: HA-Enabled Instances",
        ),
        (
            "ha_tag_without_host",
            "HA VMs need a host with the tag of ha.tag, and a cluster has none",
            "add the tag to a host with cs_host, or clear ha.tag with cs_configuration",
            "4.11.1: Dedicated HA Hosts",
        ),
        (
            "host_ha_not_ready",
            "Host HA is enabled for a host and cannot act",
            "read what is missing with cs_host_ha_info",
            f"{_HOSTS}: Host HA",
        ),
        (
            "host_ha_acts",
            "Host HA of a host is acting, or has fenced it",
            "read what to do with cs_host_ha_info",
            f"{_HOSTS}: Host HA",
        ),
        (
            "bmc_not_answering",
            "The out-of-band management of a host is enabled, and its power state is not known",
            "check the controller with cs_bmc_check",
            _OOBM,
        ),
    ),
    rows(
        NOTE,
        (
            "no_out_of_band",
            "Hosts have no out-of-band management, so that nothing can fence them",
            "configure it with cs_oobm",
            _OOBM,
        ),
        (
            "out_of_band_slow",
            "Power states are read too slowly",
            "set the values that the evidence names with cs_configuration",
            _OOBM,
        ),
        (
            "fence_not_proven",
            "Host HA has never fenced a host in a drill",
            "run cs_fence_drill (playbook fence_drill) on an empty host",
            f"{_HOSTS}: Host HA",
        ),
    ),
)

STORAGE = Table(
    "storage",
    rows(
        BLOCKS,
        (
            "pool_in_error",
            "A primary storage pool is in an error state",
            "read cs_storage_maintenance_info, then repeat or end the maintenance with cs_storage_maintenance",
            "4.11.1: Primary Storage",
        ),
        (
            "no_primary_storage",
            "An enabled zone has no primary storage that is up",
            "add a pool with cs_storage_pool, or end a maintenance with cs_storage_maintenance",
            "4.11.1: Primary Storage",
        ),
        (
            "no_secondary_storage",
            "An enabled zone has no secondary storage that can be written to",
            "add a store with cs_image_store, or make one writable",
            "4.11.1: Secondary Storage",
        ),
    ),
    rows(
        NOTE,
        (
            "pool_out",
            "No volume is placed on a primary storage pool",
            "end the maintenance with cs_storage_maintenance, or enable the pool with cs_storage_pool, if no work "
            "is under way",
            "4.11.1: Maintenance Mode for Primary Storage",
        ),
        (
            "pool_large",
            "A primary storage pool is larger than 6 TB",
            "use several smaller pools for each cluster",
            _BEST,
        ),
    ),
)

OPEN_ALERTS = Table(
    "open alerts",
    rows(
        NOTE,
        (
            "alerts_open",
            "The server sent alerts that are not archived",
            "read them with cs_alert_info, remove their causes, and archive them with cs_alert",
            "4.11.1: Alerts",
        ),
    ),
)

SETTINGS = Table(
    "settings",
    rows(
        BLOCKS,
        (
            "agents_sent_to_localhost",
            "Agents and system VMs get an address to connect to that belongs to no management server",
            "set host to the addresses of all management servers with cs_configuration, then restart them",
            "4.11.1: Setting Configuration Parameters",
        ),
    ),
    rows(
        HURTS,
        (
            "downloads_unprotected",
            "Users can download from any address of the internal network as a template",
            "set secstorage.allowed.internal.sites to the networks of your own template servers with cs_configuration",
            "4.11.1: Setting Configuration Parameters",
        ),
        (
            "roll_timeout_short",
            "The server's own rolling maintenance ends each stage before its first answer",
            "set kvm.rolling.maintenance.stage.timeout above kvm.rolling.maintenance.ping.interval with "
            "cs_configuration",
            f"{_HOSTS}: KVM Rolling Maintenance",
        ),
        (
            "local_system_vms",
            "Zones have no shared primary storage, and system VMs need one",
            "set system.vm.use.local.storage to true with cs_configuration, or add a shared pool with cs_storage_pool",
            "4.11.1: Primary Storage",
        ),
    ),
    rows(
        NOTE,
        (
            "memory_overprovisioned",
            "Clusters have a memory factor that promises more memory than their hosts have",
            "set the factor to 1 with cs_overprovision, unless the hosts share or swap memory",
            _BEST,
        ),
        (
            "management_network_unset",
            "The network of the management servers is not set",
            "set management.network.cidr with cs_configuration",
            "4.11.1: Setting Configuration Parameters",
        ),
    ),
)

OWN = (DOCTOR, CAPACITY, ROLLS, HOSTS, VLANS, HA, STORAGE, OPEN_ALERTS, SETTINGS)
