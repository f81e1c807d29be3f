# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypervisor hosts: what a host is, and which one a declaration means."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from .. import releases
from ..addresses import is_address
from ..change import Fields, Rules, same_set, same_word
from ..errors import InvalidValue
from ..naming import nearest
from .gpus import GpuGroup
from .topology import REPLACE

# Fields that only adding a host needs.
OF_A_NEW_ONE = frozenset(("url", "username", "password", "hypervisor", "pod_id"))


@dataclass(frozen=True)
class Host:
    """A host as ``listHosts type=Routing`` shows it.

    host_tags: None where the listing was asked without them (``details=min`` leaves them out). Names of zone, pod and
    cluster are empty in such a listing too. cpu_speed in MHz, memory_total in bytes, cpu_* allocated in MHz.
    access_groups: storage access groups, its own and those of its cluster, pod and zone.
    """

    id: str
    name: str
    zone_id: str = ""
    pod_id: str = ""
    cluster_id: str = ""
    zone: str = ""
    pod: str = ""
    cluster: str = ""
    cluster_type: str = ""
    state: str = ""
    resource_state: str = ""
    hypervisor: str = ""
    hypervisor_version: t.Optional[str] = None
    ip_address: t.Optional[str] = None
    host_tags: t.Optional[tuple[str, ...]] = None
    implicit_host_tags: tuple[str, ...] = ()
    access_groups: frozenset[str] = frozenset()
    is_tag_a_rule: bool = False
    os_category: t.Optional[str] = None
    os_category_id: str = ""
    annotation: t.Optional[str] = None
    cpu_number: t.Optional[int] = None
    cpu_speed: t.Optional[int] = None
    cpu_sockets: t.Optional[int] = None
    cpu_allocated: t.Optional[int] = None
    cpu_with_overprovisioning: t.Optional[int] = None
    memory_total: t.Optional[int] = None
    memory_allocated: t.Optional[int] = None
    memory_with_overprovisioning: t.Optional[int] = None
    capabilities: t.Optional[str] = None
    arch: t.Optional[str] = None
    uefi_capability: t.Optional[bool] = None
    is_local_storage_active: t.Optional[bool] = None
    ha_host: t.Optional[bool] = None
    version: t.Optional[str] = None
    created: t.Optional[str] = None
    last_pinged: t.Optional[str] = None
    disconnected: t.Optional[str] = None
    management_server_id: t.Optional[str] = None
    removed: t.Optional[str] = None
    gpu_groups: t.Optional[tuple[GpuGroup, ...]] = None


@dataclass(frozen=True)
class HostName:
    """What a declaration says to tell which host it means: any of these."""

    name: str = ""
    id: t.Optional[str] = None
    url: t.Optional[str] = None


def same_host_name(wanted: object, held: object) -> bool:
    """Whether two names may be one host's: without case, and ``kvm1`` is ``kvm1.example.net``.

    An address is no name: whoever declares a host by its address does not ask to rename it so.
    """
    one, other = str(wanted or "").casefold(), str(held or "").casefold()
    if one == other or is_address(one):
        return True
    short, full = sorted((one, other), key=len)
    return bool(short) and "." not in short and full.startswith(short + ".")


HOST = Rules(
    kind="host",
    required=("name", "zone_id", "pod_id", "hypervisor", "url"),
    fixed={
        "pod_id": "a host cannot be moved: remove it and add it there",
        "cluster_id": "a host cannot be moved: remove it and add it there",
        "hypervisor": REPLACE,
    },
    write_only=frozenset(("url", "username", "password", "allocation_state")),
    same={"host_tags": same_set, "hypervisor": same_word, "name": same_host_name},
)


def check_tags(wanted: Fields) -> None:
    """Whether the server can hold these tags: it splits each at its commas, also a rule. Raises InvalidValue.

    Source: ParamProcessWorker (lists), HostVO.checkHostServiceOfferingTags (a rule is the first tag alone).
    """
    tags = [str(each) for each in t.cast("list[object]", wanted.get("host_tags") or [])]
    rule = wanted.get("is_tag_a_rule")
    if rule and len(tags) > 1:
        raise InvalidValue("host_tags", tags, "one rule, because is_tag_a_rule is true")
    for tag in tags:
        if "," in tag:
            where = "a rule" if rule else "tags"
            raise InvalidValue("host_tags", tag, f"{where} without commas, at which the server splits them")


