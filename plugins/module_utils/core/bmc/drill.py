# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fence drill: its steps, the record that a killed run leaves for the next one, and what a real failure would cost.

Source: KVMHAConfig (the settings that make up the time to a fence); apache/cloudstack#7543, #12922 (hosts that were
fenced in the state machine alone).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ..errors import Reason
from .agent import silent_after
from .host_ha import AVAILABLE, DISABLED, INELIGIBLE, Ha

STEPS = ("status", "off", "verified_off", "on", "agent_up")
# The resource states that a drill can give back.
STATES = ("Enabled", "Disabled", "Maintenance")
PREFIX = "hostcraft.drill "
IDLE = (DISABLED, INELIGIBLE)  # states in which host HA does nothing
SENT = 60.0  # seconds after its record within which a drill has sent its OFF
UNDER_WAY, DONE = "under way", "done"
_RECORD = re.compile(
    r"hostcraft\.drill (?P<state>under way|done) before=(?P<before>Enabled|Disabled|Maintenance)"
    r" power=(?P<power>On|Off)"
    r"(?: at=(?P<at>\d{1,12}))?(?: result=(?P<result>[a-z_]{1,40}))?(?: seconds=(?P<seconds>\d{1,6}))?"
    r"(?: run=(?P<run>[0-9a-f]{8}))?\Z"
)


@dataclass(frozen=True)
class Record:
    """An annotation of the host. before: its resource state. power: its power state. at: seconds since 1970.

    result: passed, or the code of what failed. seconds: from OFF to the agent's return. run: who wrote it, by chance.
    """

    state: str
    before: str
    power: str = "On"
    at: int = 0
    result: str = ""
    seconds: t.Optional[int] = None
    run: str = ""

    def text(self) -> str:
        """At most 255 characters, the limit of an annotation."""
        parts = [f"{PREFIX}{self.state} before={self.before} power={self.power}"]
        parts += [f"at={self.at}"] if self.at else []
        parts += [f"result={self.result}"] if self.result else []
        parts += [f"seconds={self.seconds}"] if self.seconds is not None else []
        parts += [f"run={self.run}"] if self.run else []
        return " ".join(parts)

    def ended(self, at: int, result: str, seconds: t.Optional[int]) -> Record:
        return replace(self, state=DONE, at=at, result=result, seconds=seconds)


@dataclass(frozen=True)
class Step:
    """One step of a drill as it went."""

    name: str
    seconds: float
    said: str = ""


def record_of(text: str) -> t.Optional[Record]:
    """The record in an annotation; None for a text that is none, whoever wrote it."""
    found = _RECORD.match(text)
    if not found:
        return None
    return Record(
        found["state"],
        found["before"],
        found["power"],
        int(found["at"] or 0),
        found["result"] or "",
        None if found["seconds"] is None else int(found["seconds"]),
        found["run"] or "",
    )


def latest(texts: t.Iterable[str], state: str) -> t.Optional[Record]:
    """The newest record of a state; of equal age the last one."""
    found = [each for each in map(record_of, texts) if each is not None and each.state == state]
    return max(found, key=lambda each: each.at, default=None) if found else None


def refusals(
    host: str, resource_state: str, vms: t.Sequence[str], consent: bool, oobm: str, power: str, ha: Ha, by_agent: bool
) -> list[Reason]:
    """Why a drill must not begin. vms: names of those that run there; a drill cuts them off.

    by_agent: the agent is made to fail, so that host HA has to act; it must not where the drill switches the power.
    """
    found = _about_host_ha(host, resource_state, ha, by_agent)
    if oobm != "enabled":
        found.append(
            Reason(
                "oobm_off",
                f"out-of-band management of host {host} is not enabled",
                "configure and enable it with cs_oobm",
            )
        )
    if power not in ("On",):
        found.append(
            Reason(
                "not_on",
                f"the controller of host {host} reports the power state {power or 'unknown'}, not On",
                "check it with cs_bmc_check, and turn the host on before a drill",
            )
        )
    if resource_state not in STATES:
        found.append(
            Reason(
                "resource_state",
                f"host {host} is in resource state {resource_state or 'unknown'}, which the drill could not restore",
                f"wait until it is {', '.join(STATES[:-1])} or {STATES[-1]}",
                {"resource_state": resource_state},
            )
        )
    if vms and by_agent:
        found.append(
            Reason(
                "vms_run",
                f"{len(vms)} VMs run on host {host}, and CloudStack may start them elsewhere while they still run: "
                f"{', '.join(vms[:10])}",
                "move them away first; consent does not permit this",
                {"vms": list(vms)},
            )
        )
    elif vms and not consent:
        found.append(
            Reason(
                "vms_run",
                f"{len(vms)} VMs run on host {host} and would lose their host: {', '.join(vms[:10])}",
                "put the host into maintenance with cs_maintenance, or set consent",
                {"vms": list(vms)},
            )
        )
    if resource_state in STATES[:-1] and not consent:
        found.append(
            Reason(
                "not_in_maintenance",
                f"host {host} is {resource_state}, not in Maintenance",
                "put it into maintenance with cs_maintenance, or set consent",
            )
        )
    return found


def _about_host_ha(host: str, resource_state: str, ha: Ha, by_agent: bool) -> list[Reason]:
    if by_agent and not (ha.enabled and ha.state == AVAILABLE):
        return [
            Reason(
                "host_ha_not_available",
                f"host HA of host {host} is {ha.state or 'not configured'}, not {AVAILABLE}: nothing would fence the "
                "host, and VM HA may start its VMs elsewhere because its heartbeat stops with the agent",
                "enable it with cs_host_ha; cs_host_ha_info shows what is missing",
                {"state": ha.state},
            )
        ]
    # A host in maintenance becomes Ineligible with the next look of host HA.
    if not by_agent and resource_state == "Enabled" and ha.enabled and ha.state not in (*IDLE, ""):
        return [
            Reason(
                "host_ha_active",
                f"host HA of host {host} is {ha.state}: it would reset or fence the host during the drill, and "
                "CloudStack shows the host as Up until then",
                "put the host into maintenance with cs_maintenance, or let the agent fail (fence_drill_fail_agent)",
                {"state": ha.state},
            )
        ]
    return []


def fence_cost(settings: t.Mapping[str, float], boot: float) -> dict[str, float]:
    """What a real failure costs, in seconds: until it is noticed, until the host is reset, until it is fenced.

    settings: the kvm.ha.* values by name and "ping.interval", "ping.timeout". boot: seconds from power on to the
    agent, as the drill measured. The reset comes first; only where that does not bring the host back it is fenced.
    """
    noticed = silent_after(settings["ping.interval"], settings["ping.timeout"])
    checking = settings["kvm.ha.activity.check.interval"] * settings["kvm.ha.activity.check.max.attempts"]
    recovery = settings["kvm.ha.recover.wait.period"] * max(settings["kvm.ha.recover.failure.threshold"], 1)
    return {
        "noticed": round(noticed, 1),
        "checked": round(noticed + checking, 1),
        "reset_and_back": round(noticed + checking + boot, 1),
        "fenced": round(noticed + checking + recovery + settings["kvm.ha.fence.timeout"], 1),
    }
