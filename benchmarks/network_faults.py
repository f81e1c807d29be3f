# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a host's network change × back-ends, and good changes, on booted hosts; beside it what others do.

Prints the tables of docs/benchmarks.md. Needs root and what ``make system`` installs.
Usage: network_faults.py [--backends ifupdown,networkd,netplan,networkmanager] [--parts faults,kills,good,peers]
[--good 104] [--only WORDS,WORDS]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / ".venv" / "collections")]

from hosts.host import Host
from integration.machine_network.change.faults import (
    FAULTS,
    Fault,
    Outcome,
    heal,
    module_killed,
    suffer,
)
from integration.machine_network.change.lab import (
    BACKENDS,
    Pulse,
    bridged,
    greets,
    hosts_of,
    inside,
    mode,
    picture,
    tap,
    unbridged,
)
from integration.machine_network.change.plays import Driver

TIMEOUT = 15
# How an administrator applies files that a template has written.
RESTART = {
    "ifupdown": "systemctl restart networking",
    "networkd": "networkctl reload; systemctl restart systemd-networkd",
    "netplan": "netplan apply",
    "networkmanager": "nmcli connection reload; nmcli connection up host; nmcli connection up bridge",
}
# With a terminal at which nobody presses a key.
TRY = f"sleep {TIMEOUT + 20} | script -qec 'netplan try --timeout {TIMEOUT}' /dev/null"
GOOD = Fault("none: a bridge takes over card and address", bridged)
PARTS = ("faults", "kills", "good", "peers")
Row = dict[str, Outcome]


def table(names: list[str], rows: dict[str, Row]) -> str:
    lines = ["| fault | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    lines += [
        f"| {fault} | " + " | ".join(_cell(row.get(name)) for name in names) + " |" for fault, row in rows.items()
    ]
    return "\n".join(lines)


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "–"
    if outcome.back is None:
        return "**never back**"
    left = "" if outcome.left == "" else ", **differs**"
    return f"{outcome.ended.replace('_', ' ')}, gap {outcome.gap:.1f} s{left}"


def suffered(faults: list[Fault], backend: str, host: Host) -> Row:
    """Every fault, one after the other, on one host."""
    found: Row = {}
    for fault in faults:
        try:
            found[fault.name] = suffer(fault, backend, Driver(host))
        except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as error:
            found[fault.name] = Outcome("lost", 0.0, None, "?", str(error))
        outcome = found[fault.name]
        back = "" if outcome.back is None else f", back {outcome.back:.1f} s after T"
        report = f"{backend} · {fault.name}: {_cell(outcome)}{back} ({outcome.reason[:120]})"
        print(report, outcome.left, sep="\n" if outcome.left else "", file=sys.stderr, flush=True)
        heal(backend, host, outcome.good)
    return found


def good_changes(backend: str, host: Host, number: int) -> tuple[list[float], list[str]]:
    """SSH gaps of so many good changes, to a bridge and back, and what went wrong; a guest's tap has to stay."""
    driver = Driver(host)
    gaps, wrong = [], []
    for turn in range(number):
        make = unbridged if turn % 2 else bridged
        with Pulse(host.address) as pulse:
            answer = driver.change(make(backend, host, timeout=120))
        gaps.append(pulse.gap)
        if answer["state"] != "confirmed":
            wrong.append(f"{backend}: {answer.get('msg', answer['state'])}")
        if turn % 2 == 0:
            tap(host, "vnet7", "cloudbr0")
            again = bridged(
                backend, host, timeout=120, commands=[["ip", "link", "set", "cloudbr0", "mtu", str(1400 + turn)]]
            )
            again["links"][0]["mtu"] = 1400 + turn
            if driver.change(again)["state"] != "confirmed" or "master cloudbr0" not in inside(
                host, "ip link show vnet7"
            ):
                wrong.append(f"{backend}: a guest's tap lost its bridge")
            inside(host, "ip link delete vnet7")
    return gaps, wrong


def killed(backend: str, host: Host) -> list[tuple[float, str]]:
    """The module killed at ever later moments of its few seconds, nobody confirming: what differed in the end."""
    return [(moment / 10, module_killed(backend, host, moment / 10)) for moment in range(4, 52, 4)]


def others(command: str, backend: str, host: Host, faults: list[Fault]) -> Row:
    """The same faulty files written by a template and applied by a command, without our collection."""
    found: Row = {}
    for fault in faults:
        try:
            found[fault.name] = told = templated(fault, command, backend, host)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            # Not measured, which says nothing of the fault; the others are.
            told = None
            print(f"{backend} · {fault.name}: {error}", file=sys.stderr)
        print(f"{backend} · {fault.name}: {_cell(told)}", file=sys.stderr, flush=True)
        heal(backend, host, False)
    return found


