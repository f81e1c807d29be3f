"""listRouters, and what it tells of a router (T2:15, T4:62-64, T6:122-261)."""

from __future__ import annotations

from typing import Any

from ..paging import answer
from ..registry import Body, Call, command
from ..rules import health, nics, redundancy, routers
from ..world import World
from ..world.settings import setting
from ..world.vms import ROUTER, Nic, Vm
from .guest_networks import account_view, in_project, told, whose
from .system_vms import addresses, check_arch, common, listed, nic_of

ADMIN = "org.apache.cloudstack.api.command.admin.router"


def _nic(world: World, vm: Vm, nic: Nic) -> Body:
    """T2:15: an isolated network's guest side has no gateway, the control side neither VLAN nor MTU; a stopped router
    holds no control address and is on no guest VLAN (T4:64)."""
    network = world.networks[nic.network_id]
    body: Body = {"id": nic.uuid, "networkid": network.uuid, "traffictype": nic.traffic_type, "isdefault": nic.default}
    if not nic.ip:
        return body
    body.update(netmask=nic.netmask, ipaddress=nic.ip, macaddress=nic.mac)
    if nic.gateway:
        body["gateway"] = nic.gateway
    if nic.traffic_type == "Guest":
        vlan = f"vlan://{network.vlan}"
        named = {"networkname": network.name, "type": network.guest_type or "Isolated"}
        if vm.host_id is not None:
            named.update(isolationuri=vlan, broadcasturi=vlan)
        return {**body, **named, "mtu": 1500}
    if nic.traffic_type == "Public":
        held = nics.public_range(world, network.zone_id, nic.ip)
        vlan = f"vlan://{held.vlan.rpartition('/')[2]}" if held else "vlan://untagged"
        body.update(isolationuri=vlan, broadcasturi=vlan, mtu=1500)
    return body


def _guest_fields(world: World, vm: Vm) -> Body:
    """Of its network, or of the first tier of its VPC (T6:232, T6:238)."""
    nic = nic_of(vm, "Guest")
    network = world.networks.get(nic.network_id if nic else vm.network_id)
    if network is None:
        return {}
    suffix = setting(world, "guest.domain.suffix", "Zone", vm.zone_id)
    body: Body = {} if nic is None else {"networkdomain": network.domain or f"cs{vm.account_id:x}{suffix}"}
    if nic is not None:
        body.update(guestipaddress=nic.ip, guestmacaddress=nic.mac, guestnetmask=nic.netmask)
        body.update(guestnetworkid=network.uuid, guestnetworkname=network.name)
    return body


def view(world: World, vm: Vm) -> Body:
    vpc = world.vpcs.get(vm.vpc_id)
    body: dict[str, Any] = {
        **common(world, vm),
        **addresses(vm, Public="public", Control="linklocal"),
        **_guest_fields(world, vm),
        **account_view(world, vm.account_id),
        "isredundantrouter": vm.redundant,
        "redundantstate": redundancy.look(world, vm),
        "version": vm.version,
        "scriptsversion": vm.script_version,
        "role": "VIRTUAL_ROUTER",
        "nic": [_nic(world, vm, nic) for nic in vm.nics],
        "requiresupgrade": routers.requires_upgrade(world, vm),
        "healthchecksfailed": health.failing(world, vm),
        "softwareversion": vm.software_version,
    }
    if vpc is not None:
        body.update(vpcid=vpc.uuid, vpcname=vpc.name)
    for traffic, field in (("Public", "publicnetworkid"), ("Control", "linklocalnetworkid")):
        nic = nic_of(vm, traffic)
        if nic is not None:
            body[field] = world.networks[nic.network_id].uuid
    return body


def _passes(call: Call, vm: Vm) -> bool:
    world = call.world
    if "networkid" in call and call["networkid"].id not in {vm.network_id, *(nic.network_id for nic in vm.nics)}:
        return False
    if "vpcid" in call and vm.vpc_id != call["vpcid"].id:
        return False
    if "forvpc" in call and call["forvpc"] != (vm.vpc_id is not None):
        return False
    if call.get("version") and vm.version != call["version"]:
        return False
    if "healthchecksfailed" in call and call["healthchecksfailed"] != health.failing(world, vm):
        return False
    return _is_of(call, vm)


def _is_of(call: Call, vm: Vm) -> bool:
    """Whose it is to be: an account's, or a domain's (and those below, if recursive)."""
    world = call.world
    account = world.accounts.get(vm.account_id) or world.system
    if call.get("account"):
        return bool(account.id == whose(call).id)
    if "domainid" in call:
        wanted, domain = call["domainid"], world.domains[account.domain_id]
        inside = call.get("isrecursive") and domain.path.startswith(f"{wanted.path}/")
        if domain.id != wanted.id and not inside:
            return False
    return in_project(call, vm.account_id)


@command("listRouters", ADMIN, id="vms")
def list_routers(call: Call) -> Body:
    """Results of health checks only on request (T4:62)."""
    check_arch(call)
    world, rows = call.world, [vm for vm in listed(call, (ROUTER,)) if _passes(call, vm)]

    def one(vm: Vm) -> Body:
        checks: Body = {"healthcheckresults": health.results(world, vm)} if call.get("fetchhealthcheckresults") else {}
        return {**told(call, view(world, vm)), **checks}

    return answer(call, "router", rows, one)
