# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure a playbook loop over hosts that are all as declared, with these modules and with the existing ones.

Usage: bench.py [HOSTS] with CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET of an empty sandbox.
Prints a table for docs/benchmarks.md; the status is 1 when a figure misses what is wanted of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests
from server import Server

ROOT = Path(__file__).resolve().parent.parent
OURS, PEER = "hostcraft.cloudstack.cs_host", "ngine_io.cloudstack.cs_host"
REPEATS = 5
MOST_SECONDS, MOST_CALLS, CONNECTIONS, LEAST_RATIO = 2.0, 12, 1, 30

EMPTY = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks: []
"""
LOOP = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - {module}:
        name: "{{{{ 'kvm%03d' | format(item) }}}}"
        url: "{{{{ 'http://kvm%03d' | format(item) }}}}"
        zone: bench
        pod: bench
        cluster: bench
        hypervisor: KVM
        username: root
        password: bench
        state: present
      loop: "{{{{ range({hosts}) | list }}}}"
"""


@dataclass(frozen=True)
class Run:
    """The best wall time of some runs in seconds, with the API calls and connections of the last."""

    seconds: float
    calls: int
    connections: int


def declare(server: Server, hosts: int) -> None:
    """Make a zone of that many hosts by the API itself, so that no module's habits decide what is there."""
    zone = server.ask("createZone", name="bench", networktype="Advanced", dns1="192.0.2.1", internaldns1="192.0.2.2")
    where = {"zoneid": zone["zone"]["id"]}
    pod = server.ask(
        "createPod",
        name="bench",
        gateway="10.0.0.1",
        netmask="255.255.0.0",
        startip="10.0.0.10",
        endip="10.0.9.250",
        **where,
    )
    where["podid"] = pod["pod"]["id"]
    made = server.ask("addCluster", clustername="bench", clustertype="CloudManaged", hypervisor="KVM", **where)
    where["clusterid"] = made["cluster"][0]["id"]
    for number in range(hosts):
        url = f"http://kvm{number:03d}"
        server.ask("addHost", url=url, hypervisor="KVM", username="root", password="bench", **where)


def figure(name: str) -> int:
    """A counter of the sandbox: ``calls`` or ``connections``."""
    page = requests.get(urljoin(os.environ["CLOUDSTACK_ENDPOINT"], f"/sandbox/{name}"), timeout=60).json()
    return int(page["total"] if name == "calls" else page["connections"])


def play(venv: Path, text: str, repeats: int) -> Run:
    """Run a playbook some times with the ansible-playbook of a venv; SystemExit when it fails or changes something."""
    environment = {**os.environ, "ANSIBLE_HOME": str(venv / "ansible-home"), "ANSIBLE_LOCALHOST_WARNING": "false"}
    if venv.name == "peer":
        del environment["ANSIBLE_COLLECTIONS_PATH"]
    interpreter = f"ansible_python_interpreter={venv / 'bin' / 'python'}"
    best, calls, connections = float("inf"), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "play.yml")
        book.write_text(text, encoding="utf-8")
        for _repeat in range(repeats):
            # Each reading of a counter is a connection of its own.
            before, connected = figure("calls"), figure("connections")
            start = time.perf_counter()
            command = [str(venv / "bin" / "ansible-playbook"), "-i", "localhost,", "-e", interpreter, str(book)]
            answer = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
            best = min(best, time.perf_counter() - start)
            connections = figure("connections") - connected - 1
            calls = figure("calls") - before
            unchanged = "changed=0" in answer.stdout or "tasks: []" in text
            if answer.returncode or not unchanged:
                raise SystemExit(
                    f"{answer.stdout[-2000:]}\n{answer.stderr[-2000:]}\nthe loop failed or changed something"
                )
    return Run(best, calls, connections)


def main(arguments: list[str]) -> int:
    hosts = int(arguments[0]) if arguments else 200
    server = Server(*(os.environ[f"CLOUDSTACK_{name}"] for name in ("ENDPOINT", "KEY", "SECRET")))
    declare(server, hosts)
    venv = ROOT / ".venv"
    empty, ours = play(venv, EMPTY, REPEATS), play(venv, LOOP.format(module=OURS, hosts=hosts), REPEATS)
    peer_empty, peer = (
        play(venv / "peer", EMPTY, REPEATS),
        play(venv / "peer", LOOP.format(module=PEER, hosts=hosts), 1),
    )
    cost, peer_cost = ours.seconds - empty.seconds, peer.seconds - peer_empty.seconds
    ratio = peer_cost / cost
    print(f"{hosts} unchanged hosts in one loop, best of {REPEATS} runs (the existing module: one run)\n")
    print("| | this collection | wanted | existing module |\n|---|---|---|---|")
    print(f"| empty play | {empty.seconds:.2f} s | | {peer_empty.seconds:.2f} s |")
    print(f"| loop, over the empty play | {cost:.2f} s | ≤ {MOST_SECONDS} s | {peer_cost:.2f} s |")
    print(f"| API calls | {ours.calls} | ≤ {MOST_CALLS} | {peer.calls} |")
    print(f"| connections | {ours.connections} | {CONNECTIONS} | {peer.connections} |")
    print(f"| times faster | {ratio:.0f} | ≥ {LEAST_RATIO} | |")
    met = cost <= MOST_SECONDS and ours.calls <= MOST_CALLS and ours.connections == CONNECTIONS and ratio >= LEAST_RATIO
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
