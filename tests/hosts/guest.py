# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with a kernel of its own: a QEMU guest without acceleration, for what this machine's kernel lacks."""

from __future__ import annotations

import base64
import json
import secrets
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .host import COMPILED, Host

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MEMORY, DISK = "512", "3G"
# Emulating a processor without AVX costs a quarter less than one with all that QEMU knows.
PROCESSOR = "Nehalem"
KERNEL = (
    *("root=/dev/nvme0n1", "rw", "console=ttyS0", "net.ifnames=0", "quiet", "loglevel=3", "systemd.show_status=0"),
    *("mitigations=off", "audit=0", "apparmor=0", "cryptomgr.notests", "no_timer_check", "tsc=reliable"),
)
# What a boot does without here, in emulated seconds each.
NEEDLESS = (
    *("modprobe@.service", "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount"),
    *("sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "systemd-binfmt.service"),
    *("proc-sys-fs-binfmt_misc.automount", "systemd-journal-flush.service", "systemd-update-utmp.service"),
    *("systemd-update-utmp-runlevel.service", "systemd-random-seed.service", "systemd-pstore.service"),
    *("systemd-sysusers.service", "kmod-static-nodes.service", "getty.target", "systemd-logind.service"),
    *("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer"),
    *("dpkg-db-backup.timer", "systemd-tmpfiles-clean.timer", "netplan-ovs-cleanup.service"),
    *("ovs-record-hostname.service",),
)


class Guest(Host):
    """root: the tree that its disk is made of at its first start, and after renew; it does not show what runs."""

    PATIENCE, GREETING, PAUSE = 600.0, 40, 3.0

    @property
    def disk(self) -> Path:
        return self.directory / "disk"

    def compile(self, folder: str) -> None:
        """Compile into a folder of its tree what modules are made of: emulated, it would take ten times as long."""
        import ansible

        trees = [Path(ansible.__file__).parent / "module_utils", PLUGINS / "module_utils", PLUGINS / "modules"]
        target = self.root / folder.lstrip("/")
        target.mkdir(parents=True)
        subprocess.run([sys.executable, "-S", str(COMPILED), str(target), *map(str, trees)], check=True)

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

    def cable(self, card: str, plugged: bool) -> None:
        with _conversation(self.directory / "monitor") as say:
            say("qmp_capabilities")
            say("set_link", name=f"wire-{card}", up=plugged)

    def inside(self, script: str, timeout: float = 120) -> str:
        """Run a script by the guest agent, which needs no network."""
        path = "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        end = time.monotonic() + timeout
        with _conversation(self.directory / "agent") as say:
            say("guest-sync", id=secrets.randbits(30))
            how: dict[str, Any] = {"path": "/bin/sh", "arg": ["-c", script], "env": [path], "capture-output": True}
            pid = say("guest-exec", **how)["pid"]
            while not (status := say("guest-exec-status", pid=pid))["exited"]:
                if time.monotonic() > end:
                    raise TimeoutError(f"{self.name}: {script!r} has not ended after {timeout:g} s")
                time.sleep(0.3)
        return base64.b64decode(status.get("out-data", "")).decode(errors="replace")

    def command(self, image: Path) -> list[str]:
        """How QEMU starts it: the kernel of the image, its disk, and a tap for each card."""
        cards = []
        for index, (card, link) in enumerate(self.cards.items()):
            cards += ["-netdev", f"tap,id=wire-{card},ifname={link},script=no,downscript=no"]
            cards += ["-device", f"virtio-net-pci,netdev=wire-{card},mac={self.mac(index)},romfile="]
        (kernel,) = (image / "boot").glob("vmlinuz-*")
        return [
            *("qemu-system-x86_64", "-accel", "tcg,tb-size=256", "-machine", "q35", "-cpu", PROCESSOR),
            *("-m", MEMORY, "-display", "none", "-nodefaults", "-no-user-config"),
            *("-kernel", str(kernel), "-append", " ".join(KERNEL), "-serial", "stdio"),
            *(
                "-drive",
                f"if=none,id=disk,file={self.disk},format=raw,cache=unsafe",
                "-device",
                "nvme,drive=disk,serial=1",
            ),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=agent,path={self.directory / 'agent'},server=on,wait=off"),
            *("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"),
            *("-qmp", f"unix:{self.directory / 'monitor'},server=on,wait=off"),
            *cards,
        ]

    def mac(self, card: int) -> str:
        """Derived from its address, so that no two guests of this machine have the same."""
        return "52:54:{:02x}:{:02x}:{:02x}:{:02x}".format(*map(int, self.address.split(".")[1:]), card)


def frugal(tree: Path) -> None:
    """Make a Debian tree boot with as few processes as it can; Open vSwitch is started by whoever needs it."""
    etc = tree / "etc/systemd"
    generators = (tree / "lib/systemd/system-generators").glob("systemd-*")
    needless = [etc / "system" / name for name in NEEDLESS]
    needless += [etc / "system-generators" / path.name for path in generators]
    for mask in needless:
        mask.parent.mkdir(parents=True, exist_ok=True)
        mask.unlink(missing_ok=True)
        mask.symlink_to("/dev/null")
    session = tree / "etc/pam.d/common-session"
    lines = session.read_text(encoding="utf-8").splitlines(keepends=True)
    session.write_text("".join(line for line in lines if "pam_systemd.so" not in line), encoding="utf-8")
    (etc / "system/multi-user.target.wants/openvswitch-switch.service").unlink(missing_ok=True)
    matches = " ".join(f"--subsystem-match={name}" for name in ("pci", "virtio", "net", "block", "virtio-ports"))
    trigger = f"[Service]\nExecStart=\nExecStart=udevadm trigger --type=devices --action=add {matches}\n"
    for name, text in {
        "system/systemd-udev-trigger.service.d/host.conf": trigger,
        "journald.conf.d/host.conf": "[Journal]\nStorage=volatile\n",
    }.items():
        (etc / name).parent.mkdir(parents=True, exist_ok=True)
        (etc / name).write_text(text, encoding="utf-8")


@contextmanager
def _conversation(path: Path) -> Iterator[Any]:
    """Ask QEMU or the guest agent things, in JSON by lines; a refusal is an error."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(path))
        answers = connection.makefile("r", encoding="utf-8")

        def say(command: str, **arguments: Any) -> Any:
            connection.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
            for line in answers:
                answer = json.loads(line)
                if "error" in answer:
                    raise OSError(f"{command}: {answer['error'].get('desc')}")
                # What somebody else asked and did not wait for is answered to whoever comes next.
                if "return" in answer and answer["return"] == arguments.get("id", answer["return"]):
                    return answer["return"]
            raise OSError(f"{command}: no answer")

        yield say
