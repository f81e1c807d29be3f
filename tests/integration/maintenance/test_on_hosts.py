# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll through two booted machines: its work runs on each of them, never on the controller, and nothing is missed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts import Fleet
from hosts.images import index
from integration import forked
from integration.maintenance.site import build, notes, placement

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "rolling_maintenance.yml"
HERE = Path("/etc/machine-id").read_text(encoding="utf-8").strip()
WHO = """#!/bin/sh
echo "$(basename "$0" .sh) $(cat /etc/machine-id)" >> /root/ran
"""


class Bed:
    """Hosts h0 and h1 of a cluster, which are machines."""

    def __init__(self, fleet: Fleet, box: Sandbox, room: Path) -> None:
        self.fleet, self.box, self.room = fleet, box, room

    def inventory(self, **hosts: dict[str, Any]) -> Path:
        """The fleet's inventory beside an explicit localhost; hosts: more variables by name."""
        inventory = self.fleet.inventory()
        inventory["all"]["hosts"]["localhost"] = {"ansible_python_interpreter": forked.python()}
        for name, variables in hosts.items():
            inventory["all"]["hosts"].setdefault(name, {}).update(variables)
        path = self.room / "inventory.json"
        path.write_text(json.dumps(inventory), encoding="utf-8")
        return path

    def file(self, name: str, *tasks: dict[str, Any]) -> str:
        path = self.room / name
        path.write_text(json.dumps(tasks), encoding="utf-8")
        return str(path)

    def play(
        self, *options: str, inventory: Path | None = None, playbook: Path = PLAYBOOK, **more: Any
    ) -> tuple[int, str]:
        given = {"rolling_maintenance_clusters": ["c1"], "rolling_maintenance_spare_hosts": 0}
        given.update({f"rolling_maintenance_{name}": value for name, value in more.items()})
        environment = {
            **os.environ,
            "CLOUDSTACK_ENDPOINT": self.box.url,
            "CLOUDSTACK_KEY": self.box.key,
            "CLOUDSTACK_SECRET": self.box.secret,
            "ANSIBLE_NOCOLOR": "1",
        }
        command = ["ansible-playbook", "-i", str(inventory or self.inventory()), "-e", json.dumps(given), *options]
        ended = subprocess.run(
            [*command, str(playbook)],
            env=environment,
            cwd=self.room,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    def writes(self) -> list[str]:
        return [call.command for call in self.box.calls if not call.command.startswith(("list", "query"))]

    def refused(self, *options: str, **how: Any) -> str:
        """What is told by a roll that wrote nothing, on the server or on a host."""
        status, output = self.play(*options, **how)
        assert status != 0, output
        assert self.writes() == [], output
        assert self.box.run(notes) == []
        return " ".join(output.split())

    def ran(self) -> dict[str, list[str]]:
        return {
            host.name: host.run("cat /root/ran 2>/dev/null", check=False).stdout.splitlines() for host in self.fleet
        }


@pytest.fixture(scope="module")
def fleet(boot: Callable[..., Fleet]) -> Fleet:
    return boot("h0", "h1")


@pytest.fixture
def bed(fleet: Fleet, tmp_path: Path) -> Iterator[Bed]:
    for host in fleet:
        host.run("rm -rf /root/ran /root/hooks")
    with Sandbox(seed=1, speed=100.0) as box:
        build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=2, vms=1)
        box.calls.clear()
        yield Bed(fleet, box, tmp_path)


def machine_ids(fleet: Fleet) -> dict[str, str]:
    return {host.name: host.read("/etc/machine-id").strip() for host in fleet}


def test_the_work_runs_on_each_host_and_restarts_that_one(bed: Bed) -> None:
    """Tasks of a file, beside the playbook's directory, and what they include; one restarts its machine."""
    bed.file(
        "deeper.yml",
        {"name": "Deeper", "ansible.builtin.shell": "echo deeper $(cat /etc/machine-id) >> /root/ran"},
    )
    stages = {
        stage: bed.file(
            f"{stage}.yml",
            {"name": "Which machine", "ansible.builtin.shell": f"echo {stage} $(cat /etc/machine-id) >> /root/ran"},
            {"name": "More", "ansible.builtin.include_tasks": str(bed.room / "deeper.yml")},
        )
        for stage in ("pre_flight", "pre_maintenance", "post_maintenance")
    }
    bed.file(
        "work.yml",
        {"name": "Which machine", "ansible.builtin.shell": "echo maintenance $(cat /etc/machine-id) >> /root/ran"},
        {"name": "Restart", "ansible.builtin.reboot": {"reboot_timeout": 120}},
        {
            "name": "The controller too, where it is said",
            "ansible.builtin.shell": f"cat /etc/machine-id >> {bed.room}/here",
            "delegate_to": "localhost",
        },
    )
    # Beside nothing but the directory in which the playbook is called.
    stages["maintenance"] = "work.yml"
    before = {host.name: host.boot_id() for host in bed.fleet}
    own = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8")
    status, output = bed.play(stages=stages)
    assert status == 0, output
    ids = machine_ids(bed.fleet)
    assert HERE not in ids.values()
    for name, lines in bed.ran().items():
        words = ("pre_flight", "deeper", "pre_maintenance", "deeper", "maintenance", "post_maintenance", "deeper")
        assert lines == [f"{word} {ids[name]}" for word in words], output
    assert all(host.boot_id() != before[host.name] for host in bed.fleet)
    assert Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8") == own
    assert (bed.room / "here").read_text(encoding="utf-8").split() == [HERE, HERE]
    assert bed.box.run(notes) == []
    assert "Stopped" not in bed.box.run(placement).values()


