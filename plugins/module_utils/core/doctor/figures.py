# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about figures and states that other modules return: capacity, rolls, VLANs, high availability.

The rows are results of modules such as cs_capacity_info, which have judged them already.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..bmc.host_ha import provider_for
from ..findings import Finding
from ..text import several
from .table import CAPACITY, HA, ROLLS, VLANS

Json = t.Mapping[str, t.Any]
BEYOND = " (stopped VMs start nevertheless: cluster.threshold.enabled is false)"
SHOWN = 5  # names in one sentence
QUIET = ("Available", "Initializing", "Disabled", "")  # states of host HA in which there is nothing to do
LOST = ("no_place", "rule", "no_tagged_host", "local_storage")  # why a VM that HA is enabled for stays down


def names(values: t.Iterable[object]) -> str:
    return several([str(each) for each in values], SHOWN)


def capacity(result: Json, doubts: t.Iterable[str]) -> t.Iterator[Finding]:
    """doubts: the warnings of the same task."""
    for its in result["clusters"]:
        cluster = f"cluster {its['name']}"
        head = its["headroom"]
        if not head["holds"]:
            told = (
                f"{cluster}: the VMs of {names(head['failing'])} do not fit on the other hosts "
                f"(spare_hosts={head['spare_hosts']})"
            )
            yield CAPACITY.found("no_spare_capacity", told, its["name"], **head)
        more = BEYOND if its["stopped_vms_start"] else ""
        yield from _reached(cluster, its["name"], its["crossed"], its["thresholds"], more)
        limit = its["vm_limit"]
        if limit["exceeded"]:
            told = f"{cluster} runs {limit['running']} VMs, at most {limit['most']} are safe"
            yield CAPACITY.found("too_many_vms", told, its["name"], **limit)
        if its["keeping"]:
            told = f"{cluster}: {names(each['vm'] for each in its['keeping'])}"
            yield CAPACITY.found("old_factors_kept", told, its["name"], vms=len(its["keeping"]))
    for pool in result["storage"]:
        yield from _reached(f"pool {pool['name']}", pool["name"], pool["crossed"], pool["thresholds"])
    for each in result["resources"]:
        called = f"{each['resource']} of {each['place']}".replace("_", " ")
        yield from _reached(called, each["place"], each["crossed"], each["thresholds"])
    for doubt in doubts:
        yield CAPACITY.found("capacity_doubtful", doubt)


def _reached(called: str, name: str, crossed: t.Sequence[str], limits: Json, beyond: str = "") -> t.Iterator[Finding]:
    """Of thresholds for the same, that of a notification is no news where the other one is reached.

    beyond: what a disable threshold does not prevent.
    """
    for code, kind in (
        ("disable_threshold_reached", "disablethreshold"),
        ("notification_threshold_reached", "notificationthreshold"),
    ):
        found = [each for each in crossed if each.endswith(kind)]
        if kind == "notificationthreshold":
            found = [each for each in found if each.replace("notification", "disable") not in crossed]
        if found:
            told = ", ".join(f"{each} {limits[each]:g}" for each in found)
            more = beyond if kind == "disablethreshold" else ""
            yield CAPACITY.found(code, f"{called}: {told}{more}", name, thresholds=found)


def rolls(plan: Json) -> t.Iterator[Finding]:
    """One finding for each kind of reason, with the remedy that fits it."""
    if plan["feasible"]:
        return
    kinds: dict[str, list[Json]] = {}
    for reason in plan["reasons"]:
        kinds.setdefault(str(reason["code"]), []).append(reason)
    for code, reasons in kinds.items():
        told = several([str(each["message"]) for each in reasons], 2, "; ")
        found = ROLLS.found(
            "roll_not_possible", f"cluster {plan['cluster']}: [{code}] {told}", plan["cluster"], reason=code
        )
        yield replace(found, remedy=f"{reasons[0]['remedy']}; {found.remedy}")


def vlans(result: Json) -> t.Iterator[Finding]:
    for row in result["leaks"]:
        yield VLANS.found(row["code"], f"zone {result['zone']}: {row['message']}", str(row.get("name") or ""))
    for row in result["same_vlans"]:
        told = f"zone {result['zone']}: {names(row['vlans'])} on {' and '.join(row['physical_networks'])}"
        yield VLANS.found("same_vlans", told)
    for row in result["off_scheme"]:
        yield VLANS.found("vlan_outside_scheme", f"zone {result['zone']}: {row['message']}")


def vm_ha(result: Json, doubts: t.Iterable[str]) -> t.Iterator[Finding]:
    for doubt in doubts:
        yield HA.found("ha_tag_without_host", doubt)
    for its in result["clusters"]:
        stays: dict[str, list[Json]] = {}
        for host in its["hosts"]:
            for vm in host["lost"]:
                if vm["code"] in LOST:
                    stays.setdefault(vm["code"], []).append({**vm, "host": host["host"]})
        for code, vms in stays.items():
            on = names(f"{each['vm']} of {each['host']}" for each in vms)
            told = f"cluster {its['cluster']}: {on} ({vms[0]['why']})"
            found = HA.found("vm_stays_down", told, its["cluster"], reason=code, vms=len(vms))
            yield replace(found, remedy=f"{vms[0]['remedy']}; {found.remedy}")
    for vm in result["not_back"]:
        found = HA.found("vm_not_back", f"{vm['vm']}: {vm['why']}", vm["vm"], reason=vm["code"])
        yield replace(found, remedy=vm["remedy"])


def host_ha(rows: t.Iterable[Json]) -> t.Iterator[Finding]:
    """Of hosts for which host HA is in effect."""
    for row in rows:
        if row["effective"] != "enabled":
            continue
        missing = [need for need in row["readiness"] if need["met"] is False]
        if missing:
            told = "; ".join(f"[{need['code']}] {need['evidence']}" for need in missing)
            found = HA.found("host_ha_not_ready", f"{row['host']}: {told}", row["host"])
            yield replace(found, remedy=f"{missing[0]['remedy']}; {found.remedy}")
        elif row["state"] not in QUIET:
            found = HA.found("host_ha_acts", f"{row['host']} is {row['state']}: {row['meaning']}", row["host"])
            yield replace(found, remedy=row["advice"])
        if row["last_drill"] is None:
            yield HA.found("fence_not_proven", row["host"], row["host"])


def out_of_band(
    rows: t.Sequence[Json], hypervisors: t.Mapping[str, str], doubts: t.Iterable[str]
) -> t.Iterator[Finding]:
    """hypervisors: of hosts, by id. Only those matter that the server could fence."""
    for row in rows:
        if row["state"] == "enabled" and row["power_state"] not in ("On", "Off"):
            told = f"{row['host']}: power state {row['power_state'] or 'unknown'}"
            yield HA.found("bmc_not_answering", told, row["host"])
    bare = [row["host"] for row in rows if row["state"] != "enabled" and provider_for(hypervisors.get(row["id"], ""))]
    if bare:
        yield HA.found("no_out_of_band", f"{len(bare)} of {len(rows)} hosts: {names(bare)}", hosts=len(bare))
    for doubt in doubts:
        yield HA.found("out_of_band_slow", doubt)
