"""Firewall, port forwarding and load balancer rules, remote access VPNs of public addresses (T6:149-159, T6:193-195).

VPNs are not recorded.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import ApiError, invalid
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..world import World
from ..world.networks import Network, NetworkRule, PublicIp
from .guest_networks import account_view, in_project, whose
from .public_addresses import describe

USER = "org.apache.cloudstack.api.command.user"
FIREWALL, FORWARDING, BALANCING, VPN = "Firewall", "PortForwarding", "LoadBalancing", "Vpn"
CONFLICT = 537


def _new(call: Call, kind: str, address: PublicIp, first: int, last: int) -> NetworkRule:
    world = call.world
    # An address of a VPC is put to use for one of its tiers.
    tier = address.network_id is None and "networkid" in call
    network = call["networkid"].id if tier else address.network_id
    row = NetworkRule(
        world.network_rules.next_id(), world.new_uuid(), kind, address.id, network, address.account_id,
        (call.get("protocol") or "tcp").lower(), first, last,
    )  # fmt: skip
    row.cidrs, row.name = ",".join(call.get("cidrlist", [])), call.get("name", "")
    return row


def _check_conflict(world: World, new: NetworkRule) -> None:
    """Of the same purpose: the other rules' public ports are taken (T6:151)."""
    for row in world.network_rules.select(ip_id=new.ip_id):
        both = FIREWALL in (new.kind, row.kind) and new.kind != row.kind
        if both or VPN in (new.kind, row.kind) or row.protocol != new.protocol:
            continue
        if row.first <= new.last and new.first <= row.last:
            known = f'"id":{row.id},"networkId":{row.network_id},"purpose":"{row.kind}","state":"{row.state}"'
            raise ApiError(
                CONFLICT,
                4360,
                f"The range specified, {new.first}-{new.last}, conflicts with rule FirewallRule "
                f'{{{known},"uuid":"{row.uuid}"}} which has {row.first}-{row.last}',
            )


def _added(call: Call, row: NetworkRule, key: str, view: Callable[[World, NetworkRule], Body]) -> Work:
    world = call.world
    _check_conflict(world, row)
    world.network_rules.add(row)
    return Work(lambda: {key: view(world, row)}, created=row.uuid, instance=("FirewallRule", row.uuid))


def _removed(call: Call) -> Work:
    world, row = call.world, call["id"]

    def run() -> Body:
        world.network_rules.remove(row)
        return {"success": True}

    return Work(run, instance=("FirewallRule", row.uuid))


def _listed(call: Call, kind: str, key: str, view: Callable[[World, NetworkRule], Body]) -> Body:
    world = call.world
    rows = world.network_rules.select(
        lambda row: in_project(call, row.account_id) and (not call.get("account") or row.account_id == whose(call).id),
        kind=kind,
        **filters(call, id="id", ipaddressid="ip_id", publicipid="ip_id", networkid="network_id", name="name"),
    )
    if "zoneid" in call:
        rows = [row for row in rows if _zone_of(world, row) == call["zoneid"].id]
    if "virtualmachineid" in call:
        rows = [row for row in rows if call["virtualmachineid"].id in row.vm_ids]
    return answer(call, key, rows, lambda row: view(world, row))


def _zone_of(world: World, row: NetworkRule) -> int:
    return world.vlan_ranges[world.public_ips[row.ip_id].range_id].zone_id


def _place(world: World, row: NetworkRule) -> Body:
    network: Network | None = world.networks.get(row.network_id)
    return {} if network is None else {"networkid": network.uuid}


# -- firewall ----------------------------------------------------------------------------------------------------------


def _firewall_view(world: World, row: NetworkRule) -> Body:
    address = world.public_ips[row.ip_id]
    return {
        "id": row.uuid,
        "protocol": row.protocol,
        "startport": row.first,
        "endport": row.last,
        "ipaddressid": address.uuid,
        **_place(world, row),
        "ipaddress": address.ip,
        "state": row.state,
        "cidrlist": row.cidrs,
        "tags": [],
        "fordisplay": True,
        "destcidrlist": "",
        "traffictype": "Ingress",
    }


@command("createFirewallRule", f"{USER}.firewall", ipaddressid="public_ips")
def create_firewall_rule(call: Call) -> Work:
    first = call.get("startport", 1)
    row = _new(call, FIREWALL, call["ipaddressid"], first, call.get("endport", first))
    row.cidrs = row.cidrs or "0.0.0.0/0"
    return _added(call, row, "firewallrule", _firewall_view)


@command("listFirewallRules", f"{USER}.firewall", id="network_rules", ipaddressid="public_ips")
def list_firewall_rules(call: Call) -> Body:
    return _listed(call, FIREWALL, "firewallrule", _firewall_view)


@command("deleteFirewallRule", f"{USER}.firewall", id="network_rules")
def delete_firewall_rule(call: Call) -> Work:
    return _removed(call)


# -- port forwarding ---------------------------------------------------------------------------------------------------


def _forwarding_view(world: World, row: NetworkRule) -> Body:
    address, vm = world.public_ips[row.ip_id], world.vms.get(min(row.vm_ids, default=None))
    named: Body = {}
    if vm is not None:
        shown = {"virtualmachinename": vm.name, "virtualmachinedisplayname": vm.display_name or vm.name}
        named = {"virtualmachineid": vm.uuid, **shown}
    return {
        "id": row.uuid,
        "privateport": str(row.private_first),
        "privateendport": str(row.private_last),
        "protocol": row.protocol,
        "publicport": str(row.first),
        "publicendport": str(row.last),
        **named,
        "ipaddressid": address.uuid,
        "ipaddress": address.ip,
        "state": row.state,
        "cidrlist": row.cidrs,
        "tags": [],
        **_place(world, row),
        "fordisplay": True,
    }


