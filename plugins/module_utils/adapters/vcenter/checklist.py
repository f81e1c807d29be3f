# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster with what its requirements need: which properties, and these → core.vsphere, without a request.

Source: vSphere Web Services API reference, the managers of HostSystem.configManager.
"""

from __future__ import annotations

import re
import typing as t

from ...core.vsphere.model import (
    DISTRIBUTED,
    STANDARD,
    IscsiInitiator,
    KernelAdapter,
    Lun,
    Ruleset,
    SwitchPolicy,
    Vsphere,
    VsphereHost,
    VsphereSwitch,
)
from .client import Step, Thing, Things
from .mapping import (
    VIEW,
    guests_of,
    host_of,
    nic_names,
    selected_nics,
    text,
)
from .places import ClusterPlace

# Property paths of the checklist: the view's, and more.
CHECKLIST: t.Mapping[str, t.Sequence[str]] = {
    **VIEW,
    "ClusterComputeResource": ("name", "configurationEx", "summary.currentEVCModeKey"),
    "HostSystem": (
        *VIEW["HostSystem"],
        "config.featureCapability",
        "configManager.dateTimeSystem",
        "configManager.firewallSystem",
        "configManager.storageSystem",
    ),
    "HostNetworkSystem": (*VIEW["HostNetworkSystem"], "networkInfo.vnic", "networkInfo.dnsConfig"),
    "DistributedVirtualPortgroup": (*VIEW["DistributedVirtualPortgroup"], "vm"),
    "HostDateTimeSystem": ("dateTimeInfo",),
    "HostFirewallSystem": ("firewallInfo",),
    "HostStorageSystem": (
        "storageDeviceInfo.hostBusAdapter",
        "storageDeviceInfo.multipathInfo",
        "storageDeviceInfo.scsiLun",
    ),
}
MANAGERS = tuple(
    Step("HostSystem", f"configManager.{name}") for name in ("dateTimeSystem", "firewallSystem", "storageSystem")
)
SERVICES = ("management", "vmotion", "vSphereProvisioning")
# Features by which a CPU runs guests, of either vendor.
VIRTUALIZATION = ("cpuid.VMX", "cpuid.SVM")
# A distributed port group as CloudStack names those of guest networks: VLAN, rate, version, switch.
GUEST_GROUP = re.compile(r"cloud\.guest\.[^.]+\.\d+\.\d+-.+")


def cluster_of(cluster: Thing, place: ClusterPlace, things: Things) -> Vsphere:
    config = cluster["configurationEx"]
    das, drs = getattr(config, "dasConfig", None), getattr(config, "drsConfig", None)
    own = {each.id for each in things.of("HostSystem")}
    foreign = {}
    for store in things.of("Datastore"):
        others = {each.key._moId for each in store["host"] or ()} - own
        if others:
            foreign[text(store["name"])] = len(others)
    return Vsphere(
        name=text(cluster["name"]),
        datacenter=place.datacenter,
        hosts=tuple(checked_host(each, things) for each in things.of("HostSystem")),
        guests=guests_of(things),
        folders=place.folders,
        others=place.others,
        ha=bool(das and das.enabled),
        drs=str(drs.defaultVmBehavior or "") if drs and drs.enabled else "",
        evc=cluster["summary.currentEVCModeKey"] or "",
        foreign_mounts=tuple(sorted(foreign.items())),
        unused_groups=tuple(sorted(unused_groups(things))),
    )


def unused_groups(things: Things) -> dict[str, t.Any]:
    """References by name of guest networks' distributed port groups that no host uses and no VM, off or not."""
    kernel = set()
    for network in things.of("HostNetworkSystem"):
        for vmk in network["networkInfo.vnic"] or ():
            port = vmk.spec.distributedVirtualPort if vmk.spec else None
            kernel.add(port.portgroupKey if port else None)
    found = {}
    for group in things.of("DistributedVirtualPortgroup"):
        name = text(group["name"])
        # Without the right to read it, "vm" is unset, and a group without VMs has an empty list.
        unused = group["vm"] is not None and not group["vm"] and group.id not in kernel
        if unused and not group["config.uplink"] and GUEST_GROUP.fullmatch(name):
            found[name] = group.ref
    return found


