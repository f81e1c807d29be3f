# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with a kernel of their own, for what this machine's kernel lacks: user-mode Linux, or QEMU."""

from __future__ import annotations

import base64
import json
import os
import secrets
import select
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .frugal import frugal
from .host import COMPILED, Host
from .keeper import LINE

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MEMORY, DISK = "512M", "3G"
KERNEL = ("rw", "net.ifnames=0", "systemd.show_status=0", "audit=0")
# Runs scripts that come over a serial line, one after the other, which needs no network.
AGENT = """\
[Unit]
Description=Agent of the test that runs this guest
DefaultDependencies=no
[Service]
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/{line}
ExecStart=/bin/sh /usr/local/sbin/test-agent
Restart=always
"""
SERVE = """\
stty raw -echo
while read -r number coded; do
  script="$(echo "$coded" | base64 --decode)"
  echo "$number $(timeout 110 sh -c "$script" 2> /dev/null < /dev/null | base64 --wrap=0)"
done
"""
MOUNT = """\
[Unit]
Description=A folder of the machine that runs this guest
DefaultDependencies=no
Before=local-fs.target
[Mount]
What=none
Where={place}
Type=hostfs
Options=ro,{folder}
"""


@dataclass(frozen=True)
class Guest(Host):
    """root: the tree that its disk is made of at its first start, and after renew; it does not show what runs.

    kernel: the folder that images.kernel made.
    """

    kernel: Path = Path()
    LINE: ClassVar[str] = "ttyS0"

    @property
    def python(self) -> str:
        return "/usr/bin/python3"

    @property
    def disk(self) -> Path:
        return self.directory / "disk"

    def furnish(self, compiled: str, folders: Mapping[str, Path]) -> None:
        """Put into its tree what makes it boot, and what modules of Ansible are made of, compiled.

        folders: those of this machine that a container has bound; a kind of guest may do without.
        """
        frugal(self.root)
        self.unit("test-agent.service", AGENT.format(line=self.LINE), "sysinit.target")
        (self.root / "usr/local/sbin/test-agent").write_text(SERVE, encoding="utf-8")
        import ansible

        trees = [Path(ansible.__file__).parent / "module_utils", PLUGINS / "module_utils", PLUGINS / "modules"]
        target = self.root / compiled.lstrip("/")
        target.mkdir(parents=True)
        subprocess.run([sys.executable, "-S", str(COMPILED), str(target), *map(str, trees)], check=True)

    def unit(self, name: str, text: str, wanted_by: str) -> None:
        """Write and enable a unit in its tree."""
        units = self.root / "etc/systemd/system"
        (units / f"{wanted_by}.wants").mkdir(parents=True, exist_ok=True)
        (units / name).write_text(text, encoding="utf-8")
        (units / f"{wanted_by}.wants" / name).symlink_to(f"/etc/systemd/system/{name}")

    def command(self) -> list[str]:
        """What starts it."""
        raise NotImplementedError

    def power_on(self) -> None:
        if not self.disk.exists():
            command = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", str(self.root), str(self.disk), DISK]
            subprocess.run(command, check=True, capture_output=True)
        super().power_on()

    def renew(self) -> None:
        """Forget, while it is off, all that it wrote since its first start."""
        self.disk.unlink()

    def read(self, path: str) -> str:
        return self.run(f"cat {shlex.quote(path)}").stdout

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        if not self.powered:
            super().write(path, text, mode)
            return
        coded = base64.b64encode(text.encode()).decode()
        name = shlex.quote(path)
        done = self.inside(
            f"mkdir -p $(dirname {name}); echo {coded} | base64 -d > {name}; chmod {mode:o} {name} && echo ok"
        )
        assert done == "ok\n", f"{self.name}: {path} not written"

    def inside(self, script: str, timeout: float = 120) -> str:
        """Run a script by the agent, which needs no network. Returns what it prints."""
        number, coded = secrets.token_hex(8), base64.b64encode(script.encode()).decode()
        line = self._agent()
        try:
            os.write(line, f"{number} {coded}\n".encode())
            # Not the answer to somebody who has not waited for it.
            while (found := _line(line, timeout).split(" "))[0] != number:
                continue
        finally:
            os.close(line)
        return base64.b64decode(found[1]).decode(errors="replace")

    def mac(self, card: int) -> str:
        """Derived from its address, so that no two guests of this machine have the same."""
        return "52:54:{:02x}:{:02x}:{:02x}:{:02x}".format(*map(int, self.address.split(".")[1:]), card)

    def _agent(self) -> int:
        """A file descriptor that leads to the guest agent."""
        raise NotImplementedError


