# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared zone as the objects that it is made of, in the order in which the server wants them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from types import MappingProxyType

from ..declaration.cluster_names import by_words, of_records
from ..declaration.settings import declared_settings
from ..untyped import mappings

Record = t.Mapping[str, t.Any]
Key = tuple[str, str]  # kind and name of an object


class Declared(t.NamedTuple):
    """What is compared with a zone. parts: of the declaration."""

    declaration: Record
    hosts: t.Sequence[Record]
    parts: t.Collection[str]


PROVIDERS, SETTING, STATE = "providers of physical network", "setting", "state of zone"
CONTROLLER, HOST_HA = "out-of-band management of host", "host HA of host"
PARTS = ("zone", "networks", "addresses", "clusters", "hosts", "storage", "settings", "state")
# Enabled on a physical network with guest traffic that declares no providers.
USUAL = MappingProxyType(
    {"Advanced": ("VirtualRouter", "VpcVirtualRouter"), "Basic": ("VirtualRouter", "SecurityGroupProvider")}
)
# Hosts of other hypervisors join a pool or a vCenter cluster, one after the other.
TOGETHER = ("kvm", "lxc", "simulator")
OF_ZONE = (
    *("name", "network_type", "dns1", "dns2", "internal_dns1", "internal_dns2", "dns1_ipv6", "dns2_ipv6"),
    *("network_domain", "guest_cidr_address", "local_storage_enabled", "securitygroups_enabled", "domain", "is_edge"),
)
OF_NETWORK = ("name", "isolation_method", "vlan", "broadcast_domain_range", "network_speed", "tags")
OF_TRAFFIC = ("traffic_type", *(f"{kind}_networklabel" for kind in ("kvm", "xen", "vmware", "hyperv", "ovm3")))
OF_POD = V4 = ("start_ip", "end_ip", "netmask", "gateway")
OF_PUBLIC = (
    *("physical_network", "vlan", *V4, "start_ipv6", "end_ipv6", "gateway_ipv6", "cidr_ipv6", "for_system_vms"),
)
OF_GUESTS = ("name", "network_offering", "display_text", "network_domain")
OF_DATACENTER = ("name", "vcenter", "username", "password")
OF_CLUSTER = (
    *("name", "pod", "hypervisor", "cluster_type", "url", "username", "password", "arch", "managed_state"),
    *("guest_vswitch_name", "guest_vswitch_type", "public_vswitch_name", "public_vswitch_type"),
)
OF_HOST = (
    *("name", "pod", "cluster", "url", "hypervisor", "username", "password", "host_tags", "is_tag_a_rule"),
    *("os_category", "annotation", "allocation_state"),
)
OF_OOBM = ("driver", "address", "port", "username", "password")
OF_POOL = (
    *("name", "scope", "cluster", "hypervisor", "provider", "capacity_bytes", "capacity_iops", "managed", "details"),
    "allocation_state",
)


