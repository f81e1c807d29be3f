"""listSystemVms (T2:1, T6:25-44)."""

from __future__ import annotations

from ..errors import bad_parameter
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import system_vms
from ..world import World
from ..world.vms import CONSOLE_PROXY, STORAGE_VM, Nic, Vm
from .vms import host_fields

ADMIN = "org.apache.cloudstack.api.command.admin"
ARCHITECTURES = ("x86_64", "aarch64", "i686", "s390x")
# As the API writes the kinds.
TYPES = {CONSOLE_PROXY: "consoleproxy", STORAGE_VM: "secondarystoragevm"}


def nic_of(vm: Vm, traffic: str) -> Nic | None:
    return next((nic for nic in vm.nics if nic.traffic_type == traffic), None)


def addresses(vm: Vm, **prefixes: str) -> Body:
    """`Management="private"` gives privateip, privatemacaddress and privatenetmask."""
    body: Body = {}
    for traffic, prefix in prefixes.items():
        nic = nic_of(vm, traffic)
        if nic is not None and nic.ip:
            body.update({f"{prefix}ip": nic.ip, f"{prefix}macaddress": nic.mac, f"{prefix}netmask": nic.netmask})
    return body


def common(world: World, vm: Vm) -> Body:
    zone, pod = world.zones[vm.zone_id], world.pods.get(vm.pod_id)
    template, offering = world.templates[vm.template_id], world.service_offerings[vm.offering_id]
    public = nic_of(vm, "Public")
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
        **common(world, vm),
        "systemvmtype": TYPES[vm.kind],
        **addresses(vm, Public="public", Management="private", Control="linklocal"),
        "isdynamicallyscalable": False,
    }
    if vm.kind == CONSOLE_PROXY:
        body["activeviewersessions"] = 0
        if vm.hypervisor == "Simulator":
            # It never shows one there (T6:25-26).
            return body
    return {**body, "agentstate": system_vms.agent_state(world, vm), "version": "4.22.0.0-SNAPSHOT"}


def check_arch(call: Call) -> None:
    """The one filter whose value is judged (T6:30-44)."""
    if call.get("arch", "x86_64") not in ARCHITECTURES:
        raise bad_parameter(f"Unsupported arch type: {call['arch']}")


def listed(call: Call, kinds: tuple[str, ...]) -> list[Vm]:
    fields = filters(
        call,
        id="id",
        zoneid="zone_id",
        podid="pod_id",
        hostid="host_id",
        name="name",
        state="state",
    )
    if "systemvmtype" in call:
        kinds = tuple(kind for kind in kinds if TYPES.get(kind) == call["systemvmtype"].lower())
    rows = [vm for kind in kinds for vm in call.world.vms.select(kind=kind, **fields)]
    if "clusterid" in call:
        inside = {host.id for host in call.world.hosts.select(cluster_id=call["clusterid"].id)}
        rows = [vm for vm in rows if vm.host_id in inside]
    if "arch" in call:
        rows = [vm for vm in rows if call.world.templates[vm.template_id].arch == call["arch"]]
    return sorted(keyword(call, rows), key=lambda vm: vm.id)


@command("listSystemVms", f"{ADMIN}.systemvm.ListSystemVMsCmd", id="vms")
def list_system_vms(call: Call) -> Body:
    check_arch(call)
    rows = listed(call, (CONSOLE_PROXY, STORAGE_VM))
    return answer(call, "systemvm", rows, lambda vm: view(call.world, vm))
