"""The server's state machine of host HA, one step a poll.

Source: HAConfig (states, events, transitions), HAManagerImpl (poll, counters), KVMHAProvider (eligibility; reset, off).
A poll stands for one health check and, while Checking, for one activity check. A host whose machine is off or gone has
no activity; one whose agent alone is lost has, unless a test says otherwise (`HostHa.active`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from ..world import World
from ..world.hosts import Host
from ..world.security import HostHa
from . import bmc, host_states, life, out_of_band

POLL = "host HA"
DISABLED, AVAILABLE, INELIGIBLE, SUSPECT = "Disabled", "Available", "Ineligible", "Suspect"
CHECKING, DEGRADED, RECOVERING, RECOVERED = "Checking", "Degraded", "Recovering", "Recovered"
FENCING, FENCED = "Fencing", "Fenced"
RECOVERY_POLLS = 10  # kvm.ha.recover.wait.period in polls of a minute

_ANY: Mapping[str, str] = {"Disabled": DISABLED, "Ineligible": INELIGIBLE}
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    DISABLED: {"Enabled": AVAILABLE},
    INELIGIBLE: {**_ANY, "Eligible": AVAILABLE},
    AVAILABLE: {**_ANY, "HealthCheckPassed": AVAILABLE, "HealthCheckFailed": SUSPECT},
    SUSPECT: {
        **_ANY,
        "HealthCheckFailed": SUSPECT,
        "PerformActivityCheck": CHECKING,
        "HealthCheckPassed": AVAILABLE,
    },
    CHECKING: {
        **_ANY,
        "TooFewActivityCheckSamples": SUSPECT,
        "ActivityCheckFailureUnderThresholdRatio": DEGRADED,
        "ActivityCheckFailureOverThresholdRatio": RECOVERING,
        "HealthCheckPassed": AVAILABLE,
    },
    DEGRADED: {
        **_ANY,
        "HealthCheckFailed": DEGRADED,
        "HealthCheckPassed": AVAILABLE,
        "PeriodicRecheckResourceActivity": SUSPECT,
    },
    RECOVERING: {
        **_ANY,
        "RetryRecovery": RECOVERING,
        "Recovered": RECOVERED,
        "RecoveryOperationThresholdExceeded": FENCING,
    },
    RECOVERED: {**_ANY, "RecoveryWaitPeriodTimeout": AVAILABLE},
    FENCING: {**_ANY, "RetryFencing": FENCING, "Fenced": FENCED},
    FENCED: {"Disabled": DISABLED, "HealthCheckPassed": INELIGIBLE, "HealthCheckFailed": FENCED},
}


# What the server says of a host with host HA whose agent is silent (HAManagerImpl.getHostStatusFromHAConfig).
VOUCHED = frozenset({AVAILABLE, SUSPECT, CHECKING, RECOVERED})


def miss(host: Host, held: HostHa | None) -> None:
    """Its pings have stayed away for ping.interval × ping.timeout (AgentManagerImpl, KVMInvestigator)."""
    vouched = held is not None and held.enabled and held.state in VOUCHED and host.resource_state == "Enabled"
    if host.lost and host.state == "Up" and not vouched:
        host.state = "Disconnected"


def watch(world: World) -> None:
    """Start polling, once."""
    if not world.ha_polls:
        world.ha_polls.append(asyncio.get_running_loop().create_task(_polls(world)))


async def _polls(world: World) -> None:
    while True:
        await asyncio.sleep(world.duration(POLL))
        for number, held in list(world.host_ha.items()):
            host = world.hosts.get(number)
            if host is not None and held.provider.lower() == "kvmhaprovider":
                await step(world, host, held)
            elif host is not None and held.enabled:
                # What the recorded server did with the simulator's provider (T5:33-34).
                held.enabled, held.state = False, DISABLED


def _move(held: HostHa, event: str) -> None:
    """An event that leads nowhere from a state is dropped, as the server does."""
    held.state = TRANSITIONS[held.state].get(event, held.state)


def eligible(world: World, host: Host) -> bool:
    """Out-of-band management in use, not in maintenance, enabled, and a neighbour to ask (KVMHAProvider.isEligible)."""
    held = world.out_of_band.get(host.id)
    on = held is not None and held.enabled and not out_of_band.off_at(world, host)
    others = [h for h in world.hosts.select(cluster_id=host.cluster_id) if h.id != host.id and h.state == "Up"]
    return on and host.resource_state == "Enabled" and bool(others)


async def step(world: World, host: Host, held: HostHa) -> None:
    """One poll of one host."""
    if not held.enabled or out_of_band.off_at(world, host, out_of_band.HA_DETAIL):
        held.clear()
        _move(held, "Disabled")
        return
    if held.state == DISABLED:
        _move(held, "Enabled")
    if not eligible(world, host):
        _move(held, "Ineligible")
        return
    if held.state == INELIGIBLE:
        _move(held, "Eligible")
    await _act_on(world, host, held, host.state == "Up" and not host.lost)


async def _act_on(world: World, host: Host, held: HostHa, healthy: bool) -> None:
    if held.state in (AVAILABLE, DEGRADED, FENCED):
        _move(held, "HealthCheckPassed" if healthy else "HealthCheckFailed")
        if healthy:
            held.clear()
    elif held.state == SUSPECT:
        _move(held, "HealthCheckPassed" if healthy else "PerformActivityCheck")
    elif held.state == CHECKING:
        await _check(world, host, held, healthy)
    elif held.state == RECOVERING:
        await _recover(world, host, held)
    elif held.state == RECOVERED:
        # The period alone ends it, however well the host is (HAManagerImpl, canExitRecovery).
        held.waited += 1
        if held.waited >= RECOVERY_POLLS:
            held.waited = 0
            _move(held, "RecoveryWaitPeriodTimeout")
    elif held.state == FENCING:
        await _fence(world, host, held)


async def _check(world: World, host: Host, held: HostHa, healthy: bool) -> None:
    if healthy:
        _move(held, "HealthCheckPassed")
        return
    held.checks += 1
    held.silent += 0 if await _active(world, host, held) else 1
    if held.checks < int(world.settings.value("kvm.ha.activity.check.max.attempts")):
        return
    ratio = held.silent / held.checks
    held.checks = held.silent = 0
    over = ratio > float(world.settings.value("kvm.ha.activity.check.failure.ratio"))
    _move(held, "ActivityCheckFailureOverThresholdRatio" if over else "ActivityCheckFailureUnderThresholdRatio")


async def _active(world: World, host: Host, held: HostHa) -> bool:
    if held.active is not None:
        return held.active
    try:
        return "is on" in await bmc.power(world, world.out_of_band[host.id], "STATUS") and not host.lost
    except bmc.Silent:
        return False


async def _recover(world: World, host: Host, held: HostHa) -> None:
    if held.recoveries >= int(world.settings.value("kvm.ha.recover.failure.threshold")):
        _move(held, "RecoveryOperationThresholdExceeded")
        return
    held.recoveries += 1
    if await _act(world, host, "RESET"):
        _move(held, "Recovered")
        _give_up(world, host)


async def _fence(world: World, host: Host, held: HostHa) -> None:
    if await _act(world, host, "OFF"):
        _move(held, "Fenced")
        _give_up(world, host)
        with contextlib.suppress(host_states.NoTransition):
            host_states.move(world, host, "InternalEnterMaintenance")


def _give_up(world: World, host: Host) -> None:
    """Down, and its VMs are started elsewhere, after a reset too (RecoveryTask, FenceTask: fenceSubResources)."""
    if host.state != "Down":
        host.state = "Down"
        life.restart_elsewhere(world, host)


async def _act(world: World, host: Host, action: str) -> bool:
    try:
        await bmc.power(world, world.out_of_band[host.id], action)
    except bmc.Silent:
        return False
    return True
