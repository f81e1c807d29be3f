"""deployVirtualMachine, listVirtualMachines and what is done to one virtual machine (T2:8-14, T2:39-51)."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import life, nics, placement, routers
from ..world import World
from ..world.hosts import Host
from ..world.networks import Network
from ..world.vms import USER, Nic, Vm
from . import affinity
from .guest_networks import account_view, in_project, told, whose
from .public_addresses import of_vm

ADMIN, USERS = "org.apache.cloudstack.api.command.admin.vm", "org.apache.cloudstack.api.command.user.vm"
POOL_TYPE = "NetworkFilesystem"


def nic_view(world: World, nic: Nic, number: int) -> Body:
    network = world.networks[nic.network_id]
    return {
        "id": nic.uuid,
        "networkid": network.uuid,
        "networkname": network.name,
        "netmask": nic.netmask,
        "gateway": nic.gateway,
        "ipaddress": nic.ip,
        "isolationuri": f"vlan://{network.vlan}",
        "broadcasturi": f"vlan://{network.vlan}",
        "traffictype": nic.traffic_type,
        "type": network.guest_type or "Isolated",
        "isdefault": nic.default,
        "macaddress": nic.mac,
        "secondaryip": [],
        "extradhcpoption": [],
        "deviceid": str(number),
    }


def host_fields(world: World, vm: Vm) -> Body:
    """Where it runs; nothing while it does not."""
    host = world.hosts.get(vm.host_id)
    if host is None:
        return {}
    control = "Enabled" if host.state == "Up" and host.resource_state == "Enabled" else "Maintenance"
    return {"hostid": host.uuid, "hostname": host.name, "hostcontrolstate": control}


def view(world: World, vm: Vm) -> Body:
    zone, template, offering = (
        world.zones[vm.zone_id],
        world.templates[vm.template_id],
        world.service_offerings[vm.offering_id],
    )
    account, static = world.accounts[vm.account_id], of_vm(world, vm)
    body: dict[str, Any] = {
        "id": vm.uuid,
        "name": vm.name,
        "displayname": vm.display_name or vm.name,
        **account_view(world, account.id),
        "userid": account.user_uuid,
        "username": account.name,
        "created": vm.created,
        "lastupdated": vm.updated or vm.created,
        "state": vm.state,
        "haenable": vm.ha,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        **host_fields(world, vm),
        "templateid": template.uuid,
        "templatename": template.name,
        "templatetype": template.kind,
        "templateformat": template.format,
        "templatedisplaytext": template.name,
        "passwordenabled": False,
        "serviceofferingid": offering.uuid,
        "serviceofferingname": offering.name,
        "cpunumber": vm.cores,
        "cpuspeed": vm.mhz,
        "memory": vm.memory,
        "guestosid": template.os_type_uuid,
        "rootdeviceid": 0,
        "rootdevicetype": "ROOT",
        "securitygroup": [],
        "nic": [
            {**nic_view(world, nic, number), **(static if nic.default else {})} for number, nic in enumerate(vm.nics)
        ],
        **static,
        "hypervisor": vm.hypervisor,
        "instancename": vm.instance_name,
        "details": _details(vm),
        "affinitygroup": affinity.brief(world, vm),
        "displayvm": True,
        "isdynamicallyscalable": False,
        "deleteprotection": False,
        "ostypeid": template.os_type_uuid,
        "osdisplayname": template.os_type,
        "bootmode": "legacy",
        "boottype": "Bios",
        "pooltype": POOL_TYPE,
        "receivedbytes": 0,
        "sentbytes": 0,
        "arch": template.arch,
        "tags": [],
        "hasannotations": False,
    }
    if vm.nics:
        body["ipaddress"] = vm.nics[0].ip
    return body


def _details(vm: Vm) -> dict[str, str]:
    """The VM's own, and the factors of its last start (FIELD_FACTS "Over-provisioning")."""
    found = dict(vm.details or {})
    names = ("cpuOvercommitRatio", "memoryOvercommitRatio")
    return {**found, **{name: f"{own:g}" for name, own in zip(names, vm.factors, strict=True) if own is not None}}


