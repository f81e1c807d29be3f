# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with networks and routers in memory, whose jobs take a while and go on when their caller is killed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from fakes.cloud import FakeCloud

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, TransportError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import HealthCheck, Router
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.served import Rules, Served
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.upgrade import Step, Unit
from unit.plugins.module_utils.core.routers.world import NEW, OLD, Networks

TAKES = 3.0  # seconds of a job


class Killed(BaseException):
    """The run ends here."""


@dataclasses.dataclass
class Work:
    """A job: what it does at its end, and when that is."""

    id: str
    about: str
    act: Callable[[], None]
    at: float
    error: ApiError | None = None
    done: bool = False


class Server(FakeCloud):
    """left: calls of `start`, `ask` and `all` until the run is killed; 0 for never. lost: actions whose answer is lost.

    deaf: routers that never become PRIMARY. ill: words in the names of networks whose routers fail a check.
    """

    def __init__(self, world: Networks) -> None:
        super().__init__()
        self.world = world
        self.jobs_under_way: list[Work] = []
        self.left = 0
        self.lost: list[str] = []
        self.deaf: set[str] = set()
        self.ill: tuple[str, ...] = ()
        self.actions: list[tuple[str, str]] = []
        self.rules_of: dict[str, list[Rules]] = {}
        self.clock.on_sleep = lambda _now: self.turn()
        self.least_primaries: dict[str, str] = {}
        self.pairs = {row.network_id for row in world.rows.values() if row.redundant}
        self.announced: set[str] = set()

    routers = property(lambda self: self)
    served_networks = property(lambda self: self)
    jobs = property(lambda self: self)

    def turn(self) -> None:
        """Jobs whose time has come end, whoever waits for them."""
        for job in self.jobs_under_way:
            if not job.done and self.clock.now() >= job.at:
                job.done = True
                if job.error is None:
                    job.act()
        for network in self.pairs:
            running = [row for row in self.world.of(network) if row.runs]
            if not any(row.redundant_state == "PRIMARY" for row in running):
                self.least_primaries[network] = ", ".join(f"{row.name} {row.redundant_state}" for row in running)

    def _count(self) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                raise Killed

    # -- the ports -----------------------------------------------------------------------------------------------------

    def all(self, where: Mapping[str, str], stored_health: bool = False) -> Sequence[Router]:
        self._count()
        self.turn()
        return [row for row in self.world.rows.values() if where.get("network_id", row.network_id) == row.network_id]

    def find(self, name: str, *more: str) -> Any:
        """A network, or a setting: there is none."""
        return Served("network", more[0], more[0], "Implemented", tiers=(more[0],)) if name == "network" else None

    settings = property(lambda self: self)

    def rules(self, served: Served) -> Rules:
        said = self.rules_of.get(served.id)
        return (said.pop(0) if len(said) > 1 else said[0]) if said else Rules(2, 1, 1, 0)

    def patches(self) -> bool:
        return True

    def health(self, id: str, fresh: bool) -> Sequence[HealthCheck]:
        bad = any(word in self.world.rows[id].network for word in self.ill)
        return [HealthCheck("gateways_check.py", "advanced", not bad, "no answer" if bad else "")]

    def under_way(self, ids: Collection[str]) -> bool:
        self.turn()
        return any(not job.done and job.about in ids for job in self.jobs_under_way)

    def start(self, action: str, id: str, **more: object) -> Work:
        self._count()
        self.turn()
        self.actions.append((action, id))
        job = Work(f"j{len(self.actions)}", id, lambda: self._act(action, id, more), self.clock.now() + TAKES)
        self.jobs_under_way.append(job)
        if action in self.lost:
            self.lost.remove(action)
            raise TransportError(f"{action}: connection lost", command=action)
        return job

    def ask(self, job: Work) -> bool | ApiError:
        self._count()
        self.turn()
        return job.error if job.done and job.error else job.done

    # -- what jobs do --------------------------------------------------------------------------------------------------

    def _act(self, action: str, id: str, more: dict[str, object]) -> None:
        if action in ("restart_network", "restart_vpc"):
            self._restart(id, bool(more.get("cleanup")), bool(more.get("livepatch")))
            return
        row = self.world.rows[id]
        unit: Any = dataclasses.replace(UNIT, id=row.network_id, redundant=False)
        if action == "destroy":
            self.world.work.append(id)
            del self.world.rows[id]
        elif action == "stop":
            if self.deaf & {other.id for other in self.world.of(row.network_id)}:
                self.world.rows[id] = dataclasses.replace(row, state="Stopped", redundant_state="UNKNOWN")
            else:
                self.world.carry_out(unit, Step("fail_over", id, row.name, 0))
        elif action == "start":
            alone = not any(other.redundant_state == "PRIMARY" for other in self.world.of(row.network_id))
            state = "UNKNOWN" if not row.redundant else "PRIMARY" if alone else "BACKUP"
            if row.version == OLD:
                # It starts with new scripts, as after a reboot.
                self.world.work.append(id)
            fresh = {"version": NEW, "requires_upgrade": False}
            self.world.rows[id] = dataclasses.replace(row, state="Running", redundant_state=state, **fresh)
        else:
            self.world.carry_out(unit, Step(action, id, row.name, 0))

    def _restart(self, network: str, cleanup: bool, livepatch: bool) -> None:
        unit: Any = dataclasses.replace(UNIT, id=network, redundant=False)
        if livepatch:
            self.world.carry_out(unit, Step("patch", "", "", 0))
        elif cleanup:
            self.world.carry_out(unit, Step("recreate", "", "", 0))
        elif network in self.pairs and len(self.world.of(network)) < 2:
            self.world.carry_out(unit, Step("complete", "", "", 0))


UNIT = Unit("network", "", "", "", "", "", False, "", (), (), (), ())
