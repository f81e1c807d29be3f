# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of a rolling maintenance as an operator runs it: walked, killed, run twice at once, with stages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration import forked
from integration.forked import COLD
from integration.killed import kill_alone
from integration.maintenance.site import Site, build, notes, placement

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.jobs import SUCCEEDED
from sandbox.server import Sandbox

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "rolling_maintenance.yml"
PATIENCE = 120.0  # seconds for something that a playbook under way does


class Zone:
    """A sandbox with a furnished zone, and playbooks on it."""

    def __init__(self, box: Sandbox, site: Site) -> None:
        self.box, self.site = box, site

    def start(
        self, *options: str, playbook: Path = PLAYBOOK, command: str = COLD, **variables: Any
    ) -> subprocess.Popen[str]:
        """The playbook as a process in a group of its own."""
        environment = {
            **os.environ,
            "CLOUDSTACK_ENDPOINT": self.box.url,
            "CLOUDSTACK_KEY": self.box.key,
            "CLOUDSTACK_SECRET": self.box.secret,
            "ANSIBLE_NOCOLOR": "1",
        }
        given: dict[str, Any] = {"rolling_maintenance_clusters": ["c1"], "rolling_maintenance_spare_hosts": 0}
        given["ansible_python_interpreter"] = forked.python()
        given.update({f"rolling_maintenance_{name}": value for name, value in variables.items()})
        inventory = ",".join(["localhost", *self.site.hosts])
        return subprocess.Popen(
            [command, "-i", inventory, "-e", json.dumps(given), *options, str(playbook)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str, playbook: Path = PLAYBOOK, **variables: Any) -> tuple[int, str]:
        process = self.start(*options, playbook=playbook, command="ansible-playbook", **variables)
        output, _none = process.communicate(timeout=600)
        return process.returncode, output

    def moves(self) -> Counter[str]:
        """Migrations that came to pass, by VM."""
        jobs = self.box.run(lambda world: [(j.command, j.status, j.instance) for j in world.jobs])
        return Counter(i[1] for name, status, i in jobs if name.startswith("migrate") and status == SUCCEEDED)

    def states(self) -> set[str]:
        return set(self.box.run(lambda world: [host.resource_state for host in world.hosts]))

    def nothing_lost(self) -> None:
        where = self.box.run(placement)
        assert not {"Stopped", "Migrating", "Error"} & set(where.values())

    def await_moves(self, count: int) -> None:
        """Until so many migrations were asked for."""
        deadline = time.monotonic() + PATIENCE
        while sum(1 for call in self.box.calls if call.command.startswith("migrate")) < count:
            assert time.monotonic() < deadline, "the playbook does not move anything"
            time.sleep(0.05)


@pytest.fixture
def zone() -> Iterator[Zone]:
    with Sandbox(seed=1, speed=10.0) as box:
        site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=4, vms=3)
        box.calls.clear()
        box.world.speed = 2.0
        yield Zone(box, site)


def test_a_roll_tells_its_plan_and_how_far_it_is(zone: Zone) -> None:
    status, output = zone.run()
    assert status == 0, output
    assert re.search(r"cluster c1: 4 waves, \d+ migrations for \d+ VMs", output), output
    assert re.findall(r"(\d) of 4 hosts done", output) == ["0", "1", "2", "3", "4"]
    assert re.findall(r"host h\d: (\d+) of \1 VMs moved", output)
    zone.nothing_lost()
    assert zone.states() == {"Enabled"}
    assert zone.box.run(notes) == []
    assert zone.box.calls.counts["prepareHostForMaintenance"] == 4


def test_check_mode_shows_the_plan_and_writes_nothing(zone: Zone) -> None:
    status, output = zone.run("--check")
    assert status == 0, output
    assert "cluster c1: 4 waves" in output
    assert not [call for call in zone.box.calls if not call.command.startswith(("list", "query"))]


def test_killed_in_the_middle_and_run_again(zone: Zone) -> None:
    """SIGKILL leaves a lock and a host half way; the next run takes both on at once and ends the roll."""
    process = zone.start()
    zone.await_moves(8)
    kill_alone(process)
    done = zone.box.calls.counts["prepareHostForMaintenance"]
    assert 0 < done < 4
    status, output = zone.run()
    assert status == 0, output
    zone.nothing_lost()
    assert zone.states() == {"Enabled"}
    assert zone.box.run(notes) == []
    assert zone.box.calls.counts["prepareHostForMaintenance"] == 4, "a host was out twice"
    assert max(zone.moves().values()) <= 2, "only VMs of the first host move again"


def test_of_two_at_once_one_works_and_the_other_is_told_who(zone: Zone) -> None:
    """Also under one and the same name of a run."""
    zone.box.world.speed = 0.1
    first = zone.start()
    zone.await_moves(1)
    status, output = zone.run()
    zone.box.world.speed = 10.0
    assert status != 0
    assert re.search(r"has held its lock for \d+ s \(process \d+\)", output), output
    told, _none = first.communicate(timeout=600)
    assert first.returncode == 0, told
    zone.nothing_lost()
    assert zone.box.calls.counts["prepareHostForMaintenance"] == 4