@lru_cache(maxsize=1 << 15)
def url_name(url: str) -> str:
    """The name or address of the host that is added by this URL; "" where the URL does not tell it.

    ``http://kvm1.example`` → the host part; ``http://vcenter/DC/cluster/esx1`` → the last part of the path, because
    vCenter's own name belongs to all its hosts; a simulator's URL (``http://sim/c1/h0``) tells nothing.
    """
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return ""
    # A slash in a name is written %2f, hence names are read after the path is taken apart.
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if len(steps) >= 3:
        return steps[-1]
    return "" if steps else parts.hostname or ""


class HostIndex:
    """Which of many hosts a declaration means, found without comparing it with each of them."""

    def __init__(self, hosts: t.Iterable[Host] = ()) -> None:
        self._ids: dict[str, Host] = {}
        self._ways: tuple[dict[str, dict[str, Host]], ...] = ({}, {}, {}, {})
        for host in hosts:
            self.put(host)

    def put(self, host: Host) -> None:
        """Add a host, or put it in the place of what was known of it."""
        self.drop(host.id)
        if host.removed is None:
            self._ids[host.id] = host
            for way, key in zip(self._ways, _keys(host)):
                way.setdefault(key, {})[host.id] = host

    def drop(self, id: str) -> None:
        held = self._ids.pop(id, None)
        if held is not None:
            for way, key in zip(self._ways, _keys(held)):
                del way[key][id]

    def matching(self, wanted: HostName) -> list[Host]:
        """By id, else by name, else by address or URL; the surest way wins."""
        if wanted.id:
            return [self._ids[wanted.id]] if wanted.id in self._ids else []
        return next((list(way[key].values()) for way, key in self._tried(wanted) if way.get(key)), [])

    def _tried(self, wanted: HostName) -> t.Iterator[tuple[dict[str, dict[str, Host]], str]]:
        """The surest first. Most hosts are found by it, before their URL is taken apart."""
        yield self._ways[0], wanted.name
        yield from self._alike(wanted.name)
        yield from self._alike(url_name(wanted.url or ""))

    def _alike(self, name: str) -> t.Iterator[tuple[dict[str, dict[str, Host]], str]]:
        _exact, addresses, folded, labels = self._ways
        if name and is_address(name):
            yield addresses, name
        elif name:
            low = name.casefold()
            yield folded, low
            # A short name is that of a host with a domain, and the other way round.
            label = low.split(".")[0]
            if label:
                yield folded if "." in low else labels, label


def _keys(host: Host) -> tuple[str, str, str, str]:
    """Name, address, name without case, and the label before the first dot of a name that has one."""
    low = host.name.casefold()
    return host.name, host.ip_address or "", low, low.split(".")[0] if "." in low else ""


def matching(hosts: t.Iterable[Host], wanted: HostName) -> list[Host]:
    """The hosts that a declaration means, see ``HostIndex``."""
    return HostIndex(hosts).matching(wanted)


def not_there(said: t.Mapping[str, object], zone: str, there: t.Iterable[str]) -> str:
    """What helps whoever did not want to add a host, but misspelled one; "" for one that is plainly to be added.

    said: what a task says of the host. there: names of the zone's hosts.
    """
    known = {key for key, value in said.items() if value is not None} - {"name", "zone_id"}
    near = nearest(str(said.get("name")), there)
    if known & OF_A_NEW_ONE or not (near or known):
        return ""
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    return f"host {said.get('name')} is not in zone {zone}{hint}; they, or a cluster, are required to add it"


def release_of(host: Host, parts: int = 2) -> tuple[int, ...]:
    """Of CloudStack, as its agent has it: (4, 11) of "4.11.3.0"; empty where it is not told."""
    return releases.numbers(host.version or "")[:parts]
