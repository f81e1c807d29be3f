# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/upgrade_agents.yml on two booted hosts with the agent's stand-in: a canary that fails, done, nothing to do.

One story: each test goes on from where the one before left the machines.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hosts import Fleet, Host
from hosts.agent import package
from hosts.agent.management import Management

from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "upgrade_agents.yml"
OLD, NEW = "4.21.0.0~standin", "4.22.0.0~standin"
# As the second machine is known to CloudStack, whose inventory has its short name.
FULL = "kvm2.example.net"
ENVIRONMENT, PROPERTIES = "/etc/cloudstack/agent/environment.properties", "/etc/cloudstack/agent/agent.properties"
HOOK = "/etc/libvirt/hooks/qemu"
INSTALL = f"apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y cloudstack-agent={OLD} procps"
CLASS = "com.cloud.agent.AgentShell"
# Processes that stay: another service in jsvc, another one in java, and one that only names the agent.
OTHERS = {"other-jsvc": "jsvc", "other-java": "java", "editor": f"sh {CLASS}"}
# The agent of an old release, and one that somebody started.
LEFT = {"left-jsvc": f"jsvc {CLASS}", "left-java": f"java -Xmx2G {CLASS}"}
LOOP = "while :; do sleep 1; done"
# What apt finds before its first change.
WITNESS = "/etc/apt/apt.conf.d/99witness"
NOTE = "/var/lib/hostcraft/upgrade_agents/held"
# An agent's configuration as cloudstack-setup-agent writes it; the path of old releases.
SET_UP = (
    "printf 'guid={guid}\\nhost={server}\\nport=8250\\nzone=1\\npod=1\\ncluster=1\\nprivate.network.device=eth0\\n'"
    " > {properties}; printf 'paths.script=/usr/lib64/cloud/common\\npaths.pid=/var/run\\n' > {environment};"
    " systemctl enable --quiet --now cloudstack-agent; sed -i 's/^timeoutSeconds = .*/timeoutSeconds = 60/' {hook};"
    " apt-mark -qq hold cloudstack-agent; cp /bin/sh /usr/local/bin/jsvc; cp /bin/sh /usr/local/bin/java"
)


@dataclass
class Hosts:
    fleet: Fleet
    sandbox: Sandbox

    def play(self, *more: str, **variables: object) -> tuple[int, str, int]:
        """Status, output, number of changes."""
        inventory = self.fleet.inventory()
        inventory["all"]["children"] = {"kvm": {"hosts": {host.name: {} for host in self.fleet}}}
        path = self.fleet.directory / "agents.json"
        path.write_text(json.dumps(inventory))
        given = {"upgrade_agents_version": "4.22.0.0", "upgrade_agents_delay": 1, "upgrade_agents_retries": 20}
        environment = {
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "CLOUDSTACK_ENDPOINT": self.sandbox.url,
            "CLOUDSTACK_KEY": self.sandbox.key,
            "CLOUDSTACK_SECRET": self.sandbox.secret,
        }
        command = ["ansible-playbook", "-i", str(path), str(PLAYBOOK), "-e", json.dumps({**given, **variables}), *more]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        told = ran.stdout + ran.stderr
        return ran.returncode, told, sum(map(int, re.findall(r"changed=(\d+)", told)))

    def seen(self) -> dict[str, tuple[str, str]]:
        """State and version by name, as the server has them."""
        return self.sandbox.run(lambda world: {each.name: (each.state, each.version) for each in kvm(world)})

    def packages(self) -> list[str]:
        return [host.run("dpkg-query -W -f '${Version}' cloudstack-agent").stdout for host in self.fleet]


