# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as the property collector gives it → core, without a request.

Values are vim data objects, known by their attributes. Source: vSphere Web Services API reference, the objects named.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ...core.hypervisors.model import (
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    VMWARE,
    HypervisorGuest,
    HypervisorHost,
    HypervisorNetwork,
    HypervisorNic,
    HypervisorStorage,
    HypervisorView,
)
from .client import Thing, Things

MIB = 1 << 20
ALL_VLANS = 4095  # of a standard port group: tags reach the guest
POWER = {"poweredOn": RUNNING, "poweredOff": STOPPED, "suspended": SUSPENDED}
# CloudStack writes its own name of a VM there, where vCenter shows the user's name of it.
INSTANCE_NAME = "cloud.vm.internal.name"

# Property paths of a whole cluster's view.
VIEW: t.Mapping[str, t.Sequence[str]] = {
    "ClusterComputeResource": ("name",),
    "CustomFieldsManager": ("field",),
    "HostSystem": (
        "name",
        "network",
        "datastore",
        "config.product",
        "configManager.networkSystem",
        "configManager.virtualNicManager",
        "configManager.serviceSystem",
        "runtime.connectionState",
        "runtime.inMaintenanceMode",
        "summary.hardware",
        "summary.maxEVCModeKey",
        "summary.quickStats.uptime",
    ),
    "HostNetworkSystem": (
        "networkInfo.pnic",
        "networkInfo.vswitch",
        "networkInfo.portgroup",
        "networkInfo.proxySwitch",
    ),
    "HostVirtualNicManager": ("info.netConfig",),
    "HostServiceSystem": ("serviceInfo.service",),
    "DistributedVirtualPortgroup": (
        "name",
        "config.uplink",
        "config.distributedVirtualSwitch",
        "config.defaultPortConfig",
    ),
    "DistributedVirtualSwitch": ("name",),
    "Datastore": ("name", "summary", "host"),
    "VirtualMachine": (
        "name",
        "customValue",
        "config.template",
        "config.hardware.numCPU",
        "config.hardware.memoryMB",
        "config.memoryAllocation.reservation",
        "runtime.host",
        "runtime.powerState",
        "runtime.question",
        "summary.quickStats.balloonedMemory",
    ),
}


def text(name: t.Any) -> str:
    """A name as people see it: the API escapes slashes, backslashes and percent signs."""
    return urllib.parse.unquote(str(name or ""))


def view_of(things: Things) -> HypervisorView:
    return HypervisorView(VMWARE, tuple(host_of(each, things) for each in things.of("HostSystem")), guests_of(things))


def guests_of(things: Things) -> tuple[HypervisorGuest, ...]:
    """VMs without templates and without those that vCenter cannot read."""
    fields = [each for manager in things.of("CustomFieldsManager") for each in manager["field"] or ()]
    keys = {each.key for each in fields if each.name == INSTANCE_NAME}
    machines = [each for each in things.of("VirtualMachine") if each["config.template"] is False]
    return tuple(_guest(each, keys) for each in machines)


def _guest(machine: Thing, keys: t.Collection[int]) -> HypervisorGuest:
    named = [each.value for each in machine["customValue"] or () if each.key in keys and each.value]
    most = _bytes(machine["config.hardware.memoryMB"], MIB)
    ballooned = _bytes(machine["summary.quickStats.balloonedMemory"], MIB) or 0
    host, power = machine["runtime.host"], POWER.get(machine["runtime.powerState"], STOPPED)
    return HypervisorGuest(
        id=machine.id,
        name=named[0] if named else text(machine["name"]),
        host_id=host._moId if host is not None else "",
        # A VM that waits for an answer stands still.
        power=PAUSED if power == RUNNING and machine["runtime.question"] is not None else power,
        cpus=machine["config.hardware.numCPU"],
        memory=None if most is None else most - ballooned,
        memory_max=most,
        memory_min=_bytes(machine["config.memoryAllocation.reservation"], MIB),
    )


def host_of(host: Thing, things: Things) -> HypervisorHost:
    hardware, product = host["summary.hardware"], host["config.product"]
    network = things.at(host["configManager.networkSystem"])
    services = things.at(host["configManager.serviceSystem"])
    evc = host["summary.maxEVCModeKey"]
    return HypervisorHost(
        id=host.id,
        name=text(host["name"]),
        address=address_of(things.at(host["configManager.virtualNicManager"])),
        uuid=_plain(hardware, "uuid", ""),
        connected=host["runtime.connectionState"] == "connected",
        maintenance=bool(host["runtime.inMaintenanceMode"]),
        cpu_model=_plain(hardware, "cpuModel", ""),
        cpu_count=_plain(hardware, "numCpuThreads"),
        cpu_sockets=_plain(hardware, "numCpuPkgs"),
        cpu_speed=_plain(hardware, "cpuMhz"),
        cpu_features=(evc,) if evc else (),
        memory=_plain(hardware, "memorySize"),
        version=_plain(product, "version", ""),
        patches=(f"build-{product.build}",) if _plain(product, "build") else (),
        uptime=host["summary.quickStats.uptime"],
        nics=nics_of(network),
        networks=(*_standard(network), *_distributed(host, network, things)),
        storage=_storage(host, things),
        agents=tuple(
            (each.key, "running" if each.running else "stopped")
            for each in (services["serviceInfo.service"] if services else None) or ()
            if each.key in ("ntpd", "vpxa")
        ),
    )