def test_scripts_run_on_each_host_and_a_stage_without_one_says_so(bed: Bed) -> None:
    for host in bed.fleet:
        for name in ("PreFlight", "Maintenance.sh"):
            host.write(f"/root/hooks/{name}", WHO, mode=0o755)
    status, output = bed.play(scripts="/root/hooks", payload="kernel")
    assert status == 0, output
    ids = machine_ids(bed.fleet)
    assert bed.ran() == {name: [f"PreFlight {ids[name]}", f"Maintenance {ids[name]}"] for name in ids}
    told = " ".join(output.split())
    for name in ids:
        assert f"host {name}: nothing was run in the stage pre_maintenance. It has no task file" in told


def test_a_script_that_ends_with_70_skips_its_host_alone(bed: Bed) -> None:
    for host in bed.fleet:
        host.write("/root/hooks/Maintenance", WHO, mode=0o755)
    bed.fleet["h1"].write("/root/hooks/PreFlight.sh", '#!/bin/sh\necho "$1" > /root/said\nexit 70\n', mode=0o755)
    status, output = bed.play(scripts="/root/hooks", payload="kernel")
    assert status == 0, output
    assert bed.fleet["h1"].read("/root/said") == "kernel\n"
    assert bed.box.calls.counts["prepareHostForMaintenance"] == 1
    assert [len(lines) for lines in bed.ran().values()] == [1, 0]


def package(folder: Path, version: int) -> Path:
    """A package that asks for a reboot when it is upgraded, as kernels do."""
    tree = folder / f"kernel-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    fields = {
        "Package": "kernel",
        "Version": str(version),
        "Architecture": "all",
        "Maintainer": "nobody <n@example.net>",
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (tree / "DEBIAN/control").write_text(f"{text}Description: a stand-in\n", encoding="utf-8")
    script = tree / "DEBIAN/postinst"
    script.write_text('#!/bin/sh\ntest -z "$2" || touch /run/reboot-required\n', encoding="utf-8")
    script.chmod(0o755)
    made = folder / f"kernel_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(tree), str(made)], check=True, capture_output=True)
    return made


def test_hosts_are_patched_and_rebooted_and_one_without_updates_is_left_alone(bed: Bed) -> None:
    """By the stages that the role brings. A reader of updates says what is left; h1 has none and is not emptied."""
    old, new = package(bed.room, 1), package(bed.room, 2)
    for host in bed.fleet:
        repository = host.root / "root/repository"
        repository.mkdir(exist_ok=True)
        shutil.copy(new, repository)
        index(repository)
        host.write("/etc/apt/sources.list", "deb [trusted=yes] file:/root/repository ./\n")
        shutil.copy(old if host.name == "h0" else new, host.root / "root")
        host.run("dpkg --install /root/kernel_*.deb")
    before = {host.name: host.boot_id() for host in bed.fleet}
    status, output = bed.play(stages={"pre_flight": "patch_needed.yml", "maintenance": "patch.yml"})
    assert status == 0, output
    assert bed.fleet["h0"].run("dpkg-query --show kernel").stdout.split() == ["kernel", "2"]
    assert [host.name for host in bed.fleet if host.boot_id() != before[host.name]] == ["h0"]
    assert bed.box.calls.counts["prepareHostForMaintenance"] == 1
    told = " ".join(output.split())
    assert "host h0 runs kernel" in told
    assert "it is the installed one, and no update is pending" in told


def test_arguments_of_scripts_are_split_and_a_host_without_work_is_not_emptied(bed: Bed) -> None:
    bed.fleet["h0"].write("/root/hooks/Maintenance", '#!/bin/sh\nprintf "%s\\n" $# "$@" > /root/said\n', mode=0o755)
    bed.fleet["h1"].write("/root/hooks/PreMaintenance", WHO, mode=0o755)
    told = bed.refused(scripts="/root/hooks", payload="it's")
    assert "rolling_maintenance_payload cannot be split into arguments" in told
    status, output = bed.play(scripts="/root/hooks", payload="param1=val1 param2='two words'")
    assert status == 0, output
    assert bed.fleet["h0"].read("/root/said").splitlines() == ["2", "param1=val1", "param2=two words"]
    plan, _comma, rest = " ".join(output.split()).partition("host h1 is skipped and not emptied")
    assert "Empty hosts and return them to service" in rest
    assert "Empty hosts and return them to service" not in plan
    assert bed.box.calls.counts["prepareHostForMaintenance"] == 1
    assert set(map(tuple, bed.ran().values())) == {()}