def kvm(world: World) -> list[object]:
    return [host for host in world.hosts if host.hypervisor == "KVM"]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    room = tmp_path_factory.mktemp("agents")
    made = [package(room, version) for version in (OLD, NEW)]
    with (
        Fleet("kvm1", "kvm2", more_packages=made) as fleet,
        Sandbox(seed=1, speed=20.0) as sandbox,
        Management(sandbox, fleet.gateway, room / "management"),
    ):
        sandbox.world.agents = None
        Site(Api(sandbox)).hypervisors("kvm-a", "KVM", ["kvm1", FULL])

        def settle(world: World) -> None:
            world.settings["ca.plugin.root.auth.strictness"].value = "false"
            for host in kvm(world):
                host.guid, host.state = f"guid-{host.name.partition('.')[0]}", "Disconnected"

        sandbox.run(settle)
        fleet["kvm2"].run(f"sed -i '1i 127.0.1.1 {FULL} kvm2' /etc/hosts")
        for host in fleet:
            host.run(INSTALL, timeout=300)
            place = {"properties": PROPERTIES, "environment": ENVIRONMENT, "hook": HOOK}
            host.run(SET_UP.format(guid=f"guid-{host.name}", server=fleet.gateway, **place))
            host.write(WITNESS, f'DPkg::Pre-Invoke {{"cp {NOTE} /root/noted";}};\n')
            for unit, said in {**OTHERS, **LEFT}.items():
                program, *words = said.split()
                folder = "/bin" if program == "sh" else "/usr/local/bin"
                host.run(f"systemd-run --quiet --unit={unit} {folder}/{program} -c '{LOOP}' {' '.join(words)}")
        yield Hosts(fleet, sandbox)


def running(host: Host, units: Iterable[str]) -> list[str]:
    return [unit for unit in units if host.run(f"systemctl is-active {unit}", check=False).returncode == 0]


def test_check_mode_changes_nothing(hosts: Hosts) -> None:
    asked = f"cat {ENVIRONMENT}; apt-mark showhold | grep cloudstack-agent;"
    asked += f" systemctl show -p ExecMainPID cloudstack-agent {' '.join({**OTHERS, **LEFT})}"
    before = [host.run(asked).stdout for host in hosts.fleet]
    status, told, changed = hosts.play("--check")
    assert (status, hosts.packages()) == (0, [OLD, OLD]), told
    assert changed > 0
    assert [host.run(asked).stdout for host in hosts.fleet] == before


def test_a_canary_that_does_not_come_back_stops_the_rest(hosts: Hosts) -> None:
    canary, other = hosts.fleet
    canary.run(f"sed -i 's/^host=.*/host=127.0.0.9/' {PROPERTIES}")
    status, told, _changed = hosts.play(upgrade_agents_retries=3)
    assert status != 0
    assert "The agent of kvm1 did not come back with 4.22.0.0" in told
    assert "127.0.0.9: [Errno 111] Connection refused" in told
    assert hosts.packages() == [NEW, OLD]
    assert hosts.seen()[FULL] == ("Up", "4.21.0.0")
    assert running(other, LEFT) == list(LEFT)
    # A run that was killed after apt, and before the hold was set again.
    assert canary.read("/root/noted").split() == ["cloudstack-agent"]
    canary.run(f"apt-mark -qq unhold cloudstack-agent; install -D /root/noted {NOTE}")
    canary.run(f"sed -i 's/^host=.*/host={hosts.fleet.gateway}/' {PROPERTIES}")


def test_the_next_run_upgrades_all_hosts(hosts: Hosts) -> None:
    status, told, _changed = hosts.play()
    assert status == 0, told
    assert hosts.packages() == [NEW, NEW]
    assert hosts.seen() == {"kvm1": ("Up", "4.22.0.0"), FULL: ("Up", "4.22.0.0")}
    for host in hosts.fleet:
        assert (running(host, LEFT), running(host, OTHERS)) == ([], list(OTHERS))
        assert host.run(f"test -e {NOTE}", check=False).returncode == 1
        assert host.read(ENVIRONMENT) == "paths.script=/usr/share/cloudstack-common\npaths.pid=/var/run\n"
        # The configuration of the operator is kept.
        assert f"guid=guid-{host.name}" in host.read(PROPERTIES)
        assert host.read(HOOK).splitlines()[1:] == ["timeoutSeconds = 60"]
        assert host.run("apt-mark showhold").stdout.split() == ["cloudstack-agent"]
    status, told, changed = hosts.play()
    assert (status, changed) == (0, 0), told


def test_what_is_in_the_way_is_named_before_a_host_is_touched(hosts: Hosts) -> None:
    def older(world: World) -> None:
        for server in world.management_servers:
            server.version = "4.21.0.0"

    status, told, changed = hosts.play(upgrade_agents_version="4.23.0.0")
    assert (status != 0, changed) == (True, 0)
    assert "are older than 4.23.0.0" in " ".join(told.split())
    hosts.sandbox.run(older)
    status, told, changed = hosts.play()
    assert (status != 0, changed) == (True, 0)
    assert "Agents must not be newer than the management servers" in " ".join(told.split())