def _row(call: Call) -> Vm:
    """The new VM, stopped; ApiError 431 for what does not go together."""
    if "templateid" not in call:
        # Not recorded.
        raise invalid("Unable to use template: none is given")
    world, zone, offering, template = call.world, call["zoneid"], call["serviceofferingid"], call["templateid"]
    if offering.system:
        raise invalid(f"Unable to use system service offering {offering.name} to deploy a VM")
    if offering.deleted:
        raise invalid(f"Service offering is inactive: [{offering.uuid}].")
    host: Host | None = call.get("hostid")
    wanted = call.get("hypervisor") or (host.hypervisor if host else template.hypervisor)
    name = call.get("name")
    if name and any(vm.state not in ("Destroyed", "Expunging") for vm in world.vms.select(name=name, kind=USER)):
        raise invalid(f"The vm with hostName {name} already exists in the network domain")
    number = world.vms.next_id()
    uuid = world.new_uuid()
    vm = Vm(
        number, uuid, name or f"VM-{uuid}", USER, f"i-{world.admin.id}-{number}-VM", zone.id, wanted, offering.cores,
        offering.mhz, offering.memory, offering.id, template.id, whose(call).id, world.now(),
    )  # fmt: skip
    vm.display_name, vm.ha = call.get("displayname") or vm.name, offering.ha
    vm.tags = tuple(sorted({*offering.host_tags, *filter(None, (template.tag,))}))
    for item in call.get("details", []):
        vm.details = {**(vm.details or {}), **item}
    return vm


def _networks(call: Call) -> list[Network]:
    """The networks asked for; a zone with one guest network needs no asking.

    In a Basic zone none may be asked for (source: UserVmManagerImpl).
    """
    if call["zoneid"].network_type == "Basic" and "networkids" in call:
        raise invalid("Can't specify network Ids in Basic zone")
    if "networkids" in call:
        return list(call["networkids"])
    found = [n for n in call.world.networks.select(zone_id=call["zoneid"].id) if not n.system]
    if len(found) != 1:
        raise invalid("No network, or more than one, to deploy in; please specify networkIds")
    return found


def _start(world: World, vm: Vm, networks: list[Network], host: Host | None, among: list[Host] | None) -> None:
    """A place, then VLAN and router of each network, then addresses; ApiError 533 leaves the VM in Error."""
    try:
        if host is None and among is not None:
            host = placement.choose(world, vm, among)
            if host is None:
                raise life.no_room(f"Unable to create a deployment for VM instance {life.describe(vm)}")
        life.place(world, vm, host)
        # Addresses are taken before the router starts: the VM's MAC is the lower one (T2:8, T2:15).
        vm.nics = tuple(nics.guest(world, network, number == 0) for number, network in enumerate(networks))
        for network in networks:
            nics.implement(world, network)
            _serve(world, network)
    except Exception:
        nics.release(world, vm)
        vm.nics = ()
        life.drop(world, vm, "Error")
        raise


def _serve(world: World, network: Network) -> None:
    if routers.is_served(world, network):
        routers.ensure(world, network)


@command("deployVirtualMachine", f"{ADMIN}.DeployVMCmdByAdmin")
def deploy_virtual_machine(call: Call) -> Work:
    """T2:8-13; texts of refusals are not recorded."""
    world, networks = call.world, _networks(call)
    host, cluster, pod = call.get("hostid"), call.get("clusterid"), call.get("podid")
    among: list[Host] | None = None
    if cluster is not None:
        among = list(world.hosts.select(cluster_id=cluster.id))
    elif pod is not None:
        among = list(world.hosts.select(pod_id=pod.id))
    vm = world.vms.add(_row(call))
    for group in call.get("affinitygroupids", []):
        group.vm_ids.add(vm.id)

    def run() -> Body:
        if call.get("startvm", True):
            _start(world, vm, networks, host, among)
        return {"virtualmachine": view(world, vm)}

    return Work(run, created=vm.uuid, instance=("VirtualMachine", vm.uuid))