@command("createPortForwardingRule", f"{USER}.firewall", ipaddressid="public_ips")
def create_port_forwarding_rule(call: Call) -> Work:
    """Not on an address of static NAT (T6:154)."""
    address, vm, first = call["ipaddressid"], call["virtualmachineid"], call["publicport"]
    if address.vm_id is not None:
        what = describe(address, call.world.vlan_ranges[address.range_id].zone_id)
        raise invalid(f"Unable to create port forwarding rule; ip {what} has static nat enabled")
    row = _new(call, FORWARDING, address, first, call.get("publicendport", first))
    row.private_first = call["privateport"]
    row.private_last = call.get("privateendport", row.private_first)
    row.vm_ids = {vm.id}
    return _added(call, row, "portforwardingrule", _forwarding_view)


@command("listPortForwardingRules", f"{USER}.firewall", id="network_rules", ipaddressid="public_ips")
def list_port_forwarding_rules(call: Call) -> Body:
    return _listed(call, FORWARDING, "portforwardingrule", _forwarding_view)


@command("deletePortForwardingRule", f"{USER}.firewall", id="network_rules")
def delete_port_forwarding_rule(call: Call) -> Work:
    return _removed(call)


# -- load balancer -----------------------------------------------------------------------------------------------------


def _balancer_view(world: World, row: NetworkRule) -> Body:
    address = world.public_ips[row.ip_id]
    zone = world.zones[_zone_of(world, row)]
    return {
        "id": row.uuid,
        "name": row.name,
        "publicipid": address.uuid,
        "publicip": address.ip,
        "publicport": str(row.first),
        "privateport": str(row.private_first),
        "algorithm": row.algorithm,
        **_place(world, row),
        **account_view(world, row.account_id),
        # It is active once VMs are behind it (T6:155-159).
        "state": row.state if row.vm_ids else "Add",
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "tags": [],
        "fordisplay": True,
    }


@command("createLoadBalancerRule", f"{USER}.loadbalancer", publicipid="public_ips")
def create_load_balancer_rule(call: Call) -> Work:
    if "publicipid" not in call:
        raise invalid("Public IP address is needed for a load balancer rule")
    if call["algorithm"] not in ("roundrobin", "leastconn", "source"):
        raise invalid(f"Invalid algorithm: {call['algorithm']}")
    row = _new(call, BALANCING, call["publicipid"], call["publicport"], call["publicport"])
    row.private_first = row.private_last = call["privateport"]
    row.algorithm = call["algorithm"]
    return _added(call, row, "loadbalancer", _balancer_view)


@command("assignToLoadBalancerRule", f"{USER}.loadbalancer", id="network_rules", virtualmachineids="vms")
def assign_to_load_balancer_rule(call: Call) -> Work:
    row, vms = call["id"], call.get("virtualmachineids", [])

    def run() -> Body:
        row.vm_ids |= {vm.id for vm in vms}
        return {"success": True}

    return Work(run)


@command("listLoadBalancerRules", f"{USER}.loadbalancer", id="network_rules", publicipid="public_ips")
def list_load_balancer_rules(call: Call) -> Body:
    return _listed(call, BALANCING, "loadbalancerrule", _balancer_view)


@command("deleteLoadBalancerRule", f"{USER}.loadbalancer", id="network_rules")
def delete_load_balancer_rule(call: Call) -> Work:
    return _removed(call)


# -- VPN ---------------------------------------------------------------------------------------------------------------


def _vpn_view(world: World, row: NetworkRule) -> Body:
    address = world.public_ips[row.ip_id]
    body = {"id": row.uuid, "publicipid": address.uuid, "publicip": address.ip, "iprange": "10.1.2.1-10.1.2.8"}
    return {**body, **account_view(world, row.account_id), "state": "Running", "fordisplay": True}


@command("createRemoteAccessVpn", f"{USER}.vpn", publicipid="public_ips")
def create_remote_access_vpn(call: Call) -> Work:
    row = _new(call, VPN, call["publicipid"], 500, 500)
    return _added(call, row, "remoteaccessvpn", _vpn_view)


@command("listRemoteAccessVpns", f"{USER}.vpn", id="network_rules", publicipid="public_ips")
def list_remote_access_vpns(call: Call) -> Body:
    return _listed(call, VPN, "remoteaccessvpn", _vpn_view)


@command("deleteRemoteAccessVpn", f"{USER}.vpn", publicipid="public_ips")
def delete_remote_access_vpn(call: Call) -> Work:
    world, address = call.world, call["publicipid"]

    def run() -> Body:
        for row in list(world.network_rules.select(ip_id=address.id, kind=VPN)):
            world.network_rules.remove(row)
        return {"success": True}

    return Work(run)


@command("listVpnConnections", f"{USER}.vpn", id="nothing")
def list_vpn_connections(call: Call) -> Body:
    """Site-to-site connections cannot be made here."""
    return {}


@command("listVpnGateways", f"{USER}.vpn", id="nothing")
def list_vpn_gateways(call: Call) -> Body:
    """Nor their gateways."""
    return {}
