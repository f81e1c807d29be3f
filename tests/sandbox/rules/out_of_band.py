"""How a host's out-of-band management and high availability are told (T4:104, T4:116)."""

from __future__ import annotations

from typing import Any

from ..errors import refused
from ..world import World
from ..world.hosts import Host
from ..world.security import OutOfBand

# Where zones and clusters keep that a feature is off for all of their hosts.
DETAIL, HA_DETAIL = "outOfBandManagementEnabled", "resourceHAEnabled"


def describe(host: Host) -> str:
    """A host inside a text (T4:114)."""
    return f'Host {{"id":{host.id},"name":"{host.name}","type":"{host.type}","uuid":"{host.uuid}"}}'


def off_at(world: World, host: Host, detail: str = DETAIL) -> str:
    """ "zone" or "cluster", whichever is asked first and has it off; "" for none."""
    for kind, place in (("zone", world.zones[host.zone_id]), ("cluster", world.clusters[host.cluster_id])):
        if place.details.get(detail, "true") != "true":
            return kind
    return ""


def check_on(world: World, host: Host) -> OutOfBand:
    """The host's configuration; ApiError 530 when it is off here, for its cluster or for its zone (T4:112, T4:119)."""
    held = world.out_of_band.get(host.id)
    if kind := off_at(world, host):
        raise refused(f"Out-of-band management is disabled for the host's {kind}. Aborting Operation.")
    if held is None or not held.enabled or host.resource_state == "Degraded":
        raise refused("Out-of-band management is disabled or not configured for the host. Aborting Operation.")
    return held


def view(world: World, host: Host) -> dict[str, Any]:
    held = world.out_of_band.get(host.id)
    if held is None:
        return {"powerstate": "Disabled", "enabled": False}
    return {
        "powerstate": held.power,
        "enabled": held.enabled,
        "driver": held.driver,
        "address": held.address,
        "port": held.port,
        "username": held.username,
        "password": f"{held.password[:1]}****",
    }


def ha_view(world: World, host: Host) -> dict[str, Any]:
    """Of a host in listings; without a provider nothing more is told (T2:16)."""
    held = world.host_ha.get(host.id)
    if held is None:
        return {"haenable": False, "hastate": "Disabled"}
    return {"haenable": held.enabled, "hastate": held.state, "haprovider": held.provider}
