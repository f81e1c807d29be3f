# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XAPI's records as core data. Whole numbers come as text, times as dates; a reference to nothing is OpaqueRef:NULL."""

from __future__ import annotations

import calendar
import time
import typing as t

from ...core.hypervisors.model import (
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    XENSERVER,
    HypervisorGuest,
    HypervisorHost,
    HypervisorNetwork,
    HypervisorNic,
    HypervisorStorage,
    HypervisorView,
)
from ...core.hypervisors.pool_master import HA_ON
from ...core.xenserver.tags import cloud_tags

Record = t.Mapping[str, t.Any]
Table = t.Mapping[str, Record]
Tables = t.Mapping[str, Table]

# Classes that a view is made of; pool_patch is XenServer 7.0 and older, pool_update newer.
CLASSES = (
    "pool",
    "host",
    "host_metrics",
    "VM",
    "VM_metrics",
    "PIF",
    "PIF_metrics",
    "network",
    "VLAN",
    "Bond",
    "SR",
    "PBD",
    "host_patch",
    "pool_patch",
    "pool_update",
)
POWER = {"Running": RUNNING, "Paused": PAUSED, "Suspended": SUSPENDED, "Halted": STOPPED}
# What is no place for a guest's disk: drives of the host itself and the tools' CD.
NO_STORAGE = ("udev",)
ALL_VLANS = ("1-4094",)
NOTHING: Record = {}
DATE = "%Y%m%dT%H:%M:%SZ"


def view(tables: Tables, now: t.Optional[float]) -> HypervisorView:
    """A pool. now: seconds since 1970 by the master's clock."""
    uuids = {ref: str(record["uuid"]) for ref, record in tables["host"].items()}
    hosts = sorted((_host(tables, ref, now) for ref in tables["host"]), key=lambda each: each.name)
    guests = sorted(
        (_guest(tables, ref, uuids) for ref, record in tables["VM"].items() if is_guest(record)),
        key=lambda each: (each.name, each.id),
    )
    fixed = HA_ON if any(pool.get("ha_enabled") for pool in tables["pool"].values()) else ""
    return HypervisorView(XENSERVER, tuple(hosts), tuple(guests), master_fixed=fixed)


def is_guest(record: Record) -> bool:
    """Neither a template, a snapshot nor a control domain."""
    return not (record.get("is_a_template") or record.get("is_a_snapshot") or record.get("is_control_domain"))


def whole(value: object) -> t.Optional[int]:
    """A whole number; None for what is none."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def seconds(told: object) -> float:
    """A time as XAPI tells it, as seconds since 1970."""
    return float(calendar.timegm(time.strptime(str(told), DATE)))


def _host(tables: Tables, ref: str, now: t.Optional[float]) -> HypervisorHost:
    record = tables["host"][ref]
    metrics = tables["host_metrics"].get(record["metrics"], NOTHING)
    cpu, software = record.get("cpu_info", NOTHING), record.get("software_version", NOTHING)
    booted = whole(record.get("other_config", NOTHING).get("boot_time", ""))
    return HypervisorHost(
        id=record["uuid"],
        name=record["name_label"],
        address=record["address"],
        uuid=record["uuid"],
        connected=bool(metrics.get("live", False)),
        maintenance=not record["enabled"],
        master=any(pool["master"] == ref for pool in tables["pool"].values()),
        cpu_model=cpu.get("modelname", "").strip(),
        cpu_count=whole(cpu.get("cpu_count", "")),
        cpu_sockets=whole(cpu.get("socket_count", "")),
        cpu_speed=whole(cpu.get("speed", "")),
        cpu_features=tuple(sorted(cpu.get("flags", "").split())),
        memory=whole(metrics.get("memory_total", "")),
        reserved=_reserved(tables, ref, record),
        version=software.get("product_version", ""),
        patches=patches(tables, ref, record),
        uptime=None if now is None or not booted else max(now - booted, 0.0),
        nics=_nics(tables, ref),
        networks=_networks(tables, ref),
        storage=_storage(tables, ref),
        tags=cloud_tags(record.get("tags", ())),
    )


def _reserved(tables: Tables, ref: str, record: Record) -> t.Optional[int]:
    """What dom0 has and what virtualization costs, in bytes."""
    domains = [vm for vm in tables["VM"].values() if vm["is_control_domain"] and vm["resident_on"] == ref]
    if not domains:
        return None
    held = 0
    for vm in domains:
        metrics = tables["VM_metrics"].get(vm["metrics"], NOTHING)
        held += whole(metrics.get("memory_actual", "")) or whole(vm["memory_static_max"]) or 0
    return held + (whole(record.get("memory_overhead", "")) or 0)


def patches(tables: Tables, ref: str, record: Record) -> tuple[str, ...]:
    """Names of hotfixes and updates; for hosts that update by packages the hash of what was applied last."""
    fixes = tables.get("pool_patch", {})
    names = {
        fixes[each["pool_patch"]]["name_label"]
        for each in tables.get("host_patch", {}).values()
        if each["host"] == ref and each["applied"] and each["pool_patch"] in fixes
    }
    names |= {each["name_label"] for each in tables.get("pool_update", {}).values() if ref in each["hosts"]}
    last = record.get("last_update_hash", "")
    return tuple(sorted(names | ({last} if last else set())))


def _of_host(tables: Tables, kind: str, ref: str) -> t.Iterator[tuple[str, Record]]:
    return ((own, each) for own, each in tables[kind].items() if each["host"] == ref)


def bond_devices(tables: Tables) -> t.Mapping[str, str]:
    """The device of each bond ("bond0") by the bond's reference."""
    pifs = tables["PIF"]
    return {ref: pifs[bond["master"]]["device"] for ref, bond in tables["Bond"].items() if bond["master"] in pifs}