class UserMode(Guest):
    """User-mode Linux: Debian's kernel built as a program, so that processes inside run on the processor itself.

    Its cards have no carrier to lose: a pulled cable only loses what is sent.
    """

    PATIENCE, GREETING, PAUSE = 150.0, 20, 0.5

    def furnish(self, compiled: str, folders: Mapping[str, Path]) -> None:
        super().furnish(compiled, folders)
        for place, folder in {"/usr/lib/modules": self.kernel / "usr/lib/uml/modules", **folders}.items():
            name = f"{place.strip('/').replace('/', '-')}.mount"
            self.unit(name, MOUNT.format(place=place, folder=folder), "local-fs.target")

    def command(self) -> list[str]:
        cards = [f"{card}=tuntap,{link},{self.mac(n)}," for n, (card, link) in enumerate(self.cards.items())]
        return [
            *("env", f"LD_PRELOAD={self.kernel / 'registers.so'}", "TMPDIR=/dev/shm"),
            *(str(self.kernel / "usr/bin/linux.uml"), f"mem={MEMORY}", f"ubd0={self.disk}", "root=/dev/ubda"),
            *(
                f"uml_dir={self.directory}",
                "con=null",
                "con0=null,fd:1",
                "ssl=null",
                f"ssl0=fd:{LINE}",
                *KERNEL,
                *cards,
            ),
        ]

    def _agent(self) -> int:
        return os.open(self.directory / "line", os.O_RDWR | os.O_NOCTTY)


class Emulated(Guest):
    """QEMU without acceleration, with the kernel of Debian's cloud images: everything takes ten times as long."""

    PATIENCE, GREETING, PAUSE = 600.0, 40, 3.0
    LINE = "ttyS1"
    # Emulating a processor without AVX costs a quarter less than one with all that QEMU knows.
    PROCESSOR = "Nehalem"
    OPTIONS = (
        *(
            "root=/dev/nvme0n1",
            "console=ttyS0",
            "quiet",
            "loglevel=3",
            "mitigations=off",
            "apparmor=0",
            "cryptomgr.notests",
        ),
        # The frequency of the TSC is measured at the boot, and was a fifth of the right one on a busy machine.
        *("no_timer_check", "clocksource=acpi_pm"),
    )

    def furnish(self, compiled: str, folders: Mapping[str, Path]) -> None:
        super().furnish(compiled, folders)
        # Debian 13 ships them below /usr.
        (modules,) = {folder.resolve() for lib in ("lib", "usr/lib") for folder in self.kernel.glob(f"{lib}/modules/*")}
        # Its kernel has no file system of another machine: what a container has bound is copied.
        for place, folder in {f"/usr/lib/modules/{modules.name}": modules, **folders}.items():
            shutil.copytree(folder, self.root / place.lstrip("/"), symlinks=True)
        subprocess.run(["chroot", str(self.root), "depmod", modules.name], check=True)

    def cable(self, card: str, plugged: bool) -> None:
        line = _connected(self.directory / "monitor")
        try:
            for command, arguments in (("qmp_capabilities", {}), ("set_link", {"name": f"wire-{card}", "up": plugged})):
                os.write(line, json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
                while "return" not in json.loads(_line(line, 60)):
                    continue
        finally:
            os.close(line)

    def command(self) -> list[str]:
        cards = []
        for index, (card, link) in enumerate(self.cards.items()):
            cards += ["-netdev", f"tap,id=wire-{card},ifname={link},script=no,downscript=no"]
            cards += ["-device", f"virtio-net-pci,netdev=wire-{card},mac={self.mac(index)},romfile="]
        (kernel,) = (self.kernel / "boot").glob("vmlinuz-*")
        return [
            *("qemu-system-x86_64", "-accel", "tcg,tb-size=256", "-machine", "q35", "-cpu", self.PROCESSOR),
            *("-m", MEMORY, "-display", "none", "-nodefaults", "-no-user-config"),
            *("-kernel", str(kernel), "-append", " ".join((*self.OPTIONS, *KERNEL)), "-serial", "stdio"),
            *("-chardev", f"socket,id=agent,path={self.directory / 'agent'},server=on,wait=off"),
            *("-serial", "chardev:agent"),
            *("-drive", f"if=none,id=disk,file={self.disk},format=raw,cache=unsafe"),
            *("-device", "nvme,drive=disk,serial=1", "-device", "virtio-rng-pci"),
            *("-qmp", f"unix:{self.directory / 'monitor'},server=on,wait=off"),
            *cards,
        ]

    def _agent(self) -> int:
        return _connected(self.directory / "agent")


def guest(kind: str, kernel: Path, name: str, address: str, directory: Path, key: Path, cards: dict[str, str]) -> Guest:
    """A guest with a kernel of images.KERNELS, in a folder that images.kernel made; the rest is what a Host has."""
    return {"user-mode": UserMode, "cloud": Emulated}[kind](name, address, directory, key, cards, kernel)


def _connected(path: Path) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        return connection.detach()


def _line(source: int, seconds: float) -> str:
    """The next line; the file descriptor is read to its end of line, and nothing beyond it is there."""
    found = b""
    end = time.monotonic() + seconds
    while not found.endswith(b"\n"):
        ready = select.select([source], [], [], max(0.0, end - time.monotonic()))[0]
        if not ready or not (more := os.read(source, 1 << 16)):
            raise TimeoutError(f"no answer after {seconds:g} s")
        found += more
    return found.decode().splitlines()[-1]
