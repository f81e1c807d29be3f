# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are booted together on a network of their own, and end together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import images, interpreter, slots
from .guest import Guest, guest
from .host import Host, personal

PACKAGES, MORE_PACKAGES, COMPILED = "/srv/packages", "/srv/more-packages", "/srv/compiled"
INSTANCES, MOST_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances"), 1024
DEVICES = ("/dev/net/tun", "/dev/kvm")
Prepare = Callable[[str, Path], None]


class Fleet:
    """Booted hosts by name; ``with Fleet("kvm1", "kvm2") as fleet: fleet["kvm1"].run("id")``.

    packages: a row of images.SETS. release: bookworm or trixie. kernel: a row of images.KERNELS, for guests. cards:
    names of the cards inside; each is on a bridge of its own that all hosts of the fleet share, or on the one of its
    number where that is given, and the first carries the host's address. more_packages: .deb files that apt inside
    offers besides images.OFFERED. prepare: called with name and tree of each host before it boots. lasting: the hosts
    outlive this process, until ``python -m hosts down``.
    """

    def __init__(
        self,
        *names: str,
        packages: str = "base",
        release: str = "bookworm",
        kernel: str = "",
        cards: Sequence[str] | Mapping[str, int] = ("eth0",),
        more_packages: Sequence[Path] = (),
        prepare: Prepare | None = None,
        lasting: bool = False,
    ) -> None:
        if os.geteuid() != 0:
            raise PermissionError("booting test hosts needs root: containers, mounts and bridges are made")
        self._image = images.image(packages, release)
        self._repository = images.repository(release)
        self._key = images.key()
        self._cards = dict(cards) if isinstance(cards, Mapping) else {name: place for place, name in enumerate(cards)}
        self._more, self._prepare = tuple(more_packages), prepare
        self._kernel, self._kernels = kernel, images.kernel(kernel, release) if kernel else Path()
        runs = images.CACHE / "run"
        runs.mkdir(parents=True, exist_ok=True)
        self.directory = Path(tempfile.mkdtemp(prefix="fleet.", dir=runs))
        self.directory.chmod(0o755)
        self.number = slots.claim(self.directory, None if lasting else os.getpid())
        self.hosts = {name: self._host(name, place) for place, name in enumerate(names, start=1)}

    @property
    def gateway(self) -> str:
        """This machine's own address on the hosts' network: what listens here, they reach."""
        return slots.address(self.number, 254)

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    def __iter__(self) -> Iterator[Host]:
        return iter(self.hosts.values())

    def __enter__(self) -> Fleet:
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def start(self) -> None:
        """Cable and boot all hosts together; return when the ssh of each greets."""
        _raise_limits()
        for card in dict.fromkeys(self._cards.values()):
            bridge = slots.bridge(self.number, card)
            _run("ip", "link", "add", bridge, "type", "bridge")
            if card == 0:
                _run("ip", "address", "add", f"{self.gateway}/24", "dev", bridge)
            _run("ip", "link", "set", bridge, "up")
        (images.CACHE / "compiled").mkdir(exist_ok=True)
        if self._more:
            more = self.directory / "packages"
            more.mkdir()
            for deb in self._more:
                shutil.copy(deb, more)
            images.index(more)
        for host in self:
            self._assemble(host)
            host.power_on()
        for host in self:
            host.wait()

    def end(self) -> None:
        slots.end(self.number)

    def inventory(self) -> dict[str, Any]:
        """The hosts as an Ansible inventory, in the shape of its YAML."""
        return {"all": {"hosts": {host.name: host.connection for host in self}}}

    def write_inventory(self, **variables: object) -> Path:
        """The inventory as a file, with variables for all hosts."""
        inventory = self.inventory()
        inventory["all"]["vars"] = variables
        path = self.directory / "inventory.json"
        path.write_text(json.dumps(inventory, indent=1), encoding="utf-8")
        return path

    def _host(self, name: str, place: int) -> Host:
        links = {card: f"hc{self.number}-{place}c{index}" for index, card in enumerate(self._cards)}
        own = (name, slots.address(self.number, place), self.directory / name, self._key, links)
        return guest(self._kernel, self._kernels, *own) if self._kernel else Host(*own)

    def _assemble(self, host: Host) -> None:
        """Lay a host's own layer over the image, and write down how it is started."""
        upper, work = host.directory / "upper", host.directory / "work"
        for folder in (upper, work, host.root):
            folder.mkdir(parents=True)
        # volatile: nothing of it is to survive a crash of this machine, so nothing waits for the disk.
        layers = f"lowerdir={self._image},upperdir={upper},workdir={work},volatile"
        _run("mount", "-t", "overlay", "overlay", "-o", layers, str(host.root))
        personal(host.root, host.name, host.address, next(iter(self._cards)), host.key)
        if self._more:
            with (host.root / "etc/apt/sources.list").open("a", encoding="utf-8") as lines:
                lines.write(f"deb [trusted=yes] file:{MORE_PACKAGES} ./\n")
        if isinstance(host, Guest):
            host.furnish(COMPILED, {PACKAGES: self._repository})
        else:
            interpreter.enable(host.root)
        if self._prepare:
            self._prepare(host.name, host.root)
        greeting = (host.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="utf-8").split()[:2]
        with (self.directory / "known_hosts").open("a", encoding="utf-8") as known:
            known.write(f"{host.address} {' '.join(greeting)}\n")
        links = [(link, slots.bridge(self.number, self._cards[card])) for card, link in host.cards.items()]
        command = host.command() if isinstance(host, Guest) else self._command(host)
        spec = {"command": command, "links": links, "taps": isinstance(host, Guest)}
        (host.directory / "host.json").write_text(json.dumps(spec), encoding="utf-8")

    def _command(self, host: Host) -> list[str]:
        binds = [f"--bind={device}" for device in DEVICES if Path(device).exists()]
        # systemd-nspawn leaves it out of /sys, and a host without it looks like one whose kernel has no module.
        binds.append("--bind-ro=/sys/module")
        binds.append(f"--bind-ro={self._repository}:{PACKAGES}")
        binds.append(f"--bind={images.CACHE / 'compiled'}:{COMPILED}")
        binds.append(f"--bind-ro={images.python()}:{interpreter.PLACE}")
        binds.append(f"--bind-ro={interpreter.core()}:{interpreter.CORE_PLACE}")
        if self._more:
            binds.append(f"--bind-ro={self.directory / 'packages'}:{MORE_PACKAGES}")
        return [
            *("env", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0", "systemd-nspawn"),
            *("--quiet", "--register=no", "--keep-unit", f"--machine={host.name}", f"--directory={host.root}"),
            *(f"--network-veth-extra={link}:{card}" for card, link in host.cards.items()),
            # Everything a host may do but set the clock, which is this machine's too.
            *("--private-users=no", "--resolv-conf=off", "--capability=all", "--drop-capability=CAP_SYS_TIME"),
            *binds,
            f"--setenv={slots.MARK}={host.directory}",
            "--boot",
        ]


def _raise_limits() -> None:
    """A booted host needs about seven inotify instances, and the kernel's default is 128 for all of them together."""
    if int(INSTANCES.read_text(encoding="utf-8")) < MOST_INSTANCES:
        INSTANCES.write_text(f"{MOST_INSTANCES}\n", encoding="utf-8")


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr.strip()}")