def checked_host(host: Thing, things: Things) -> VsphereHost:
    network = things.at(host["configManager.networkSystem"])
    clock = _value(things.at(host["configManager.dateTimeSystem"]), "dateTimeInfo")
    firewall = _value(things.at(host["configManager.firewallSystem"]), "firewallInfo")
    services = _value(things.at(host["configManager.serviceSystem"]), "serviceInfo.service")
    ntpd = next((each for each in services or () if each.key == "ntpd"), None)
    dns, product = _value(network, "networkInfo.dnsConfig"), host["config.product"]
    ntp = clock.ntpConfig if clock else None
    storage = things.at(host["configManager.storageSystem"])
    policy = firewall.defaultPolicy if firewall else None
    return VsphereHost(
        host=host_of(host, things),
        hostname=(dns.hostName or "") if dns else "",
        product_line=(product.productLineId or "") if product else "",
        switches=tuple(_switches(network)),
        adapters=_adapters(network, things.at(host["configManager.virtualNicManager"])),
        ntp_servers=tuple(ntp.server or ()) if ntp else (),
        ntp_running=bool(ntpd and ntpd.running),
        ntp_policy=(ntpd.policy or "") if ntpd else "",
        rulesets=tuple(_ruleset(each) for each in (firewall.ruleset if firewall else None) or ()),
        incoming_open=bool(policy and policy.incomingBlocked is False),
        iscsi=iscsi_of(_value(storage, "storageDeviceInfo.hostBusAdapter")),
        luns=tuple(_luns(storage)),
        hvm=_hvm(host["config.featureCapability"]),
    )


def _hvm(features: t.Optional[t.Sequence[t.Any]]) -> t.Optional[bool]:
    told = [each.value for each in features or () if each.key in VIRTUALIZATION]
    return "1" in told if told else None


def _value(thing: t.Optional[Thing], path: str) -> t.Any:
    return thing[path] if thing else None


def _switches(network: t.Optional[Thing]) -> t.Iterator[VsphereSwitch]:
    for switch in _value(network, "networkInfo.vswitch") or ():
        # The configured number: what is there now includes the host's own ports.
        ports = switch.spec.numPorts if switch.spec else switch.numPorts
        policy = _policy(switch.spec.policy if switch.spec else None)
        yield VsphereSwitch(switch.name, STANDARD, ports, switch.mtu, nic_names(switch.pnic), policy)
    for proxy in _value(network, "networkInfo.proxySwitch") or ():
        yield VsphereSwitch(proxy.dvsName, DISTRIBUTED, None, proxy.mtu, nic_names(proxy.pnic))


def _policy(held: t.Any) -> SwitchPolicy:
    teaming, security = getattr(held, "nicTeaming", None), getattr(held, "security", None)
    order = getattr(teaming, "nicOrder", None)
    return SwitchPolicy(
        teaming=getattr(teaming, "policy", None) or None,
        active=tuple(order.activeNic or ()) if order else None,
        standby=tuple(order.standbyNic or ()) if order else None,
        promiscuous=getattr(security, "allowPromiscuous", None),
        mac_changes=getattr(security, "macChanges", None),
        forged_transmits=getattr(security, "forgedTransmits", None),
    )


def _adapters(network: t.Optional[Thing], manager: t.Optional[Thing]) -> tuple[KernelAdapter, ...]:
    services: dict[str, list[str]] = {}
    for kind in SERVICES:
        for vmk in selected_nics(manager, kind):
            services.setdefault(vmk.device, []).append(kind)
    found = []
    for vmk in _value(network, "networkInfo.vnic") or ():
        ip = vmk.spec.ip if vmk.spec else None
        distributed = bool(vmk.spec and vmk.spec.distributedVirtualPort)
        group = "" if distributed else vmk.portgroup or ""
        address, dynamic = (ip.ipAddress or "", bool(ip.dhcp)) if ip else ("", False)
        held = tuple(services.get(vmk.device, ()))
        found.append(KernelAdapter(vmk.device, group, address, held, distributed, dynamic))
    return tuple(found)


def _ruleset(held: t.Any) -> Ruleset:
    inbound = [each for each in held.rule or () if (each.direction, each.protocol) == ("inbound", "tcp")]
    # One port is told with no end, or with 0.
    return Ruleset(held.key, bool(held.enabled), tuple((each.port, each.endPort or each.port) for each in inbound))


def iscsi_of(adapters: t.Optional[t.Sequence[t.Any]]) -> t.Optional[IscsiInitiator]:
    for each in adapters or ():
        if type(each)._wsdlName == "HostInternetScsiHba" and each.isSoftwareBased:
            sent = [target.address for target in each.configuredSendTarget or ()]
            static = [target.address for target in each.configuredStaticTarget or ()]
            return IscsiInitiator(each.device, tuple(dict.fromkeys((*sent, *static))))
    return None


def _luns(storage: t.Optional[Thing]) -> t.Iterator[Lun]:
    disks = {each.key: each for each in _value(storage, "storageDeviceInfo.scsiLun") or ()}
    paths = _value(storage, "storageDeviceInfo.multipathInfo")
    for unit in (paths.lun if paths else None) or ():
        disk = disks.get(unit.lun)
        if disk is None or disk.lunType != "disk":
            continue
        states = [each.state or each.pathState for each in unit.path or ()]
        yield Lun(disk.canonicalName, len(states), states.count("dead"), bool(getattr(disk, "localDisk", None)))
