# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a Debian tree boot with as few processes as it can."""

from __future__ import annotations

from pathlib import Path

# What a boot does without here.
NEEDLESS = (
    *("modprobe@.service", "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount"),
    *("sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "systemd-binfmt.service"),
    *("proc-sys-fs-binfmt_misc.automount", "systemd-journal-flush.service", "systemd-update-utmp.service"),
    *("systemd-update-utmp-runlevel.service", "systemd-random-seed.service", "systemd-pstore.service"),
    *("systemd-sysusers.service", "kmod-static-nodes.service", "getty.target", "systemd-logind.service"),
    *("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer"),
    *("dpkg-db-backup.timer", "systemd-tmpfiles-clean.timer"),
    *("ovs-record-hostname.service",),
)


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
    matches = " ".join(f"--subsystem-match={name}" for name in ("pci", "virtio", "net", "block"))
    trigger = f"[Service]\nExecStart=\nExecStart=udevadm trigger --type=devices --action=add {matches}\n"
    for name, text in {
        "system/systemd-udev-trigger.service.d/host.conf": trigger,
        "journald.conf.d/host.conf": "[Journal]\nStorage=volatile\n",
    }.items():
        (etc / name).parent.mkdir(parents=True, exist_ok=True)
        (etc / name).write_text(text, encoding="utf-8")
