# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power of a host: switched through the server or by its controller, proved by a later status, the agent awaited."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...core.bmc.oobm import ENABLED
from ...core.bmc.power import ACTIONS, OFF, UNKNOWN, PowerAction, needless, refusals
from ...core.change import Outcome
from ...core.errors import ApiError, HostcraftError, InvalidValue, JobLost, Reason, Refused, TransportError
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from .. import lookup
from ..waiting import until
from ..zone.places import Names, host_of
from . import asking
from .agent import back, noticed_within
from .asking import Direct


@dataclasses.dataclass(frozen=True)
class Request:
    """action: a key of core ACTIONS. direct: None goes through the server. timeout, agent_timeout: seconds."""

    names: Names
    action: str
    force: bool = False
    direct: t.Optional[Direct] = None
    wait_for_agent: bool = False
    timeout: float = 180.0
    agent_timeout: float = 900.0


class Switch(t.Protocol):
    """One of the two ways to a host's power: through CloudStack (ByServer), or its controller itself (Bmc)."""

    def power(self) -> str:
        """On, Off or Unknown. Raises when nothing answers."""

    def act(self, word: str) -> None: ...


class ByServer:
    """Through CloudStack."""

    def __init__(self, cloud: Cloud, host: Host) -> None:
        self._cloud, self._host = cloud, host

    def power(self) -> str:
        return asking.status(self._cloud, self._host)

    def act(self, word: str) -> None:
        self._cloud.oobms.act(self._host.id, word)


def power(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, WaitTimeout, ApiError, AccessDenied, TransportError, HypervisorError."""
    if request.action not in ACTIONS:
        raise InvalidValue("action", request.action, f"one of {', '.join(ACTIONS)}")
    host = host_of(cloud, request.names)
    with contextlib.ExitStack() as stack:
        return _switched(cloud, request, host, _way(cloud, request, host, stack), check_mode)


def _way(cloud: Cloud, request: Request, host: Host, stack: contextlib.ExitStack) -> Switch:
    held = cloud.oobms.of_host(host.id)
    if request.direct is not None:
        access = asking.access_to(held, request.direct)
        return stack.enter_context(contextlib.closing(request.direct.reach(access)))
    state = asking.effective_of(cloud, host, held)
    if state.state != ENABLED:
        raise Refused(
            f"power of host {host.name}",
            [
                Reason(
                    "oobm_off",
                    f"out-of-band management is disabled ({state.decided_by})",
                    "configure and enable it with cs_oobm, or set bmc to use the controller directly",
                    {"decided_by": state.decided_by},
                )
            ],
        )
    return ByServer(cloud, host)


def _switched(cloud: Cloud, request: Request, host: Host, way: Switch, check_mode: bool) -> Outcome:
    action = ACTIONS[request.action]
    before = way.power()
    result: dict[str, object] = {"id": host.id, "host": host.name, "action": request.action, "before": before}
    if action.word == "STATUS" or needless(action, before):
        return Outcome(False, result={**result, "power_state": before})
    vms = running_on(cloud, host)
    reasons = [] if request.force else refusals(host.name, action, host.resource_state, vms)
    if reasons:
        raise Refused(f"{request.action} of host {host.name}", reasons)
    diff = {"power_state": before}, {"power_state": action.wanted}
    warned = _warnings(host, action, vms)
    if check_mode:
        return Outcome(True, *diff, {**result, "power_state": action.wanted}, warned)
    began = cloud.clock.now()
    carry_out(cloud, host, way, action, request.timeout)
    if request.wait_for_agent and action.wanted != OFF:
        back(cloud, host, request.agent_timeout, noticed_within(cloud))
    result.update(power_state=way.power(), seconds=round(cloud.clock.now() - began, 1))
    return Outcome(True, *diff, result, warned)


def carry_out(cloud: Cloud, host: Host, way: Switch, action: PowerAction, limit: float) -> None:
    """Act and see it be so. A lost answer is no failure: the next status tells. Raises WaitTimeout."""
    try:
        way.act(action.word)
    except (TransportError, JobLost) as error:
        cloud.progress(f"{action.word} of host {host.name}: {error.message}; reading the power state")
    reached(cloud, host, way, action.wanted, limit)


def reached(cloud: Cloud, host: Host, way: Switch, wanted: str, limit: float) -> None:
    """Wait for a power state; a controller that does not answer for a while is asked again. Raises WaitTimeout."""

    def seen() -> str:
        try:
            return way.power()
        except (TransportError, JobLost):
            return UNKNOWN
        except ApiError as error:
            if asking.refused_login(error):
                raise
            return UNKNOWN

    until(
        cloud,
        seen,
        lambda state: state == wanted,
        what=f"the controller of host {host.name} to report {wanted}",
        limit=limit,
        show=lambda state: state,
    )


def running_on(cloud: Cloud, host: Host) -> list[str]:
    """Names of the VMs of every kind that hold capacity there."""
    cluster = lookup.cluster(cloud, host.cluster_id, lookup.zone(cloud, host.zone_id))
    return sorted(vm.name for vm in cloud.fleets.on_host(cluster, host.id))


def _warnings(host: Host, action: PowerAction, vms: t.Sequence[str]) -> tuple[str, ...]:
    if not action.cuts:
        return ()
    found = []
    if vms:
        found.append(f"{len(vms)} VMs on host {host.name} lose their host: {', '.join(vms[:10])}")
    if host.resource_state == "Maintenance":
        found.append(f"host {host.name} is in maintenance")
    return tuple(found)


def answered(way: Switch) -> t.Optional[str]:
    """The power state, or None where nothing usable answers."""
    try:
        state = way.power()
    except HostcraftError:
        return None
    return state if state != UNKNOWN else None
