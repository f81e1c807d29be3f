# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared parts of a new cloud: its groups of machines, and what is read of each machine."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..servers import reached_at

Variables = t.Mapping[str, t.Any]
DATABASES, STORAGE, MANAGEMENT = "databases", "nfs_servers", "management_servers"
BALANCERS, USAGE, HYPERVISORS = "load_balancers", "usage_servers", "kvm"
SERVERS = (DATABASES, STORAGE, MANAGEMENT, BALANCERS, USAGE)
# By group, the variable of a machine's address.
OWN = {DATABASES: "mysql_server_address", MANAGEMENT: "management_server_address"}
# Variables of machines that are read. A machine has many more, and some of them cannot be read before they are used.
READ = (
    *reached_at.ANSIBLE,
    *OWN.values(),
    *("host_base_fqdn", "host_base_domain", "host_firewall_purposes", "host_firewall_management"),
    *("host_firewall_cluster", "add_hosts_zone", "add_hosts_cluster", "mysql_server_admin_password"),
    *("mysql_server_replication_password", "management_server_version", "usage_server_version"),
    *("management_server_database_host", "management_server_database_password", "management_server_key"),
    *("management_server_database_key", "management_server_database_admin_password", "management_server_http_port"),
    *("management_server_https_port", "management_server_https", "management_server_http", "load_balancer_http_ports"),
    *("load_balancer_agent_port", "load_balancer_https_port", "load_balancer_certificate"),
    *("management_firewall_administrators", "nfs_server_networks", "nfs_server_world", "nfs_server_exports"),
)


@dataclass(frozen=True)
class Installation:
    """groups: names by what they are for. machines: variables by name. new: no management server is installed yet.

    offered: versions of cloudstack-management that the machines know already, where their repository is not declared.
    hosts: further names that CloudStack gets as hosts, by cluster. firewall: whether the servers get one. url: of the
    API, where the operator tells it.
    """

    groups: t.Mapping[str, t.Sequence[str]]
    machines: t.Mapping[str, Variables]
    admin_password: str = field(default="", repr=False)
    zone: t.Optional[Variables] = None
    hosts: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    offered: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    new: bool = True
    firewall: bool = True
    url: str = ""

    def names(self, *groups: str) -> list[str]:
        """Without repetition, in the order of the inventory."""
        return list(dict.fromkeys(name for group in groups for name in self.groups.get(group) or ()))

    def of(self, name: str) -> Variables:
        return self.machines.get(name) or {}

    def first(self, group: str, variable: str, default: t.Any = "") -> t.Any:
        """The value of the first machine of a group that has one."""
        for name in self.names(group):
            if self.of(name).get(variable) not in (None, ""):
                return self.of(name)[variable]
        return default