def templated(fault: Fault, command: str, backend: str, host: Host) -> Outcome:
    if fault.before:
        fault.before(backend, host)
    was = picture(host)
    start = time.monotonic()
    with Pulse(host.address) as pulse:
        for file in fault.change(backend, host)["files"]:
            host.write(file["path"], file["content"], int(mode(backend), 8))
        # Detached, as the connection may go; then as long as our own change may take to come back.
        script = f'setsid sh -c "{command}; touch /run/over" > /dev/null 2>&1 < /dev/null &'
        inside(host, f"rm -f /run/over; {script}")
        while not inside(host, "ls /run/over 2> /dev/null") and time.monotonic() < start + 100:
            time.sleep(0.5)
        time.sleep(15)
    back = pulse.back() if greets(host.address) else None
    same = "" if picture(host) == was else "differs"
    ended = "old again" if same == "" else "new kept"
    return Outcome(ended, pulse.gap, None if back is None else back - start - TIMEOUT, same, "")


def at_once(hosts: dict[str, Host], work: Callable[[str, Host], Any]) -> dict[str, Any]:
    with ThreadPoolExecutor() as threads:
        running = {backend: threads.submit(work, backend, host) for backend, host in hosts.items()}
        return {backend: one.result() for backend, one in running.items()}


def turned(columns: dict[str, Row]) -> dict[str, Row]:
    names = dict.fromkeys(fault for row in columns.values() for fault in row)
    return {name: {column: row[name] for column, row in columns.items() if name in row} for name in names}


def faults_part(hosts: dict[str, Host], faults: list[Fault]) -> int:
    columns = at_once(hosts, lambda backend, host: suffered(faults, backend, host))
    outcomes = [outcome for row in columns.values() for outcome in row.values()]
    bad = sum(not outcome.good for outcome in outcomes)
    print(f"T = {TIMEOUT} s; gap: longest time without ssh, tested 10 times per second\n")
    print(table(list(hosts), turned(columns)))
    worst = max((outcome.back for outcome in outcomes if outcome.back is not None), default=0.0)
    well = f"{len(outcomes)} runs: {len(outcomes) - bad} restored within T + 15 s"
    print(f"\n{well}; latest {worst:.1f} s after T\n", flush=True)
    return bad


def kills_part(hosts: dict[str, Host]) -> int:
    ends = at_once(hosts, killed)
    left = [f"{backend}, {moment} s: {text}" for backend, row in ends.items() for moment, text in row if text]
    times = sum(map(len, ends.values()))
    print(f"Module killed 0.4 to 4.8 s after its start, {times} times: {times - len(left)} as before")
    print(*left, sep="\n", flush=True)
    return len(left)


def good_part(hosts: dict[str, Host], number: int) -> int:
    done = at_once(hosts, lambda backend, host: good_changes(backend, host, number // len(hosts)))
    print("| back-end | correct changes | not confirmed or guest lost | ssh gap, median | worst |")
    print("|---|---|---|---|---|")
    for backend, (gaps, wrong) in done.items():
        print(f"| {backend} | {len(gaps)} | {len(wrong)} | {statistics.median(gaps):.2f} s | {max(gaps):.2f} s |")
        print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    print(flush=True)
    return sum(len(wrong) for _gaps, wrong in done.values())


def peers_part(backends: list[str], faults: list[Fault]) -> None:
    commands = {**{backend: (backend, RESTART[backend]) for backend in backends}, "trying": ("netplan", TRY)}
    with hosts_of(*backends, trying="netplan") as hosts:
        columns = at_once(hosts, lambda name, host: others(commands[name][1], commands[name][0], host, faults))
    columns["netplan try"] = columns.pop("trying")
    print("The same files by a template and a restart, 15 s after that ended; last column `netplan try`\n")
    print(table(list(columns), turned(columns)), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--backends", default=",".join(BACKENDS))
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--good", type=int, default=104)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    backends, parts = asked.backends.split(","), asked.parts.split(",")
    faults = [fault for fault in FAULTS if any(word in fault.name for word in asked.only.split(","))]
    bad = 0
    with hosts_of(*backends) as hosts:
        for host in hosts.values():
            Driver(host).install()
        bad += faults_part(hosts, faults) if "faults" in parts else 0
        bad += kills_part(hosts) if "kills" in parts else 0
        bad += good_part(hosts, asked.good) if "good" in parts else 0
    if "peers" in parts:
        peers_part(backends, [*(fault for fault in faults if fault.plain), GOOD])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
