# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What calls of hosts, pools and VMs mean, as xapi's sources have it in the parts that matter here."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from counterparts.xapi import networks
from counterparts.xapi.model import NULL, Failure

if TYPE_CHECKING:
    from counterparts.xapi.pool import Pool

DATE = "%Y%m%dT%H:%M:%SZ"
ON_A_HOST = ("Running", "Paused")


def residents(pool: Pool, host: str) -> list[str]:
    """Guests that are on a host; its control domain does not count."""
    return pool.database.find("VM", resident_on=host, is_control_domain=False)


def disable(pool: Pool, host: str, auto_enable: bool = True) -> None:
    pool.database.set("host", host, enabled=False)
    if not auto_enable:
        pool.stay_disabled.add(host)


def enable(pool: Pool, host: str) -> None:
    if not _live(pool, host):
        raise Failure("HOST_NOT_LIVE")
    pool.stay_disabled.discard(host)
    pool.database.set("host", host, enabled=True)


def _live(pool: Pool, host: str) -> bool:
    database = pool.database
    return bool(database.get("host_metrics", database.get("host", host)["metrics"])["live"])


def _free(pool: Pool, host: str) -> int:
    database = pool.database
    return int(database.get("host_metrics", database.get("host", host)["metrics"])["memory_free"])


def _memory(pool: Pool, vm: str) -> int:
    return int(pool.database.get("VM", vm)["memory_dynamic_max"])


