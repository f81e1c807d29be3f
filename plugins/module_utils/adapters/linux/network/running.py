# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running network of this machine: read, probed, and worked on by commands that cannot hang their caller."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import typing as t

from ....core.machine_network.change.model import Command, NetworkBackend, NetworkProbe
from ....core.machine_network.change.state import READINGS, RunningState, guests_to_return, repair, running_state

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
READING_SECONDS = 10.0
MOST_READ = 1 << 20
# RFC 863: discarded where anybody takes it at all.
DISCARD = 9


class Ended(t.NamedTuple):
    """How a command ended: status 124 where it did not in time, 127 where there is none; its output and errors."""

    command: Command
    status: int
    out: str

    def told(self) -> str:
        text = " ".join(self.out.split())[-400:]
        why = "did not finish in time" if self.status == 124 else f"failed with exit status {self.status}"
        return f"{' '.join(self.command)} {why}" + (f": {text}" if text else "")


def run(command: Command, seconds: float, text: str = "", until: str = "") -> Ended:
    """Run a command in a session of its own, all of which is killed when its time is over.

    until: what a daemon prints when it has done what is asked of it; then it is killed too, with status 0.
    """
    program = shutil.which(command[0], path=PATH)
    if program is None:
        return Ended(command, 127, f"{command[0]} is not installed")
    # Into a file: what the command leaves running behind it (a DHCP client) must not keep us waiting for a pipe's end.
    with open(os.memfd_create("output"), "w+b") as output:
        process = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.PIPE if text else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": PATH, "LC_ALL": "C"},
            start_new_session=True,
        )
        status = _said(process, output, seconds, until) if until else _ended(process, seconds, text)
        output.seek(0)
        return Ended(command, status, output.read().decode("utf-8", "replace"))


def _ended(process: subprocess.Popen[bytes], seconds: float, text: str) -> int:
    try:
        process.communicate(text.encode() if text else None, timeout=max(seconds, 0.1))
    except subprocess.TimeoutExpired:
        return _killed(process, 124)
    return process.returncode


def _said(process: subprocess.Popen[bytes], output: t.BinaryIO, seconds: float, until: str) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.05)
        # Not by the file's own place, which is where the command writes.
        if until.encode() in os.pread(output.fileno(), MOST_READ, 0):
            return _killed(process, 0)
    return _killed(process, 124)


def _killed(process: subprocess.Popen[bytes], status: int) -> int:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return status


def readings() -> dict[str, str]:
    """What the commands of READINGS print; what fails (no bridge(8), no IPv6) counts as nothing."""
    found = {name: run(command, READING_SECONDS) for name, command in READINGS.items()}
    return {name: ended.out if ended.status == 0 else "" for name, ended in found.items()}


def orphans(backend: NetworkBackend, before: RunningState, now: RunningState) -> list[str]:
    """Names of interfaces that have their old addresses only because systemd-networkd lets go of them without a word.

    No file defines them any more: all works until the next restart of the host, and never again after it.
    """
    loose = unmanaged(backend) & set(before.links) & set(now.links)
    return [name for name in sorted(loose) if set(before.links[name].addresses) & set(now.links[name].addresses)]


def unmanaged(backend: NetworkBackend) -> set[str]:
    """Interfaces that systemd-networkd leaves to others, such as libvirt; none where it is not the back-end."""
    return _in_setup(backend, "unmanaged")


def given_up(backend: NetworkBackend) -> tuple[Command, ...]:
    """What makes systemd-networkd take up interfaces again whose set-up failed, as where a master goes meanwhile.

    Left alone they would work, and be ignored at the next change.
    """
    return tuple(("networkctl", "reconfigure", name) for name in sorted(_in_setup(backend, "failed")))


