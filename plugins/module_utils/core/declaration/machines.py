# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines with addresses of their own, outside of every range from which the server allocates addresses.

Source: 4.11.1 documentation, "System Reserved IP Addresses" ("Make sure computing servers and Management Servers use IP
addresses outside of the System Reserved IP range").
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from urllib.parse import urlsplit

from ..zone.storage import PLUGIN_URL, plugin_keys
from .address_ranges import POD, Address, Pool, address_of
from .problem import ERROR, WARNING, Part, Problem, Record, Severity
from .server import Held, text

OUTSIDE = "an address outside of all ranges"


def machine_problems(
    zone: Part, hosts: t.Sequence[Part], held: Held, machines: t.Sequence[Record], ranges: t.Sequence[Pool]
) -> t.Iterator[Problem]:
    """All but the hosts' own URLs with IPv4, which another check compares with their pods.

    machines: management servers of the inventory as {name, address}. ranges: the declared ones.
    """
    for key in ("dns1", "dns2", "internal_dns1", "internal_dns2", "dns1_ipv6", "dns2_ipv6"):
        # A name server may well be a VM with an address of the other ranges.
        yield from _told_in(zone, key, "the name server", [each for each in ranges if each.kind == POD])
    for store in (*zone.parts("primary_storage"), *zone.parts("secondary_storage"), *zone.parts("staging_stores")):
        for key, address in _of_store(store):
            yield from _inside(store, key, f"the storage server {address}", address, ranges)
    for center in zone.parts("vmware_datacenters"):
        yield from _told_in(center, "vcenter", "the vCenter", ranges)
    for host in hosts:
        controller = host.get("oobm")
        if isinstance(controller, t.Mapping):
            yield from _told_in(Part((*host.path, "oobm"), controller, host.host), "address", "the controller", ranges)
        own = address_of(_url_host(host.text("url")))
        if own is not None and own.version == 6:
            yield from _inside(host, "url", str(own), own, ranges, "host_in_range")
    yield from _management(held, machines, ranges)


def _told_in(part: Part, key: str, words: str, ranges: t.Sequence[Pool]) -> t.Iterator[Problem]:
    address = address_of(part.text(key))
    if address is not None:
        yield from _inside(part, key, f"{words} {address}", address, ranges)


def _inside(
    part: Part, key: str, words: str, address: Address, ranges: t.Sequence[Pool], code: str = "address_in_range"
) -> t.Iterator[Problem]:
    for each in ranges:
        if address in each:
            message = f"{words} is in the range {each} of {each.where}, from which the server allocates addresses"
            severity = ERROR if code == "host_in_range" else _severity(each)
            yield replace(part.problem(code, key, message, OUTSIDE), severity=severity)
            return


def _severity(each: Pool) -> Severity:
    """System VMs get system addresses from the first day; of other ranges, and of what is there, it is advice."""
    return ERROR if each.kind == POD and not each.there else WARNING


def _of_store(store: Part) -> t.Iterator[tuple[str, Address]]:
    url, details = store.text("url"), store.items("details")
    told = [("url", _url_host(url))]
    if PLUGIN_URL.match(url):
        keys = plugin_keys(url)
        told = [("url", keys.get(name, "").partition(":")[0]) for name in ("mvip", "svip")]
    endpoint = details.get("endpoint")
    told += [("details", _url_host(str(endpoint) if "//" in str(endpoint) else f"//{endpoint}"))] if endpoint else []
    for key, name in told:
        address = address_of(name)
        if address is not None:
            yield key, address


def _url_host(url: str) -> str:
    """The name or address of a URL. Keys of RBD may hold slashes, so the user ends at the last "@"."""
    scheme, slashes, rest = url.partition("//")
    place = rest.rpartition("@")[2] if scheme.lower() != "nfs:" else rest
    try:
        return urlsplit(f"{scheme}{slashes}{place}").hostname or ""
    except ValueError:
        return ""


def _management(held: Held, machines: t.Sequence[Record], ranges: t.Sequence[Pool]) -> t.Iterator[Problem]:
    """Told of the range: the server's address is not in the declaration. Once for each address."""
    found: dict[Address, str] = {}
    named = [(text(each, "name"), text(each, "address")) for each in (*machines, *held.all("management_servers"))]
    named += [("of the setting host", each.strip()) for each in (held.setting("host") or "").split(",")]
    for name, told in named:
        address = address_of(told)
        if address is not None and not address.is_loopback:
            found.setdefault(address, name)
    for address, name in found.items():
        for each in ranges:
            if address in each and each.part is not None:
                message = f"the range {each} has the address {address} of the management server {name}"
                problem = each.part.problem("management_server_in_range", each.key, message, f"without {address}")
                yield replace(problem, severity=_severity(each))