@dataclass(frozen=True)
class Piece:
    """One object: ``module`` is what ensures it, with the parameters ``given``.

    needs: what has to be there first. lane: pieces of one lane are written one after another. id: of one that is to be
    removed.
    """

    kind: str
    name: str
    module: str
    given: Record
    needs: tuple[Key, ...] = ()
    lane: str = ""
    id: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.name

    @property
    def label(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Terms:
    """What belongs to no object.

    providers: instead of the usual ones. primary: whether primary storage is due. contents: what a host has seen on
    storage. not_empty: storage that is added although it is not empty.
    """

    providers: t.Optional[t.Sequence[str]] = None
    primary: bool = True
    contents: Record = field(default_factory=dict)
    not_empty: t.Collection[str] = ()


def stages(
    declaration: Record, hosts: t.Sequence[Record], parts: t.Collection[str], terms: t.Optional[Terms] = None
) -> list[list[Piece]]:
    """The objects of some of PARTS: those of a stage are independent of each other and need the stages before.

    What is no list of records where one is wanted counts as none.
    """
    its = _Zone(declaration, hosts, terms or Terms())
    found = [stage for part in PARTS if part in parts for stage in getattr(its, part)()]
    return [stage for stage in found if stage]


class _Zone:
    def __init__(self, declaration: Record, hosts: t.Sequence[Record], terms: Terms) -> None:
        self.its, self.terms = declaration, terms
        self.name = str(declaration.get("name"))
        self.declared_hosts = [each for each in hosts if isinstance(each, t.Mapping)]
        clusters = self._records("clusters")
        names = of_records(clusters)
        self.named_clusters = list(zip(clusters, names))
        self.kinds = by_words(names, [str(each.get("hypervisor")).lower() for each in clusters])
        self.labels = by_words(names, [each.label for each in names])

    def zone(self) -> list[list[Piece]]:
        return [[Piece("zone", self.name, "zone", _taken(self.its, OF_ZONE))]]

    def networks(self) -> list[list[Piece]]:
        networks = self._records("physical_networks")
        with_providers = [
            {"name": each["name"], "nsps_enabled": self._providers(each), "state": "enabled"} for each in networks
        ]
        return [
            [
                self._piece("physical network", each["name"], {**_taken(each, OF_NETWORK), "vlan_state": "present"})
                for each in networks
            ],
            [
                self._piece(
                    "traffic type",
                    f"{traffic.get('traffic_type')} of {each['name']}",
                    {**_taken(traffic, OF_TRAFFIC), "physical_network": each["name"]},
                    ("physical network", each["name"]),
                )
                for each in networks
                for traffic in mappings(each.get("traffic_types"))
            ],
            [
                Piece(
                    PROVIDERS,
                    str(each["name"]),
                    "physical_network",
                    {**each, "zone": self.name},
                    (("zone", self.name), ("physical network", str(each["name"]))),
                )
                for each in with_providers
            ],
        ]

    def addresses(self) -> list[list[Piece]]:
        pods, guests = self._records("pods"), self.its.get("guest_network")
        public = mappings(self.its.get("public_ip_ranges"))
        network = str(guests.get("name")) if isinstance(guests, t.Mapping) else ""
        networks = [str(each["name"]) for each in self._records("physical_networks")]
        enabled = [(PROVIDERS, name) for name in networks]
        return [
            [self._piece("pod", each["name"], {**_taken(each, ("name", *OF_POD)), **_state(each)}) for each in pods]
            + [
                self._range(
                    each,
                    {**_taken(each, OF_PUBLIC), "for_virtual_network": True},
                    *(("physical network", name) for name in networks if each.get("physical_network") in (None, name)),
                )
                for each in public
            ],
            [self._piece("network", network, _taken(guests, OF_GUESTS), *enabled)]
            if isinstance(guests, t.Mapping)
            else [],
            [
                self._range(
                    each,
                    {**_taken(each, V4), "pod": pod["name"], "network": network, "for_virtual_network": False},
                    ("pod", str(pod["name"])),
                    ("network", network),
                )
                for pod in pods
                for each in mappings(pod.get("guest_ip_ranges"))
            ],
        ]

    def clusters(self) -> list[list[Piece]]:
        return [
            [
                self._piece("VMware datacenter", each["name"], _taken(each, OF_DATACENTER), module="vmware_dc")
                for each in self._records("vmware_datacenters")
            ],
            [
                self._piece(
                    "cluster",
                    its.label,
                    {**_taken(each, OF_CLUSTER), **_state(each)},
                    ("pod", str(each.get("pod"))),
                    *(("VMware datacenter", str(one["name"])) for one in self._records("vmware_datacenters")),
                )
                for each, its in self.named_clusters
            ],
            [self._setting(each, ("cluster", str(each["cluster"]))) for each in self._settings() if each["cluster"]],
        ]

    def hosts(self) -> list[list[Piece]]:
        """The first host of each cluster before the others, as the server asks for it."""
        first: dict[object, Record] = {}
        for each in self.declared_hosts:
            first.setdefault(self._cluster(each), each)
        leading = {id(each) for each in first.values()}
        made = [(each, self._host(each)) for each in self.declared_hosts]
        return [
            [piece for each, piece in made if id(each) in leading],
            [piece for each, piece in made if id(each) not in leading],
            [
                self._of_host(
                    CONTROLLER,
                    each,
                    {**_taken(each["oobm"], OF_OOBM), "state": each["oobm"].get("state") or "enabled"},
                    "oobm",
                )
                for each in self.declared_hosts
                if _controlled(each)
            ],
            [
                self._of_host(HOST_HA, each, {"state": each["host_ha"]}, "host_ha", *_controller(each))
                for each in self.declared_hosts
                if each.get("host_ha")
            ],
        ]

    def storage(self) -> list[list[Piece]]:
        pools = self._records("primary_storage") if self.terms.primary else []
        stores = self._records("secondary_storage")
        return [
            [
                self._piece(
                    "storage pool",
                    each["name"],
                    {
                        **_taken(each, OF_POOL),
                        "storage_url": each.get("url"),
                        "storage_tags": each.get("tags"),
                        **self._content(each),
                    },
                    ("cluster", self._cluster(each)),
                )
                for each in pools
            ],
            [
                Piece(
                    "image store",
                    str(each["name"]),
                    "image_store",
                    {**self._store(each), **self._content(each)},
                    (("zone", self.name),),
                )
                for each in stores
            ],
            [
                self._piece("staging store", each.get("url"), {"url": each.get("url")})
                for each in mappings(self.its.get("staging_stores"))
            ],
        ]

    def settings(self) -> list[list[Piece]]:
        return [[self._setting(each) for each in self._settings() if not each["cluster"]]]

    def state(self) -> list[list[Piece]]:
        given = {"name": self.its.get("name"), "state": self.its.get("allocation_state") or "enabled"}
        return [[Piece(STATE, self.name, "zone", given, (("zone", self.name),))]]

    def _host(self, host: Record) -> Piece:
        kind = str(host.get("hypervisor") or self.kinds.get(str(host.get("cluster")), "")).lower()
        lane = "" if kind in TOGETHER else self._cluster(host)
        return self._piece("host", host.get("name"), _taken(host, OF_HOST), ("cluster", self._cluster(host)), lane=lane)

    def _cluster(self, inside: Record) -> str:
        """The label of the cluster that something names."""
        name = str(inside.get("cluster"))
        return self.labels.get(name, name)

    def _of_host(self, kind: str, host: Record, given: Record, module: str, *needs: Key) -> Piece:
        needed = ("host", str(host.get("name")))
        return self._piece(kind, host.get("name"), {**given, "host": host.get("name")}, needed, *needs, module=module)

    def _range(self, its: Record, given: Record, *needs: Key) -> Piece:
        """A range is named by its first address."""
        name = its.get("start_ip") or its.get("start_ipv6") or its.get("cidr_ipv6")
        return self._piece("VLAN IP range", name, given, *needs, module="vlan_ip_range")

    def _store(self, store: Record) -> Record:
        """Object storage serves all zones."""
        provider = store.get("provider") or "NFS"
        inside = str(provider).lower() in ("nfs", "smb")
        return {
            **_taken(store, ("name", "url", "details")),
            "provider": provider,
            "zone": self.name if inside else None,
        }

    def _content(self, storage: Record) -> Record:
        name = storage["name"]
        return {"content": self.terms.contents.get(name), "allow_not_empty": name in self.terms.not_empty}

    def _providers(self, network: Record) -> list[object]:
        declared = network.get("providers")
        if declared is None and "Guest" in {
            each.get("traffic_type") for each in mappings(network.get("traffic_types"))
        }:
            usual = USUAL.get(str(self.its.get("network_type") or "Advanced"), ())
            declared = usual if self.terms.providers is None else self.terms.providers
        return list(declared or ())

    def _settings(self) -> list[dict[str, t.Any]]:
        return declared_settings(self.its)

    def _setting(self, its: Record, *needs: Key) -> Piece:
        name = ": ".join(str(each) for each in (its["cluster"] or its["zone"] or "global", its["name"]))
        return Piece(SETTING, name, "configuration", its, (("zone", self.name), *needs))

    def _piece(self, kind: str, name: object, given: Record, *needs: Key, module: str = "", lane: str = "") -> Piece:
        its = module or kind.replace(" ", "_")
        return Piece(kind, str(name), its, {**given, "zone": self.name}, (("zone", self.name), *needs), lane)

    def _records(self, key: str) -> list[Record]:
        return [each for each in mappings(self.its.get(key)) if each.get("name")]


def _taken(record: Record, keys: t.Iterable[str]) -> dict[str, t.Any]:
    return {key: record[key] for key in keys if record.get(key) is not None}


def _controlled(host: Record) -> bool:
    return isinstance(host.get("oobm"), t.Mapping) and bool(host["oobm"])


def _controller(host: Record) -> tuple[Key, ...]:
    """What host HA of a host needs of the same declaration; it needs nothing to be disabled."""
    return ((CONTROLLER, str(host.get("name"))),) if _controlled(host) and host.get("host_ha") == "enabled" else ()


def _state(record: Record) -> dict[str, t.Any]:
    return {"state": record.get("allocation_state") or "present"}
