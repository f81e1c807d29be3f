# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new cloud is made of, judged as a whole before the first machine is changed.

Each role judges its own machine when its turn comes. Here is what only the whole inventory tells, and what a role would
find when other machines have been changed already.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ..addresses import is_address, is_host_name
from ..errors import Reason
from ..servers import reached_at
from .model import BALANCERS, DATABASES, HYPERVISORS, MANAGEMENT, OWN, SERVERS, STORAGE, USAGE, Installation, Variables
from .secrets import secrets

_VERSION = re.compile(r"\d+(\.\d+){1,3}")


def problems(wanted: Installation) -> list[Reason]:
    """A machine of two groups has its problems once."""
    found = [*_groups(wanted), *_places(wanted), *_names(wanted), *secrets(wanted), *_ports(wanted), *_url(wanted)]
    found += [*_versions(wanted), *_networks(wanted), *_hypervisors(wanted), *_pools(wanted)]
    return list({(each.code, each.message): each for each in found}.values())


def _groups(wanted: Installation) -> t.Iterator[Reason]:
    if not wanted.names(MANAGEMENT):
        yield Reason("no_management_servers", "the group management_servers has no hosts", "add one to it")
    if not wanted.names(DATABASES) and not wanted.first(MANAGEMENT, "management_server_database_host"):
        yield Reason(
            "no_database",
            "the group databases has no hosts",
            "add a host to it, or set management_server_database_host to an existing server",
        )


def _places(wanted: Installation) -> t.Iterator[Reason]:
    """CloudStack's own traffic is IPv4, and accounts and firewalls need addresses."""
    seen: dict[str, str] = {}
    for group in SERVERS:
        for name, place in reached_at.addresses(wanted.names(group), wanted.machines, OWN.get(group, "")).items():
            remedy = f"set ansible_host of {name} to its IPv4 address"
            if group in OWN:
                remedy += f", or {OWN[group]}"
            if not is_address(place):
                yield Reason("no_address", f"{name} is reached by {place!r}, which is not an address", remedy)
            elif ":" in place and group != STORAGE:
                yield Reason("ipv6_address", f"{name} has the IPv6 address {place}", remedy)
            elif ipaddress.ip_address(place).is_loopback:
                yield Reason(
                    "loopback_address", f"{name} has the address {place}, which other machines cannot reach", remedy
                )
            elif seen.setdefault(place, name) != name:
                yield Reason(
                    "address_twice",
                    f"{seen[place]} and {name} have the address {place}",
                    "use only one name for a machine",
                )


def _names(wanted: Installation) -> t.Iterator[Reason]:
    for name in wanted.names(*SERVERS, HYPERVISORS):
        its = wanted.of(name)
        domain = str(its.get("host_base_domain") or "cloud.internal")
        full = str(its.get("host_base_fqdn") or (name if "." in name else f"{name}.{domain}"))
        if not is_host_name(full) or "." not in full:
            yield Reason(
                "host_name", f"{full!r} cannot be the full name of {name}", f"set host_base_fqdn of {name} to a name"
            )


def _ports(wanted: Installation) -> t.Iterator[Reason]:
    """Both listen on all addresses of the machine."""
    for name in wanted.names(BALANCERS):
        if name not in wanted.names(MANAGEMENT):
            continue
        its = wanted.of(name)
        listed = its.get("load_balancer_http_ports") or [8080]
        front = {str(port) for port in (listed if isinstance(listed, (list, tuple)) else [listed])}
        front.add(str(its.get("load_balancer_agent_port") or 8250))
        if its.get("load_balancer_certificate"):
            front.add(str(its.get("load_balancer_https_port") or 443))
        behind = {"8250", str(its.get("management_server_http_port") or 8080)}
        behind |= (
            {str(its.get("management_server_https_port") or 8443)} if its.get("management_server_https") else set()
        )
        if front & behind:
            yield Reason(
                "port_clash",
                f"load balancer and management server on {name} both listen on {_all(sorted(front & behind))}",
                "use another machine for the load balancer, or omit it if there is only one management server",
            )


def _url(wanted: Installation) -> t.Iterator[Reason]:
    """A certificate is for a name, which is not in the inventory."""
    if wanted.names(BALANCERS):
        secured = bool(wanted.first(BALANCERS, "load_balancer_certificate"))
    else:
        its = wanted.of(next(iter(wanted.names(MANAGEMENT)), ""))
        secured = bool(its.get("management_server_https")) and its.get("management_server_http") in (False, "false")
    if secured and not wanted.url:
        yield Reason(
            "api_url", "the API is served by HTTPS", "set install_api_url to the URL that its certificate is for"
        )


