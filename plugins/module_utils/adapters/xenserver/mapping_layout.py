# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XAPI's records as the layout of a pool."""

from __future__ import annotations

import ipaddress
import typing as t

from ...core.xenserver.layout import (
    XenConnection,
    XenDisc,
    XenHost,
    XenInterface,
    XenLayout,
    XenNetwork,
    XenRepository,
)
from .mapping import (
    NOTHING,
    Record,
    Tables,
    bond_devices,
    is_guest,
    patches,
    vlan_tag,
    whole,
)

ACTIVE = ("Running", "Paused")
SECRETS = ("password", "secret")


def layout(tables: Tables, ahead: t.Mapping[str, t.Optional[float]]) -> XenLayout:
    """ahead: seconds that hosts' clocks are ahead of ours, by reference."""
    masters = {pool["master"] for pool in tables["pool"].values()}
    reference = next((ahead.get(ref) for ref in masters), None)
    names = {ref: record["name_label"] for ref, record in tables["network"].items()}
    hosts = [_host(tables, ref, ref in masters, _offset(ahead.get(ref), reference)) for ref in tables["host"]]
    return XenLayout(
        hosts=tuple(sorted(hosts, key=lambda each: each.name)),
        interfaces=tuple(_interface(tables, ref, names) for ref in tables["PIF"]),
        networks=tuple(sorted(names.values())),
        repositories=tuple(_repository(tables, ref) for ref in tables["SR"]),
        guest_networks=tuple(
            sorted((_network(tables, ref) for ref in tables["network"]), key=lambda each: (each.name, each.ref))
        ),
        dmc=_dmc(tables),
        **_pool_ha(tables),
    )


def _dmc(tables: Tables) -> t.Optional[bool]:
    """What a license takes away is told as a restriction, "true" or "false"."""
    told = [(pool.get("restrictions") or NOTHING).get("restrict_dmc") for pool in tables["pool"].values()]
    return None if told[:1] in ([], [None]) else str(told[0]).casefold() != "true"


def _pool_ha(tables: Tables) -> dict[str, t.Any]:
    """Of the one pool there is. A timeout that is not told is XAPI's own."""
    for pool in tables["pool"].values():
        if "ha_enabled" not in pool:
            return {}
        guests = [
            vm["name_label"]
            for vm in tables["VM"].values()
            if is_guest(vm) and str(vm.get("ha_restart_priority") or "") not in ("", "best-effort")
        ]
        timeout = (pool.get("ha_configuration") or NOTHING).get("timeout")
        return {"ha": bool(pool["ha_enabled"]), "ha_timeout": whole(timeout or ""), "ha_guests": tuple(sorted(guests))}
    return {}


def _offset(mine: t.Optional[float], its: t.Optional[float]) -> t.Optional[float]:
    return None if mine is None or its is None else mine - its


def _host(tables: Tables, ref: str, master: bool, offset: t.Optional[float]) -> XenHost:
    record = tables["host"][ref]
    software, cpu = record.get("software_version", NOTHING), record.get("cpu_info", NOTHING)
    guests = [vm for vm in tables["VM"].values() if is_guest(vm) and vm["resident_on"] == ref]
    metrics = tables["host_metrics"].get(record["metrics"], NOTHING)
    return XenHost(
        ref=ref,
        uuid=record["uuid"],
        name=record["name_label"],
        address=record["address"],
        master=master,
        enabled=bool(record["enabled"]),
        live=bool(metrics.get("live", False)),
        brand=software.get("product_brand", ""),
        version=software.get("product_version", ""),
        api=".".join(str(record.get(f"API_version_{part}", "")) for part in ("major", "minor")),
        cpu=" ".join(filter(None, (cpu.get("vendor", ""), cpu.get("modelname", "").strip()))),
        patches=patches(tables, ref, record),
        dom0=_dom0(tables, ref),
        offset=offset,
        ntp=record.get("ntp_mode", ""),
        backend=software.get("network_backend", ""),
        tags=tuple(sorted(record.get("tags", ()))),
        running=tuple(sorted(vm["name_label"] for vm in guests if vm["power_state"] in ACTIVE)),
        memory=whole(metrics.get("memory_total", "")) or None,
        dom0_next=_dom0_next(tables, ref),
        ntp_servers=tuple(record.get("ntp_custom_servers", ())),
        multipath=bool(record["multipathing"]) if "multipathing" in record else None,
        hvm=_hvm(record.get("capabilities", ())),
    )


