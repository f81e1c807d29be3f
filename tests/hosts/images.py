# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts are booted from, made once and kept: a Debian tree per package set, and a repository to install from.

Both come from the Debian mirror that this machine's own apt uses. The names of what is kept hold a hash of how it was
made, so a changed recipe is a new folder; removing CACHE is always safe while no host runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import interpreter

# Resolved, because the mounts of hosts are found by the names that the kernel has for them.
CACHE = (Path(__file__).resolve().parents[2] / ".cache" / "hosts").resolve()
RELEASES = {"bookworm": "12", "trixie": "13"}

BASE = (
    *("systemd", "systemd-sysv", "dbus", "udev", "kmod", "procps", "iproute2", "iputils-ping"),
    *("python3", "python3-apt", "openssh-server", "sudo"),
)
KVM = ("libvirt-daemon-system", "libvirt-clients", "qemu-system-x86", "qemu-utils", "nftables", "iptables", "chrony")
NETWORK = ("ifupdown", "bridge-utils", "isc-dhcp-client", "network-manager", "netplan.io", "nftables")
# A row here is all that a new kind of host needs.
SETS: dict[str, tuple[str, ...]] = {
    "base": BASE,
    "kvm": (*BASE, *KVM),
    # A newer Python than this machine's, for `make versions`.
    "python": ("ca-certificates", "openssh-client", "python3-venv"),
    # Every back-end of Debian that can be there together; a test unmasks the one it is about.
    "network": (*BASE, *NETWORK),
}
# Kernels of guests, see guest.py: the package, only unpacked.
KERNELS = {"user-mode": "user-mode-linux", "cloud": "linux-image-cloud-amd64"}
# What apt finds inside a host, with whatever it depends on. One row is resolved at once; rows may exclude each other.
OFFERED: tuple[tuple[str, ...], ...] = (
    (
        *KVM,
        "libvirt-daemon-driver-lxc",
        "nfs-common",
        "python3-libvirt",
        "gnutls-bin",
        "openssl",
        "bridge-utils",
        "python3-cryptography",
    ),
    ("ifupdown", "isc-dhcp-client", "ifenslave", "vlan"),
    ("network-manager", "netplan.io"),
    ("firewalld",),
    ("ufw",),
    ("ipset", "ebtables", "iptables-persistent"),
    ("openvswitch-switch",),
    ("haproxy", "nfs-kernel-server", "open-iscsi", "xfsprogs"),
    # What CloudStack's management server depends on.
    (
        *("adduser", "augeas-tools", "bzip2", "chrony", "curl", "file", "gawk", "genisoimage", "gnupg", "ipmitool"),
        *("lsb-release", "mariadb-client", "mariadb-server", "net-tools", "nfs-common", "python3-cryptography"),
        *("python3-dnspython", "python3-netaddr", "python3-pymysql", "python3-setuptools", "qemu-utils"),
        *("rng-tools-debian", "unzip", "uuid-runtime", "wget"),
    ),
    ("mariadb-server", "mariadb-client", "mariadb-backup", "python3-pymysql", "python3-cryptography"),
)
# Each reload of systemd starts them all, and an installation reloads it often. In hosts of tests these find nothing.
NOTHING_FOUND_BY = (
    *("cryptsetup", "debug", "getty", "gpt-auto", "hibernate-resume", "integritysetup", "rc-local", "run", "ssh"),
    *("system-update", "tpm2", "veritysetup"),
)
# What nobody reads in a host costs a third of the time of an installation.
UNREAD = "".join(f"path-exclude=/usr/share/{name}/*\n" for name in ("doc", "info", "locale", "man"))