def _nics(tables: Tables, ref: str) -> tuple[HypervisorNic, ...]:
    bonds = bond_devices(tables)
    found = []
    for _own, pif in _of_host(tables, "PIF", ref):
        if pif["physical"]:
            metrics = tables["PIF_metrics"].get(pif["metrics"], NOTHING)
            up = bool(metrics.get("carrier", False))
            found.append(
                HypervisorNic(
                    name=pif["device"],
                    mac=pif["MAC"],
                    speed=(whole(metrics.get("speed", "")) or None) if up else None,
                    up=up,
                    mtu=whole(pif["MTU"]),
                    bond=bonds.get(pif["bond_slave_of"]),
                )
            )
    return tuple(sorted(found, key=lambda each: each.name))


def vlan_tag(pif: Record) -> t.Optional[int]:
    """None for an interface that carries no VLAN alone."""
    tag = whole(pif["VLAN"])
    return tag if tag is not None and tag >= 0 else None


def _networks(tables: Tables, ref: str) -> tuple[HypervisorNetwork, ...]:
    """Networks that the host has an interface in. A card in a bond carries the bond's network, not its own."""
    cards: dict[str, list[str]] = {}
    for own, pif in _of_host(tables, "PIF", ref):
        cards[own] = [pif["device"]] if pif["physical"] else []
    for bond in tables["Bond"].values():
        if bond["master"] in cards:
            cards[bond["master"]] = sorted(tables["PIF"][each]["device"] for each in bond["slaves"])
    below = {each["untagged_PIF"]: each["tagged_PIF"] for each in tables["VLAN"].values()}
    tags: dict[str, list[int]] = {}
    for each in tables["VLAN"].values():
        tag = whole(each["tag"])
        if tag is not None:
            tags.setdefault(each["tagged_PIF"], []).append(tag)
    found = []
    for own, pif in _of_host(tables, "PIF", ref):
        network = tables["network"].get(pif["network"])
        if network is None or pif["bond_slave_of"] in tables["Bond"]:
            continue
        tag = vlan_tag(pif)
        found.append(
            HypervisorNetwork(
                name=network["name_label"],
                kind="network",
                vlan=tag,
                trunk=ALL_VLANS if tag is None else None,
                nics=tuple(cards.get(below.get(own, own), ())),
                switch=network["bridge"],
                vlans=tuple(str(each) for each in sorted(tags.get(own, ()))),
                mtu=whole(network["MTU"]),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.name, each.vlan or 0)))


def _storage(tables: Tables, ref: str) -> tuple[HypervisorStorage, ...]:
    found = []
    for _own, pbd in _of_host(tables, "PBD", ref):
        repository = tables["SR"].get(pbd["SR"])
        if repository is None or repository["type"] in NO_STORAGE or repository.get("is_tools_sr"):
            continue
        size, used = whole(repository["physical_size"]), whole(repository["physical_utilisation"])
        known = size is not None and size > 0
        found.append(
            HypervisorStorage(
                id=repository["uuid"],
                name=repository["name_label"],
                kind=repository["type"],
                reachable=bool(pbd["currently_attached"]),
                shared=bool(repository["shared"]),
                capacity=size if known else None,
                free=size - used if known and size is not None and used is not None else None,
            )
        )
    return tuple(sorted(found, key=lambda each: each.name))


def _guest(tables: Tables, ref: str, uuids: t.Mapping[str, str]) -> HypervisorGuest:
    record = tables["VM"][ref]
    metrics = tables["VM_metrics"].get(record["metrics"], NOTHING)
    power = POWER.get(record["power_state"], STOPPED)
    active = power in (RUNNING, PAUSED)
    cpus = (whole(metrics.get("VCPUs_number", "")) if active else None) or whole(record["VCPUs_at_startup"])
    return HypervisorGuest(
        id=record["uuid"],
        name=record["name_label"],
        host_id=uuids.get(record["resident_on"], "") if active else "",
        power=power,
        cpus=cpus,
        memory=(whole(metrics.get("memory_actual", "")) or None) if active else None,
        memory_max=whole(record["memory_dynamic_max"]),
        memory_min=whole(record["memory_dynamic_min"]),
    )
