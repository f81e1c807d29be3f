"""Public addresses one by one, and static NAT (T6:146-153, T6:160)."""

from __future__ import annotations

import ipaddress
import uuid

from ..errors import invalid
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules import public_addresses
from ..world import World
from ..world.networks import Network, PublicIp, VlanRange, Vpc
from ..world.vms import Vm
from .guest_networks import account_view, in_project, whose

USER = "org.apache.cloudstack.api.command.user"
ADMIN = "org.apache.cloudstack.api.command.admin.address"


def view(world: World, row: VlanRange, ip: str, held: PublicIp | None, state: str = "") -> Body:
    """`held`: what a network or VPC holds; an address of a system VM and a free one have no such row."""
    zone = world.zones[row.zone_id]
    used = ip in row.used_ips
    return {
        "id": held.uuid if held else str(uuid.uuid5(uuid.UUID(row.uuid), ip)),
        "ipaddress": ip,
        **({"allocated": held.allocated if held else world.now()} if used else {}),
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "issourcenat": held is not None and held.source_nat,
        **(account_view(world, held.account_id if held else world.system.id) if used else {}),
        "forvirtualnetwork": row.virtual,
        "vlanid": row.uuid,
        "vlanname": row.vlan,
        "issystem": used and held is None,
        **_served(world, held),
        "networkid": world.networks[row.network_id].uuid,
        "state": state or ("Allocated" if used else "Free"),
        "physicalnetworkid": world.physical_networks[row.physical_network_id].uuid,
        "tags": [],
        "isportable": False,
        "fordisplay": True,
        "hasrules": False,
        "forsystemvms": row.for_system_vms,
        "forprovider": False,
        "hasannotations": False,
    }


def _served(world: World, held: PublicIp | None) -> Body:
    if held is None:
        return {"isstaticnat": False}
    network, vpc, vm = world.networks.get(held.network_id), world.vpcs.get(held.vpc_id), world.vms.get(held.vm_id)
    body: Body = {"isstaticnat": vm is not None}
    if vm is not None:
        named = {"virtualmachinename": vm.name, "virtualmachinedisplayname": vm.display_name or vm.name}
        body.update(virtualmachineid=vm.uuid, virtualmachinetype="User", **named)
    if network is not None:
        body.update(associatednetworkid=network.uuid, associatednetworkname=network.name)
    if vpc is not None:
        body.update(vpcid=vpc.uuid, vpcname=vpc.name)
    return body


def _addresses(row: VlanRange) -> list[str]:
    first, last = int(ipaddress.IPv4Address(row.start)), int(ipaddress.IPv4Address(row.end))
    return [str(ipaddress.IPv4Address(n)) for n in range(first, last + 1)]


@command("listPublicIpAddresses", f"{USER}.address", id="public_ips")
def list_public_ip_addresses(call: Call) -> Body:
    """Those in use, unless `allocatedonly=false` (that is not recorded)."""
    world = call.world
    holders = {row.ip: row for row in world.public_ips}
    found: list[tuple[VlanRange, str]] = []
    chosen = filters(
        call, zoneid="zone_id", vlanid="id", physicalnetworkid="physical_network_id", networkid="network_id"
    )
    for row in world.vlan_ranges.select(virtual=True, **chosen):
        for ip in _addresses(row) if row.start else []:
            if (not call.get("allocatedonly", True) or ip in row.used_ips) and _passes(call, ip, holders.get(ip)):
                found.append((row, ip))
    return answer(call, "publicipaddress", found, lambda pair: view(world, pair[0], pair[1], holders.get(pair[1])))


def _passes(call: Call, ip: str, held: PublicIp | None) -> bool:
    if call.get("ipaddress", ip) != ip or ("id" in call and held is not call["id"]):
        return False
    if "associatednetworkid" in call and (held is None or held.network_id != call["associatednetworkid"].id):
        return False
    if "vpcid" in call and (held is None or held.vpc_id != call["vpcid"].id):
        return False
    if "issourcenat" in call and call["issourcenat"] != (held is not None and held.source_nat):
        return False
    if "isstaticnat" in call and call["isstaticnat"] != (held is not None and held.vm_id is not None):
        return False
    if held is not None and not in_project(call, held.account_id):
        return False
    return not call.get("account") or (held is not None and held.account_id == whose(call).id)


@command("associateIpAddress", f"{ADMIN}.AssociateIPAddrCmdByAdmin")
def associate_ip_address(call: Call) -> Work:
    """The answer shows it Allocating (T6:147); one asked for by `ipaddress` has to be free (source)."""
    world = call.world
    served: Network | Vpc | None = call.get("networkid") or call.get("vpcid")
    if served is None:
        raise invalid("Unable to figure out zone to assign ip to. Please specify either zoneId, or networkId, or vpcId")
    row = public_addresses.take(world, served)
    held = world.vlan_ranges[row.range_id]
    return Work(
        lambda: {"ipaddress": view(world, held, row.ip, row, "Allocating")},
        created=row.uuid,
        instance=("IpAddress", row.uuid),
    )


@command("disassociateIpAddress", f"{USER}.address.DisassociateIPAddrCmd", id="public_ips")
def disassociate_ip_address(call: Call) -> Work:
    """Never the one of source NAT (text from the source); its rules go with it."""
    world, row = call.world, call["id"]
    if row.source_nat:
        raise invalid("ip address is used for source nat purposes and can not be disassociated.")

    def run() -> Body:
        public_addresses.give_back(world, row)
        return {"success": True}

    return Work(run, instance=("IpAddress", row.uuid))


def describe(row: PublicIp, zone_id: int) -> str:
    return f'IPAddress {{"address":"{row.ip}","dataCenterId":{zone_id},"id":{row.id},"uuid":"{row.uuid}"}}'


@command("enableStaticNat", f"{USER}.nat", ipaddressid="public_ips")
def enable_static_nat(call: Call) -> Body:
    """One address a VM, one VM an address (T6:152-153); not the address of source NAT, nor one with rules (source)."""
    world, row, vm = call.world, call["ipaddressid"], call["virtualmachineid"]
    other = world.public_ips.first(vm_id=vm.id)
    if row.source_nat:
        raise invalid(f"Can't enable static nat, ip address {row.ip} is a sourceNat ip address")
    if other is not None:
        raise invalid(
            f"Failed to enable static nat on the  ip {row.ip} with Id {row.uuid} as the vm {vm.instance_name} with Id "
            f"{vm.uuid} is already associated with another public ip {other.ip} with id {other.uuid}"
        )
    if any(rule.kind != "Firewall" for rule in world.network_rules.select(ip_id=row.id)):
        raise invalid(f"Failed to enable static nat on the ip {row.ip} as it has rules assigned already")
    world.public_ips.update(row, vm_id=vm.id)
    return {"success": True}


@command("disableStaticNat", f"{USER}.nat", ipaddressid="public_ips")
def disable_static_nat(call: Call) -> Work:
    world, row = call.world, call["ipaddressid"]
    if row.vm_id is None:
        raise invalid(f"Specified IP address id is not associated with any vm Id: {row.uuid}")

    def run() -> Body:
        world.public_ips.update(row, vm_id=None)
        return {"success": True}

    return Work(run, instance=("IpAddress", row.uuid))


def of_vm(world: World, vm: Vm) -> Body:
    """What a VM's static NAT adds to its listing and to the listing of its NIC (T6:161)."""
    row = world.public_ips.first(vm_id=vm.id)
    return {} if row is None else {"publicipid": row.uuid, "publicip": row.ip}
