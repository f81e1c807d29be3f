# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a declared zone and of its hosts: which keys there are, which are needed, what may stand in each.

roles/zone documents the same keys in meta/argument_specs.yml; a test holds the two together.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..vlans.scheme import PURPOSES
from ..zone.storage import PLUGIN_URL
from .problem import Part, Path, Problem, choice_of, shown

HYPERVISORS = ("KVM", "XenServer", "VMware", "Hyperv", "LXC", "BareMetal", "Ovm3", "Simulator", "Custom")
TRAFFIC = ("Management", "Guest", "Public", "Storage")
VSWITCHES = ("vmwaresvs", "vmwaredvs", "nexusdvs")
ABLED = ("enabled", "disabled")
ABLED_OR_DRAINED = (*ABLED, "maintenance")


@dataclass(frozen=True)
class Key:
    """What may stand under one key. kind: one of KINDS; a "record" and "records" have the keys ``of``."""

    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    secret: bool = False
    code: str = "not_a_choice"
    of: t.Mapping[str, Key] = field(default_factory=dict)


Schema = t.Mapping[str, Key]

TEXT, NAME, NAMES, ADDRESS = Key(), Key(required=True), Key("names"), Key("address")
NEEDED_ADDRESS = Key("address", required=True)
NEEDED_NETMASK = Key("netmask", required=True)
HYPERVISOR = Key(choices=HYPERVISORS, code="unknown_hypervisor")
SECRET = Key(secret=True)
SETTINGS = Key("settings")

