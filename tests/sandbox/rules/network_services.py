"""What network services can do, as offerings and networks tell it (T2:6-7, T3:42, T4:24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# The order in which answers list services.
ORDER = (
    "Lb", "PortForwarding", "Vpn", "StaticNat", "Firewall", "UserData", "Dns", "SourceNat", "Dhcp", "Gateway",
    "SecurityGroup", "NetworkACL", "Connectivity",
)  # fmt: skip


class Ability(NamedTuple):
    """`choose`: an offering may set it."""

    name: str
    value: str
    choose: bool = False


_LB_TAIL = (Ability("ElasticLb", "false"), Ability("InlineMode", "false"))
OFFERED: Mapping[str, Sequence[Ability]] = {
    "Lb": (Ability("SupportedLBIsolation", "dedicated"), *_LB_TAIL, Ability("VmAutoScaling", "true")),
    "StaticNat": (Ability("ElasticIp", "false"), Ability("AssociatePublicIP", "true")),
    "SourceNat": (Ability("SupportedSourceNatTypes", "peraccount"), Ability("RedundantRouter", "false")),
}
_COUNTERS = ",".join(f'{{"methodname":"{name}","paramlist":[]}}' for name in ("CPU", "MEMORY", "VIRTUALROUTER"))
PROVIDED: Mapping[str, Sequence[Ability]] = {
    "Lb": (
        Ability("SupportedLBIsolation", "dedicated", True),
        Ability("SupportedLbAlgorithms", "roundrobin,leastconn,source"),
        Ability("AutoScaleCounters", f"[{_COUNTERS}]"),
        Ability("SupportedProtocols", "tcp, udp, tcp-proxy, ssl"),
        Ability("SslTermination", "true"),
        Ability("LbSchemes", "Public"),
        # The real text goes on with parameters and prose.
        Ability("SupportedStickinessMethods", '[{"methodname":"LbCookie"},{"methodname":"AppCookie"}]'),
        Ability("VmAutoScaling", "true"),
        *_LB_TAIL,
    ),
    "PortForwarding": (Ability("SupportedProtocols", "tcp,udp"),),
    "Vpn": (Ability("VpnTypes", "remoteaccessvpn"), Ability("SupportedVpnTypes", "pptp,l2tp,ipsec")),
    "StaticNat": OFFERED["StaticNat"],
    "Firewall": (
        Ability("SupportedEgressProtocols", "tcp,udp,icmp, all"),
        Ability("SupportedProtocols", "tcp,udp,icmp"),
        Ability("SupportedTrafficDirection", "ingress, egress"),
        Ability("MultipleIps", "true"),
        Ability("TrafficStatistics", "per public ip"),
    ),
    "Dns": (Ability("AllowDnsSuffixModification", "true"),),
    "SourceNat": (
        Ability("SupportedSourceNatTypes", "peraccount", True),
        Ability("RedundantRouter", "false", True),
    ),
    "Dhcp": (Ability("DhcpAccrossMultipleSubnets", "true"),),
}


_ROUTERS = ("VirtualRouter", "VpcVirtualRouter")
# Who can provide what, from general knowledge.
PROVIDERS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("PortForwarding", "Vpn", "StaticNat", "Dns", "SourceNat", "Gateway"), _ROUTERS),
    "Lb": (*_ROUTERS, "InternalLbVm", "Netscaler"),
    "Firewall": ("VirtualRouter", "JuniperSRX", "PaloAlto"),
    "UserData": (*_ROUTERS, "ConfigDrive", "BaremetalUserdataProvider"),
    "Dhcp": (*_ROUTERS, "BaremetalDhcpProvider"),
    "SecurityGroup": ("SecurityGroupProvider",),
    "NetworkACL": ("VpcVirtualRouter",),
    "Connectivity": ("Ovs", "NiciraNvp"),
}


def supported() -> list[dict[str, Any]]:
    """As listSupportedNetworkServices tells them."""
    return [_view(name, PROVIDERS[name], PROVIDED.get(name)) for name in ORDER]


def _view(name: str, providers: Sequence[str], abilities: Sequence[Ability] | None) -> dict[str, Any]:
    body: dict[str, Any] = {"name": name, "provider": [{"name": provider} for provider in providers]}
    if abilities is not None:
        body["capability"] = [
            {"name": a.name, "value": a.value, "canchooseservicecapability": a.choose} for a in abilities
        ]
    return body


def _ordered(services: Mapping[str, Sequence[str]]) -> list[str]:
    return sorted(services, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def of_offering(services: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [_view(name, services[name], OFFERED.get(name)) for name in _ordered(services)]


def of_vpc(services: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """In an order of their own, without abilities (T6:221)."""
    return [_view(name, providers, None) for name, providers in services.items()]


def of_network(services: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [_view(name, services[name], PROVIDED.get(name, ())) for name in _ordered(services)]
