# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that a cluster's daemon gives to whichever host has them just now, out of that daemon's own files.

Source: keepalived.conf(5), resource agent ocf:heartbeat:IPaddr2, haresources of Heartbeat, interfaces(5) of ucarp.
"""

from __future__ import annotations

import re

FILES = (
    "/etc/keepalived/*.conf",
    "/etc/keepalived/*/*.conf",
    "/var/lib/pacemaker/cib/cib.xml",
    "/etc/ha.d/haresources",
)
ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.]*)(?![\w:])")


def given_addresses(path: str, text: str) -> frozenset[str]:
    """The addresses, without prefix lengths."""
    if path.endswith(".conf"):
        plain = re.sub(r"[#!].*", "", text)
        blocks = re.findall(r"virtual_ipaddress(?:_excluded)?\s*\{([^}]*)\}", plain)
        # What stands behind the address is its label, broadcast address or interface.
        lines = [line.split()[0] for block in blocks for line in block.splitlines() if line.split()]
        return frozenset(address for line in lines for address in ADDRESS.findall(line))
    if path.endswith(".xml"):
        pairs = re.findall(r"<nvpair\b[^>]*>", text)
        return frozenset(
            address for pair in pairs if 'name="ip"' in pair for address in re.findall(r'value="([^"]+)"', pair)
        )
    return frozenset(ADDRESS.findall(re.sub(r"\b(IPaddr2?|IPv6addr)::", " ", text)))