def sources(release: str) -> list[str]:
    """The machine's own apt lines for Debian, turned to a release; none where it is no Debian."""
    etc = Path("/etc/apt")
    lines: list[str] = []
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        lines += path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            fields = dict(re.findall(r"^(\w[\w-]*):[ \t]*(.*)$", stanza, re.MULTILINE))
            lines += [
                f"deb {uri} {suite} {fields.get('Components', '')}"
                for uri in fields.get("URIs", "").split()
                for suite in fields.get("Suites", "").split()
            ]
    found: dict[str, None] = {}
    for line in lines:
        match = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\w+)((?:-updates|-security)?)\s+(?:.*\s)?main\b", line)
        if match and match[2] in (*RELEASES, "stable", "oldstable"):
            found[f"deb {match[1]} {release}{match[3]} main"] = None
    return list(found)


def image(packages: str = "base", release: str = "bookworm") -> Path:
    """The tree of a Debian with a package set of SETS; made where it is not there yet (about a minute)."""
    names = SETS[packages]
    # What has all of BASE is made from that tree, in a third of the time.
    base = image("base", release) if names != BASE and names[: len(BASE)] == BASE else None
    made_from = [base.name] if base else []

    def make(folder: Path) -> None:
        if base:
            _run(["cp", "--archive", f"{base}/.", str(folder)])
            (folder / "etc/apt/sources.list").unlink()
            shutil.rmtree(folder / "dev")
            (folder / "dev").mkdir()
            how = ["--variant=custom", "--skip=output/dev,check/empty"]
        else:
            how = ["--variant=minbase", "--skip=output/dev", *(f"--dpkgopt={line}" for line in UNREAD.splitlines())]
        command = ["mmdebstrap", "--quiet", "--mode=root", *how, f"--include={','.join(names)}"]
        _run([*command, release, str(folder), *sources(release)])
        settle(folder)

    how_made = (UNREAD, *NOTHING_FOUND_BY, inspect.getsource(settle))
    return _kept(f"{release}-{packages}", make, *names, *how_made, *made_from)


def kernel(kind: str, release: str = "bookworm") -> Path:
    """A folder with a kernel of KERNELS and its modules; beside user-mode Linux the library that it starts with."""
    registers = Path(__file__).with_name("registers.c")

    def make(folder: Path) -> None:
        command = ["mmdebstrap", "--quiet", "--variant=extract", f"--include={KERNELS[kind]}", "--mode=root"]
        _run([*command, "--skip=output/dev", release, str(folder), *sources(release)])
        _run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(folder / "registers.so"), str(registers)])

    return _kept(f"{release}-{kind}", make, KERNELS[kind], registers.read_text(encoding="utf-8"))


def python() -> Path:
    """A folder with the interpreter of hosts."""
    return _kept("interpreter", interpreter.build, *interpreter.RECIPE)


def settle(tree: Path) -> None:
    """Make a Debian tree one that may run on somebody's machine: it never steers the clock, and stops at once."""
    listed = tree / "etc/apt/sources.list"
    (tree / "etc/apt/sources.debian").write_text(listed.read_text(encoding="utf-8"), encoding="utf-8")
    write = {
        "etc/apt/sources.list": "deb [trusted=yes] file:/srv/packages ./\n",
        "etc/apt/apt.conf.d/90host": 'Acquire::Languages "none";\nAPT::Sandbox::User "root";\n',
        "etc/dpkg/dpkg.cfg.d/host": f"force-unsafe-io\n{UNREAD}",
        # Python compiles what is imported at the first import.
        "usr/bin/py3compile": "#!/bin/sh\n",
        "etc/systemd/system.conf.d/host.conf": "[Manager]\nDefaultTimeoutStopSec=5s\n",
        # chrony needs a clock it may set, else it does not start: it gets none here, and runs with -x (never sets it).
        "etc/systemd/system/chrony.service.d/host.conf": (
            "[Unit]\nConditionCapability=\n[Service]\nEnvironmentFile=-/etc/chrony-host.env\n"
        ),
        "etc/chrony-host.env": 'DAEMON_OPTS="-F 1 -x"\n',
        "etc/ssh/sshd_config.d/host.conf": "UseDNS no\n",
        "etc/hostname": "localhost\n",
        "etc/machine-id": "",
    }
    for name, text in write.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    # Each login would run what is in the second.
    for path in (*(tree / "etc/apt/sources.list.d").glob("*"), *(tree / "etc/update-motd.d").glob("*")):
        path.unlink()
    masked = [
        "etc/systemd/system/user@.service",
        *(f"etc/systemd/system-generators/systemd-{name}-generator" for name in NOTHING_FOUND_BY),
    ]
    for mask in map(tree.joinpath, masked):
        mask.parent.mkdir(exist_ok=True)
        mask.unlink(missing_ok=True)
        mask.symlink_to("/dev/null")


