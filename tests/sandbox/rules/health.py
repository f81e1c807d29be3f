"""Health checks of routers (names and kinds from the system VM's own scripts; the simulator has none, T4:66-67)."""

from __future__ import annotations

from typing import Any

from ..world import World
from ..world.vms import Vm
from . import troubles

CHECKS = (
    ("connectivity.test", "basic"),
    ("filesystem.writable.test", "basic"),
    ("disk_space_check.py", "basic"),
    ("memory_usage_check.py", "basic"),
    ("router_version_check.py", "basic"),
    ("dhcp_check.py", "basic"),
    ("dns_check.py", "basic"),
    ("cpu_usage_check.py", "advanced"),
    ("gateways_check.py", "advanced"),
    ("haproxy_check.py", "advanced"),
    ("iptables_check.py", "advanced"),
)
FAILING = "gateways_check.py"


def results(world: World, vm: Vm, fresh: bool = False) -> list[dict[str, Any]]:
    """Empty until the checks ran: a while after the router's start, or on request."""
    if vm.hypervisor == "Simulator" or vm.state != "Running":
        return []
    if not fresh and world.time() < vm.started + world.duration("health checks"):
        return []
    ill = failing(world, vm)
    return [
        {
            "checkname": name,
            "checktype": kind,
            "success": not (ill and name == FAILING),
            "lastupdated": world.now(),
            "details": "Unable to reach gateways: 10.1.1.1" if ill and name == FAILING else "",
        }
        for name, kind in CHECKS
    ]


def failing(world: World, vm: Vm) -> bool:
    return vm.hypervisor != "Simulator" and vm.state == "Running" and troubles.of_vm(world, troubles.UNHEALTHY, vm)