def _hvm(capabilities: t.Collection[str]) -> t.Optional[bool]:
    """Xen tells kinds of guests that it can run, such as "hvm-3.0-x86_64"; none where the host has told nothing yet."""
    return any(each.startswith("hvm-") for each in capabilities) if capabilities else None


def _dom0(tables: Tables, ref: str) -> t.Optional[int]:
    """Bytes of memory of the control domain of a host."""
    for vm in tables["VM"].values():
        if vm["is_control_domain"] and vm["resident_on"] == ref:
            metrics = tables["VM_metrics"].get(vm["metrics"], NOTHING)
            return whole(metrics.get("memory_actual", "")) or whole(vm["memory_static_max"])
    return None


def _dom0_next(tables: Tables, ref: str) -> t.Optional[int]:
    """What it gets at the next start of the host."""
    for vm in tables["VM"].values():
        if vm["is_control_domain"] and vm["resident_on"] == ref:
            return whole(vm["memory_static_max"])
    return None


def _address(pif: Record) -> str:
    try:
        return str(ipaddress.ip_interface(f"{pif['IP']}/{pif['netmask']}")) if pif.get("IP") else ""
    except ValueError:
        return ""


def _interface(tables: Tables, ref: str, names: t.Mapping[str, str]) -> XenInterface:
    pif = tables["PIF"][ref]
    bonds = [bond for bond in tables["Bond"].values() if bond["master"] == ref]
    members = [tables["PIF"][each]["device"] for bond in bonds for each in bond["slaves"]]
    return XenInterface(
        ref=ref,
        host=pif["host"],
        device=pif["device"],
        network=names.get(pif["network"], ""),
        vlan=vlan_tag(pif),
        members=tuple(sorted(members)),
        mode=str(bonds[0]["mode"]) if bonds else "",
        member_of=bond_devices(tables).get(pif["bond_slave_of"], ""),
        addressed=pif["ip_configuration_mode"] != "None",
        management=bool(pif.get("management", False)),
        address=_address(pif),
        kept=bool(pif.get("disallow_unplug", False)),
        dynamic=pif["ip_configuration_mode"] == "DHCP",
        link=bool(tables["PIF_metrics"].get(pif["metrics"], NOTHING).get("carrier", True)),
    )


def _network(tables: Tables, ref: str) -> XenNetwork:
    """Guests are told by the interfaces that they and the network both name."""
    record = tables["network"][ref]
    its = set(record.get("VIFs", ()))
    guests = [vm for vm in tables["VM"].values() if its & set(vm.get("VIFs", ()))] if its else []
    hosts = {vm["resident_on"] for vm in guests if vm["power_state"] in ACTIVE}
    return XenNetwork(ref, record["name_label"], bool(its), tuple(sorted(hosts)), record["uuid"])


def discs(drives: t.Mapping[str, Record], guests: t.Mapping[str, Record]) -> tuple[XenDisc, ...]:
    """Those in drives of running guests."""
    found = []
    for ref, drive in drives.items():
        vm = guests.get(drive["VM"], NOTHING)
        if drive["type"] == "CD" and not drive["empty"] and is_guest(vm) and vm["power_state"] in ACTIVE:
            found.append(XenDisc(ref, vm["name_label"]))
    return tuple(sorted(found, key=lambda each: (each.guest, each.ref)))


def _repository(tables: Tables, ref: str) -> XenRepository:
    record = tables["SR"][ref]
    return XenRepository(
        ref=ref,
        uuid=record["uuid"],
        name=record["name_label"],
        type=record["type"],
        shared=bool(record["shared"]),
        description=record["name_description"],
        connections=tuple(_connection(own, pbd) for own, pbd in tables["PBD"].items() if pbd["SR"] == ref),
    )


def _connection(ref: str, pbd: Record) -> XenConnection:
    config = {
        key: value for key, value in pbd["device_config"].items() if not any(word in key.lower() for word in SECRETS)
    }
    return XenConnection(ref, pbd["host"], bool(pbd["currently_attached"]), config)