def _in_setup(backend: NetworkBackend, state: str) -> set[str]:
    if backend.name not in ("networkd", "netplan"):
        return set()
    rows = [line.split() for line in run(("networkctl", "--no-legend", "--no-pager", "list"), 5.0).out.splitlines()]
    return {row[1] for row in rows if len(row) > 4 and row[4] == state}


def peers() -> list[str]:
    """ "ADDRESS:PORT" of the other end of every TCP connection of this host."""
    lines = run(("ss", "-Htn", "state", "established"), READING_SECONDS).out.splitlines()
    ends = [line.split()[3] for line in lines if len(line.split()) > 3]
    return [end.replace("[::ffff:", "").replace("[", "").replace("]", "") for end in ends]


def seen() -> RunningState:
    return running_state(readings())


def mend(before: RunningState, touched: t.Container[str], until: float) -> tuple[Command, ...]:
    """Bring the running state back, again and again, until it stays so for a second or the time (monotonic) is over.

    The back-end's daemon may act late. Returns what is still to be repaired.
    """
    calm = 0
    while True:
        left = repair(before, seen(), touched)
        for command in left:
            run(command, 3.0)
        calm = 0 if left else calm + 1
        if calm >= 4 or time.monotonic() > until:
            return repair(before, seen(), touched)
        time.sleep(0.05 if left else 0.3)


def clear(before: RunningState, touched: t.Container[str]) -> None:
    """Away with what the change has built, which stands in the way of what the back-end is to bring up again."""
    for command in repair(before, seen(), touched):
        if command[:3] == ("ip", "link", "delete") or command[-1] == "nomaster":
            run(command, 3.0)


def announce(state: RunningState) -> None:
    """Tell neighbours where each IPv4 address is now (RFC 5227, 3): they may remember another MAC address."""
    for link in state.links.values():
        mac = bytes.fromhex(link.mac.replace(":", "")) if link.up and link.mac.count(":") == 5 else b""
        for address in link.addresses if mac else ():
            if ":" in address:
                continue
            own = socket.inet_aton(address.split("/")[0])
            ask = b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"
            with contextlib.suppress(OSError), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
                sender.bind((link.name, 0))
                sender.send(b"\xff" * 6 + mac + ask + mac + own + bytes(6) + own)


def return_guests(before: RunningState) -> tuple[str, ...]:
    """Guests' taps back onto their bridges; returns what failed."""
    ended = [run(command, 3.0) for command in guests_to_return(before, seen())]
    return tuple(one.told() for one in ended if one.status)


def probe(one: NetworkProbe, seconds: float = 2.0) -> str:
    """ "" where it works, else why not."""
    if one.command:
        ended = run(one.command, seconds * 2)
        return ended.told() if ended.status else ""
    host, _colon, port = one.tcp.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()
    except OSError as error:
        return f"no connection to {one.tcp}: {error.strerror or error}"
    return ""


def neighbour(gateway: str, device: str, seconds: float = 2.0) -> str:
    """ "" where the gateway answers ARP (or neighbour discovery) on that interface, else why not.

    Gateways may drop echo requests; none can be used without answering this.
    """
    run(("ip", "neighbour", "flush", "to", gateway, "dev", device), 2.0)
    end = time.monotonic() + seconds
    family = socket.AF_INET6 if ":" in gateway else socket.AF_INET
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", (gateway, DISCARD))
        time.sleep(0.05)
        shown = run(("ip", "-json", "neighbour", "show", "to", gateway, "dev", device), 2.0)
        entries = json.loads(shown.out or "[]") if shown.status == 0 else []
        if any(entry.get("lladdr") and "FAILED" not in entry.get("state", ()) for entry in entries):
            return ""
    return f"the gateway {gateway} does not answer on {device}"


def gateways_answer(state: RunningState) -> str:
    """ "" where every default gateway answers; else which does not, or that there is none."""
    gateways = state.gateways()
    if not gateways:
        return "there is no default gateway"
    return "; ".join(filter(None, (neighbour(*gateway) for gateway in gateways)))
