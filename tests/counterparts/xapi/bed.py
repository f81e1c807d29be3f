# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool as a bed of the contract that all adapters keep."""

from __future__ import annotations

from types import TracebackType

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.gateway import open_xenserver
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    HypervisorAccess,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor
from counterparts.contract import PASSWORD, PlantedGuest, PlantedHost, Truth
from counterparts.xapi import hosts, site
from counterparts.xapi.model import NULL
from counterparts.xapi.wire import Servers

POWER = {"Running": RUNNING, "Paused": PAUSED, "Suspended": SUSPENDED, "Halted": STOPPED}
REASON = "VM_REQUIRES_SR"


class XapiBed:
    """Three hosts, guests in every power state, one of them bound to its host, and a template."""

    def __init__(self) -> None:
        self.pool = site.build(3)
        for number in range(6):
            site.add_vm(self.pool, f"i-2-{number}-VM", f"xen{number % 3}", (1 + number) * site.GIB, 1 + number)
        site.add_vm(self.pool, "i-2-90-VM", "xen1", power_state="Paused")
        self.pool.database.set("VM", self._vm("i-2-90-VM"), power_state="Paused")
        site.add_vm(self.pool, "i-2-91-VM", "")
        site.add_vm(self.pool, "i-2-92-VM", "", power_state="Suspended")
        site.add_vm(self.pool, "i-2-93-VM", "xen2", other_config={"bound_to": REASON})
        site.add_template(self.pool, "Debian 12")
        self._more = 0
        self.servers = Servers(self.pool)

    def __enter__(self) -> XapiBed:
        self.servers.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.servers.__exit__(kind, error, at)

    @property
    def truth(self) -> Truth:
        networks: dict[str, int | None] = {**dict.fromkeys(site.LABELS), site.VLAN_NETWORK: site.VLAN_TAG}
        planted = [
            PlantedHost(
                each["name_label"], each["address"], site.CPUS, site.MEMORY, networks, (site.SHARED, site.LOCAL)
            )
            for each in self.pool.database.rows["host"].values()
        ]
        rows = self.pool.database.rows["VM"].values()
        guests = [
            PlantedGuest(
                each["name_label"],
                self.pool.name(each["resident_on"]) if each["resident_on"] != NULL else "",
                each["VCPUs_max"],
                each["memory_dynamic_max"],
                POWER[each["power_state"]],
            )
            for each in rows
            if not (each["is_control_domain"] or each["is_a_template"])
        ]
        return Truth(tuple(planted), tuple(guests))

    @property
    def stuck(self) -> tuple[PlantedGuest, str] | None:
        for each in self.truth.guests:
            if each.name == "i-2-93-VM" and each.host:
                return each, REASON
        return None

    def open(self) -> Hypervisor:
        return open_xenserver(self.access(self.pool.password))

    def open_denied(self) -> Hypervisor:
        return open_xenserver(self.access(PASSWORD))

    def open_unreachable(self) -> Hypervisor:
        return open_xenserver(HypervisorAccess("http://127.77.9.9:9", self.pool.username, self.pool.password))

    def access(self, password: str, host: str = "127.77.0.1") -> HypervisorAccess:
        return HypervisorAccess(self.servers.url(host), self.pool.username, password)

    def logins(self) -> int:
        return self.pool.logins

    def round_trips(self) -> int:
        return self.servers.requests

    def add_guests(self, number: int) -> None:
        for each in range(number):
            self._more += 1
            site.add_vm(self.pool, f"i-3-{self._more}-VM", f"xen{each % 3}")

    def empty(self, host: str) -> None:
        for vm in hosts.residents(self.pool, self.pool.host(host)):
            hosts.place(self.pool, vm, NULL)

    def in_maintenance(self, host: str) -> bool:
        return not self.pool.database.get("host", self.pool.host(host))["enabled"]

    def _vm(self, name: str) -> str:
        (ref,) = self.pool.database.find("VM", name_label=name)
        return ref
