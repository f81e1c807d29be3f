# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, each one fleet's on this machine: its network, the names of its links, and how all of it goes.

A fleet whose owner is gone is ended by whoever takes a number next, so a killed test run leaves nothing for long.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import groups

SLOTS = Path("/run/hostcraft-hosts")
GONE = "gone."  # begins the names of folders of fleets that have ended
MARK = "HOSTCRAFT_HOST"  # in the environment of every process of a host: its directory


def claim(directory: Path, owner: int | None) -> int:
    """Take a number for a fleet that lives in a directory while its owner does; None: until it is ended by name."""
    with _alone():
        for record in sorted(SLOTS.glob("*.json")):
            number = int(record.stem)
            if _orphaned(json.loads(record.read_text(encoding="utf-8"))):
                _end(number)
        number = next(n for n in range(1, 250) if not (SLOTS / f"{n}.json").exists() and not _taken(n))
        started = _started(owner) if owner else ""
        held = {"directory": str(directory), "owner": owner, "started": started}
        (SLOTS / f"{number}.json").write_text(json.dumps(held), encoding="utf-8")
        return number


def end(number: int) -> None:
    """End a fleet by its number: processes, mounts, links, files; what is gone already is no error."""
    with _alone():
        _end(number)


def bridge(number: int, card: int = 0) -> str:
    return f"hc{number}br{card}"


def address(number: int, host: int) -> str:
    return f"10.213.{number}.{host}"


def _end(number: int) -> None:
    record = SLOTS / f"{number}.json"
    if not record.exists():
        return
    directory = Path(json.loads(record.read_text(encoding="utf-8"))["directory"])
    hosts = [record.parent for record in directory.glob("*/host.json")]
    stop(directory)
    for host in hosts:
        groups.remove(host)
    for mounted in _mounts(directory):
        # A dying container may hold it for a moment; lazily, it goes with the last that does.
        subprocess.run(["umount", "--lazy", mounted], check=False)
    for link in Path("/sys/class/net").glob(f"hc{number}[b-]*"):
        subprocess.run(["ip", "link", "del", link.name], stderr=subprocess.DEVNULL, check=False)
    _remove(directory)
    record.unlink()


def _remove(directory: Path) -> None:
    """Take a fleet's files away at once; their removal may wait seconds for a disk, and nobody waits for it."""
    with contextlib.suppress(FileNotFoundError):
        directory.rename(directory.with_name(f"{GONE}{directory.name}"))
    # With those that a killed removal left.
    left = [str(path) for path in directory.parent.glob(f"{GONE}*")]
    nothing = subprocess.DEVNULL
    command = ["rm", "--recursive", "--force", "--one-file-system", *left]
    subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)


def stop(directory: Path) -> None:
    """Cut the power of every host in a directory, or of the one whose directory it is."""
    deadline = time.monotonic() + 20
    while running := processes(directory):
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes of {directory} do not end: {running}")
        for pid in running:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


def processes(directory: Path) -> list[int]:
    """Keepers, containers and their first processes that belong to a directory, keepers first."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            marked = [v for v in (entry / "environ").read_bytes().split(b"\0") if v.startswith(MARK.encode() + b"=")]
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        places = [Path(os.fsdecode(value.partition(b"=")[2])) for value in marked]
        if state != "Z" and any(place == directory or directory in place.parents for place in places):
            found.append(int(entry.name))
    return sorted(found)


def _orphaned(held: dict[str, object]) -> bool:
    owner = held["owner"]
    return isinstance(owner, int) and _started(owner) != held["started"]


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks: with its pid, which process it is. Empty: there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _taken(number: int) -> bool:
    """Whether somebody else's network lies on this number's addresses."""
    routes = subprocess.run(["ip", "-4", "route"], capture_output=True, text=True, check=True).stdout
    return address(number, 0) in routes or Path("/sys/class/net", bridge(number)).exists()


def _mounts(directory: Path) -> list[str]:
    """Mounted places under a directory, innermost first."""
    places = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    return sorted((place for place in places if Path(place).is_relative_to(directory)), reverse=True)


@contextmanager
def _alone() -> Iterator[None]:
    SLOTS.mkdir(parents=True, exist_ok=True)
    with (SLOTS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
