# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bare booted machines, and a sandbox that sets them up by SSH and waits for their agents."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from hosts import Fleet
from hosts.agent import package
from hosts.agent.management import Management
from hosts.time_server import TimeServer
from integration.forked import COLD
from integration.killed import kill_all

from sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
PLAYBOOKS = HERE.parents[3] / "playbooks"
# What these machines lack however well they are prepared: the CPU's virtualisation, and swap.
LACKING = ["cpu_no_virtualisation", "kvm_absent", "swap_absent", "swap_used", "memory_small", "huge_pages"]

# Tasks of the roles that wait for the package manager.
PACKAGES = "Install |gets nftables|Package of|What the files count on"


@dataclass(frozen=True)
class Play:
    """How a playbook ended."""

    status: int
    output: str
    seconds: float

    @property
    def changed(self) -> int:
        return sum(map(int, re.findall(r" changed=(\d+)", self.output)))

    def packages(self) -> float:
        """Seconds of the tasks that install packages, of the profile at the end."""
        tasks = re.findall(r"^(.+?) -+ ([\d.]+)s$", self.output, re.MULTILINE)
        return sum(float(seconds) for name, seconds in tasks if re.search(PACKAGES, name))

    def parts(self) -> dict[str, float]:
        """Seconds by role, and of the other tasks together."""
        found: dict[str, float] = {}
        for name, seconds in re.findall(r"^(.+?) -+ ([\d.]+)s$", self.output, re.MULTILINE):
            match = re.match(r"hostcraft\.cloudstack\.(\w+) :", name)
            part = match[1] if match else "tasks of playbooks"
            found[part] = found.get(part, 0) + float(seconds)
        return found


class Booted:
    """Machines with what they need around them; all of it ends with the ``with``, also if its start fails.

    A class gives ``_start``, which enters what it starts into ``_ends`` and writes ``inventory``, and ``_environment``.
    """

    fleet: Fleet
    inventory: Path

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> None:
        """Before the ``with`` ends, too."""
        self._ends.close()

    def _start(self) -> None:
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        """Of a playbook: with the seconds of its tasks."""
        return {
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.profile_tasks",
            "PROFILE_TASKS_TASK_OUTPUT_LIMIT": "all",
        }

    @property
    def network(self) -> str:
        return f"{self.fleet.gateway.rpartition('.')[0]}.0/24"

    def play(self, playbook: str | Path, *options: str, **variables: object) -> Play:
        """Run a playbook of the collection by name, or one by path; its output is also in folder/NAME-TIME.log."""
        path = PLAYBOOKS / playbook
        started, log = time.monotonic(), self.folder / f"{path.stem}-{time.monotonic_ns()}.log"
        with log.open("w", encoding="utf-8") as output:
            ended = subprocess.run(
                self._command(path, options, variables),
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        return Play(ended.returncode, log.read_text(encoding="utf-8"), time.monotonic() - started)

    def _command(self, path: Path, options: Sequence[str], variables: Mapping[str, object]) -> list[str]:
        return ["ansible-playbook", "-i", str(self.inventory), "-e", json.dumps(variables), *options, str(path)]


class Site(Booted):
    """``with Site(folder, "kvm1") as site: site.play("add_hosts.yml")``."""

    first: Play

    def __init__(self, folder: Path, *names: str, release: str = "bookworm") -> None:
        super().__init__(folder)
        self.names, self.release = names, release

    def _start(self) -> None:
        self.fleet = self._ends.enter_context(
            Fleet(*self.names, release=self.release, cards=("eth0", "eth1"), more_packages=[package(self.folder)])
        )
        self.sandbox = self._ends.enter_context(Sandbox(seed=1, speed=20.0))
        gateway = self.fleet.gateway
        self._ends.enter_context(TimeServer(gateway))
        self.management = self._ends.enter_context(Management(self.sandbox, gateway, self.folder / "management"))
        inventory = self.fleet.inventory()
        hosts = inventory["all"].pop("hosts")
        if "kvm3" in hosts:
            # One whose ports the agent's setup opens to everybody.
            hosts["kvm3"] |= {"host_base_packages": ["ufw"], "host_firewall_backend": "ufw"}
        inventory["all"] = {"children": {"kvm": {"hosts": hosts}}, "vars": self.variables()}
        self.inventory = self.folder / "inventory.json"
        self.inventory.write_text(json.dumps(inventory), encoding="utf-8")
        made = self.play(HERE / "place.yml")
        assert made.status == 0, made.output

    def variables(self) -> dict[str, Any]:
        addresses = {host.address: [f"{host.name}.example.net", host.name] for host in self.fleet}
        return {
            "network": self.network,
            "gateway": self.fleet.gateway,
            "host_base_domain": "example.net",
            "host_base_ntp_servers": [self.fleet.gateway],
            "host_base_hosts_entries": {address: " ".join(names) for address, names in addresses.items()},
            "host_firewall_management": [self.network],
            "host_firewall_cluster": [self.network],
            "kvm_agent_user": "cloudstack",
            "kvm_agent_management_keys": [self.management.public_key],
            "add_hosts_zone": "east",
            "add_hosts_cluster": "east-kvm",
            "add_hosts_management_servers": [self.fleet.gateway],
            "add_hosts_ignore": LACKING,
        }

    def kill(self, playbook: str | Path, when: Callable[[str], bool], **variables: object) -> bool:
        """Start a playbook of the collection, and kill it with its children once ``when`` is true of its output.

        False where it ended before.
        """
        command, log = self._command(PLAYBOOKS / playbook, (), variables), self.folder / f"{time.monotonic_ns()}.log"
        command[0] = COLD
        with log.open("w") as output:
            playing = subprocess.Popen(
                command, env=self._environment(), stdout=output, stderr=output, start_new_session=True
            )
        while playing.poll() is None:
            if when(log.read_text(encoding="utf-8")):
                kill_all(playing)
                return True
            time.sleep(0.05)
        return False

    def _environment(self) -> dict[str, str]:
        keys = {"CLOUDSTACK_KEY": self.sandbox.key, "CLOUDSTACK_SECRET": self.sandbox.secret}
        return {**super()._environment(), "CLOUDSTACK_ENDPOINT": self.sandbox.url, **keys}

    def hosts(self) -> dict[str, str]:
        """State by name of every host that the sandbox has."""
        return self.sandbox.run(lambda world: {host.name: host.state for host in world.hosts if host.type == "Routing"})
