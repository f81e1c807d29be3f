# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""fence_drill.yml (cs_fence_drill) on booted machines whose controllers really stop and boot them.

The machines are two of test_add_hosts.py, after test_rotation.py. The controllers are OpenIPMI's simulator, and the
server speaks to them by ipmitool. The tests are one story.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from counterparts.ipmi import SUITE, Chassis, Ipmi
from hosts import Host
from integration.machine.add_hosts.site import Play, Site

from sandbox.world import World

NAMES = ("kvm1", "kvm2")
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def bmcs() -> dict[str, Ipmi]:
    return {}


@pytest.fixture(scope="module")
def site(three_hosts: Site, bmcs: dict[str, Ipmi]) -> Iterator[Site]:
    made = three_hosts
    with ExitStack() as stack:
        # Nobody needs the machines after this.
        stack.callback(made.end)
        for name in NAMES:
            machine = made.fleet[name]
            chassis = Chassis(on=machine.power_on, off=machine.power_off, reset=lambda host=machine: cycled(host))
            bmcs[name] = stack.enter_context(Ipmi(chassis=chassis))

        def arrange(world: World) -> None:
            world.ipmitool = SUITE
            # A state lasts longer than the watch needs to begin.
            world.durations.update({"host HA": 40.0})
            world.settings["kvm.ha.activity.check.max.attempts"].value = "2"
            # After a killed drill, an Up counts once the server must have noticed the off.
            world.settings["ping.interval"].value = "2"

        made.sandbox.run(arrange)
        configured = configure(made, bmcs)
        assert configured.status == 0, configured.output
        yield made


def configure(site: Site, bmcs: dict[str, Ipmi]) -> Play:
    ports = {name: bmc.port for name, bmc in bmcs.items()}
    return site.play(HERE / "configure.yml", f"--limit={','.join(NAMES)}", ports=ports)


def cycled(host: Host) -> None:
    host.power_off()
    host.power_on()


def drill(site: Site, name: str = "kvm1", **variables: object) -> tuple[int, str]:
    known = {"fence_drill": name, "fence_drill_zone": "east", "fence_drill_host": f"{name}.example.net"}
    bmc = {"fence_drill_bmc": {"password": "secret"}}
    ended = site.play("fence_drill.yml", **{**known, **bmc, "fence_drill_agent_timeout": 120, **variables})
    return ended.status, ended.output


def resource_state(site: Site, state: str | None = None, name: str = "kvm1") -> str:
    def look(world: World) -> str:
        host = next(each for each in world.hosts if each.name == f"{name}.example.net")
        if state:
            host.resource_state = state
        return host.resource_state

    return site.sandbox.run(look)


def boots(host: Host) -> str:
    host.wait()
    return host.boot_id()


def test_a_second_run_of_the_configuration_changes_nothing(site: Site, bmcs: dict[str, Ipmi]) -> None:
    again = configure(site, bmcs)
    assert (again.status, again.changed) == (0, 0), again.output


def test_a_host_that_works_is_not_drilled(site: Site) -> None:
    before = boots(site.fleet["kvm1"])
    status, output = drill(site)
    assert status != 0
    assert "not in Maintenance" in output
    assert boots(site.fleet["kvm1"]) == before


def test_off_really_stops_the_machine_and_on_boots_it_again(site: Site, bmcs: dict[str, Ipmi]) -> None:
    machine = site.fleet["kvm1"]
    resource_state(site, "Maintenance")
    before = boots(machine)
    status, output = drill(site)
    assert status == 0, output
    assert boots(machine) != before
    assert site.hosts()["kvm1.example.net"] == "Up"
    assert resource_state(site) == "Maintenance"
    for told in ("verified_off", "agent_up", "controller: Off", "a real failure, in seconds"):
        assert told in output
    assert "secret" not in output.replace("CLOUDSTACK_SECRET", "")
    assert bmcs["kvm1"].chassis.powered


def test_an_agent_that_fails_is_mended_by_the_server_and_watched(site: Site) -> None:
    """Killed agent, machine on, no disk activity: the server resets it, and everything is as it was."""
    machine = site.fleet["kvm1"]
    resource_state(site, "Enabled")
    before = boots(machine)

    def arrange(world: World) -> None:
        for held in world.host_ha.values():
            held.active, held.state = False, "Available"

    site.sandbox.run(arrange)
    status, output = drill(site, fence_drill_fail_agent=True, fence_drill_consent=True)
    assert status == 0, output
    assert "Suspect" in output
    assert "Recovered" in output
    assert boots(machine) != before
    assert site.hosts()["kvm1.example.net"] == "Up"


def test_a_reset_that_the_controller_only_answers_fails_the_drill(site: Site, bmcs: dict[str, Ipmi]) -> None:
    machine, chassis = site.fleet["kvm1"], bmcs["kvm1"].chassis
    resource_state(site, "Enabled")
    before = boots(machine)
    reset, chassis.reset = chassis.reset, lambda: None

    def arrange(world: World) -> None:
        for held in world.host_ha.values():
            held.active, held.state = False, "Available"
            held.clear()

    site.sandbox.run(arrange)
    try:
        status, output = drill(site, fence_drill_fail_agent=True, fence_drill_consent=True)
    finally:
        chassis.reset = reset
    assert status != 0, output
    assert "was not rebooted" in output
    assert boots(machine) == before
    assert site.hosts()["kvm1.example.net"] == "Up"


def test_a_drill_that_is_killed_is_made_good_by_the_next(site: Site) -> None:
    machine = site.fleet["kvm1"]
    resource_state(site, "Maintenance")
    variables = {"fence_drill": "kvm1", "fence_drill_zone": "east", "fence_drill_host": "kvm1.example.net"}
    for moment in random.Random(7).sample(range(20, 90), 2):
        end = time.monotonic() + moment / 10
        site.kill("fence_drill.yml", lambda _output, end=end: time.monotonic() >= end, **variables)
        status, output = drill(site)
        assert status == 0, output
        assert machine.powered
        assert site.hosts()["kvm1.example.net"] == "Up"