@command("listVirtualMachines", f"{ADMIN}.ListVMsCmdByAdmin", id="vms", ids="vms")
def list_virtual_machines(call: Call) -> Body:
    world, places = call.world, filters(call, podid="pod_id")
    rows = world.vms.select(
        kind=USER,
        **places,
        **filters(
            call,
            id="id",
            zoneid="zone_id",
            hostid="host_id",
            name="name",
            templateid="template_id",
            serviceofferingid="offering_id",
            hypervisor="hypervisor",
            haenable="ha",
        ),
    )
    wanted = {vm.id for vm in call["ids"]} if "ids" in call else None
    cluster, network, state = call.get("clusterid"), call.get("networkid"), call.get("state")
    inside = {h.id for h in world.hosts.select(cluster_id=cluster.id)} if cluster is not None else None
    if wanted is not None or inside is not None or network is not None or state:
        rows = [
            vm
            for vm in rows
            if (wanted is None or vm.id in wanted)
            and (inside is None or vm.host_id in inside)
            and (network is None or any(nic.network_id == network.id for nic in vm.nics))
            and (not state or vm.state == state)
        ]
    if "projectid" in call or world.projects:
        rows = [vm for vm in rows if in_project(call, vm.account_id)]
    return answer(call, "virtualmachine", keyword(call, rows), lambda vm: told(call, view(world, vm)))


def _work(call: Call, vm: Vm, act: Any) -> Work:
    """A job that does `act` to the VM and answers with it."""

    def run() -> Body:
        act()
        return {"virtualmachine": view(call.world, vm)}

    return Work(run, instance=("VirtualMachine", vm.uuid))


def _in_state(vm: Vm, *states: str, doing: str) -> None:
    if vm.state not in states:
        raise refused(f"Failed to {doing} vm {life.describe(vm)}: it is {vm.state}")


def _restart_networks(world: World, vm: Vm) -> None:
    for nic in vm.nics:
        network = world.networks[nic.network_id]
        nics.implement(world, network)
        _serve(world, network)


@command("startVirtualMachine", f"{ADMIN}.StartVMCmdByAdmin", id="vms")
def start_virtual_machine(call: Call) -> Work:
    vm, host = call["id"], call.get("hostid")

    def act() -> None:
        if vm.state == "Running":
            return
        _in_state(vm, "Stopped", doing="start")
        life.place(call.world, vm, host)
        _restart_networks(call.world, vm)

    return _work(call, vm, act)


@command("updateVirtualMachine", f"{ADMIN}.UpdateVMCmdByAdmin", id="vms")
def update_virtual_machine(call: Call) -> Body:
    """HA needs an offering that has it (T7:151-152)."""
    world, vm = call.world, call["id"]
    if call.get("haenable") and not world.service_offerings[vm.offering_id].ha:
        raise refused(
            "Failed to update VM, due to: Can't enable ha for the vm as it's created from the Service offering having "
            "HA disabled"
        )
    vm.ha, vm.display_name = call.get("haenable", vm.ha), call.get("displayname") or vm.display_name
    return {"virtualmachine": view(world, vm)}


@command("stopVirtualMachine", f"{ADMIN}.StopVMCmdByAdmin", id="vms")
def stop_virtual_machine(call: Call) -> Work:
    vm = call["id"]

    def act() -> None:
        if vm.state == "Stopped":
            return
        _in_state(vm, "Running", doing="stop")
        life.stop(call.world, vm)

    return _work(call, vm, act)


@command("rebootVirtualMachine", f"{ADMIN}.RebootVMCmdByAdmin", id="vms")
def reboot_virtual_machine(call: Call) -> Work:
    vm = call["id"]
    return _work(call, vm, lambda: _in_state(vm, "Running", doing="reboot"))


@command("destroyVirtualMachine", f"{ADMIN}.DestroyVMCmdByAdmin", id="vms")
def destroy_virtual_machine(call: Call) -> Work:
    vm = call["id"]

    def act() -> None:
        _in_state(vm, "Running", "Stopped", "Error", "Destroyed", doing="destroy")
        nics.release(call.world, vm)
        vm.nics = ()
        life.drop(call.world, vm)
        if call.get("expunge"):
            call.world.vms.remove(vm)

    return _work(call, vm, act)


@command("expungeVirtualMachine", ADMIN, id="vms")
def expunge_virtual_machine(call: Call) -> Work:
    vm = call["id"]

    def run() -> Body:
        _in_state(vm, "Destroyed", "Error", doing="expunge")
        call.world.vms.remove(vm)
        return {"success": True}

    return Work(run, instance=("VirtualMachine", vm.uuid))
