"""Rules and VPNs of networks, as far as there are none."""

from __future__ import annotations

from ..registry import Body, Call, command

USER = "org.apache.cloudstack.api.command.user"


@command("listPortForwardingRules", f"{USER}.firewall")
def list_port_forwarding_rules(_call: Call) -> Body:
    return {}


@command("listLoadBalancerRules", f"{USER}.loadbalancer")
def list_load_balancer_rules(_call: Call) -> Body:
    return {}


@command("listRemoteAccessVpns", f"{USER}.vpn")
def list_remote_access_vpns(_call: Call) -> Body:
    return {}


@command("listVpnConnections", f"{USER}.vpn")
def list_vpn_connections(_call: Call) -> Body:
    return {}
