# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host HA: configured and switched where it can work, explained, and hosts declared dead only with proof."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.bmc import drill, host_ha
from ...core.bmc.degraded import Death, degrade_reasons
from ...core.bmc.host_ha import Ha, Need, Seen
from ...core.bmc.oobm import DETAIL as OOBM_DETAIL
from ...core.bmc.oobm import ENABLED, Oobm, Switches, effective
from ...core.change import Outcome
from ...core.errors import ApiError, MissingValue, NotAsRead, Refused
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ..ensure import within
from ..waiting import until
from ..zone.places import Names, Place, hosts_in, place
from . import asking
from .scopes import ensure_switched

SETTLE = 60.0
Ping = t.Callable[[str], bool]


@dataclasses.dataclass(frozen=True)
class Request:
    """state: enabled or disabled; degraded: whether the host is declared dead; None leaves alone.

    ping: whether an address answers on the network. consent: the operator vouches for the host being off.
    """

    names: Names
    provider: t.Optional[str] = None
    state: t.Optional[str] = None
    degraded: t.Optional[bool] = None
    consent: bool = False
    ping: t.Optional[Ping] = None


def ensure_host_ha(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused with every reason, MissingValue, NotAsRead, ApiError."""
    told = {"host": request.names.get("host"), "provider": request.provider, "state": request.state}
    return within(
        lambda: place(cloud, request.names),
        lambda where: _ensured(cloud, request, where, check_mode),
        told,
        "present",
        check_mode,
    )


def _ensured(cloud: Cloud, request: Request, where: Place, check_mode: bool) -> Outcome:
    if isinstance(where.thing, Host):
        if request.degraded is not None:
            return _declared(cloud, request, where.thing, check_mode)
        return _host(cloud, request, where.thing, check_mode)
    if where.scope == "pod" or request.state is None or request.provider or request.degraded is not None:
        raise MissingValue("host HA of a host", ["host"])
    return ensure_switched(cloud, where, cloud.host_has, host_ha.DETAIL, request.state == ENABLED, check_mode)


def _host(cloud: Cloud, request: Request, host: Host, check_mode: bool) -> Outcome:
    held = cloud.host_has.of_host(host.id)
    provider = (request.provider or held.provider or host_ha.provider_for(host.hypervisor)).casefold()
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    if provider != held.provider.casefold() and (request.provider or request.state == ENABLED):
        before["provider"], after["provider"] = held.provider, provider
    wanted = None if request.state is None else request.state == ENABLED
    if wanted is not None and wanted is not held.enabled and (wanted or held.provider):
        before["enabled"], after["enabled"] = held.enabled, wanted
    if after.get("enabled") or "provider" in after:
        oobm = asking.effective_of(cloud, host, cloud.oobms.of_host(host.id))
        reasons = host_ha.enable_reasons(host.name, provider, host.hypervisor, oobm.state, oobm.decided_by)
        if not after.get("enabled"):
            reasons = [each for each in reasons if each.code != "oobm_off"]
        if reasons:
            raise Refused(f"host HA of host {host.name}", reasons)
    if after and not check_mode:
        _write(cloud, host, after)
    final = held if check_mode else cloud.host_has.of_host(host.id)
    result = {**_shown(host, final), **(after if check_mode else {})}
    # Of a host that stays as it is the server's word is enough: looking costs three calls.
    looks = request.state == ENABLED and (after or held.state == host_ha.INELIGIBLE)
    warnings = _doubts(cloud, host, provider, bool(after) and not check_mode) if looks else ()
    return Outcome(bool(after), before, after, result, warnings)


def _doubts(cloud: Cloud, host: Host, provider: str, ask: bool) -> tuple[str, ...]:
    """What host HA lacks to act for the host. It may come later, so that it is no refusal."""
    oobm = cloud.oobms.of_host(host.id)
    switches = asking.switches_of(cloud, [host], OOBM_DETAIL)[host.cluster_id]
    seen = _seen(cloud, host, oobm, switches, cloud.hosts.all(zone_id=host.zone_id), ask)
    return tuple(
        f"host HA of host {host.name} cannot act ({need.code}): {need.evidence}; {need.remedy}"
        for need in host_ha.unmet(host_ha.readiness(seen, provider))
    )


def _write(cloud: Cloud, host: Host, after: t.Mapping[str, object]) -> None:
    if "provider" in after:
        cloud.host_has.configure(host.id, str(after["provider"]))
    if "enabled" in after:
        cloud.host_has.switch("host", host.id, bool(after["enabled"]))
    seen = cloud.host_has.of_host(host.id)
    wrong: dict[str, object] = {}
    if "provider" in after and seen.provider.casefold() != after["provider"]:
        wrong["provider"] = seen.provider
    # What shows as enabled is the effective state (T5:33-34), so that only a host that stays enabled is wrong.
    if after.get("enabled") is False and seen.enabled:
        wrong["enabled"] = seen.enabled
    if wrong:
        raise NotAsRead(f"host HA of host {host.name}", wrong)


def _declared(cloud: Cloud, request: Request, host: Host, check_mode: bool) -> Outcome:
    """Dead, or no longer so. A host that is declared dead while it lives has its VMs started twice."""
    dead = host.resource_state == "Degraded"
    wanted = bool(request.degraded)
    if dead is wanted:
        return Outcome(False, result=_shown(host, cloud.host_has.of_host(host.id)))
    if wanted:
        reasons = degrade_reasons(host.name, host.state, _proof(cloud, request, host))
        if reasons:
            raise Refused(f"host {host.name} is not declared degraded", reasons)
    target = "Degraded" if wanted else "Enabled"
    if not check_mode:
        act = cloud.host_has.declare_degraded if wanted else cloud.host_has.cancel_degraded
        act(host.id)
        host = until(
            cloud,
            lambda: cloud.hosts.fresh(host),
            lambda seen: seen.resource_state == target,
            what=f"host {host.name} to be {target}",
            limit=SETTLE,
            show=lambda seen: seen.resource_state,
        )
    shown = {**_shown(host, cloud.host_has.of_host(host.id)), "resource_state": target}
    return Outcome(True, {"degraded": dead}, {"degraded": wanted}, shown)


def _proof(cloud: Cloud, request: Request, host: Host) -> Death:
    power = ""
    if asking.effective_of(cloud, host, cloud.oobms.of_host(host.id)).state == ENABLED:
        try:
            power = asking.status(cloud, host)
        except ApiError:
            power = ""
    ping = None
    # An Off may be of another machine, or of one that is still shutting down.
    if power != "On" and request.ping is not None and host.ip_address:
        ping = request.ping(host.ip_address)
    return Death("" if power == "Unknown" else power, ping, request.consent)


def seen_host_ha(cloud: Cloud, names: Names, ask: bool) -> Outcome:
    """Every host of a place: state, what it means, what is missing. ask: whether each controller is asked now."""
    where = place(cloud, names)
    hosts = hosts_in(cloud, where)
    held = {each.host_id: each for each in cloud.host_has.all()}
    oobms = {each.host_id: each for each in cloud.oobms.all(where.zone.id)}
    switches = asking.switches_of(cloud, hosts, host_ha.DETAIL)
    oobm_switches = asking.switches_of(cloud, hosts, OOBM_DETAIL)
    everyone = cloud.hosts.all(zone_id=where.zone.id)
    rows = []
    for host in hosts:
        its = held.get(host.id, Ha(host.id))
        seen = _seen(cloud, host, oobms.get(host.id, Oobm(host.id)), oobm_switches[host.cluster_id], everyone, ask)
        rows.append(_row(cloud, host, its, switches[host.cluster_id], host_ha.readiness(seen, its.provider)))
    return Outcome(False, result={"hosts": rows})


def _row(cloud: Cloud, host: Host, its: Ha, switches: Switches, needs: tuple[Need, ...]) -> dict[str, object]:
    state = effective(its.enabled, bool(its.provider), switches)
    explained = host_ha.explained(its.state) if its.state else host_ha.STATES["Disabled"]
    return {
        **_shown(host, its),
        "effective": state.state,
        "decided_by": state.decided_by,
        "meaning": explained.meaning,
        "advice": explained.advice,
        "next_states": list(explained.next),
        "readiness": [dataclasses.asdict(each) for each in needs],
        "ready": not host_ha.unmet(needs),
        "last_drill": last_drill(cloud, host),
    }


def _seen(cloud: Cloud, host: Host, oobm: Oobm, switches: Switches, everyone: t.Sequence[Host], ask: bool) -> Seen:
    state = asking.effective_in(host, oobm, switches)
    answer: t.Optional[bool] = None
    power = oobm.power_state
    if ask and state.state == ENABLED:
        try:
            power = asking.status(cloud, host)
            answer = power in ("On", "Off")
        except ApiError:
            answer, power = False, "Unknown"
    pools = [
        pool.name
        for pool in cloud.storage_pools.all(zone_id=host.zone_id)
        if pool.type in host_ha.HEARTBEAT_POOLS and pool.cluster_id in ("", host.cluster_id) and pool.state == "Up"
    ]
    neighbours = sum(
        1 for other in everyone if other.cluster_id == host.cluster_id and other.id != host.id and other.state == "Up"
    )
    return Seen(
        host.name,
        host.hypervisor,
        host.state,
        host.resource_state,
        state.state,
        state.decided_by,
        power,
        answer,
        neighbours,
        tuple(pools),
        driver=oobm.driver,
    )


def last_drill(cloud: Cloud, host: Host) -> t.Optional[dict[str, object]]:
    """The last fence drill of a host, with its age in seconds; None where there was none."""
    record = drill.latest((note.text for note in cloud.notes.all("HOST", host.id)), drill.DONE)
    if record is None:
        return None
    age = max(int(cloud.clock.wall()) - record.at, 0)
    return {"result": record.result, "seconds": record.seconds, "age": age}


def _shown(host: Host, its: Ha) -> dict[str, object]:
    return {
        "id": host.id,
        "host": host.name,
        "cluster_id": host.cluster_id,
        "hypervisor": host.hypervisor,
        "host_state": host.state,
        "resource_state": host.resource_state,
        "enabled": its.enabled,
        "provider": its.provider,
        "state": its.state or "Disabled",
    }
