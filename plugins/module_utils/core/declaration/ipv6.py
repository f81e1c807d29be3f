# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPv6 of a declared zone.

Source: 4.11.1 documentation, "IPv6 Support in CloudStack" (KVM and XenServer; networks of 64 bits).
"""

from __future__ import annotations

import ipaddress
import typing as t

from .address_ranges import Pool, declared_pools
from .problem import Part, Problem
from .shape import KINDS

ABLE = ("KVM", "XenServer")
UNABLE = ("VMware", "Hyperv", "LXC", "Ovm3", "BareMetal")
PREFIX = 64


def ipv6_problems(zone: Part) -> t.Iterator[Problem]:
    """All problems of public ranges with IPv6, and of the hypervisors that cannot have them."""
    public = list(zone.parts("public_ip_ranges"))
    for part in public:
        if part.text("cidr_ipv6") and part.text("gateway_ipv6"):
            yield from _range_problems(part)
    pools = [each for each in declared_pools(zone) if each.first.version == 6]
    for n, later in enumerate(pools):
        yield from (_overlap(later, earlier) for earlier in pools[:n] if _together(later, earlier))
    if any(part.text("cidr_ipv6") for part in public):
        yield from _hypervisors(zone)


def _range_problems(part: Part) -> t.Iterator[Problem]:
    try:
        network = ipaddress.IPv6Network(part.text("cidr_ipv6"), strict=False)
        keys = ("gateway_ipv6", "start_ipv6", "end_ipv6")
        there = {key: ipaddress.IPv6Address(part.text(key)) for key in keys if part.text(key)}
    except ValueError:
        return  # its shape has told
    if network.prefixlen != PREFIX:
        message = f"{network} is not a network of {PREFIX} bits, which the server requires"
        yield part.problem("ipv6_prefix", "cidr_ipv6", message, f"a prefix length of {PREFIX}")
    for key, each in there.items():
        if each not in network:
            yield part.problem("outside_subnet", key, f"{each} is outside {network}", f"an address of {network}")
    start = there.get("start_ipv6")
    if start is None:
        return
    end, gateway = there.get("end_ipv6", start), there["gateway_ipv6"]
    if end < start:
        message = f"the range ends at {end}, before it starts at {start}"
        yield part.problem("reversed_range", "end_ipv6", message, "the lower address first")
    elif start <= gateway <= end:
        message = f"{gateway} is inside the range {start}-{end} that it serves"
        yield part.problem("gateway_in_range", "gateway_ipv6", message, KINDS["address6"].expected)


def _together(later: Pool, earlier: Pool) -> bool:
    return later.shares(earlier) and (later.vlan == earlier.vlan or "untagged" in (later.vlan, earlier.vlan))


def _overlap(later: Pool, earlier: Pool) -> Problem:
    message = f"{later} shares addresses with {earlier} of {earlier.where}"
    part = later.part or Part((), {})
    return part.problem("range_overlap", later.key, message, f"a range outside of {earlier}")


def _hypervisors(zone: Part) -> t.Iterator[Problem]:
    for cluster in zone.parts("clusters"):
        if cluster.text("hypervisor") in UNABLE:
            message = f"the zone has IPv6 addresses, which VMs on {cluster.text('hypervisor')} cannot use"
            yield cluster.warning("ipv6_hypervisor", "hypervisor", message, " or ".join(ABLE))
