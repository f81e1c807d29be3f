# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of files that go: which of them a layout says as well, and which would be gone."""

from __future__ import annotations

import re
import typing as t

from .own import family

# By kind of file: settings that are of no matter or that the layout always decides, and settings whose values have to
# be found in the new files. All others are unknown here, and gone.
DECIDED: t.Mapping[str, re.Pattern[str]] = {
    "netplan": re.compile(
        r"match\..*|set-name|dhcp[46]|accept-ra|macaddress|interfaces|id|link|optional|renderer|link-local|critical"
        r"|dhcp-identifier|optional-addresses.*|activation-mode"
    ),
    "networkd": re.compile(
        r"Match\..*|NetDev\..*|Network\.(DHCP|IPv6AcceptRA|LinkLocalAddressing|Bridge|Bond|VLAN|VXLAN|ConfigureWithoutCarrier)"
        r"|Link\.(RequiredForOnline|MACAddress)|DHCP(v4)?\.(ClientIdentifier|UseDNS|UseMTU)|Route\.GatewayOnLink"
    ),
    "networkmanager": re.compile(
        r"connection\.(?!zone|secondaries|permissions|metered|lldp|mdns|llmnr).*|ipv[46]\.(method|addr-gen-mode|may-fail)"
        r"|(ethernet|802-3-ethernet)\.(mac-address|cloned-mac-address|auto-negotiate)|proxy\..*|bridge\..*|vlan\..*|bond\.(interface-name|.*)"
        r"|(NAME|DEVICE|UUID|TYPE|ONBOOT|HWADDR|BOOTPROTO|PROXY_METHOD|BROWSER_ONLY|NM_CONTROLLED|NETMASK|PREFIX\d*|USERCTL)"
        r"|IPV4_FAILURE_FATAL|IPV6_FAILURE_FATAL|IPV6INIT|IPV6_AUTOCONF|IPV6_DEFROUTE|DEFROUTE|PEERDNS|BRIDGE|MASTER|SLAVE|VLAN|DELAY|STP"
    ),
    "ifupdown": re.compile(
        r"method|netmask|network|broadcast|hwaddress|bridge[-_].*|(ovs|vlan)[-_].*|bond[-_](slaves|master)|slaves|scope|accept_ra|autoconf|inherits"
        r"|up ip link set (dev )?\S+ up|(pre-up|up|post-up|pre-down|down|post-down)"
    ),
}
JUDGED: t.Mapping[str, re.Pattern[str]] = {
    "netplan": re.compile(
        r"addresses|gateway[46]|nameservers\..*|mtu|routes|routing-policy|parameters\..*|dhcp[46]-overrides\.route-metric"
    ),
    "networkd": re.compile(
        r"Network\.(Address|Gateway|DNS|Domains)|Address\.(Address|Peer)|Link\.MTUBytes|(Route|RoutingPolicyRule|Bond|Bridge"
        r"|VLAN|VXLAN)\..*|DHCP(v4)?\.RouteMetric"
    ),
    "networkmanager": re.compile(
        r"ipv[46]\.(address\d*|gateway|dns|dns-search|routes?\d*|route\d+_options|routing-rule\d+|route-metric)|(ethernet|802-3-ethernet)\.mtu"
        r"|IPADDR\d*|IPV6ADDR.*|GATEWAY|IPV6_DEFAULTGW|DNS\d|DOMAIN|MTU"
    ),
    "ifupdown": re.compile(r"address|gateway|dns-\S+|mtu|pointopoint|metric|bond[-_].*"),
}
# Settings of dynamic configuration that are on where a file does not have them. No layout says them, so off is gone.
ON: t.Mapping[str, re.Pattern[str]] = {
    "netplan": re.compile(r"dhcp[46]-overrides\.(use-(dns|ntp|hostname|mtu)|send-hostname)|ra-overrides\.use-dns"),
    "networkd": re.compile(r"(DHCP(v4|v6)?|IPv6AcceptRA)\.(Use(DNS|NTP|Hostname)|SendHostname)"),
    "networkmanager": re.compile(r"ipv[46]\.dhcp-send-hostname"),
}
DYNAMIC = re.compile(r"\b(dhcp[46]|accept-ra): true|\b(DHCP=(yes|ipv[46])|IPv6AcceptRA=yes|method=auto)\b")
ROUTING = re.compile(r"\b(ip (-[46] )?(route|rule)|route) (add|append|replace)\b")
UNROUTING = re.compile(r"\b(ip (-[46] )?(route|rule)|route) del(ete)?\b")
HOOK = re.compile(r"(pre-up|up|post-up|pre-down|down|post-down)")
OFF = frozenset(("", "false", "no", "off", "0", "none", "disabled", "[]"))
# Words of values that say nothing by themselves.
PLAIN = re.compile(r"[a-zA-Z/$_:.-]*|0\.0\.0\.0/0|::/0|true|false|yes|no")


def lost_settings(
    path: str, settings: t.Iterable[tuple[str, str]], text: str, kept: bool
) -> t.Iterator[tuple[str, str]]:
    """Settings of a file that goes and that ``text``, the new files, does not have.

    kept: whether the interface takes over what it has; else addresses and routes are as declared, and not compared.
    """
    kind = family(path)
    for key, value in settings:
        if kind == "ifupdown" and HOOK.fullmatch(key):
            if ROUTING.search(value):
                if kept and not _found(value, text):
                    yield key, value
            elif not UNROUTING.search(value) and not re.fullmatch(r"(ip link set|ifconfig) .*\bup", value):
                yield key, value
        elif kind in ON and ON[kind].fullmatch(key) and value and value.lower() in OFF:
            if DYNAMIC.search(text):
                yield key, value
        elif JUDGED[kind].fullmatch(key):
            if kept and value.lower() not in OFF and not _found(value, text):
                yield key, value
        elif not DECIDED[kind].fullmatch(key) and value.lower() not in OFF:
            yield key, value


def _found(value: str, text: str) -> bool:
    """Whether all that is particular in a value stands in a text."""
    words = [word.strip("\"'[]{}()") for word in re.split(r"[\s,;=]+", value)]
    told = [word.partition("/")[0] for word in words if not PLAIN.fullmatch(word)]
    return all(re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text) for word in told)
