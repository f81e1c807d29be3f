# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address ranges of pods: management (system VMs and hosts) and storage.

Source: 4.11.1 documentation, "Adding a Pod"; API of 4.22. Not recorded: the sandbox and the servers' own checks decide.
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, State, decide, plain, same_address
from ...core.errors import ApiError, InvalidValue, NotAsRead, Reason, Refused
from ...core.zone.physical_networks import vlan_tag
from ...core.zone.pod_ranges import (
    MANAGEMENT_RANGE,
    STORAGE_RANGE,
    StorageRange,
    end_elsewhere,
    grows_in_vain,
    overlaps,
    shown,
    starting_at,
)
from ...core.zone.topology import IpRange, Pod
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within


def ensure_storage_range(
    cloud: Cloud, zone: t.Optional[str], pod: str, wanted: Fields, state: State, check_mode: bool
) -> Outcome:
    """``wanted``: fields of core StorageRange. Raises Refused (overlap), MissingValue, NotFound."""

    def then(place: Pod) -> Outcome:
        there: t.Sequence[StorageRange] = cloud.storage_ranges.all(zone_id=place.zone_id)
        held = starting_at([each for each in there if each.pod_id == place.id], wanted["start_ip"])
        fields: dict[str, object] = {**wanted, "pod_id": place.id}
        if held is None and state == "present":
            fields["end_ip"] = fields.get("end_ip") or fields["start_ip"]
            _refuse(f"storage IP range {fields['start_ip']}", there, fields, "storage range")

        def show(each: StorageRange) -> Fields:
            return {**plain(each), "pod": place.name}

        return ensure(
            cloud,
            cloud.storage_ranges,
            STORAGE_RANGE,
            held,
            fields,
            state,
            check_mode,
            show=show,
            places={"zone": place.zone, "pod": place.name},
        )

    return within(
        lambda: lookup.pod(cloud, pod, lookup.zone(cloud, zone)),
        then,
        wanted,
        state,
        check_mode,
        {"zone": zone, "pod": pod},
    )


def _refuse(subject: str, there: t.Iterable[t.Any], fields: Fields, whose: str) -> None:
    """Raises Refused for every range that shares an address, InvalidValue for what is no address."""
    try:
        reasons = list(overlaps(there, str(fields["start_ip"]), str(fields["end_ip"]), whose))
    except ValueError:
        raise InvalidValue("start_ip", f"{fields['start_ip']}-{fields['end_ip']}", "two IP addresses") from None
    if reasons:
        raise Refused(subject, reasons)


def ensure_management_range(
    cloud: Cloud, zone: t.Optional[str], pod: str, wanted: Fields, state: State, check_mode: bool
) -> Outcome:
    """``wanted``: fields of core IpRange. Raises Refused (overlap, a fixed VLAN or use), NotFound, NotAsRead."""

    def then(place: Pod) -> Outcome:
        held = starting_at(place.ip_ranges, wanted["start_ip"])
        subject = f"management IP range {wanted['start_ip']} of pod {place.name}"
        decision = decide(MANAGEMENT_RANGE, subject, wanted, held, state)
        if decision.action == "nothing":
            return Outcome(False, result=_told(place, held))
        if decision.action == "delete" and held is not None:
            if not check_mode:
                cloud.pod_ranges.remove(place.id, held.start_ip, held.end_ip, held.vlan or "untagged")
                _verify(cloud, place, subject, {"start_ip": held.start_ip}, gone=True)
            return Outcome(True, shown(held), {})
        goal = _goal(wanted, held)
        _refuse(subject, [each for each in place.ip_ranges if each is not held], goal, f"range of pod {place.name}")
        before = {d.field: d.held for d in decision.differences}
        after = {d.field: d.wanted for d in decision.differences} if held else goal
        if check_mode:
            return Outcome(True, before, after, {**_told(place, held), **goal})
        _act(cloud, place, subject, wanted, held, goal)
        return Outcome(True, before, after, _told(place, _verify(cloud, place, subject, goal)))

    return within(
        lambda: lookup.pod(cloud, pod, lookup.zone(cloud, zone)),
        then,
        wanted,
        state,
        check_mode,
        {"zone": zone, "pod": pod},
    )