def test_the_other_waits_its_turn_when_it_is_told_to(zone: Zone) -> None:
    processes = [zone.start(lock_wait=600), zone.start(lock_wait=600)]
    ended = [(process.communicate(timeout=600)[0], process.returncode) for process in processes]
    assert [status for _output, status in ended] == [0, 0], ended
    zone.nothing_lost()
    assert zone.box.calls.counts["prepareHostForMaintenance"] == 8
    assert zone.box.run(notes) == []


def test_stages_run_where_and_when_they_should_and_one_of_them_stops_the_roll(zone: Zone, tmp_path: Path) -> None:
    """pre_flight on all hosts first; the skipped one is never out; a failing stage is taken up where it was."""
    log = tmp_path / "log"
    stages = {}
    for stage in ("pre_flight", "pre_maintenance", "maintenance", "post_maintenance"):
        body = f"""---
- name: Note it
  ansible.builtin.shell: echo {stage} {{{{ rolling_maintenance_host }}}} >> {log}
  delegate_to: localhost
  changed_when: true
- name: Fail once
  ansible.builtin.command: test ! -e {tmp_path}/broken
  delegate_to: localhost
  changed_when: false
  when: "'{stage}' == 'maintenance' and rolling_maintenance_host == 'h2'"
- name: Skip one
  ansible.builtin.set_fact:
    rolling_maintenance_skip_host: true
  when: "'{stage}' == 'pre_maintenance' and rolling_maintenance_host == 'h1'"
"""
        path = tmp_path / f"{stage}.yml"
        path.write_text(body, encoding="utf-8")
        stages[stage] = str(path)
    (tmp_path / "broken").touch()
    status, output = zone.run(stages=stages, stages_on="controller")
    assert status != 0
    assert "The roll through c1 stopped at" in output
    assert zone.site.state("h2") == "Maintenance"
    (tmp_path / "broken").unlink()
    status, output = zone.run(stages=stages, stages_on="controller")
    assert status == 0, output
    lines = log.read_text(encoding="utf-8").splitlines()
    assert sorted(lines[:4]) == [f"pre_flight h{n}" for n in range(4)]
    assert [line for line in lines if line.endswith("h1") and "pre_" not in line] == []
    assert lines.count("post_maintenance h2") == lines.count("post_maintenance h0") == 1
    assert zone.box.calls.counts["prepareHostForMaintenance"] == 3
    assert zone.box.run(notes) == []
    zone.nothing_lost()


def test_a_stage_may_delegate_to_what_is_known_later(zone: Zone, tmp_path: Path) -> None:
    """Its file is read before the first change, when no host is in work and nothing is registered yet."""
    on_host = {
        "name": "On the host",
        "ansible.builtin.command": "true",
        "delegate_to": "{{ rolling_maintenance_host }}",
    }
    elsewhere = {**on_host, "delegate_to": "{{ a_result_of_before.stdout }}"}
    file = tmp_path / "maintenance.yml"
    file.write_text(json.dumps([on_host, elsewhere]), encoding="utf-8")
    status, output = zone.run("--check", stages={"maintenance": str(file)}, stages_on="controller")
    assert status == 0, output


def test_two_hosts_at_a_time_and_the_first_one_alone(zone: Zone) -> None:
    status, output = zone.run(max_parallel=2, first=["h3"])
    assert status == 0, output
    assert re.search(r"next h3;", output), output
    assert re.search(r"next h\d, h\d;", output), output
    zone.nothing_lost()
    assert zone.states() == {"Enabled"}


def test_a_roll_that_cannot_be_has_a_page_too_and_begins_nothing(zone: Zone, tmp_path: Path) -> None:
    status, output = zone.run(spare_hosts=3, report=str(tmp_path / "roll.html"))
    assert status != 0
    assert "The roll does not begin. Cluster c1 cannot be rolled: n_plus_f: " in output
    assert "n_plus_f" in output
    page = (tmp_path / "roll.html").read_text(encoding="utf-8")
    assert "Cannot be rolled: 4 hosts cannot be emptied." in page
    assert not [call for call in zone.box.calls if not call.command.startswith(("list", "query"))]


def test_a_roll_that_stops_leaves_a_page_and_takes_no_other_host_out(zone: Zone, tmp_path: Path) -> None:
    """Of two hosts at a time the first cannot go into maintenance: the second is not tried."""
    zone.box.faults.add("prepareHostForMaintenance", "job_failed", times=99, text="no agent")
    status, output = zone.run(max_parallel=2, report=str(tmp_path / "roll.html"))
    assert status != 0
    assert 'The roll through c1 stopped at "Empty hosts and return them to service up to the next stage"' in output
    assert len({call.params["id"] for call in zone.box.calls.of("prepareHostForMaintenance")}) == 1
    assert "no agent" in (tmp_path / "roll.html").read_text(encoding="utf-8")
    zone.nothing_lost()
    assert zone.states() == {"Enabled"}
    assert [text for text in zone.box.run(notes) if "lock" in text] == []


def test_its_steps_one_by_one(zone: Zone) -> None:
    status, output = zone.run(playbook=Path(__file__).with_name("by_hand.yml"))
    assert status == 0, output
    assert zone.box.run(notes) == []
