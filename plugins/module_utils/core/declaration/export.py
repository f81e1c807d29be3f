# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone as CloudStack has it, as the declaration that the role zone applies, and as the files of an inventory.

What the server never tells (users, passwords) becomes the name of a variable of a vault. What a declaration cannot
say is a gap, with a code.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass, field, fields
from functools import cached_property

from ..masking import is_secret_name
from ..zone.guest_networks import Network
from ..zone.hosts import Host
from ..zone.physical_networks import PhysicalNetwork, Provider, TrafficType, VlanIpRange
from ..zone.resource_states import DISABLED, ENABLED
from ..zone.settings import Setting, same_value
from ..zone.storage import NFS_OPTIONS, TYPES, ImageStore, StoragePool
from ..zone.topology import Cluster, Pod, Zone
from ..zone.vmware_dcs import VmwareDatacenter
from .cluster_names import named
from .places import S3_DETAILS
from .written import Vault, document

Json = dict[str, t.Any]
SCHEMES: t.Mapping[str, str] = {kind: scheme for scheme, kind in TYPES.items()}
VAULT = "group_vars/all/vault.yml"
NEEDED = ("physical_networks", "pods")  # keys that a declaration has, be there none of them
LONGEST = 200  # characters of a group's name, which is the name of its file
RESERVED = frozenset(("all", "ungrouped", "localhost", "cloudstack_hosts"))
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}")
LABELS = tuple(each.name for each in fields(TrafficType) if each.name.endswith("_networklabel"))
OF_ZONE = (
    "network_type", "dns1", "dns2", "internal_dns1", "internal_dns2", "dns1_ipv6", "dns2_ipv6", "network_domain",
    "guest_cidr_address", "local_storage_enabled", "securitygroups_enabled", "is_edge", "domain",
)  # fmt: skip
OF_RANGE = (
    "vlan", "start_ip", "end_ip", "netmask", "gateway", "start_ipv6", "end_ipv6", "gateway_ipv6", "cidr_ipv6",
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Everything of one zone. settings, global_settings: by the cluster's id, "" for the zone; and of the server."""

    zone: Zone
    physical_networks: t.Sequence[PhysicalNetwork]
    traffic_types: t.Sequence[TrafficType]
    providers: t.Sequence[Provider]
    pods: t.Sequence[Pod]
    ranges: t.Sequence[VlanIpRange]
    networks: t.Sequence[Network]
    datacenters: t.Sequence[VmwareDatacenter]
    clusters: t.Sequence[Cluster]
    hosts: t.Sequence[Host]
    pools: t.Sequence[StoragePool]
    stores: t.Sequence[ImageStore]
    staging: t.Sequence[ImageStore]
    settings: t.Mapping[str, t.Sequence[Setting]] = field(default_factory=dict)
    global_settings: t.Sequence[Setting] = ()
    # Ids of hosts.
    with_oobm: t.Collection[str] = ()
    with_ha: t.Collection[str] = ()

    @cached_property
    def labels(self) -> dict[str, str]:
        """Of the clusters, by id."""
        names = named((each.pod, each.name) for each in self.clusters)
        return {each.id: its.label for each, its in zip(self.clusters, names)}


@dataclass(frozen=True)
class Gap:
    """What the declaration does not say, or says otherwise. object: its name."""

    code: str
    object: str
    message: str


@dataclass(frozen=True)
class File:
    """path: within the inventory's folder, of names that the collection chose."""

    path: str
    content: str


@dataclass(frozen=True)
class Export:
    """hosts: variables by name in the inventory, by group. vault: names of variables that need a value."""

    declaration: Json
    groups: t.Mapping[str, Json]
    hosts: t.Mapping[str, t.Mapping[str, Json]]
    vault: tuple[str, ...]
    gaps: tuple[Gap, ...]
    files: tuple[File, ...]


def export(seen: Seen) -> Export:
    gaps: list[Gap] = []
    groups = group_names(seen.clusters)
    declaration = _zone(seen, groups, gaps)
    of_groups: dict[str, Json] = {}
    hosts: dict[str, dict[str, Json]] = {}
    taken: set[str] = set()
    for cluster in seen.clusters:
        group = groups[cluster.id]
        of_groups[group] = {
            "cloudstack_cluster": seen.labels[cluster.id],
            "cloudstack_hypervisor": cluster.hypervisor,
            **_login("cloudstack_", group),
        }
        its = [host for host in seen.hosts if host.cluster_id == cluster.id]
        hosts[group] = dict(_host(each, group, seen, taken, gaps) for each in its)
    vault = {str(each): each.default for each in (*_vaults(declaration), *_vaults(list(of_groups.values())))}
    files = _files(seen.zone.name, declaration, of_groups, hosts, vault)
    return Export(declaration, of_groups, hosts, tuple(vault), tuple(gaps), files)


def group_names(clusters: t.Iterable[Cluster]) -> dict[str, str]:
    """A name for the group of each cluster, by its id: of letters, digits and _, each once."""
    found: dict[str, str] = {}
    for cluster in clusters:
        name = _slug(cluster.name)[:LONGEST] or "cluster"
        name = name if name[0].isalpha() and name not in RESERVED else f"cluster_{name}"
        base, number = name, 2
        while name in found.values():
            name, number = f"{base}_{number}", number + 1
        found[cluster.id] = name
    return found


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", name.casefold()).strip("_")


def _zone(seen: Seen, groups: t.Mapping[str, str], gaps: list[Gap]) -> Json:
    zone, networks = seen.zone, {each.id: each.name for each in seen.physical_networks}
    told: Json = {"name": zone.name, **_set(zone, OF_ZONE)}
    told["allocation_state"] = "disabled" if zone.allocation_state == "Disabled" else "enabled"
    told["physical_networks"] = [_network(each, seen, gaps) for each in seen.physical_networks]
    told["pods"] = [_pod(each, seen, gaps) for each in seen.pods]
    told["guest_network"] = next(iter(_guest_networks(seen)), None)
    public = [each for each in seen.ranges if each.for_virtual_network]
    told["public_ip_ranges"] = [
        {
            "physical_network": networks[each.physical_network_id],
            **_set(each, OF_RANGE),
            **({"for_system_vms": True} if each.for_system_vms else {}),
        }
        for each in public
        if each.physical_network_id in networks
    ]
    for each in public:
        if each.owner:
            gaps.append(Gap("range_dedicated", each.start_ip or "", f"the range is dedicated to {each.owner}"))
    told["vmware_datacenters"] = [
        {"name": each.name, "vcenter": each.vcenter, **_login("", "vcenter")} for each in seen.datacenters
    ]
    told["clusters"] = [_cluster(each, seen, groups[each.id], gaps) for each in seen.clusters]
    told["primary_storage"] = [row for n, each in enumerate(seen.pools) for row in _pool(n, each, seen, gaps)]
    told["secondary_storage"] = [_store(n, each, gaps) for n, each in enumerate(seen.stores)]
    told["staging_stores"] = [{"url": each.url} for each in seen.staging if each.url]
    told["zone_settings"] = _differing(seen.settings.get("", ()), seen.global_settings, zone.name, gaps)
    return {name: value for name, value in told.items() if value not in (None, [], {}) or name in NEEDED}


def _network(its: PhysicalNetwork, seen: Seen, gaps: list[Gap]) -> Json:
    if its.state != ENABLED:
        gaps.append(Gap("network_not_enabled", its.name, f"the network is {its.state}; the declaration enables it"))
    traffic = [each for each in seen.traffic_types if each.physical_network_id == its.id]
    enabled = [each.name for each in seen.providers if each.physical_network_id == its.id and each.state == ENABLED]
    told = {"name": its.name, **_set(its, ("isolation_method", "vlan", "broadcast_domain_range", "network_speed"))}
    if its.tags:
        told["tags"] = list(its.tags)
    told["providers"] = sorted(enabled)
    told["traffic_types"] = [{"traffic_type": each.traffic_type, **_set(each, LABELS)} for each in traffic]
    return told


def _pod(its: Pod, seen: Seen, gaps: list[Gap]) -> Json:
    told = {"name": its.name, **_set(its, ("start_ip", "end_ip", "netmask", "gateway"))}
    if len(its.ip_ranges) > 1:
        gaps.append(Gap("pod_ranges", its.name, "further ranges of the pod: see cs_management_ip_range"))
    guests = [each for each in seen.ranges if each.pod_id == its.id and not each.for_virtual_network]
    if guests:
        told["guest_ip_ranges"] = [_set(each, ("start_ip", "end_ip", "netmask", "gateway")) for each in guests]
    return {**told, **_disabled(its.allocation_state)}


def _guest_networks(seen: Seen) -> t.Iterator[Json]:
    """Only a basic zone declares one."""
    for each in seen.networks:
        if seen.zone.network_type == "Basic" and each.guest_type == "Shared":
            yield {
                "name": each.name,
                "network_offering": each.network_offering,
                **_set(each, ("display_text", "network_domain")),
            }


def _cluster(its: Cluster, seen: Seen, group: str, gaps: list[Gap]) -> Json:
    told: Json = {"name": its.name, "pod": its.pod, "hypervisor": its.hypervisor, **_set(its, ("cluster_type", "arch"))}
    if its.hypervisor == "VMware":
        told.update(_login("", group))
        center = next(iter(seen.datacenters), None)
        if center is not None:
            told["url"] = f"http://{center.vcenter}/{center.name}/{its.name.rpartition('/')[2]}"
    told.update(_disabled(its.allocation_state))
    if its.managed_state == "Unmanaged":
        told["managed_state"] = "unmanaged"
    settings = _differing(seen.settings.get(its.id, ()), seen.global_settings, its.name, gaps)
    return {**told, **({"settings": settings} if settings else {})}


def _differing(held: t.Sequence[Setting], everywhere: t.Sequence[Setting], name: str, gaps: list[Gap]) -> Json:
    """Of a scope: those that differ from the global value. What may be secret is not written."""
    known = {each.name: each for each in everywhere}
    found: Json = {}
    for each in sorted(held, key=lambda each: each.name):
        if each.name not in known or same_value(known[each.name], each.value):
            continue
        if is_secret_name(each.name) or each.encrypted:
            gaps.append(Gap("setting_secret", name, f"the value of {each.name} may be secret and is not written"))
        else:
            found[each.name] = each.value
    return found


def _pool(number: int, its: StoragePool, seen: Seen, gaps: list[Gap]) -> t.Iterator[Json]:
    """None for local storage, which hosts add themselves."""
    if its.scope.casefold() == "host":
        return
    scheme = SCHEMES.get(its.type or "", (its.type or "").casefold())
    url = f"{scheme}://{its.ip_address or 'localhost'}/{(its.path or '').lstrip('/')}"
    if its.access_mark or scheme not in TYPES or "@" in url:
        gaps.append(Gap("storage_url", its.name, f"the server does not return the complete URL, type {its.type}"))
        url = Vault(f"vault_storage_{number}_{_slug(its.name)}_url", url)
    told: Json = {"name": its.name, "url": url, "scope": its.scope.lower()}
    if told["scope"] == "cluster":
        told["cluster"] = seen.labels.get(its.cluster_id, its.cluster)
    elif its.hypervisor and its.hypervisor != "Any":
        told["hypervisor"] = its.hypervisor
    told.update(_set(its, ("provider",)))
    if its.is_tag_a_rule:
        rule = ", ".join(its.storage_tags)
        gaps.append(Gap("pool_tag_rule", its.name, f"its tag is a rule, which the declaration cannot express: {rule}"))
    elif its.storage_tags:
        told["tags"] = list(its.storage_tags)
    options = (its.details or {}).get(NFS_OPTIONS)
    if options and its.type == TYPES["nfs"]:
        told["details"] = {NFS_OPTIONS: options}
    if its.managed:
        told["managed"] = True
    if its.state not in ("Up", "Disabled"):
        gaps.append(Gap("pool_out", its.name, f"the pool is {its.state}"))
    yield {**told, **_disabled(its.state)}


def _store(number: int, its: ImageStore, gaps: list[Gap]) -> Json:
    if its.read_only:
        gaps.append(Gap("store_read_only", its.name, "the store is read-only; set it with cs_image_store"))
    if its.provider.casefold() not in ("nfs", "smb"):
        gaps.append(Gap("store_details", its.name, f"the server does not return the details of a {its.provider} store"))
        keys = S3_DETAILS if its.provider.casefold() == "s3" else ()
        details = {key: Vault(f"vault_store_{number}_{key}") for key in keys}
        return {"name": its.name, "provider": its.provider, **({"details": details} if details else {})}
    return {"name": its.name, "url": its.url, "provider": its.provider}


def _host(its: Host, group: str, seen: Seen, taken: set[str], gaps: list[Gap]) -> tuple[str, Json]:
    """Its name in the inventory, and its variables. Any other name than a host name is a variable."""
    name = its.name if _HOST.fullmatch(its.name) and its.name.casefold() not in RESERVED | taken else ""
    number = len(taken)
    while not name:
        number += 1
        made = f"{group.replace('_', '-')}-host-{number}"
        name = "" if made in taken else made
    taken.add(name.casefold())
    told: Json = {} if name == its.name else {"cloudstack_name": its.name}
    if its.ip_address and not _reserved(its.ip_address, seen.pods):
        told["ansible_host"] = its.ip_address
    elif its.ip_address:
        gaps.append(Gap("host_in_range", its.name, f"its address {its.ip_address} is in the range of a pod"))
    if its.host_tags:
        told["cloudstack_host_tags"] = list(its.host_tags)
    if its.is_tag_a_rule:
        told["cloudstack_is_tag_a_rule"] = True
    if its.annotation:
        told["cloudstack_annotation"] = its.annotation
    if its.os_category:
        told["cloudstack_os_category"] = its.os_category
    for code, what, ids in (
        ("host_oobm", "out-of-band management", seen.with_oobm),
        ("host_ha", "host HA", seen.with_ha),
    ):
        if its.id in ids:
            gaps.append(
                Gap(code, its.name, f"its {what} is configured, and the server does not return all of its values")
            )
    if its.resource_state == DISABLED:
        told["cloudstack_allocation_state"] = "disabled"
    elif its.resource_state != ENABLED:
        gaps.append(Gap("host_out", its.name, f"its resource state is {its.resource_state}"))
    return name, told


def _reserved(address: str, pods: t.Iterable[Pod]) -> bool:
    try:
        its = ipaddress.ip_address(address)
        return any(
            ipaddress.ip_address(each.start_ip) <= its <= ipaddress.ip_address(each.end_ip or each.start_ip)  # type: ignore[operator]
            for pod in pods
            for each in pod.ip_ranges
        )
    except (ValueError, TypeError):
        return False


def _login(prefix: str, name: str) -> Json:
    return {f"{prefix}{word}": Vault(f"vault_{name}_{word}") for word in ("username", "password")}


def _set(thing: object, names: t.Iterable[str]) -> Json:
    found = {name: getattr(thing, name) for name in names}
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def _disabled(state: str) -> Json:
    return {"allocation_state": "disabled"} if state == "Disabled" else {}


def _vaults(value: object) -> t.Iterator[Vault]:
    if isinstance(value, Vault):
        yield value
    inner = value.values() if isinstance(value, t.Mapping) else value if isinstance(value, (list, tuple)) else ()
    for each in inner:
        yield from _vaults(each)


def _files(
    zone: str,
    declaration: Json,
    groups: t.Mapping[str, Json],
    hosts: t.Mapping[str, t.Mapping[str, Json]],
    vault: t.Mapping[str, str],
) -> tuple[File, ...]:
    children = {group: {"hosts": {name: told or None for name, told in its.items()}} for group, its in hosts.items()}
    found = [
        File("hosts.yml", document(f"Hosts of zone {zone}.", {"cloudstack_hosts": {"children": children}})),
        File("group_vars/all/zone.yml", document(f"Zone {zone}, as exported.", {"cloudstack_zone": declaration})),
    ]
    found += [File(f"group_vars/{group}.yml", document("", told)) for group, told in groups.items()]
    told = (
        "CloudStack does not return these values. Replace them, and encrypt the file: "
        "ansible-vault encrypt group_vars/all/vault.yml"
    )
    found.append(File(VAULT, document(told, vault)))
    return tuple(found)
