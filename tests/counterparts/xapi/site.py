# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A usual pool: hosts alike, four cards each, a management network, a VLAN, shared NFS and a local disk."""

from __future__ import annotations

import time
from typing import Any

from counterparts.xapi import hosts, networks, storage
from counterparts.xapi.pool import Pool

GIB = 1024**3
MEMORY, DOM0 = 64 * GIB, 3 * GIB
CPUS = 16
LABELS = ("cloud-private", "cloud-public", "cloud-guest", "cloud-storage")  # networks of eth0, eth1, …
VLAN_NETWORK, VLAN_TAG = "cloud-guest-500", 500
SHARED, LOCAL = "primary-nfs", "Local storage"
SOFTWARE = {"product_brand": "XCP-ng", "product_version": "8.3.0", "xapi_build": "24.19.2"}
CPU_INFO = {
    "cpu_count": str(CPUS),
    "socket_count": "2",
    "vendor": "GenuineIntel",
    "speed": "2400.000",
    "modelname": "Intel(R) Xeon(R) Gold 6240R CPU @ 2.40GHz",
    "flags": "fpu vme de pse tsc msr vmx aes",
    "features": "1789c3f5-1fc9fbff",
}


def build(count: int, prefix: str = "xen", network: str = "127.77.0", bare: bool = False, **options: Any) -> Pool:
    """Hosts xen0, xen1, … on the addresses .1, .2, … of a loopback network; xen0 is master.

    bare: as installed, without a VLAN and shared storage.
    """
    pool = Pool(**options)
    database = pool.database
    bridges = [database.add("network", name_label=name, bridge=f"xenbr{at}") for at, name in enumerate(LABELS)]
    for number in range(count):
        add_host(pool, f"{prefix}{number}", f"{network}.{number + 1}", bridges)
    first = next(iter(database.rows["host"]))
    database.add("pool", name_label="pool", master=first)
    if bare:
        return pool
    tagged = database.add("network", name_label=VLAN_NETWORK, bridge="xapi500")
    (below,) = database.find("PIF", host=first, device="eth2")
    networks.pool_vlan(pool, below, tagged, VLAN_TAG)
    nfs = {"server": "192.0.2.9", "serverpath": "/export/primary"}
    storage.create(pool, first, nfs, 0, SHARED, "", "nfs", "user", True)
    return pool


def add_host(pool: Pool, name: str, address: str, bridges: list[str], **values: Any) -> str:
    database = pool.database
    metrics = database.add("host_metrics", memory_total=MEMORY, memory_free=MEMORY - DOM0, live=True)
    fields = {
        "name_label": name,
        "hostname": name,
        "address": address,
        "enabled": True,
        "metrics": metrics,
        "software_version": dict(SOFTWARE),
        "cpu_info": dict(CPU_INFO),
        "other_config": {"boot_time": f"{time.time() - 86400:.0f}."},
        "capabilities": ["xen-3.0-x86_64", "hvm-3.0-x86_32", "hvm-3.0-x86_64"],
        "memory_overhead": GIB // 2,
        "tags": ["vmops-version-4.22.0.0", "rack-7"],
    }
    host = database.add("host", **{**fields, **values})
    its = database.add("VM_metrics", memory_actual=DOM0, VCPUs_number=4)
    domain = {"is_control_domain": True, "power_state": "Running", "resident_on": host, "metrics": its}
    title = f"Control domain on host: {name}"
    database.set("host", host, control_domain=database.add("VM", name_label=title, memory_static_max=DOM0, **domain))
    for at, bridge in enumerate(bridges):
        _card(pool, host, at, bridge, address)
    storage.create(pool, host, {"device": "/dev/sda3"}, 200 * GIB, LOCAL, "", "ext", "user", False)
    return host


def _card(pool: Pool, host: str, at: int, bridge: str, address: str) -> None:
    database = pool.database
    # The last card has no cable.
    metrics = database.add("PIF_metrics", carrier=at < len(LABELS) - 1, speed=10000 if at < len(LABELS) - 1 else 0)
    last = address.rpartition(".")[2]
    addressed = {"management": True, "IP": address, "ip_configuration_mode": "Static", "netmask": "255.255.255.0"}
    database.add(
        "PIF",
        device=f"eth{at}",
        host=host,
        network=bridge,
        VLAN=-1,
        MAC=f"02:77:00:00:{int(last):02x}:{at:02x}",
        MTU=1500,
        physical=True,
        metrics=metrics,
        currently_attached=True,
        **(addressed if at == 0 else {}),
    )


def add_vm(pool: Pool, name: str, host: str, memory: int = GIB, cpus: int = 1, **values: Any) -> str:
    """A running guest; ``host``: its name, "" for one that is halted."""
    database = pool.database
    metrics = database.add("VM_metrics", memory_actual=memory, VCPUs_number=cpus)
    sizes = dict.fromkeys(("memory_static_max", "memory_dynamic_max", "memory_dynamic_min"), memory)
    fields = {"name_label": name, "metrics": metrics, "VCPUs_at_startup": cpus, "VCPUs_max": cpus, **sizes, **values}
    vm = database.add("VM", **fields)
    if host:
        hosts.place(pool, vm, pool.host(host))
    return vm


def add_template(pool: Pool, name: str) -> str:
    return pool.database.add("VM", name_label=name, is_a_template=True)