def repository(release: str = "bookworm") -> Path:
    """A folder that apt takes for a repository: OFFERED and all it depends on beyond the base image."""
    base = image("base", release)

    def make(folder: Path) -> None:
        work = folder / "work"
        for name in ("lists/partial", "cache/archives/partial"):
            (work / name).mkdir(parents=True)
        shutil.copy(base / "etc/apt/sources.debian", work / "sources.list")
        options = {
            "Dir::Etc::sourcelist": work / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": work / "lists",
            "Dir::State::status": base / "var/lib/dpkg/status",
            "Dir::State::extended_states": work / "extended",
            "Dir::Cache": work / "cache",
            "Acquire::Languages": "none",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root",
        }
        apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
        _run([*apt, "update"])
        for names in OFFERED:
            _run([*apt, "--yes", "--download-only", "install", *names])
        for deb in (work / "cache/archives").glob("*.deb"):
            unpack(deb, folder / deb.name)
        shutil.rmtree(work)
        index(folder)

    how = (inspect.getsource(unpack), inspect.getsource(index))
    return _kept(f"{release}-packages", make, *map(str, OFFERED), base.name, *how)


def unpack(deb: Path, target: Path) -> None:
    """The same package without compression: each host that installs it decompresses it anew."""
    with tempfile.TemporaryDirectory(dir=deb.parent) as parts:
        names = ["debian-binary", "control.tar", "data.tar"]
        Path(parts, names[0]).write_text("2.0\n", encoding="ascii")
        for option, name in zip(("--ctrl-tarfile", "--fsys-tarfile"), names[1:], strict=True):
            with Path(parts, name).open("wb") as file:
                subprocess.run(["dpkg-deb", option, str(deb)], stdout=file, check=True)
        _run(["ar", "rcS", str(target), *names], cwd=Path(parts))


def index(folder: Path) -> None:
    """Make a folder of .deb files a repository, with one sum of each file: apt checks all that it finds."""
    quick = [f"-oAPT::FTPArchive::{name}=false" for name in ("MD5", "SHA1", "SHA512")]
    for name in ("Packages", "Release"):
        listed = _run(["apt-ftparchive", *quick, name.lower(), "."], cwd=folder)
        (folder / name).write_text(listed, encoding="utf-8")


def key() -> Path:
    """The private key that opens every host, made once for a checkout; its public half has the suffix .pub."""
    path = CACHE / "key"
    with _locked("key"):
        if not path.exists():
            _run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "hosts", "-f", str(path)])
    return path


def _kept(name: str, make: Callable[[Path], None], *recipe: str) -> Path:
    """A folder of the cache, made whole or not at all, by one process while others wait."""
    folder = CACHE / f"{name}-{hashlib.sha256(chr(10).join(recipe).encode()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    with _locked(name):
        if not folder.exists():
            making = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=CACHE))
            try:
                make(making)
                making.chmod(0o755)
                making.rename(folder)
            except BaseException:
                shutil.rmtree(making, ignore_errors=True)
                raise
    return folder


@contextmanager
def _locked(name: str) -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], cwd: Path | None = None) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    ended = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr.strip()[-2000:]}")
    return ended.stdout
