# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone of KVM hosts with networks that have one router, two, or belong to a VPC; all routers of an old template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from contract.clock import SharedClock
from contract.conftest import Connect

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.vms import ROUTER
from unit.sandbox.client import Api
from unit.sandbox.site import Site

OLD, NEW = "4.10.0", "4.18.1"
QUICK = {
    "*": 0.0,
    "router": 0.01,
    "redundant state": 0.02,
    "health checks": 0.0,
    "stopRouter": 0.01,
    "destroyRouter": 0.01,
    "restartNetwork": 0.01,
    "restartVPC": 0.01,
}


@dataclass
class Lab:
    server: Sandbox
    site: Site
    cloud: Gateway
    connect: Connect
    networks: dict[str, str] = field(default_factory=dict)
    vpcs: dict[str, str] = field(default_factory=dict)

    def fresh(self, on_sleep: Callable[[float], None] = lambda _now: None) -> Gateway:
        """As another task has it; on_sleep: called whenever it waits."""
        return Gateway(self.connect(self.server, clock=SharedClock(self.server, on_sleep)))

    def unserved(self) -> list[str]:
        """Pairs without a running router, or whose two running routers are both not PRIMARY."""

        def look(world: World) -> list[str]:
            found = []
            for network in world.networks:
                rows = list(world.vms.select(kind=ROUTER, network_id=network.id)) if network.redundant else []
                running = [row for row in rows if row.state == "Running"]
                primary = any(row.redundant_state == "PRIMARY" for row in running)
                if rows and (not running or (len(running) == 2 and not primary)):
                    found.append(network.name)
            return found

        return list(self.server.run(look))

    def routers(self) -> list[dict[str, Any]]:
        return list(self.site.api.ok("listRouters", listall="true").get("router", []))

    def singles(self) -> list[str]:
        return [name for name in self.networks if name.startswith("single")]

    def of(self, network: str) -> list[dict[str, Any]]:
        return [each for each in self.routers() if each.get("guestnetworkid") == self.networks[network]]

    def version(self, old: bool) -> None:
        """What all routers and the template of new ones have from here on, behind the modules' back."""

        def change(world: World) -> None:
            for template in world.templates.select(hypervisor="KVM", kind="SYSTEM"):
                template.name = f"systemvm-kvm-{NEW}"
                world.settings["router.template.kvm"].value = template.name
            for vm in world.vms.select(kind=ROUTER):
                vm.version = OLD if old else NEW

        self.server.run(change)

    def destroyed(self) -> list[str]:
        return [str(call.params["id"]) for call in self.server.calls.of("destroyRouter")]

    def new_template(self, name: str) -> None:
        """Another system VM template of the zone, which new routers and system VMs are made from."""

        def register(world: World) -> None:
            held = next(iter(world.templates.select(hypervisor="KVM", kind="SYSTEM")))
            fresh = {"id": world.templates.next_id(), "uuid": world.new_uuid(), "name": name}
            world.templates.add(replace(held, **fresh))
            world.settings["router.template.kvm"].value = name

        self.server.run(register)

    def ail_new_ones(self, trouble: str, old: set[str]) -> None:
        """All routers but these have it; their names are numbers that go up."""
        number = max(int(name.split("-")[1]) for name in old)
        names = {f"r-{later}-VM" for later in range(number + 1, number + 20)}
        self.server.run(lambda world: world.troubles.setdefault(trouble, set()).update(names))

    def settle_on(self, states: list[str]) -> None:
        """Until the routers of pairs have these states."""

        def seen() -> list[str]:
            return sorted(each["redundantstate"] for each in self.routers() if each["isredundantrouter"])

        self.site.api.becomes(seen, sorted(states))


def lab(server: Sandbox, connect: Connect, pairs: int = 1, singles: int = 1, vpcs: int = 0) -> Lab:
    site = Site(Api(server))
    site.hypervisors("kvm-a", "KVM", ["kvm1", "kvm2"])
    made = Lab(server, site, Gateway(connect(server)), connect)
    server.run(quick_on_kvm)
    for number in range(singles):
        made.networks[f"single{number}"] = str(site.network(f"single{number}")["id"])
    for number in range(pairs):
        made.networks[f"pair{number}"] = str(site.network(f"pair{number}")["id"])
    server.run(make_pairs_redundant)
    for id in made.networks.values():
        deploy(site, id)
    for number in range(vpcs):
        made.vpcs[f"vpc{number}"] = str(site.vpc(f"vpc{number}", f"10.{number + 2}.0.0/16")["id"])
    made.version(old=True)
    made.settle_on(["PRIMARY", "BACKUP"] * pairs)
    server.calls.clear()
    return made


def make_pairs_redundant(world: World) -> None:
    """As an offering with redundant routers does."""
    for network in world.networks:
        network.redundant = network.redundant or network.name.startswith("pair")


def quick_on_kvm(world: World) -> None:
    """Routers of the simulator are never PRIMARY, and have no health checks (T6:202, T4:66)."""
    world.durations.update(QUICK)
    for host in world.hosts:
        host.state = "Down" if host.hypervisor == "Simulator" else host.state


def deploy(site: Site, network: str) -> None:
    """A VM, so that the network is implemented."""
    offering = site.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
    templates = site.api.ok("listTemplates", templatefilter="all", hypervisor="KVM")["template"]
    template = next(each["id"] for each in templates if each["templatetype"] == "BUILTIN")
    sent = {"zoneid": site.zone, "serviceofferingid": offering, "templateid": template, "networkids": network}
    site.api.done("deployVirtualMachine", **sent)