def selected_nics(manager: t.Optional[Thing], kind: str) -> list[t.Any]:
    """Kernel adapters that are selected for "management", "vmotion", …"""
    found = []
    for net in (manager["info.netConfig"] if manager else None) or ():
        if net.nicType == kind:
            chosen = set(net.selectedVnic or ())
            found += [vmk for vmk in net.candidateVnic or () if vmk.key in chosen]
    return found


def address_of(manager: t.Optional[Thing]) -> str:
    """Of the first kernel adapter that carries management traffic."""
    for vmk in selected_nics(manager, "management"):
        ip = vmk.spec.ip.ipAddress if vmk.spec and vmk.spec.ip else None
        if ip:
            return str(ip)
    return ""


def nics_of(network: t.Optional[Thing]) -> tuple[HypervisorNic, ...]:
    found = []
    for nic in (network["networkInfo.pnic"] if network else None) or ():
        speed = nic.linkSpeed.speedMb if nic.linkSpeed else None
        found.append(HypervisorNic(nic.device, (nic.mac or "").lower(), speed, up=speed is not None))
    return tuple(found)


def nic_names(keys: t.Optional[t.Sequence[str]]) -> tuple[str, ...]:
    """Keys of physical adapters ("key-vim.host.PhysicalNic-vmnic0") as names."""
    return tuple(key.rpartition("-")[2] for key in keys or ())


def _standard(network: t.Optional[Thing]) -> t.Iterator[HypervisorNetwork]:
    """Switches by their names, as traffic labels have them, and the port groups on them."""
    if network is None:
        return
    nics: dict[str, tuple[str, ...]] = {}
    for switch in network["networkInfo.vswitch"] or ():
        nics[switch.name] = nic_names(switch.pnic)
        yield HypervisorNetwork(switch.name, "vswitch", nics=nics[switch.name])
    for group in network["networkInfo.portgroup"] or ():
        vlan, switch = group.spec.vlanId, group.spec.vswitchName
        trunk = ("1-4094",) if vlan == ALL_VLANS else ()
        tag = vlan if 0 < vlan < ALL_VLANS else None
        yield HypervisorNetwork(group.spec.name, "portgroup", tag, trunk, nics.get(switch, ()), switch)


def _distributed(host: Thing, network: t.Optional[Thing], things: Things) -> t.Iterator[HypervisorNetwork]:
    nics: dict[str, tuple[str, ...]] = {}
    for proxy in (network["networkInfo.proxySwitch"] if network else None) or ():
        nics[proxy.dvsName] = nic_names(proxy.pnic)
        yield HypervisorNetwork(proxy.dvsName, "dvswitch", nics=nics[proxy.dvsName])
    for ref in host["network"] or ():
        group = things.at(ref)
        if group is None or group.kind != "DistributedVirtualPortgroup" or group["config.uplink"]:
            continue
        switch = things.at(group["config.distributedVirtualSwitch"])
        name = text(switch["name"]) if switch else ""
        vlan, trunk = vlans_of(group["config.defaultPortConfig"])
        yield HypervisorNetwork(text(group["name"]), "dvportgroup", vlan, trunk, nics.get(name, ()), name)


def vlans_of(setting: t.Any) -> tuple[t.Optional[int], t.Optional[tuple[str, ...]]]:
    """VLAN and trunk of a distributed port group's default port; nothing is said of private VLANs."""
    held = getattr(getattr(setting, "vlan", None), "vlanId", None)
    if held is None:
        return None, None
    if isinstance(held, int):
        return (held, ()) if held else (None, ())
    return None, tuple(f"{each.start}-{each.end}" if each.start != each.end else str(each.start) for each in held)


def _storage(host: Thing, things: Things) -> tuple[HypervisorStorage, ...]:
    found = []
    for ref in host["datastore"] or ():
        store = things.at(ref)
        summary = store["summary"] if store else None
        if store is None or summary is None:
            continue
        mounts = [each.mountInfo for each in store["host"] or () if each.key._moId == host.id]
        # Unset means that the host was not asked yet.
        reachable = bool(summary.accessible) and all(mount.accessible is not False for mount in mounts)
        found.append(
            HypervisorStorage(
                id=store.id,
                name=text(store["name"]),
                kind=(summary.type or "").lower(),
                reachable=reachable,
                shared=bool(summary.multipleHostAccess),
                capacity=summary.capacity,
                free=summary.freeSpace,
            )
        )
    return tuple(found)


def _bytes(value: t.Optional[int], unit: int) -> t.Optional[int]:
    return None if value is None else value * unit


def _plain(thing: t.Any, name: str, default: t.Any = None) -> t.Any:
    value = getattr(thing, name, None)
    return default if value is None else value
