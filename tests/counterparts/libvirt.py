# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real libvirt daemons on this machine, each the only one of a KVM host in namespaces of its own; guests run on TCG.

Needs root. All processes of a host, guests too, end with its first process, and that one ends with the tests. From
outside a host is reached by an address on the loopback interface, from the other hosts by 10.99.0.N on cloudbr0.
"""

from __future__ import annotations

import functools
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from counterparts.certificates import Authority
from counterparts.loopback import free_loopback
from counterparts.relay import Relay, inside

TCP, TLS, CONTROL = 16509, 16514, 16510
VNC = range(5900, 5904)
USER, PASSWORD = "admin", "right-4712"
READY_SECONDS = 20.0
NAMESPACES = "--net --mount --uts --pid --fork --kill-child --mount-proc --propagation private"
# The first process of a PID namespace has to reap what QEMU leaves behind, which libvirtd does not do. A bridge without
# an address of its own takes the lowest of its ports, which can be a guest's, and that one moves to another host.
BOOT = """set -e
hostname "$2"
mount -t sysfs sysfs /sys
for each in lib:/var/lib/libvirt log:/var/log/libvirt cache:/var/cache/libvirt etc:/etc/libvirt sasl:/etc/sasl2 run:/run
do mount --bind "$1/${each%%:*}" "${each#*:}"; done
mount --bind "$1/hosts" /etc/hosts
ip link set lo up
ip link add cloudbr0 address "$4" type bridge
ip address add "$3/24" dev cloudbr0
ip link set cloudbr0 up
mkdir -p /var/lib/libvirt/qemu
while :; do /usr/sbin/libvirtd --listen & wait $!; done
"""
DAEMON = """listen_tcp = 1
listen_tls = {tls}
auth_tcp = "none"
auth_tls = "none"
auth_unix_ro = "none"
auth_unix_rw = "sasl"
unix_sock_group = "root"
host_uuid = "{uuid}"
ca_file = "{room}/pki/cacert.pem"
cert_file = "{room}/pki/servercert.pem"
key_file = "{room}/pki/serverkey.pem"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
"""
QEMU = """user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
vnc_listen = "0.0.0.0"
vnc_tls = 1
vnc_tls_x509_verify = 0
vnc_tls_x509_cert_dir = "{room}/vnc"
"""
GUEST = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>{memory}</memory><vcpu>{cpus}</vcpu>
<os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os><features><acpi/></features>{cpu}
<devices><controller type='usb' model='none'/><memballoon model='none'/>
<interface type='bridge'><mac address='{mac}'/><source bridge='cloudbr0'/><model type='virtio'/></interface>{devices}
</devices></domain>"""


@dataclass
class Daemon:
    """One host. secured: it answers on 16514; open: on 16509, from outside."""

    name: str
    number: int
    secured: bool = False
    open: bool = True
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))