def _goal(wanted: Fields, held: t.Optional[IpRange]) -> dict[str, object]:
    """The range as it shall be, without what the task leaves open."""
    start = wanted["start_ip"]
    end = wanted.get("end_ip") or (held.end_ip if held else start)
    rest = {name: wanted.get(name) for name in ("vlan", "for_system_vms") if wanted.get(name) is not None}
    return {"start_ip": start, "end_ip": end, **rest}


def _act(cloud: Cloud, place: Pod, subject: str, wanted: Fields, held: t.Optional[IpRange], goal: Fields) -> None:
    """Raises Refused."""
    ends = {"gateway": wanted.get("gateway") or place.gateway, "netmask": wanted.get("netmask") or place.netmask}
    if held is None:
        cloud.pod_ranges.add(place.id, **ends, **goal)
    elif end_elsewhere(place.ip_ranges, held):
        cause = f"would change {held.end_ip} in all of the pod's ranges"
        _replace(cloud, place, subject, held, {**ends, **shown(held), **goal}, "end_elsewhere", cause)
    elif grows_in_vain(held, goal["end_ip"]):
        cause = "would not reserve the additional addresses for system VMs"
        _replace(cloud, place, subject, held, {**ends, **shown(held), **goal}, "not_for_system_vms", cause)
    else:
        cloud.pod_ranges.resize(place.id, held.start_ip, held.end_ip, str(goal["end_ip"]))


def _replace(cloud: Cloud, place: Pod, subject: str, held: IpRange, goal: Fields, code: str, cause: str) -> None:
    """Remove the range and create it with its new end. The server refuses the first while an address is in use.

    code, cause: why the end cannot be changed in place.
    """
    try:
        cloud.pod_ranges.remove(place.id, held.start_ip, held.end_ip, held.vlan or "untagged")
    except ApiError as error:
        message = (
            f"its end {held.end_ip} cannot be changed: the server {cause}, and it refused to remove the range: "
            f"{error.text}"
        )
        remedy = "add another range for more addresses, or stop the system VMs that use this one"
        raise Refused(subject, [Reason(code, message, remedy, shown(held))]) from None
    try:
        cloud.pod_ranges.add(place.id, **goal)
    except ApiError:
        cloud.pod_ranges.add(place.id, **{**goal, "end_ip": held.end_ip})
        raise


def _verify(cloud: Cloud, place: Pod, subject: str, goal: Fields, gone: bool = False) -> t.Optional[IpRange]:
    """The range as the server shows it now; the pod's others are as before. Raises NotAsRead."""
    there = cloud.pods.fresh(place).ip_ranges
    seen = starting_at(there, goal["start_ip"])
    wrong: dict[str, object] = {}
    if gone:
        wrong = {"range": "still there"} if seen else {}
    elif seen is None:
        wrong = {"range": "not there"}
    else:
        decided = decide(MANAGEMENT_RANGE, subject, goal, seen, "present")
        wrong = {d.field: {"held": d.held, "wanted": d.wanted} for d in decided.differences}
    for each in place.ip_ranges:
        now = starting_at(there, each.start_ip)
        if not same_address(each.start_ip, goal["start_ip"]) and (now is None or now.end_ip != each.end_ip):
            held = f"{now.start_ip}-{now.end_ip}" if now else None
            wrong[f"other range {each.start_ip}"] = {"held": held, "wanted": f"{each.start_ip}-{each.end_ip}"}
    if wrong:
        raise NotAsRead(subject, wrong)
    return seen


def _told(place: Pod, held: t.Optional[IpRange]) -> dict[str, object]:
    if held is None:
        return {}
    return {**shown(held), "vlan": vlan_tag(held.vlan), "pod": place.name, "pod_id": place.id}
