"""How a host's out-of-band management and high availability are told (T4:104, T4:116)."""

from __future__ import annotations

from typing import Any

from ..world import World
from ..world.hosts import Host


def describe(host: Host) -> str:
    """A host inside a text (T4:114)."""
    return f'Host {{"id":{host.id},"name":"{host.name}","type":"{host.type}","uuid":"{host.uuid}"}}'


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
