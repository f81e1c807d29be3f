# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What calls of storage repositories and their connections to hosts mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterparts.xapi.model import Failure

if TYPE_CHECKING:
    from counterparts.xapi.pool import Pool

# What a driver has to be told; xapi leaves this judgement to the driver, which answers SR_BACKEND_FAILURE.
DRIVERS = {
    "nfs": ("server", "serverpath"),
    "lvmoiscsi": ("target", "targetIQN", "SCSIid"),
    "lvmohba": ("SCSIid",),
    "ext": ("device",),
    "lvm": ("device",),
}
SIZE = 2 * 1024**4


def create(
    pool: Pool,
    host: str,
    device_config: dict[str, str],
    size: int,
    name: str,
    description: str,
    kind: str,
    content_type: str,
    shared: bool,
    sm_config: dict[str, str] | None = None,
) -> str:
    """With a connection on every host where it is shared, on one host else."""
    if kind not in DRIVERS:
        raise Failure("SR_UNKNOWN_DRIVER", kind)
    missing = [each for each in DRIVERS[kind] if each not in device_config]
    if missing:
        raise Failure("SR_BACKEND_FAILURE", "1", "", f"missing: {', '.join(missing)}")
    database = pool.database
    values = {"name_label": name, "name_description": description, "type": kind, "content_type": content_type}
    more = {"shared": shared, "sm_config": sm_config or {}, "physical_size": size or SIZE}
    ref = database.add("SR", **values, **more)
    for each in database.rows["host"] if shared else (host,):
        database.add("PBD", host=each, SR=ref, device_config=dict(device_config), currently_attached=True)
    return ref


def plug(pool: Pool, ref: str) -> None:
    host = pool.database.get("PBD", ref)["host"]
    if host in pool.without_storage:
        raise Failure("SR_BACKEND_FAILURE", "73", "", "NFS mount error [opterr=mount failed with return code 32]")
    pool.database.set("PBD", ref, currently_attached=True)


def forget(pool: Pool, ref: str) -> None:
    if any(each["SR"] == ref and each["currently_attached"] for each in pool.database.rows["PBD"].values()):
        raise Failure("SR_HAS_PBD", ref)
    for pbd in pool.database.find("PBD", SR=ref):
        pool.database.remove("PBD", pbd)
    pool.database.remove("SR", ref)


def described(pool: Pool, ref: str, text: str) -> None:
    pool.database.set("SR", ref, name_description=text)


def eject(pool: Pool, ref: str) -> None:
    """A guest that has mounted its disc keeps it."""
    drive = pool.database.get("VBD", ref)
    if drive["empty"]:
        raise Failure("VBD_IS_EMPTY", ref)
    if "mounted" in drive["other_config"]:
        raise Failure("VBD_TRAY_LOCKED", ref)
    pool.database.set("VBD", ref, empty=True)


MEANINGS: dict[str, Any] = {
    "SR.create": create,
    "SR.forget": forget,
    "SR.destroy": forget,
    "SR.set_name_description": described,
    "SR.set_name_label": lambda pool, ref, text: pool.database.set("SR", ref, name_label=text),
    "PBD.plug": plug,
    "VBD.eject": eject,
    "PBD.unplug": lambda pool, ref: pool.database.set("PBD", ref, currently_attached=False),
}