class Libvirt:
    """Some hosts. ``with`` starts them and leaves nothing behind."""

    def __init__(self, *daemons: Daemon) -> None:
        self.daemons = {each.name: each for each in daemons}
        self.network = free_loopback()
        self.authority = Authority()
        self.relays: list[Relay] = []
        self._controls: list[Relay] = []
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._guests = 0

    def __enter__(self) -> Libvirt:
        self.room = Path(tempfile.mkdtemp(prefix="kvm-"))
        try:
            for each in self.daemons.values():
                self._start(each)
            self._cable()
            for each in self.daemons.values():
                self._expose(each)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for relay in (*self.relays, *self._controls):
            relay.close()
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()
        shutil.rmtree(self.room)

    def address(self, name: str) -> str:
        return f"{self.network}.{self.daemons[name].number}"

    @property
    def sockets(self) -> str:
        """A URI of the Unix sockets, which ask for ``USER`` and ``PASSWORD``."""
        return f"qemu+unix:///system?socket={self.room}/{{host}}.sock"

    def calls(self, procedure: int | None = None) -> int:
        """How many calls all hosts received, but for those of ``control``; or of one procedure."""
        return sum(each.calls.total() if procedure is None else each.calls[procedure] for each in self.relays)

    def control(self, name: str) -> Any:
        """A connection for the tests themselves, which is not counted."""
        import libvirt

        return libvirt.open(f"qemu+tcp://{self.address(name)}:{CONTROL}/system")

    def start_guest(
        self,
        host: str,
        name: str,
        cpus: int = 1,
        memory: int = 32,
        devices: str = "",
        cpu: str = "",
        paused: bool = False,
    ) -> None:
        """A guest without a disk; memory in MiB."""
        import libvirt

        self._guests += 1
        mac = f"52:54:00:{self.daemons[host].number:02x}:00:{self._guests:02x}"
        text = GUEST.format(name=name, cpus=cpus, memory=memory, devices=devices, cpu=cpu, mac=mac)
        connection = self.control(host)
        connection.createXML(text, libvirt.VIR_DOMAIN_START_PAUSED if paused else 0)
        connection.close()

    def make_pool(self, host: str, name: str) -> None:
        """An active storage pool, a folder of the host's own."""
        folder = self.room / host / "pools" / name
        folder.mkdir(parents=True)
        xml = f"<pool type='dir'><name>{name}</name><uuid>{name}</uuid><target><path>{folder}</path></target></pool>"
        connection = self.control(host)
        connection.storagePoolCreateXML(xml)
        connection.close()

    def make_bridge(self, host: str, name: str) -> None:
        _ip(self._processes[host].pid, f"link add {name} type bridge")
        _ip(self._processes[host].pid, f"link set {name} up")

    def stop_guests(self, host: str, names: Sequence[str] | None = None) -> None:
        """Those named, or all."""
        connection = self.control(host)
        for domain in connection.listAllDomains():
            if names is None or domain.name() in names:
                domain.destroy()
        connection.close()

    def stop_host(self, name: str) -> None:
        """As a power failure does."""
        self._processes[name].kill()
        self._processes[name].wait()

    def restart_daemon(self, name: str) -> None:
        """Its guests go on meanwhile, as after an update of libvirt."""
        process = self._processes[name]
        first = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").strip()
        number = (self.room / name / "run/libvirtd.pid").read_text(encoding="ascii").strip()
        subprocess.run(["nsenter", "--target", first, "--pid", "sh", "-c", f"kill {number}"], check=True)
        self._until(self.daemons[name], lambda: not _answers(process.pid))
        self._until(self.daemons[name], lambda: _answers(process.pid))

    def _start(self, daemon: Daemon) -> None:
        room = self.room / daemon.name
        for folder in ("lib", "log", "cache", "run", "sasl", "etc", "pki", "vnc"):
            (room / folder).mkdir(parents=True)
        shutil.copytree("/etc/libvirt", room / "etc", dirs_exist_ok=True)
        words = {"room": room, "uuid": daemon.uuid, "tls": int(daemon.secured)}
        (room / "etc/libvirtd.conf").write_text(DAEMON.format(**words), encoding="utf-8")
        (room / "etc/qemu.conf").write_text(QEMU.format(**words), encoding="utf-8")
        hosts = "".join(f"10.99.0.{each.number} {each.name}\n" for each in self.daemons.values())
        (room / "hosts").write_text(f"127.0.0.1 localhost\n{hosts}", encoding="utf-8")
        self.renew_certificate(daemon.name)
        (room / "sasl/libvirt.conf").write_text(
            f"mech_list: scram-sha-256\nsasldb_path: {room}/users\n", encoding="utf-8"
        )
        command = ["saslpasswd2", "-p", "-c", "-a", "libvirt", "-f", str(room / "users"), "-u", daemon.name, USER]
        subprocess.run(command, input=PASSWORD.encode(), check=True, stdout=subprocess.DEVNULL)
        run = ["setpriv", "--pdeathsig", "KILL", "unshare", *NAMESPACES.split(), "sh", "-c", BOOT, "sh"]
        with (room / "out").open("wb") as out:
            self._processes[daemon.name] = subprocess.Popen(
                [*run, str(room), daemon.name, f"10.99.0.{daemon.number}", f"02:00:0a:63:00:{daemon.number:02x}"],
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def renew_certificate(self, name: str) -> None:
        """A new one for libvirt and consoles, as an agent gets it; both go on with the one that they have read."""
        room = self.room / name
        self.authority.write_server(room / "pki", name, self.address(name))
        for ours, its in (("cacert", "ca-cert"), ("servercert", "server-cert"), ("serverkey", "server-key")):
            shutil.copy(room / "pki" / f"{ours}.pem", room / "vnc" / f"{its}.pem")

    def _until(self, daemon: Daemon, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + READY_SECONDS
        while not done():
            if self._processes[daemon.name].poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"{daemon.name}: {(self.room / daemon.name / 'out').read_text(encoding='utf-8')}")
            time.sleep(0.02)

    def _cable(self) -> None:
        """Virtual cables from the first host's bridge to the others'; nothing is in this machine's own namespace."""
        for name, daemon in self.daemons.items():
            self._until(daemon, functools.partial(_answers, self._processes[name].pid))
        first, *others = (each.pid for each in self._processes.values())
        for number, other in enumerate(others):
            _ip(first, f"link add eth{number} type veth peer name eth0 netns {other}")
            _ip(first, f"link set eth{number} master cloudbr0 up")
            _ip(other, "link set eth0 master cloudbr0 up")

    def _expose(self, daemon: Daemon) -> None:
        pid, address = self._processes[daemon.name].pid, self.address(daemon.name)
        ports = {TCP: daemon.open, TLS: daemon.secured, **dict.fromkeys(VNC, True)}
        for port in (port for port, there in ports.items() if there):
            self.relays.append(Relay((address, port), lambda port=port: inside(pid, port)))  # type: ignore[misc]
        unix = self.room / daemon.name / "run/libvirt/libvirt-sock"
        self.relays.append(Relay(self.room / f"{daemon.name}.sock", lambda: _unix(unix)))
        self._controls.append(Relay((address, CONTROL), lambda: inside(pid, TCP)))


def _ip(pid: int, command: str) -> None:
    subprocess.run(["nsenter", "--target", str(pid), "--net", "ip", *command.split()], check=True)


def _answers(pid: int) -> bool:
    try:
        inside(pid, TCP).close()
    except OSError:
        return False
    return True


def _unix(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.connect(str(path))
    return made