@pytest.mark.parametrize("check", [(), ("--check",)], ids=["run", "check"])
def test_what_a_stage_lacks_is_found_before_the_first_change(bed: Bed, check: tuple[str, ...]) -> None:
    good = {"maintenance": bed.file("good.yml", {"name": "Work", "ansible.builtin.command": "true"})}
    told = bed.refused(*check, stages={"maintenance": "upgrade.yml"})
    assert "rolling_maintenance_stages.maintenance: file upgrade.yml not found in" in told
    assert str(bed.room) in told
    assert "unknown stages: maintenence" in bed.refused(*check, stages={"maintenence": good["maintenance"]})
    (bed.room / "broken.yml").write_text("- name: Work\n  ansible.builtin.no_such_module:\n", encoding="utf-8")
    assert "no_such_module" in bed.refused(*check, stages={"maintenance": "broken.yml"})
    told = bed.refused(*check, scripts="/root/hooks")
    assert "host h0 has none of the scripts PreFlight, PreMaintenance" in told
    for host in bed.fleet:
        host.write("/root/hooks/Maintenance", WHO, mode=0o644)
    assert "host h1 cannot run /root/hooks/Maintenance" in bed.refused(*check, scripts="/root/hooks")
    assert set(map(tuple, bed.ran().values())) == {()}


def test_a_host_that_is_not_there_or_not_itself_is_refused_before_the_first_change(bed: Bed) -> None:
    stages = {"maintenance": bed.file("work.yml", {"name": "Work", "ansible.builtin.command": "touch /root/ran"})}
    one = {"all": {"hosts": {name: its for name, its in bed.fleet.inventory()["all"]["hosts"].items() if name == "h0"}}}
    (bed.room / "one.json").write_text(json.dumps(one), encoding="utf-8")
    assert "Hosts not found in the inventory: h1." in bed.refused(inventory=bed.room / "one.json", stages=stages)
    away = bed.inventory(h1={"ansible_host": f"{bed.fleet.gateway.rpartition('.')[0]}.77"})
    told = bed.refused(inventory=away, stages=stages)
    assert "host h1 cannot be reached" in told
    assert "host h0" not in told.rpartition("cannot be reached")[2]
    local = bed.inventory(h1={"ansible_connection": "local"})
    assert "host h1 is the controller itself" in bed.refused(inventory=local, stages=stages)
    assert "host h0 is the controller itself" in bed.refused("-c", "local", stages=stages)
    twice = bed.inventory(h1={"ansible_host": bed.fleet["h0"].address})
    assert "hosts h0 and h1 are the same machine" in bed.refused(inventory=twice, stages=stages)
    assert not Path("/root/ran").exists()
    assert set(map(tuple, bed.ran().values())) == {()}


def test_names_of_the_inventory_may_differ_and_a_play_of_ones_own_works_too(bed: Bed) -> None:
    inventory = bed.fleet.inventory()
    hosts = inventory["all"]["hosts"]
    inventory["all"]["hosts"] = {"rack1-a": hosts["h0"], "rack1-b": hosts["h1"]}
    (bed.room / "names.json").write_text(json.dumps(inventory), encoding="utf-8")
    role = {"name": "Roll", "ansible.builtin.include_role": {"name": "hostcraft.cloudstack.rolling_maintenance"}}
    play = {"name": "Mine", "hosts": "localhost", "gather_facts": False, "tasks": [role]}
    (bed.room / "mine.yml").write_text(json.dumps([play]), encoding="utf-8")
    (bed.room / "beside.yml").write_text(
        "- name: Work\n  ansible.builtin.shell: hostname >> /root/ran\n", encoding="utf-8"
    )
    status, output = bed.play(
        inventory=bed.room / "names.json",
        playbook=bed.room / "mine.yml",
        stages={"maintenance": "beside.yml"},
        inventory_names={"h0": "rack1-a", "h1": "rack1-b"},
    )
    assert status == 0, output
    assert bed.ran() == {"h0": ["h0"], "h1": ["h1"]}


def test_work_on_the_controller_has_to_be_asked_for(bed: Bed) -> None:
    log = bed.room / "log"
    work = bed.file(
        "work.yml", {"name": "By an API", "ansible.builtin.shell": f"echo {{{{ rolling_maintenance_host }}}} >> {log}"}
    )
    (bed.room / "none.json").write_text(json.dumps({"all": {"hosts": {}}}), encoding="utf-8")
    status, output = bed.play(inventory=bed.room / "none.json", stages={"maintenance": work}, stages_on="controller")
    assert status == 0, output
    assert sorted(log.read_text(encoding="utf-8").split()) == ["h0", "h1"]


def test_a_stage_that_breaks_off_where_no_task_failed_is_told(bed: Bed) -> None:
    """A file that a stage includes while the host is empty: nothing foresees that one."""
    stages = {"maintenance": bed.file("work.yml", {"name": "More", "ansible.builtin.include_tasks": "gone.yml"})}
    status, output = bed.play(stages=stages)
    assert status != 0
    told = " ".join(output.split())
    assert "The roll through c1 stopped at" in told
    assert "is undefined" not in told
    assert [text for text in bed.box.run(notes) if "lock" in text] == []
