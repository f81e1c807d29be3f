# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What calls mean that set a host's memory, time and paths to storage, and the pool's own HA.

After xapi's sources: the memory of a control domain counts after a restart of its host; block storage keeps the paths
that it was plugged with; HA starts on storage that every host has, with every host in service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterparts.xapi.model import Failure

if TYPE_CHECKING:
    from counterparts.xapi.pool import Pool


def memory(pool: Pool, vm: str, value: int) -> None:
    record = pool.database.get("VM", vm)
    if record["power_state"] != "Halted" and not record["is_control_domain"]:
        raise Failure("VM_BAD_POWER_STATE", vm, "Halted", record["power_state"])
    pool.database.set(
        "VM", vm, **dict.fromkeys(("memory_static_max", "memory_dynamic_min", "memory_dynamic_max"), value)
    )


def multipathing(pool: Pool, host: str, on: bool) -> None:
    for pbd in pool.database.find("PBD", host=host, currently_attached=True):
        if pool.database.get("SR", pool.database.get("PBD", pbd)["SR"])["type"].startswith("lvmo"):
            raise Failure("INTERNAL_ERROR", "block storage is attached")
    pool.database.set("host", host, multipathing=on)


def enable_ha(pool: Pool, storage: list[str], configuration: dict[str, str]) -> None:
    database = pool.database
    (ref,) = database.rows["pool"]
    if database.get("pool", ref)["ha_enabled"]:
        raise Failure("HA_IS_ENABLED")
    for host, record in database.rows["host"].items():
        if not record["enabled"]:
            raise Failure("HOST_DISABLED", host)
        for repository in storage:
            if not database.find("PBD", host=host, SR=repository, currently_attached=True):
                raise Failure("HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED", repository)
    database.set("pool", ref, ha_enabled=True, ha_configuration=dict(configuration))


def disable_ha(pool: Pool) -> None:
    (ref,) = pool.database.rows["pool"]
    pool.database.set("pool", ref, ha_enabled=False)


MEANINGS: dict[str, Any] = {
    "VM.set_memory": memory,
    "host.set_multipathing": multipathing,
    "host.set_ntp_custom_servers": lambda pool, host, its: pool.database.set("host", host, ntp_custom_servers=its),
    "host.set_ntp_mode": lambda pool, host, mode: pool.database.set("host", host, ntp_mode=mode),
    "PIF.set_disallow_unplug": lambda pool, pif, on: pool.database.set("PIF", pif, disallow_unplug=on),
    "pool.enable_ha": enable_ha,
    "pool.disable_ha": disable_ha,
}
