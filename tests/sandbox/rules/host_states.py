"""Resource states of a host and what leads from one to another (FIELD_FACTS "Host life cycle"; T2:30-54)."""

from __future__ import annotations

from collections.abc import Mapping

from ..world import World
from ..world.hosts import Host

ENABLED, DISABLED, DEGRADED = "Enabled", "Disabled", "Degraded"
PREPARING, MAINTENANCE = "PrepareForMaintenance", "Maintenance"
PREPARE_ERROR, MAINTENANCE_ERROR = "ErrorInPrepareForMaintenance", "ErrorInMaintenance"
MAINTENANCE_STATES = frozenset({PREPARING, MAINTENANCE, PREPARE_ERROR, MAINTENANCE_ERROR})
# States from which maintenance cannot be asked for until they are resolved (T2:41, T2:46).
UNRESOLVED = frozenset({PREPARING, MAINTENANCE, PREPARE_ERROR})

# (state, event) → state; what is not here is refused. Recorded: T2:30-54; the rest is the server's own table.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (ENABLED, "Enable"): ENABLED,
    (ENABLED, "Disable"): DISABLED,
    (ENABLED, "AdminAskMaintenance"): PREPARING,
    (ENABLED, "DeclareHostDegraded"): DEGRADED,
    (ENABLED, "InternalEnterMaintenance"): MAINTENANCE,
    (DISABLED, "Enable"): ENABLED,
    (DISABLED, "Disable"): DISABLED,
    (DISABLED, "DeclareHostDegraded"): DEGRADED,
    (PREPARING, "InternalEnterMaintenance"): MAINTENANCE,
    (PREPARING, "UnableToMigrate"): PREPARE_ERROR,
    (PREPARING, "AdminCancelMaintenance"): ENABLED,
    (PREPARE_ERROR, "AdminCancelMaintenance"): ENABLED,
    (PREPARE_ERROR, "InternalEnterMaintenance"): MAINTENANCE,
    (MAINTENANCE, "AdminCancelMaintenance"): ENABLED,
    (MAINTENANCE_ERROR, "AdminAskMaintenance"): PREPARING,
    (MAINTENANCE_ERROR, "AdminCancelMaintenance"): ENABLED,
    (DEGRADED, "AdminAskMaintenance"): PREPARING,
    (DEGRADED, "EnableDegradedHost"): ENABLED,
}


class NoTransition(Exception):
    """The event does not lead anywhere from the host's state."""


def move(world: World, host: Host, event: str) -> None:
    """Apply `event` to the host's resource state; NoTransition with the server's words (T2:32, T2:45)."""
    target = TRANSITIONS.get((host.resource_state, event))
    if target is None:
        raise NoTransition(f"No next resource state found for current state = {host.resource_state} event = {event}")
    world.hosts.update(host, resource_state=target)


def describe(host: Host) -> str:
    """A host inside an error text (T2:32)."""
    return f'Host {{"id":{host.id},"name":"{host.name}","type":"{host.type}","uuid":"{host.uuid}"}}'


def disconnect(world: World, host: Host) -> None:
    """Cut the agent off; what runs on the host goes on running."""
    host.state = "Disconnected"


def lose(world: World, host: Host) -> None:
    """Cut the agent off for good: no reconnection finds it until `found` says so."""
    host.lost = True
    disconnect(world, host)


def silence(host: Host) -> None:
    """Cut its power: the server is told nothing, and shows the agent as it was until `host_ha.miss`."""
    host.lost = True


def found(world: World, host: Host) -> None:
    """A lost agent answers again; it is connected after a while."""
    host.lost = False
    reconnect_later(world, host)


def reconnect_later(world: World, host: Host) -> None:
    """The server finds the agent again at its next scan (T2:52-54: a host stays Disconnected for a while)."""

    def connect() -> None:
        if host in world.hosts and world.clusters[host.cluster_id].managed_state == "Managed" and not host.lost:
            host.state, host.last_pinged, host.counted = "Up", world.now(), True
            # The simulator's agent tells of its graphics cards only when it connects again (T4:57).
            host.gpus = host.hypervisor == "Simulator"

    world.later("reconnection", connect)