def _versions(wanted: Installation) -> t.Iterator[Reason]:
    versions = {name: str(wanted.of(name).get("management_server_version") or "") for name in wanted.names(MANAGEMENT)}
    if len(set(versions.values())) > 1:
        shown = _all([f"{name} {version or 'any'}" for name, version in versions.items()])
        yield Reason("versions_differ", f"management servers have different versions: {shown}", "use one for all")
    for name, version in versions.items():
        offered = wanted.offered.get(name)
        if version and not _VERSION.fullmatch(version):
            told = f"management_server_version={version!r} of {name} is not a version"
            yield Reason("version", told, "use a version such as 4.22.0.0")
        elif offered is not None and not [each for each in offered if each.startswith(version)]:
            yield Reason(
                "version_not_offered",
                f"the repositories of {name} do not have cloudstack-management {version}".rstrip()
                + (f", but {_all(list(offered))}" if offered else ""),
                "set management_server_repository, or another management_server_version",
            )
    for name in wanted.names(USAGE):
        usage = str(wanted.of(name).get("usage_server_version") or "")
        main = wanted.first(MANAGEMENT, "management_server_version")
        if usage and main and usage != str(main):
            yield Reason(
                "versions_differ", f"usage server {name} has version {usage}, management servers {main}", "use one"
            )


def _networks(wanted: Installation) -> t.Iterator[Reason]:
    names = [name for name in wanted.names(*SERVERS) if not wanted.of(name).get("management_firewall_administrators")]
    if names and wanted.firewall:
        yield Reason(
            "no_administrators",
            f"management_firewall_administrators is not set for {_all(names)}",
            "set it to the networks of administrators and of this controller, or install_firewall to false",
        )
    for name in wanted.names(STORAGE):
        its = wanted.of(name)
        exports = its.get("nfs_server_exports") or [{}]
        each = all(isinstance(export, dict) and export.get("networks") for export in exports)
        if not its.get("nfs_server_networks") and not its.get("nfs_server_world") and not each:
            yield Reason("no_networks", f"{name} exports to no network", "set nfs_server_networks")


def _hypervisors(wanted: Installation) -> t.Iterator[Reason]:
    clusters = [_text(cluster, "name") for cluster in _rows(wanted.zone, "clusters")]
    for name in wanted.names(HYPERVISORS):
        its = wanted.of(name)
        for variable in ("add_hosts_zone", "add_hosts_cluster", "host_firewall_management", "host_firewall_cluster"):
            if not its.get(variable):
                yield Reason("kvm_variable", f"{name} has no {variable}", "set it, see the guide about adding hosts")
        cluster = str(its.get("add_hosts_cluster") or "")
        here = wanted.zone is not None and its.get("add_hosts_zone") == wanted.zone.get("name")
        if cluster and here and cluster not in clusters:
            yield Reason(
                "unknown_cluster",
                f"the cluster {cluster} of {name} is not declared in cloudstack_zone",
                f"use one of {_all(clusters) or 'those that you add to it'}",
            )
        if name in wanted.names(*SERVERS) and wanted.firewall and not its.get("host_firewall_purposes"):
            yield Reason(
                "purposes",
                f"{name} is a hypervisor and a server, but has only one firewall",
                "set host_firewall_purposes to all of its purposes, such as [kvm_host, management_server]",
            )


def _pools(wanted: Installation) -> t.Iterator[Reason]:
    """The server creates primary storage by a host that is up."""
    filled = {str(wanted.of(name).get("add_hosts_cluster")) for name in wanted.names(HYPERVISORS)}
    filled |= {cluster for cluster, names in wanted.hosts.items() if names}
    for pool in _rows(wanted.zone, "primary_storage"):
        cluster = _text(pool, "cluster")
        if cluster and cluster not in filled:
            yield Reason(
                "pool_without_host",
                f"primary storage {_text(pool, 'name')} belongs to cluster {cluster}, which gets no host",
                "add hosts to the groups kvm or cloudstack_hosts, or declare the storage later",
            )


def _rows(zone: t.Optional[Variables], key: str) -> list[Variables]:
    """What has another shape is named by the check of the declaration."""
    found = zone.get(key) if isinstance(zone, dict) else None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _text(row: Variables, key: str) -> str:
    return str(row.get(key) or "")


def _all(names: t.Sequence[str]) -> str:
    return ", ".join(names)
