# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of a zone by one task of ``cs_site`` and by a loop of ``cs_host``, beyond an empty play.

First nothing is to do: seconds of CPU. Then all hosts are added, of which each takes the server half a second: seconds
on the clock. After that, a first run of many hosts: how many of its calls are in flight. Fails below the bounds.
Run: python benchmarks/site_hosts.py [HOSTS] [HOSTS OF THE FIRST RUN]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("tests", ".venv/collections")]

from cost import Cost, cost

from sandbox.server import Sandbox
from sandbox.snapshot import fill

RATIO, FLYING = 5.0, 0.8
AT_ONCE, SECONDS = 8, 0.5
PER_CLUSTER = 20
PLAY = {"hosts": "localhost", "connection": "local", "gather_facts": False}
SITE = {
    "name": "Apply the hosts",
    "hostcraft.cloudstack.cs_site": {
        "declaration": {"name": "z1"},
        "hosts": "{{ wanted }}",
        "parts": ["hosts"],
        "at_once": AT_ONCE,
    },
}
KEYS = ("name", "url", "cluster", "hypervisor", "username", "password", "host_tags")
LOOP = {
    "name": "Apply each host",
    "hostcraft.cloudstack.cs_host": {"zone": "z1", **{key: f"{{{{ item.{key} }}}}" for key in KEYS}},
    "loop": "{{ wanted }}",
    "loop_control": {"label": "{{ item.name }}"},
}
WAYS: dict[str, list[dict[str, Any]]] = {"empty play": [], "loop of cs_host": [LOOP], "cs_site": [SITE]}


class Took(NamedTuple):
    """What a playbook took, with seconds on the clock."""

    cost: Cost
    seconds: float


def hosts(count: int) -> list[dict[str, Any]]:
    """As many as are declared; all have tags, which take a call of their own when a host is added."""
    return [
        {
            "name": f"kvm{number:05}",
            "url": f"http://kvm{number:05}",
            "cluster": f"c{number // PER_CLUSTER:03}",
            "hypervisor": "KVM",
            "username": "root",
            "password": "bench",
            "host_tags": ["ssd"],
        }
        for number in range(count)
    ]


def zone(wanted: list[dict[str, Any]], there: bool) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [{"kind": "zone", "name": "z1"}]
    clusters = sorted({each["cluster"] for each in wanted})
    for number, name in enumerate(clusters):
        pod = number // 20
        if number % 20 == 0:
            lines.append({"kind": "pod", "name": f"p{pod}", "zone": "z1", "net": f"10.{pod}.0.1"})
        lines.append({"kind": "cluster", "name": name, "pod": f"p{pod}", "hypervisor": "KVM"})
    lines += [
        {"kind": "host", "name": each["name"], "cluster": each["cluster"], "tags": each["host_tags"]}
        for each in (wanted if there else ())
    ]
    return lines


def play(server: Sandbox, tasks: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> Took:
    with tempfile.TemporaryDirectory() as name:
        book = Path(name) / "play.yml"
        # A file of YAML that is JSON is read as fast as Ansible can.
        book.write_text(json.dumps([{**PLAY, "vars": {"wanted": wanted}, "tasks": tasks}]), encoding="utf-8")
        began = time.monotonic()
        found = cost(server, "ansible-playbook", book)
    return Took(found, time.monotonic() - began)


def compared(count: int, there: bool) -> bool:
    wanted, took = hosts(count), {}
    for way, tasks in WAYS.items():
        with Sandbox(seed=1, speed=100.0) as server:
            server.run(lambda world: fill(world, zone(wanted, there)))
            server.faults.add("addHost", "slow", times=count, seconds=SECONDS)
            took[way] = play(server, tasks, wanted)
    empty = took["empty play"]
    title = f"{count} hosts, {'nothing to do' if there else 'all are added'}"
    beyond = {}
    for way, its in took.items():
        beyond[way] = (its.cost.cpu - empty.cost.cpu, its.seconds - empty.seconds)
        print(
            f"| {title} | {way} | {its.cost.cpu:.2f} | {beyond[way][0]:.2f} | {its.seconds:.1f} | {its.cost.calls} |",
            flush=True,
        )
        changed = "changed=0 " if there else "changed=1 "
        if its.cost.status or (WAYS[way] and changed not in its.cost.output):
            print(its.cost.output[-3000:])
            return False
    loop, site = beyond["loop of cs_host"], beyond["cs_site"]
    print(f"| {title} | times less | | {loop[0] / site[0]:.1f} | {loop[1] / site[1]:.1f} | |", flush=True)
    return loop[0 if there else 1] / site[0 if there else 1] >= RATIO


def first_run(count: int) -> bool:
    """Seconds on the clock from the first addHost to the last, and how many were in flight on average."""
    wanted = hosts(count)
    with Sandbox(seed=1, speed=100.0) as server:
        server.run(lambda world: fill(world, zone(wanted, False)))
        server.faults.add("addHost", "slow", times=count, seconds=SECONDS)
        its = play(server, [SITE], wanted)
        flying, most = server.flights.mean("addHost"), server.flights.most("addHost")
    least = count * SECONDS / AT_ONCE
    print(f"| first run of {count:,} hosts | cs_site | {its.cost.cpu:.1f} | | {its.seconds:.1f} | {its.cost.calls} |")
    print(f"addHost in flight: {flying:.1f} on average, {most} at most, limit {AT_ONCE}; server's own: {least:.0f} s")
    if its.cost.status:
        print(its.cost.output[-3000:])
    return its.cost.status == 0 and most <= AT_ONCE and flying >= FLYING * AT_ONCE


def main(arguments: list[str]) -> int:
    count, more = (int(each) for each in (arguments + ["200", "2000"][len(arguments) :])[:2])
    print("| | way | seconds of CPU | beyond an empty play | seconds on the clock | API calls |")
    print("|---|---|---|---|---|---|")
    good = [compared(count, True), compared(count, False), first_run(more)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