TRAFFIC_TYPE: Schema = {
    "traffic_type": Key(required=True, choices=TRAFFIC, code="unknown_traffic_type"),
    **dict.fromkeys((f"{name}_networklabel" for name in ("kvm", "xen", "vmware", "hyperv", "ovm3")), TEXT),
}
PHYSICAL_NETWORK: Schema = {
    "name": NAME,
    "isolation_method": Key(choices=("VLAN", "VXLAN", "GRE", "L3")),
    "vlan": Key("vlans"),
    "broadcast_domain_range": Key(choices=("POD", "ZONE")),
    "network_speed": TEXT,
    "tags": NAMES,
    "providers": NAMES,
    "traffic_types": Key("records", of=TRAFFIC_TYPE),
}
GUEST_IP_RANGE: Schema = {
    "start_ip": NEEDED_ADDRESS,
    "end_ip": ADDRESS,
    "netmask": NEEDED_NETMASK,
    "gateway": NEEDED_ADDRESS,
}
GUEST_NETWORK: Schema = {"name": NAME, "network_offering": NAME, "display_text": TEXT, "network_domain": TEXT}
POD: Schema = {
    "name": NAME,
    "start_ip": NEEDED_ADDRESS,
    "end_ip": ADDRESS,
    "netmask": NEEDED_NETMASK,
    "gateway": NEEDED_ADDRESS,
    "guest_ip_ranges": Key("records", of=GUEST_IP_RANGE),
    "allocation_state": Key(choices=ABLED),
}
PUBLIC_IP_RANGE: Schema = {
    "physical_network": NAME,
    "vlan": Key("vlan_tag"),
    "start_ip": ADDRESS,
    "end_ip": ADDRESS,
    "netmask": Key("netmask"),
    "gateway": ADDRESS,
    "start_ipv6": Key("address6"),
    "end_ipv6": Key("address6"),
    "gateway_ipv6": Key("address6"),
    "cidr_ipv6": Key("cidr6"),
    "for_system_vms": Key("bool"),
}
VLAN_SCHEME: Schema = {
    "vlans": Key("vlans", required=True),
    "purpose": Key(required=True, choices=tuple(PURPOSES)),
    "name": TEXT,
}
VMWARE_DATACENTER: Schema = {
    "name": NAME,
    "vcenter": NAME,
    "username": NAME,
    "password": Key(secret=True, required=True),
}
CLUSTER: Schema = {
    "name": NAME,
    "pod": NAME,
    "hypervisor": Key(required=True, choices=HYPERVISORS, code="unknown_hypervisor"),
    "cluster_type": Key(choices=("CloudManaged", "ExternalManaged")),
    "url": Key("url"),
    "username": TEXT,
    "password": SECRET,
    "arch": Key(choices=("x86_64", "aarch64", "s390x")),
    "allocation_state": Key(choices=ABLED),
    "managed_state": Key(choices=("managed", "unmanaged")),
    "guest_vswitch_name": TEXT,
    "guest_vswitch_type": Key(choices=VSWITCHES),
    "public_vswitch_name": TEXT,
    "public_vswitch_type": Key(choices=VSWITCHES),
    "settings": SETTINGS,
}
PRIMARY_STORAGE: Schema = {
    "name": NAME,
    "url": Key("storage_url", required=True),
    "scope": Key(choices=("cluster", "zone")),
    "cluster": TEXT,
    "hypervisor": Key(choices=(*HYPERVISORS, "Any"), code="unknown_hypervisor"),
    "provider": TEXT,
    "tags": NAMES,
    "capacity_bytes": Key("number"),
    "capacity_iops": Key("number"),
    "managed": Key("bool"),
    "details": Key("details"),
    "allocation_state": Key(choices=ABLED_OR_DRAINED),
}
SECONDARY_STORAGE: Schema = {"name": NAME, "url": Key("url"), "provider": TEXT, "details": Key("details")}
STAGING_STORE: Schema = {"url": Key("url", required=True)}
ZONE: Schema = {
    "name": NAME,
    "network_type": Key(choices=("Basic", "Advanced")),
    "dns1": NEEDED_ADDRESS,
    "dns2": ADDRESS,
    "internal_dns1": ADDRESS,
    "internal_dns2": ADDRESS,
    "dns1_ipv6": Key("address6"),
    "dns2_ipv6": Key("address6"),
    "network_domain": TEXT,
    "guest_cidr_address": Key("cidr"),
    "local_storage_enabled": Key("bool"),
    "securitygroups_enabled": Key("bool"),
    "is_edge": Key("bool"),
    "domain": TEXT,
    "allocation_state": Key(choices=ABLED),
    "physical_networks": Key("records", required=True, of=PHYSICAL_NETWORK),
    "pods": Key("records", required=True, of=POD),
    "guest_network": Key("record", of=GUEST_NETWORK),
    "public_ip_ranges": Key("records", of=PUBLIC_IP_RANGE),
    "vlan_scheme": Key("records", of=VLAN_SCHEME),
    "vmware_datacenters": Key("records", of=VMWARE_DATACENTER),
    "clusters": Key("records", of=CLUSTER),
    "primary_storage": Key("records", of=PRIMARY_STORAGE),
    "secondary_storage": Key("records", of=SECONDARY_STORAGE),
    "staging_stores": Key("records", of=STAGING_STORE),
    "settings": SETTINGS,
    "zone_settings": SETTINGS,
}
OOBM: Schema = {
    "driver": Key(choices=("ipmitool", "redfish", "nestedcloudstack")),
    "address": NAME,
    "port": TEXT,
    "username": NAME,
    "password": Key(secret=True, required=True),
    "state": Key(choices=ABLED),
}
HOST: Schema = {
    "name": NAME,
    "cluster": TEXT,
    "url": Key("url"),
    "username": TEXT,
    "password": SECRET,
    "host_tags": NAMES,
    "is_tag_a_rule": Key("bool"),
    "os_category": TEXT,
    "annotation": TEXT,
    "allocation_state": Key(choices=ABLED_OR_DRAINED),
    "hypervisor": HYPERVISOR,
    "oobm": Key("record", of=OOBM),
    "host_ha": Key(choices=ABLED),
}


