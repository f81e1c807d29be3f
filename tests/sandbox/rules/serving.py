"""What console proxies and secondary storage VMs show on TLS: what the keystore held when they started.

Sources: the classes ConsoleProxyManagerImpl, AgentHookBase and SecondaryStorageManagerImpl of the server. The settings
are those that the management server read at its own start. Not recorded: the simulator's system VMs have no ports.
"""

from __future__ import annotations

from ..world import World
from ..world.keystore import SERVER, Row, Shown
from ..world.vms import CONSOLE_PROXY, STORAGE_VM, Vm
from . import keystore


def started(world: World, vm: Vm) -> None:
    """It asks for its certificate and listens, where TLS is on for its kind."""
    stopped(world, vm)
    if vm.kind not in (CONSOLE_PROXY, STORAGE_VM):
        return
    shown = _loaded(world, vm)
    address = next((nic.ip for nic in vm.nics if nic.traffic_type == "Public" and nic.ip), "")
    if shown is None or world.tls_ports is None or not address:
        return
    world.listening[vm.id] = world.tls_ports.open(vm.kind, address, shown)


def stopped(world: World, vm: Vm) -> None:
    close = world.listening.pop(vm.id, None)
    if close is not None:
        close()


def _loaded(world: World, vm: Vm) -> Shown | None:
    row = world.keystore.get(SERVER)
    value = world.settings.at_start
    if row is None or row.key is None:
        return None
    if vm.kind == CONSOLE_PROXY:
        on = value("consoleproxy.sslEnabled") == "true" and value("consoleproxy.url.domain")
        return _shown(row, keystore.chain(world)) if on else None
    on = value("secstorage.encrypt.copy") == "true" and value("secstorage.ssl.cert.domain")
    return _shown(row, keystore.chain(world, row.domain_suffix)) if on else None


def _shown(row: Row, links: list[str]) -> Shown:
    return Shown((row.certificate, *links), row.key or "")
