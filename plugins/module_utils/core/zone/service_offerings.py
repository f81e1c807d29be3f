# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute offerings: sizes, tags, limits of rates, and how their VMs are placed.

Source: 4.11.1 documentation, "Creating a New Compute Offering", "Dedicating Resources to Accounts and Domains";
ImplicitDedicationPlanner of apache/cloudstack.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..change import Rules, same_set, same_word
from ..errors import InvalidValue, Reason
from ..naming import nearest
from .offerings import ANEW, check_pair, check_rates, reasons_against_iops

IMPLICIT = "ImplicitDedicationPlanner"
MODE = "ImplicitDedicationMode"
SIZES = ("cpu_number", "cpu_speed", "memory")
IOPS = ("is_iops_customized", "disk_iops_min", "disk_iops_max")
RATES = ("network_rate", "bytes_read_rate", "bytes_write_rate", "disk_iops_read_rate", "disk_iops_write_rate")


@dataclass(frozen=True)
class ServiceOffering:
    """memory in MB, network_rate in Mbit/s. domain_ids, zone_ids: what it is limited to, empty for everywhere."""

    id: str
    name: str
    display_text: t.Optional[str] = None
    state: str = ""
    cpu_number: t.Optional[int] = None
    cpu_speed: t.Optional[int] = None
    memory: t.Optional[int] = None
    is_customized: t.Optional[bool] = None
    storage_type: str = ""
    provisioning_type: str = ""
    offer_ha: t.Optional[bool] = None
    limit_cpu_usage: t.Optional[bool] = None
    is_volatile: t.Optional[bool] = None
    network_rate: t.Optional[int] = None
    host_tags: tuple[str, ...] = ()
    storage_tags: tuple[str, ...] = ()
    bytes_read_rate: t.Optional[int] = None
    bytes_write_rate: t.Optional[int] = None
    disk_iops_read_rate: t.Optional[int] = None
    disk_iops_write_rate: t.Optional[int] = None
    is_iops_customized: t.Optional[bool] = None
    disk_iops_min: t.Optional[int] = None
    disk_iops_max: t.Optional[int] = None
    hypervisor_snapshot_reserve: t.Optional[int] = None
    deployment_planner: str = ""
    service_offering_details: t.Mapping[str, str] = field(default_factory=dict)
    domain_ids: tuple[str, ...] = ()
    zone_ids: tuple[str, ...] = ()
    created: t.Optional[str] = None

    @property
    def implicit_dedication(self) -> t.Optional[str]:
        """ "strict" or "preferred" for an offering of the implicit planner. Without a mode it is strict (source)."""
        if self.deployment_planner != IMPLICIT:
            return None
        return "preferred" if self.service_offering_details.get(MODE) == "Preferred" else "strict"


def holds(wanted: t.Mapping[str, str], held: t.Mapping[str, str]) -> bool:
    """Whether the wanted details are there; the server adds others."""
    return all(held.get(key) == str(value) for key, value in wanted.items())


_CHANGED = frozenset(("id", "name", "display_text", "host_tags", "storage_tags", "domain_ids", "zone_ids"))
SERVICE_OFFERING = Rules(
    kind="service offering",
    required=("name",),
    fixed=dict.fromkeys((each for each in ServiceOffering.__dataclass_fields__ if each not in _CHANGED), ANEW),
    # The creating command names storage tags otherwise than the one that changes them.
    write_only=frozenset(("tags",)),
    same={
        **dict.fromkeys(("storage_type", "provisioning_type"), same_word),
        **dict.fromkeys(("host_tags", "storage_tags", "domain_ids", "zone_ids"), same_set),
        "service_offering_details": holds,
    },
)


def placement_of(wanted: t.Mapping[str, t.Any]) -> dict[str, object]:
    """Planner and details that ``implicit_dedication`` means, together with those that are set. Raises InvalidValue."""
    mode, planner = wanted.get("implicit_dedication"), wanted.get("deployment_planner")
    details = {str(key): str(value) for key, value in (wanted.get("service_offering_details") or {}).items()}
    if mode is None:
        return {"deployment_planner": planner, "service_offering_details": details or None}
    if planner not in (None, IMPLICIT):
        raise InvalidValue("deployment_planner", planner, f"{IMPLICIT}, or nothing, with implicit_dedication")
    return {"deployment_planner": IMPLICIT, "service_offering_details": {**details, MODE: str(mode).capitalize()}}


def check_sizes(wanted: t.Mapping[str, t.Any]) -> list[str]:
    """The sizes that a new offering lacks. Raises InvalidValue."""
    for name in SIZES:
        if wanted.get(name) is not None and wanted[name] < 1:
            raise InvalidValue(name, wanted[name], "a number above 0")
    check_rates(wanted, RATES)
    check_pair(wanted, "disk_iops_min", "disk_iops_max")
    return [] if wanted.get("is_customized") else [name for name in SIZES if wanted.get(name) is None]


def reasons_against_service_offering(wanted: t.Mapping[str, t.Any], planners: t.Sequence[str]) -> t.Iterator[Reason]:
    """Why the server would refuse a new offering. planners: those that it has, empty where it does not tell."""
    planner = wanted.get("deployment_planner")
    if planner and planners and planner not in planners:
        near = " or ".join(nearest(planner, planners)) or ", ".join(sorted(planners))
        yield Reason("unknown_planner", f"the server has no deployment planner {planner}", f"use {near}")
    if wanted.get("is_customized"):
        given = [name for name in SIZES if wanted.get(name) is not None]
        if given:
            message = f"users choose the size of a customized offering, but {', '.join(given)} is set"
            yield Reason("size_customized", message, "omit the size, or is_customized")
    yield from reasons_against_iops(wanted, *IOPS)


def unfit_hosts(hosts: t.Sequence[str], busy: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    """A warning for strict implicit dedication. hosts: names; busy: system VMs and routers by host."""
    found = [f"{name} ({', '.join(sorted(busy[name])[:2])})" for name in hosts if busy.get(name)]
    if not found:
        return []
    shown = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    text = (
        f"{len(found)} of {len(hosts)} hosts run system VMs or routers, and are not used for strict implicit dedication"
    )
    return [f"{text}: {shown}"]