def planned(pool: Pool, host: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Where the guests of a host would go, and why some cannot go at all."""
    targets = {each: _free(pool, each) for each in pool.database.find("host", enabled=True) if each != host}
    moves: dict[str, str] = {}
    stuck: dict[str, list[str]] = {}
    for vm in residents(pool, host):
        other = pool.database.get("VM", vm)["other_config"]
        room = [each for each, free in targets.items() if free >= _memory(pool, vm)]
        if not targets:
            stuck[vm] = ["NO_HOSTS_AVAILABLE", vm]
        elif "bound_to" in other:
            stuck[vm] = [other["bound_to"], vm, *([NULL] if other["bound_to"] == "VM_REQUIRES_SR" else [])]
        elif not room:
            stuck[vm] = ["HOST_NOT_ENOUGH_FREE_MEMORY", vm]
        else:
            moves[vm] = max(room, key=lambda each: targets[each])
            targets[moves[vm]] -= _memory(pool, vm)
    return moves, stuck


def evacuate(pool: Pool, host: str, _network: str = NULL, _batch: int = 0) -> None:
    moves, stuck = planned(pool, host)
    for code, *details in stuck.values():
        raise Failure(code, *details)
    for vm, target in moves.items():
        migrate(pool, vm, target, {"live": "true"})


def assert_can_evacuate(pool: Pool, host: str) -> None:
    _moves, stuck = planned(pool, host)
    if stuck:
        raise Failure("CANNOT_EVACUATE_HOST", "|".join(",".join(each) for each in stuck.values()))


def migrate(pool: Pool, vm: str, host: str, _options: dict[str, str]) -> None:
    record = pool.database.get("VM", vm)
    if record["power_state"] != "Running":
        raise Failure("VM_BAD_POWER_STATE", vm, "running", record["power_state"].lower())
    if not pool.database.get("host", host)["enabled"]:
        raise Failure("HOST_DISABLED", host)
    if _free(pool, host) < _memory(pool, vm):
        raise Failure("HOST_NOT_ENOUGH_FREE_MEMORY", _memory(pool, vm), _free(pool, host))
    place(pool, vm, host)


def place(pool: Pool, vm: str, host: str) -> None:
    """A guest is on another host (or on none), with the memory that it takes."""
    database = pool.database
    with database.changed:
        for each, sign in ((database.get("VM", vm)["resident_on"], 1), (host, -1)):
            if each != NULL:
                metrics = database.get("host", each)["metrics"]
                free = database.get("host_metrics", metrics)["memory_free"] + sign * _memory(pool, vm)
                database.set("host_metrics", metrics, memory_free=free)
        database.set("VM", vm, resident_on=host, power_state="Running" if host != NULL else "Halted")


def shutdown(pool: Pool, vm: str) -> None:
    state = pool.database.get("VM", vm)["power_state"]
    if state != "Running":
        raise Failure("VM_BAD_POWER_STATE", vm, "running", state.lower())
    place(pool, vm, NULL)


def reboot(pool: Pool, host: str) -> None:
    """It is away for a while, and enabled again afterwards, unless that was forbidden when it was disabled."""
    database = pool.database
    record = database.get("host", host)
    if record["enabled"]:
        raise Failure("HOST_NOT_DISABLED")
    for vm in residents(pool, host):
        raise Failure("HOST_IN_USE", host, "VM", vm)
    pool.gone(host, pool.transition)
    if host == pool.master:
        pool.sessions.clear()
    software = dict(record["software_version"])
    software["product_version"] = pool.upgrade_to.pop(host, software.get("product_version", ""))
    other = {**record["other_config"], "boot_time": f"{time.time():.0f}."}
    kept = host in pool.stay_disabled
    database.set("host", host, software_version=software, other_config=other, enabled=not kept)


def servertime(_pool: Pool, _host: str) -> str:
    return datetime.now(UTC).strftime(DATE)


def designate(pool: Pool, host: str) -> None:
    """The old master and the new one start again: nobody answers for a while and every session has ended."""
    (ref,) = pool.database.rows["pool"]
    record = pool.database.get("pool", ref)
    if host == record["master"]:
        return
    if record["ha_enabled"]:
        raise Failure("HA_IS_ENABLED")
    if not _live(pool, host) or time.monotonic() < pool.away.get(host, 0.0):
        raise Failure("CANNOT_CONTACT_HOST", host)
    pool.database.set("pool", ref, master=host)
    pool.sessions.clear()
    for each in pool.database.rows["host"]:
        pool.gone(each, pool.transition)


def join(pool: Pool, address: str, username: str, password: str) -> None:
    """This pool's only host goes over to another pool."""
    target = pool.others.get(address)
    if target is None or (username, password) != (target.username, target.password):
        raise Failure("POOL_JOINING_HOST_CONNECTION_FAILED")
    if len(pool.database.rows["host"]) > 1:
        raise Failure("POOL_JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS")
    _joinable(pool, target)
    _moved(pool, target)


def _joinable(pool: Pool, target: Pool) -> None:
    here, there = pool.database, target.database
    mine, its = here.get("host", pool.master), there.get("host", target.master)
    if [ref for ref in residents(pool, pool.master) if here.get("VM", ref)["power_state"] in ON_A_HOST]:
        raise Failure("POOL_JOINING_HOST_CANNOT_HAVE_RUNNING_VMS")
    if here.find("SR", shared=True):
        raise Failure("POOL_JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS")
    if here.rows["Bond"]:
        raise Failure("POOL_JOINING_HOST_HAS_BONDS")
    if [row for row in here.rows["VLAN"].values() if not here.get("PIF", row["untagged_PIF"])["management"]]:
        raise Failure("POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS")
    if _management_vlan(pool) != _management_vlan(target):
        tags = (_management_vlan(pool), _management_vlan(target))
        raise Failure("POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH", *tags)
    for code, name in (("Software version differs", "product_version"), ("CPUs differ", "")):
        field = "software_version" if name else "cpu_info"
        if (mine[field].get(name) if name else _cpu(mine)) != (its[field].get(name) if name else _cpu(its)):
            raise Failure("POOL_HOSTS_NOT_HOMOGENEOUS", code)


def _management_vlan(pool: Pool) -> int:
    (pif,) = pool.database.find("PIF", host=pool.master, management=True)
    return int(pool.database.get("PIF", pif)["VLAN"])


def _cpu(record: dict[str, Any]) -> str:
    return str(record["cpu_info"].get("vendor", ""))


def _moved(pool: Pool, target: Pool) -> None:
    """Host, its metrics and physical interfaces; then what every member gets of shared storage, VLANs and bonds."""
    here, there, old = pool.database, target.database, pool.master
    record = here.get("host", old)
    metrics = there.add("host_metrics", **here.get("host_metrics", record["metrics"]))
    host = there.add("host", **{**record, "metrics": metrics, "control_domain": NULL})
    domain = {**here.get("VM", record["control_domain"]), "resident_on": host}
    domain["metrics"] = there.add("VM_metrics", **here.get("VM_metrics", domain["metrics"]))
    there.set("host", host, control_domain=there.add("VM", **domain))
    by_device = {each["device"]: each["network"] for each in there.rows["PIF"].values() if each["physical"]}
    for pif in [each for each in here.rows["PIF"].values() if each["physical"]]:
        own = here.get("network", pif["network"])
        network = by_device.get(pif["device"]) or there.add("network", **own)
        its = there.add("PIF_metrics", **here.get("PIF_metrics", pif["metrics"]))
        there.add("PIF", **{**pif, "host": host, "network": network, "metrics": its})
    for ref in there.find("SR", shared=True):
        config = next(each["device_config"] for each in there.rows["PBD"].values() if each["SR"] == ref)
        there.add("PBD", host=host, SR=ref, device_config=dict(config), currently_attached=True)
    networks.as_on_master(target, host)
    pool.moved_to = target


def eject(pool: Pool, host: str) -> None:
    if host == pool.master:
        raise Failure("HOST_CANNOT_DESTROY_SELF", host)
    if residents(pool, host):
        raise Failure("OPERATION_NOT_ALLOWED", "VM resident on host")
    database = pool.database
    for kind in ("PBD", "PIF"):
        for ref in database.find(kind, host=host):
            database.remove(kind, ref)
    database.remove("host", host)


def change_password(pool: Pool, old: str, new: str) -> None:
    """Root's, on all hosts of the pool (xapi_session.ml)."""
    if old != pool.password:
        raise Failure("SESSION_AUTHENTICATION_FAILED", pool.username, "Authentication failure")
    pool.password = new


MEANINGS: dict[str, Any] = {
    "session.change_password": change_password,
    "host.disable": disable,
    "host.enable": enable,
    "host.evacuate": evacuate,
    "host.assert_can_evacuate": assert_can_evacuate,
    "host.get_vms_which_prevent_evacuation": lambda pool, host: planned(pool, host)[1],
    "host.reboot": reboot,
    "host.get_servertime": servertime,
    "pool.designate_new_master": designate,
    "pool.join": join,
    "pool.eject": eject,
    "VM.pool_migrate": migrate,
    "VM.clean_shutdown": shutdown,
}
