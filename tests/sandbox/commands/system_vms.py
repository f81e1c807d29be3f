"""listSystemVms, listRouters, migrateSystemVm (T2:1, T2:15, T4:34, T4:72)."""

from __future__ import annotations

from typing import Any

from ..errors import failed, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import nics
from ..world import World
from ..world.hypervisor_capabilities import storage_motion
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, Nic, Vm
from .migration import moving
from .vms import host_fields

ADMIN = "org.apache.cloudstack.api.command.admin"
# As the API writes the kinds.
TYPES = {CONSOLE_PROXY: "consoleproxy", STORAGE_VM: "secondarystoragevm"}


def _nic(vm: Vm, traffic: str) -> Nic | None:
    return next((nic for nic in vm.nics if nic.traffic_type == traffic), None)


def _addresses(vm: Vm, **prefixes: str) -> Body:
    """`Management="private"` gives privateip, privatemacaddress and privatenetmask."""
    body: Body = {}
    for traffic, prefix in prefixes.items():
        nic = _nic(vm, traffic)
        if nic is not None and nic.ip:
            body.update({f"{prefix}ip": nic.ip, f"{prefix}macaddress": nic.mac, f"{prefix}netmask": nic.netmask})
    return body


def _common(world: World, vm: Vm) -> Body:
    zone, pod = world.zones[vm.zone_id], world.pods.get(vm.pod_id)
    template, offering = world.templates[vm.template_id], world.service_offerings[vm.offering_id]
    public = _nic(vm, "Public")
    body: Body = {
        "id": vm.uuid,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "dns1": zone.dns1,
        "name": vm.name,
        **host_fields(world, vm),
        "hypervisor": vm.hypervisor,
        "templateid": template.uuid,
        "templatename": template.name,
        "created": vm.created,
        "state": vm.state,
        "serviceofferingid": offering.uuid,
        "serviceofferingname": offering.name,
        "arch": template.arch,
        "hasannotations": False,
    }
    if public is not None:
        body["gateway"] = public.gateway
    if pod is not None:
        body.update(podid=pod.uuid, podname=pod.name)
    return body


def view(world: World, vm: Vm) -> Body:
    """The addresses of management and control are held only while it runs."""
    body = {
        **_common(world, vm),
        "systemvmtype": TYPES[vm.kind],
        **_addresses(vm, Public="public", Management="private", Control="linklocal"),
        "isdynamicallyscalable": False,
    }
    host = world.hosts.get(vm.host_id)
    if vm.kind == CONSOLE_PROXY:
        return {**body, "activeviewersessions": 0}
    # Its agent's state is told of a stopped one too (T4:49).
    up = host is not None and host.state == "Up"
    return {**body, "agentstate": "Up" if up else "Disconnected", "version": "4.22.0.0-SNAPSHOT"}


def _router_nic(world: World, vm: Vm, nic: Nic) -> Body:
    """T2:15: the guest side has no gateway, the control side neither VLAN nor MTU; a stopped router holds no control
    address and is on no guest VLAN (T4:64)."""
    network = world.networks[nic.network_id]
    body: Body = {"id": nic.uuid, "networkid": network.uuid, "traffictype": nic.traffic_type, "isdefault": nic.default}
    if not nic.ip:
        return body
    body.update(netmask=nic.netmask, ipaddress=nic.ip, macaddress=nic.mac)
    if nic.traffic_type == "Guest":
        vlan = f"vlan://{network.vlan}"
        named = {"networkname": network.name, "type": network.guest_type or "Isolated"}
        if vm.host_id is not None:
            named.update(isolationuri=vlan, broadcasturi=vlan)
        return {**body, **named, "mtu": 1500}
    body["gateway"] = nic.gateway
    if nic.traffic_type == "Public":
        held = nics.public_range(world, network.zone_id, nic.ip)
        vlan = f"vlan://{held.vlan.rpartition('/')[2]}" if held else "vlan://untagged"
        body.update(isolationuri=vlan, broadcasturi=vlan, mtu=1500)
    return body


