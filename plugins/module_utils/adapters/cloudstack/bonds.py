# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What binds VMs to hosts beyond their size: offerings, affinity groups, dedication, and whose VMs are."""

from __future__ import annotations

import contextlib
import typing as t

from ...core.errors import ApiError, Unsupported
from ...core.placement.fleet import AffinityGroup
from ...core.placement.instances import Offering
from ...core.zone.topology import Cluster
from .client import Client
from .everyones import Everyones
from .instances import affinity_group, offering
from .records import Record
from .transport import Json

ZONE = ""  # no id of a host
# Deleted ones bind the VMs that were made of them. A server before 4.19 ignores it and does not list these.
EVEN_DELETED: t.Mapping[str, str] = {"state": "all"}


class Bonds:
    """Each is read when it is asked for; domains and templates again when there is one that was not there."""

    def __init__(self, client: Client, everyones: Everyones) -> None:
        self._client = client
        self._everyones = everyones
        self._domains: t.Optional[dict[str, str]] = None
        self._unlisted: set[str] = set()
        self._templates: dict[str, dict[str, str]] = {}
        self._untold: set[str] = set()

    def offerings(self) -> dict[str, Offering]:
        """Users' offerings and those of system VMs, which only ``issystem`` shows."""
        found = self._client.listing("listServiceOfferings", "serviceoffering", {"listall": True, **EVEN_DELETED})
        found += self._client.listing("listServiceOfferings", "serviceoffering", {"issystem": True, **EVEN_DELETED})
        read = [offering(item, self._client.tell) for item in found]
        return {each.id: each for each in read}

    def new(self, offerings: t.Container[str], machines: t.Iterable[Json]) -> bool:
        """Whether a VM is of an offering that was not there when offerings were read."""
        used = {str(each.get("serviceofferingid")) for each in machines}
        return any(each not in offerings and each not in self._unlisted for each in used)

    def tell_unlisted(self, offerings: t.Container[str], machines: t.Iterable[Json]) -> None:
        """VMs of offerings that are not listed even so: what these ask for is not known."""
        for each in machines:
            its = str(each.get("serviceofferingid") or "")
            if its and its not in offerings and its not in self._unlisted:
                self._unlisted.add(its)
                name = Record(each, "VM").text("serviceofferingname") or its
                self._client.tell(
                    f"service offering {name} is not listed, because it was deleted: host tags and GPUs that it asks "
                    "for are not known, and its VMs may be moved to hosts without them"
                )

    def templates(self, zone_id: str, used: t.Collection[str], again: bool) -> dict[str, str]:
        """Host tags that templates of a zone ask for, by id; none where they cannot be listed.

        used: ids of those that VMs are made of. again: read them whatever is known.
        """
        known = self._templates.get(zone_id)
        if known is None or again or any(each not in known and each not in self._untold for each in used):
            known = self._templates[zone_id] = {}
            asked: Json = {"templatefilter": "all", "zoneid": zone_id, "showremoved": True}
            with contextlib.suppress(ApiError, Unsupported):
                for item in self._everyones.listing("listTemplates", "template", asked):
                    read = Record(item, "template", self._client.tell)
                    known[read.id()] = read.text("templatetag")
            self._untold.update(each for each in used if each not in known)
        return {each: tag for each, tag in known.items() if tag}

    def groups(self) -> tuple[AffinityGroup, ...]:
        found = self._everyones.listing("listAffinityGroups", "affinitygroup", {})
        return tuple(affinity_group(item, self._client.tell) for item in found)

    def domains(self, used: t.Iterable[str]) -> dict[str, str]:
        """The path of each domain by its id. used: ids of domains that matter."""
        if self._domains is None or any(each not in self._domains for each in used):
            read = [
                Record(item, "domain", self._client.tell)
                for item in self._client.listing("listDomains", "domain", {"listall": True})
            ]
            self._domains = {each.id(): each.text("path", "name") for each in read}
        return self._domains

    def dedicated(self, cluster: Cluster, host_ids: t.Collection[str]) -> tuple[dict[str, str], str]:
        """Owner by host: the host's own dedication, else its cluster's or pod's. And the owner of the zone."""
        wide: t.Optional[Json] = None
        zone: t.Optional[Json] = None
        for item in self._client.listing("listDedicatedZones", "dedicatedzone", {"zoneid": cluster.zone_id}):
            zone = item if item.get("zoneid") == cluster.zone_id else zone
        for command, key, field, wanted in (
            ("listDedicatedPods", "dedicatedpod", "podid", cluster.pod_id),
            ("listDedicatedClusters", "dedicatedcluster", "clusterid", cluster.id),
        ):
            for item in self._client.listing(command, key, {field: wanted}):
                wide = item if item.get(field) == wanted else wide
        found = dict.fromkeys(host_ids, wide) if wide else {}
        for item in self._client.listing("listDedicatedHosts", "dedicatedhost"):
            host_id = Record(item, "dedicated host", self._client.tell).text("hostid")
            if host_id in host_ids:
                found[host_id] = item
        owned = self._owned({**found, ZONE: zone}) if found or zone else {}
        owner = owned.pop(ZONE, "")
        return owned, owner

    def _owned(self, found: t.Mapping[str, t.Optional[Json]]) -> dict[str, str]:
        """Dedications name their owners by ids alone, VMs theirs by names: both are told as VMs tell them."""
        domains = self.domains([str(wire.get("domainid")) for wire in found.values() if wire is not None])
        accounts: dict[str, str] = {}
        for item in self._client.listing("listAccounts", "account", {"listall": True}):
            read = Record(item, "account", self._client.tell)
            accounts[read.id()] = f"account:{read.text('name')}@{read.text('domainid')}"
        owners: dict[str, str] = {}
        for host, wire in found.items():
            if wire is not None:
                read = Record(wire, "dedication", self._client.tell)
                domain = domains.get(read.text("domainid"), read.text("domainid"))
                owners[host] = accounts.get(read.text("accountid")) or f"domain:{domain}"
        return owners
