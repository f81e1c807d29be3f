# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of ngine_io.cloudstack that have a module here, and what of their options has none.

Compared with the argument specs of its versions 2.5.0, whose modules are ``cs_x``, and 3.3.0, whose modules are ``x``.
An option that is not in these tables means the same in both collections.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

THEIRS, OURS = "ngine_io.cloudstack", "hostcraft.cloudstack"
GROUP = "cloudstack"
# The group's name before collections.
OLD_GROUP = "cs"


@dataclass(frozen=True)
class Module:
    """A module that both have.

    renamed: options by their name here. missing: options that are not here, with what to do instead. values: values
    by their name here. refused: values that are not here. forms: options that are a mapping here, there a list.
    choices: options that take any text there, in any case; here only these.
    """

    renamed: t.Mapping[str, str] = field(default_factory=dict)
    missing: t.Mapping[str, str] = field(default_factory=dict)
    values: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    refused: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    forms: t.Mapping[str, str] = field(default_factory=dict)
    choices: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def changes(self) -> frozenset[str]:
        """Options that are not the same here."""
        return frozenset({*self.renamed, *self.missing, *self.values, *self.refused, *self.forms, *self.choices})


TAGS = "set the tags of the object with another tool; this collection does not manage them"
WAITED = "remove the option: this collection always waits for the change"
CLEAN_UP = "use cs_network_restart, which has the option cleanup"
RESTART = "use cs_network_restart"
SYSTEM = "use cs_system_offering"
HYPERVISORS = ("KVM", "XenServer", "VMware", "Hyperv", "LXC", "BareMetal", "Ovm3", "Simulator")

# By the name without `cs_`.
MODULES: t.Mapping[str, Module] = {
    "cluster": Module(choices={"hypervisor": (*HYPERVISORS, "Custom")}),
    "cluster_info": Module(),
    "configuration": Module(),
    "configuration_info": Module(),
    "disk_offering": Module(renamed={"domain": "domains"}),
    "host": Module(choices={"hypervisor": (*HYPERVISORS, "Custom")}),
    "image_store": Module(),
    "network": Module(
        missing={
            "acl": "keep this task: this collection does not manage ACLs of tiers",
            "clean_up": CLEAN_UP,
            "poll_async": WAITED,
            "tag": TAGS,
            "tags": TAGS,
        },
        values={"acl_type": {"account": "Account", "domain": "Domain"}},
        refused={"state": {"restarted": RESTART}},
    ),
    "network_offering": Module(
        renamed={"domain": "domains", "zone": "zones"},
        missing={
            "details": "keep this task: this collection has no option for details",
            "service_capability": "use service_capabilities, a list of service, capability and value",
        },
        forms={"service_capabilities": "write each item as service, capability and value"},
        choices={"availability": ("Optional", "Required"), "traffic_type": ("Guest",)},
    ),
    "physical_network": Module(),
    "pod": Module(),
    "pod_info": Module(),
    "resource_limit": Module(),
    "router": Module(missing={"poll_async": WAITED}),
    "service_offering": Module(
        renamed={
            "disk_bytes_read_rate": "bytes_read_rate",
            "disk_bytes_write_rate": "bytes_write_rate",
            "domain": "domains",
        },
        missing={"is_system": SYSTEM, "system_vm_type": SYSTEM},
        forms={"service_offering_details": "write the list of key and value as one mapping"},
    ),
    "storage_pool": Module(choices={"hypervisor": (*HYPERVISORS, "Any")}),
    "traffic_type": Module(),
    "vlan_ip_range": Module(),
    "vpc": Module(
        missing={"clean_up": CLEAN_UP, "poll_async": WAITED, "tag": TAGS, "tags": TAGS},
        refused={"state": {"stopped": "keep this task: this collection does not stop VPCs", "restarted": RESTART}},
    ),
    "zone": Module(),
    "zone_info": Module(),
}
# Names that version 3 replaced.
FORMER: t.Mapping[str, str] = {
    "affinitygroup": "affinity_group",
    "facts": "metadata_facts",
    "instance_facts": "instance_info",
    "instancegroup": "instance_group",
    "loadbalancer_rule": "lb_rule",
    "loadbalancer_rule_member": "lb_rule_member",
    "resourcelimit": "resource_limit",
    "securitygroup": "security_group",
    "securitygroup_rule": "security_group_rule",
    "snapshot_policy": "volume_snapshot_policy",
    "sshkeypair": "ssh_key",
    "staticnat": "static_nat",
    "vmsnapshot": "instance_snapshot",
    "zone_facts": "zone_info",
}
# Their modules without one here, by the names of version 3.
ONLY_THEIRS = frozenset(
    {
        "account",
        "affinity_group",
        "api_request",
        "domain",
        "firewall",
        "instance",
        "instance_group",
        "instance_info",
        "instance_nic",
        "instance_nic_secondaryip",
        "instance_password_reset",
        "instance_snapshot",
        "internal_lb_vm",
        "ip_address",
        "iso",
        "lb_internal",
        "lb_internal_member",
        "lb_rule",
        "lb_rule_member",
        "metadata_facts",
        "network_acl",
        "network_acl_rule",
        "portforward",
        "project",
        "region",
        "role",
        "role_permission",
        "security_group",
        "security_group_rule",
        "ssh_key",
        "ssl_cert",
        "static_nat",
        "template",
        "user",
        "user_data",
        "volume",
        "volume_snapshot_policy",
        "vpc_offering",
        "vpc_private_gateway",
        "vpn_connection",
        "vpn_customer_gateway",
        "vpn_gateway",
        "vpn_user",
    }
)


def base(name: str) -> str:
    """A name of theirs, without a namespace, as version 3 has it; "" for a module that they never had."""
    short = name[3:] if name.startswith("cs_") else name
    short = FORMER.get(short, short)
    return short if short in MODULES or short in ONLY_THEIRS else ""
