# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrades of a cloud on booted machines with a failure, a kill of the playbook or a kill of a service at each step.

Run by ``make bench-upgrade``. After each the cloud is the old one or the new one entirely; where it is the old one, all
tables of both databases are the same byte for byte. Arguments: FLEETS (2), minutes after which no more cases begin
(0: all of them), and a part of the names of cases.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from counterparts.management_server import packages
from hosts import Fleet
from integration.upgrade.cases import BACK, MANAGEMENT, MARIADB, STEPS, Case, Ended, reference, reset, tried
from integration.upgrade.upgrading import NEW, OLD, Cloud

SLOW = {"step_sleep": 2}
FAILED = {"fail_upgrade_at": NEW}
WAIT = "Wait until the server answers or its service ends"


def cases(cloud: Cloud, ahead: list[tuple[str, int]], back: list[tuple[str, int]]) -> list[Case]:
    """ahead, back: the starts of tasks of an upgrade, and of one that went back."""
    found = []
    for number, (name, nth) in enumerate(step for step in ahead if step[0] in STEPS):
        at = {"task": name, "nth": nth}
        found.append(Case(f"{name} ({nth})", "failure", {**at, "do": ("fail", "late")[number % 2]}, at_once=True))
        found.append(Case(f"{name} ({nth})", "kill", {**at, "do": "kill"}, SLOW if name == WAIT else {}))
    begin = next(place for place, step in enumerate(back) if step[0] == BACK[0])
    for number, (name, nth) in enumerate(step for step in back[begin:] if step[0] in BACK):
        do, fault = (("kill", "kill"), ("fail", "failure"))[number % 2 if number else 0]
        found.append(Case(f"back: {name} ({nth})", fault, {"task": name, "nth": nth, "do": do}, FAILED))
    return found + list(services(cloud))


def services(cloud: Cloud) -> list[Case]:
    first, second, database = cloud.first, cloud.second, cloud.database

    def case(step: str, nth: int, what: str, command: str, after: float = 0.5) -> Case:
        given = {"task": step, "nth": nth, "do": "command", "command": command, "after": after}
        return Case(f"{step} ({nth}): {what}", "service", given, SLOW)

    on = cloud.on
    return [
        case(WAIT, 1, "first server killed in the schema", on(first, MANAGEMENT)),
        case(WAIT, 1, "first server killed after the schema", on(first, MANAGEMENT), 3.2),
        case(WAIT, 1, "database killed in the schema", on(database, MARIADB)),
        case(WAIT, 2, "second server killed", on(second, MANAGEMENT), 0.1),
        case("Make a backup of the databases and of the first server", 1, "database killed", on(database, MARIADB), 1),
        case("Stop the units", 1, "first server killed", on(first, MANAGEMENT), 0),
    ]


class Bench:
    def __init__(self, minutes: float, chosen: str) -> None:
        self.chosen, self.begun, self.lock = chosen, time.monotonic(), threading.Lock()
        self.last = self.begun + 60 * minutes if minutes else float("inf")
        self.todo: queue.Queue[int] = queue.Queue()
        self.cases: list[Case] = []
        self.ended: dict[int, Ended | str] = {}

    def work(self) -> None:
        with Fleet("db", "ms1", "ms2", more_packages=[*packages(OLD), *packages(NEW)]) as fleet:
            cloud = Cloud(fleet)
            cloud.install()
            wanted = reference(cloud)
            cloud.switch(**FAILED)
            cloud.upgrade()
            back = cloud.steps()
            cloud.switch()
            cloud.upgrade()
            its = [case for case in cases(cloud, cloud.steps(), back) if self.chosen in f"{case.step} {case.fault}"]
            reset(cloud, wanted)
            with self.lock:
                if not self.cases:
                    self.cases = its
                    for place in range(len(its)):
                        self.todo.put(place)
            while time.monotonic() < self.last:
                try:
                    place = self.todo.get_nowait()
                except queue.Empty:
                    return
                self.one(cloud, place, its[place], wanted)

    def one(self, cloud: Cloud, place: int, case: Case, wanted: dict[str, str]) -> None:
        how: Ended | str
        try:
            how = tried(cloud, case, wanted)
        # Whatever it is, it is told with the case, and the others are still tried.
        except Exception as error:
            how = f"{type(error).__name__}: {error}"
        with self.lock:
            self.ended[place] = how
            told = f"{how.how}, {how.runs} runs" if isinstance(how, Ended) else f"WRONG: {how}"
            print(f"{time.monotonic() - self.begun:6.0f} s  {case.fault:8} {case.step}: {told}", flush=True)
        if not isinstance(how, Ended) or how.how != "old":
            reset(cloud, wanted)
        else:
            for host in cloud.servers:
                host.run("rm -rf /var/backups/cloudstack")


def main() -> int:
    fleets = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 0
    bench = Bench(minutes, sys.argv[3] if len(sys.argv) > 3 else "")
    workers = [threading.Thread(target=bench.work) for _number in range(fleets)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tried_cases, wrong = {place: case for place, case in enumerate(bench.cases) if place in bench.ended}, 0
    steps = {case.step for case in tried_cases.values() if case.fault != "service"}
    for fault in ("failure", "kill", "service"):
        its = [bench.ended[place] for place, case in tried_cases.items() if case.fault == fault]
        ends = [each.how for each in its if isinstance(each, Ended)]
        wrong += len(its) - len(ends)
        counts = ", ".join(f"{ends.count(how)} {how}" for how in ("old", "new", "stopped, new"))
        print(f"{fault:8} {len(its)} cases: {counts}, {len(its) - len(ends)} neither")
    seconds = time.monotonic() - bench.begun
    print(f"{len(steps)} steps, {len(tried_cases)} of {len(bench.cases)} cases, {seconds:.0f} s")
    return 1 if wrong or not tried_cases else 0


if __name__ == "__main__":
    sys.exit(main())