def _guest_fields(world: World, vm: Vm) -> Body:
    nic, network = _nic(vm, "Guest"), world.networks.get(vm.network_id)
    if nic is None or network is None:
        return {}
    return {
        "guestipaddress": nic.ip,
        "guestmacaddress": nic.mac,
        "guestnetmask": nic.netmask,
        "guestnetworkid": network.uuid,
        "guestnetworkname": network.name,
    }


def router_view(world: World, vm: Vm) -> Body:
    account = world.accounts[vm.account_id]
    domain = world.domains[account.domain_id]
    network = world.networks.get(vm.network_id)
    body: dict[str, Any] = {
        **_common(world, vm),
        **_addresses(vm, Public="public", Control="linklocal"),
        **_guest_fields(world, vm),
        "networkdomain": (network.domain if network else "") or "cs2cloud.internal",
        "account": account.name,
        "domainid": domain.uuid,
        "domain": domain.name,
        "domainpath": domain.path,
        "isredundantrouter": False,
        "redundantstate": "UNKNOWN",
        "version": "4.10.0",
        "scriptsversion": vm.script_version,
        "role": "VIRTUAL_ROUTER",
        "nic": [_router_nic(world, vm, nic) for nic in vm.nics],
        "requiresupgrade": False,
        "healthchecksfailed": False,
        "softwareversion": "4.22.0.0",
    }
    for traffic, field in (("Public", "publicnetworkid"), ("Control", "linklocalnetworkid")):
        nic = _nic(vm, traffic)
        if nic is not None:
            body[field] = world.networks[nic.network_id].uuid
    return body


def _listed(call: Call, kinds: tuple[str, ...]) -> list[Vm]:
    fields = filters(
        call,
        id="id",
        zoneid="zone_id",
        podid="pod_id",
        hostid="host_id",
        networkid="network_id",
        name="name",
        state="state",
    )
    if "systemvmtype" in call:
        kinds = tuple(kind for kind in kinds if TYPES.get(kind) == call["systemvmtype"].lower())
    rows = [vm for kind in kinds for vm in call.world.vms.select(kind=kind, **fields)]
    if "clusterid" in call:
        inside = {host.id for host in call.world.hosts.select(cluster_id=call["clusterid"].id)}
        rows = [vm for vm in rows if vm.host_id in inside]
    return sorted(keyword(call, rows), key=lambda vm: vm.id)


@command("listSystemVms", f"{ADMIN}.systemvm.ListSystemVMsCmd", id="vms")
def list_system_vms(call: Call) -> Body:
    rows = _listed(call, (CONSOLE_PROXY, STORAGE_VM))
    return answer(call, "systemvm", rows, lambda vm: view(call.world, vm))


@command("listRouters", f"{ADMIN}.router", id="vms")
def list_routers(call: Call) -> Body:
    # No checks run here, so their results are an empty list (T4:62).
    checks: Body = {"healthcheckresults": []} if call.get("fetchhealthcheckresults") else {}
    return answer(call, "router", _listed(call, (ROUTER,)), lambda vm: {**router_view(call.world, vm), **checks})


@command("migrateSystemVm", f"{ADMIN}.systemvm.MigrateSystemVMCmd")
def migrate_system_vm(call: Call) -> Work:
    """With a host that counts, it asks for storage motion of the source's very version (T6:60-68)."""
    vm = call["virtualmachineid"]
    if vm.kind not in (CONSOLE_PROXY, STORAGE_VM, ROUTER):
        raise invalid("Entered VM is not a System VM")
    source, target = call.world.hosts.get(vm.host_id), call.get("hostid")
    elsewhere = source is not None and target is not None and target.id != source.id
    if source is None or not elsewhere or storage_motion(call.world, source.hypervisor, source.hypervisor_version):
        return moving(call, vm, "systemvm", router_view if vm.kind == ROUTER else view)

    def refuse() -> Body:
        raise failed(
            f"Migration with storage isn't supported for source host {source.name} (ID: {source.uuid}) on "
            f"hypervisor {source.hypervisor} with version {source.hypervisor_version}"
        )

    return Work(refuse, instance=("SystemVm", vm.uuid))