def _is_text(value: object) -> bool:
    """Numbers are texts too: YAML makes one of an unquoted name such as 01."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _is_ip(value: object, version: int = 4) -> bool:
    try:
        return isinstance(value, str) and ipaddress.ip_address(value).version == version
    except ValueError:
        return False


def is_netmask(value: object) -> bool:
    """Dotted, ones before zeros: 255.255.255.0. A host mask (0.0.0.255) or a prefix length is none."""
    if not isinstance(value, str) or not _is_ip(value):
        return False
    bits = f"{int(ipaddress.IPv4Address(value)):032b}"
    return "01" not in bits and bits[0] == "1"


def _is_cidr(value: object) -> bool:
    try:
        return isinstance(value, str) and "/" in value and bool(ipaddress.IPv4Network(value, strict=False))
    except ValueError:
        return False


def _is_cidr6(value: object) -> bool:
    try:
        return isinstance(value, str) and "/" in value and bool(ipaddress.IPv6Network(value, strict=False))
    except ValueError:
        return False


def _is_details(value: object) -> bool:
    return isinstance(value, t.Mapping) and all(_is_text(each) or isinstance(each, bool) for each in value.values())


def is_url(value: object) -> bool:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return bool(parts and parts.scheme and (parts.netloc or parts.path.strip("/")))


def _is_storage_url(value: object) -> bool:
    """A plug-in reads keys and values in place of a URL."""
    return is_url(value) or (isinstance(value, str) and bool(PLUGIN_URL.match(value)))


def _is_vlan_word(value: object) -> bool:
    return _is_text(value) or (isinstance(value, (list, tuple)) and all(_is_text(each) for each in value))


class Kind(t.NamedTuple):
    """A code for what does not fit, the test of it, and what would be right."""

    code: str
    fits: t.Callable[[t.Any], bool]
    expected: str


KINDS: t.Mapping[str, Kind] = {
    "text": Kind("wrong_type", _is_text, "a text"),
    "bool": Kind("wrong_type", lambda value: isinstance(value, bool), "true or false"),
    "number": Kind("wrong_type", lambda v: isinstance(v, int) and not isinstance(v, bool), "a whole number"),
    "names": Kind(
        "wrong_type", lambda v: isinstance(v, (list, tuple)) and all(map(_is_text, v)), "a list of texts: [a, b]"
    ),
    "settings": Kind("wrong_type", lambda value: isinstance(value, t.Mapping), "names and values: {name: value}"),
    "details": Kind("wrong_type", _is_details, "names and single values: {name: value}"),
    "record": Kind("wrong_type", lambda value: isinstance(value, t.Mapping), "keys and values"),
    "records": Kind("wrong_type", lambda value: isinstance(value, (list, tuple)), "a list of records"),
    "vlans": Kind("wrong_type", _is_vlan_word, "VLANs such as 500-600,700 or a list of them"),
    "vlan_tag": Kind("wrong_type", _is_text, "one VLAN, or untagged"),
    "address": Kind("bad_address", _is_ip, "an IPv4 address such as 10.0.0.1"),
    "address6": Kind("bad_address", lambda value: _is_ip(value, 6), "an IPv6 address such as 2001:db8::1"),
    "netmask": Kind("bad_netmask", is_netmask, "a dotted netmask such as 255.255.255.0"),
    "cidr6": Kind("bad_cidr", _is_cidr6, "a network such as 2001:db8::/64"),
    "cidr": Kind("bad_cidr", _is_cidr, "a network such as 10.1.1.0/24"),
    "storage_url": Kind("bad_url", _is_storage_url, "a URL such as nfs://10.0.0.5/export/primary"),
    "url": Kind("bad_url", is_url, "a URL such as nfs://10.0.0.5/export/primary or http://kvm1.example.net"),
}


def shape(part: Part, schema: Schema) -> t.Iterator[Problem]:
    """Unknown keys, missing ones, and values that cannot stand where they do; then the records inside."""
    for name in part.record:
        if name not in schema:
            # Its value is not shown: a misspelt password is one all the same.
            message, path = f"unknown key {name!r}", (*part.path, name)
            yield Problem("unknown_key", path, "", message, choice_of(str(name), schema), part.host)
    for name, key in schema.items():
        value = part.record.get(name)
        if value is None or value == "":
            if key.required:
                yield part.problem("missing", name, f"the key {name} is missing", KINDS[key.kind].expected)
        else:
            yield from _value(part, name, key)


def _value(part: Part, name: str, key: Key) -> t.Iterator[Problem]:
    value, kind = part.record[name], KINDS[key.kind]
    if not kind.fits(value):
        seen = "****" if key.secret else shown(value)
        message = f"{seen!r} is not {kind.expected.partition(' such')[0].partition(':')[0]}"
        yield Problem(kind.code, (*part.path, name), seen, message, kind.expected, part.host)
    elif key.choices and value not in key.choices:
        yield part.problem(key.code, name, f"{name} cannot be {shown(value)!r}", choice_of(str(value), key.choices))
    elif key.kind == "record":
        yield from shape(Part((*part.path, name), value, part.host), key.of)
    elif key.kind == "records":
        yield from _records((*part.path, name), value, key.of)


def _records(path: Path, values: t.Sequence[t.Any], schema: Schema) -> t.Iterator[Problem]:
    for index, each in enumerate(values):
        if isinstance(each, t.Mapping):
            yield from shape(Part((*path, index), each), schema)
        else:
            yield Problem(
                "wrong_type", (*path, index), shown(each), f"{shown(each)!r} is not a record", ", ".join(schema)
            )
