# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and their hosts: how many, of which hypervisor, and what they need of the zone: security groups,
``management.network``, hosts for HA (``ha.tag``).

Source: 4.11.1 documentation, "Adding a Host" ("do not put more than 8 hosts in a cluster" of XenServer, 16 of KVM),
"Add Cluster: vSphere" (8), "Security Groups in Advanced Zones (KVM Only)", "Choosing a Hypervisor" (security
groups in basic zones), "Configuration Parameters" (management.network), "Dedicated HA Hosts" (ha.tag).
"""

from __future__ import annotations

import ipaddress
import typing as t

from .cluster_names import of_records
from .problem import ERROR, WARNING, Part, Problem, Severity
from .server import Held, text

MOST_HOSTS: t.Mapping[str, int] = {"XenServer": 8, "VMware": 8, "KVM": 16}
# Hypervisors that filter by security groups, by the type of the zone; of those not named nothing is known.
GROUPS = {"Advanced": ("KVM",), "Basic": ("KVM", "XenServer", "LXC")}
NO_GROUPS = {"Advanced": ("XenServer", "VMware", "Hyperv", "LXC", "Ovm3"), "Basic": ("VMware", "BareMetal")}
# Its name in the documentation, and that of servers.
MANAGEMENT_NETWORK = ("management.network.cidr", "management.network")
HA_TAG = "ha.tag"


def cluster_problems(zone: Part, hosts: t.Sequence[Part], held: Held) -> t.Iterator[Problem]:
    """All problems of what stands in clusters."""
    yield from _crowded(zone, hosts, held)
    yield from _security_groups(zone)
    yield from _management_network(zone, held)
    yield from _ha_hosts(zone, hosts, held)


def declared_setting(zone: Part, *names: str) -> tuple[str, t.Optional[str]]:
    """The name by which a setting of the cloud or of this zone is declared, and its value; None where it is not."""
    for key in ("zone_settings", "settings"):
        for name, value in zone.items(key).items():
            if name in names and value is not None:
                return name, str(value)
    return names[0], None


def _crowded(zone: Part, hosts: t.Sequence[Part], held: Held) -> t.Iterator[Problem]:
    here = held.of_zone("zone_hosts", zone.text("name")) or held.of_zone("hosts", zone.text("name"))
    names: dict[str, set[str]] = {}
    for host in hosts:
        names.setdefault(host.text("cluster"), set()).add(host.text("name"))
    for each in here:
        names.setdefault(text(each, "cluster"), set()).add(text(each, "name"))
    clusters = list(zone.parts("clusters"))
    for cluster, its in zip(clusters, of_records([each.record for each in clusters])):
        most, name = MOST_HOSTS.get(cluster.text("hypervisor")), its.label
        found = len({host for word in its.words for host in names.get(word, ())})
        if most is not None and found > most:
            kind = cluster.text("hypervisor")
            message = f"cluster {name} has {found} hosts, but a {kind} cluster should have at most {most}"
            yield cluster.warning("too_many_hosts", "name", message, f"several clusters of up to {most} hosts")


def _security_groups(zone: Part) -> t.Iterator[Problem]:
    if zone.get("securitygroups_enabled") is not True:
        return
    kind = zone.text("network_type") or "Advanced"
    for cluster in zone.parts("clusters"):
        hypervisor = cluster.text("hypervisor")
        if hypervisor in NO_GROUPS.get(kind, ()):
            message = f"security groups of a zone of type {kind} do not work on {hypervisor}"
            remedy = f"{' or '.join(GROUPS[kind])}, or a zone without securitygroups_enabled"
            yield cluster.problem("security_groups_hypervisor", "hypervisor", message, remedy)


def _management_network(zone: Part, held: Held) -> t.Iterator[Problem]:
    """With vSphere the server has to know the network of the management traffic, and pods are in it."""
    first = next((each for each in zone.parts("clusters") if each.text("hypervisor") == "VMware"), None)
    if first is None:
        return
    name, declared = declared_setting(zone, *MANAGEMENT_NETWORK)
    value = held.setting(*MANAGEMENT_NETWORK) if declared is None else declared
    if value is None:
        return  # nobody has told
    remedy = "the CIDR that all pods are in, such as 192.168.3.0/24"
    if not value.strip():
        message = f"cluster {first.text('name')} is VMware, but {name} has no value"
        yield Problem("management_network_missing", ("settings", name), "", message, remedy)
        return
    networks = _networks(value)
    for pod in zone.parts("pods") if networks else ():
        try:
            gateway = ipaddress.ip_address(pod.text("gateway"))
        except ValueError:
            continue
        if not any(gateway in each for each in networks):
            message = f"pod {pod.text('name')} is outside {name} ({value}), which a zone with VMware clusters relies on"
            yield pod.warning("pod_outside_management_network", "gateway", message, f"{name}: {remedy}")


def _networks(value: str) -> list[t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]]:
    try:
        return [ipaddress.ip_network(each.strip(), strict=False) for each in value.split(",")]
    except ValueError:
        return []


def _ha_hosts(zone: Part, hosts: t.Sequence[Part], held: Held) -> t.Iterator[Problem]:
    """Where no host has the tag that ha.tag names, VMs with high availability are not restarted."""
    _name, declared = declared_setting(zone, HA_TAG)
    tag = (held.setting(HA_TAG) or "") if declared is None else declared
    if not tag.strip() or any(tag in host.names("host_tags") for host in hosts):
        return
    if any(tag in _tags(each) for each in held.all("hosts")):
        return
    # Of the server's value alone it is advice: this declaration does not make it so.
    told = held.known("hosts")
    severity: Severity = ERROR if declared is not None and (told or hosts) else WARNING
    if declared is None and not told:
        return
    message = f"ha.tag is {tag}, but no host has this tag, so VMs with high availability would not be restarted"
    remedy = f"cloudstack_host_tags: [{tag}] of at least one host, or ha.tag without a value"
    yield Problem("ha_tag_without_host", ("settings", HA_TAG), tag, message, remedy, "", severity)


def _tags(record: t.Mapping[str, t.Any]) -> list[str]:
    held = record.get("host_tags")
    return [str(each) for each in held] if isinstance(held, (list, tuple)) else str(held or "").split(",")
