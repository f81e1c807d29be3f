# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program on a KVM host that is all right but for one planted fault.

Interfaces, sockets, processes, host name and mounts are real, in namespaces of their own that end with the program;
what needs hardware, systemd or libvirt is answered by small programs that come first in PATH. Needs root.

Usage: unshare --net --mount --uts --pid --fork --kill-child --mount-proc world.py ROOM FAULT PROGRAM ARGUMENT…
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

MANAGEMENT, STORAGE, OWN = "10.10.1.5", "10.10.1.6", "10.10.1.11"
LISTEN = {22: "sshd", 16514: "libvirtd", 8250: "java", 2049: "nfsd", 443: "nginx"}
ANSWERS = {
    "libvirtd": "exit 0",
    "cloudstack-setup-agent": "exit 0",
    "mount.nfs": "exit 0",
    "virsh": """case "$*" in
*version) echo 'Using library: libvirt 9.0.0'; echo 'Running hypervisor: QEMU 7.2.9';;
*list*) echo 'i-2-5-VM';;
esac""",
    "systemctl": """for unit; do case "$unit" in
*.socket) printf 'Id=%s\\nLoadState=masked\\nActiveState=inactive\\n\\n' "$unit";;
logrotate.timer) echo enabled;;
esac; done""",
    # None is installed beside the one that runs.
    "grubby": "exit 1",
    "apt-get": "exit 0",
    "chronyc": "echo 'C0A80001,ntp,3,1700000000.1,0.0002,0,0,0,0,0,0,0,64.0,Normal'",
    "sshd": "echo 'permitrootlogin yes'; echo 'kexalgorithms curve25519-sha256'",
    "sudo": "echo '    (ALL) NOPASSWD: ALL'",
    "iptables": "echo '-P FORWARD ACCEPT'",
    "nft": "exit 0",
}
PROGRAM_PLACES = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
CPU = "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nflags\t\t: aes avx vmx\n\n"
MEMORY = (
    "MemTotal: 67108864 kB\nSwapTotal: 4194304 kB\nSwapFree: 4194304 kB\nHugePages_Total: 0\nHugepagesize: 2048 kB\n"
)
HOSTS = f"127.0.0.1 localhost\n{OWN} kvm1.example.net kvm1\n"
AGENT = "etc/cloudstack/agent"


def call(command: str) -> None:
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)


class World:
    """A host as it is to be; ``FAULTS`` change it before it is made."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.answers, self.listen = dict(ANSWERS), dict(LISTEN)
        self.kvm, self.hostname = True, "kvm1"
        self.files = {
            "etc/hosts": HOSTS,
            "etc/resolv.conf": "",
            "etc/os-release": "ID=debian\nVERSION_ID=12\n",
            "etc/default/libvirtd": 'LIBVIRTD_ARGS="--listen"\n',
            "etc/libvirt/libvirtd.conf": 'auth_tcp = "none"\n',
            f"{AGENT}/agent.properties": "",
            "proc/cpuinfo": CPU,
            "proc/meminfo": MEMORY,
            # Bridged packets pass the firewalls; as many multicast memberships as the kernel gives by itself.
            "proc/sys/net/bridge/bridge-nf-call-iptables": "1\n",
            "proc/sys/net/ipv4/igmp_max_memberships": "20\n",
            "sys/module/vxlan/.keep": "",
            "sys/fs/.keep": "",
            "boot/.keep": "",
        }
        self.links = ["link add eth0 type veth peer name out0", "link add cloudbr0 type bridge"]
        self.links += ["link set eth0 master cloudbr0", f"address add {OWN}/24 dev cloudbr0"]
        self.links += [f"address add {address}/32 dev lo" for address in (MANAGEMENT, STORAGE)]
        self.links += [f"link set {name} up" for name in ("lo", "eth0", "out0", "cloudbr0")]

    def make(self) -> None:
        """Files first, since mounting hides what they are made from."""
        self._answers()
        self._files()
        self._devices()
        socket.sethostname(self.hostname)
        subprocess.run(["ip", "-batch", "-"], input="\n".join(self.links), text=True, check=True)
        for port, program in self.listen.items():
            listen(port, program)

    def _answers(self) -> None:
        programs = self.room / "programs"
        programs.mkdir(parents=True)
        for name, script in self.answers.items():
            (programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (programs / name).chmod(0o755)
        os.environ["PATH"] = f"{programs}:{os.environ['PATH']}"
        # What this host has not, the machine below it may have. What is no program cannot be run.
        for name in {*ANSWERS, "virtqemud"} - set(self.answers):
            for path in {place.resolve() for place in map(Path, PROGRAM_PLACES) if place.is_dir()}:
                if (path / name).is_file():
                    call(f"mount --bind /dev/null {path / name}")

    def _files(self) -> None:
        """A new /etc of links to the old one's entries, beside the files of this world; others are bound one by one."""
        for name, text in self.files.items():
            file = self.room / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        old, new = self.room / "old-etc", self.room / "etc"
        old.mkdir()
        call(f"mount --bind /etc {old}")
        for entry in old.iterdir():
            if not (new / entry.name).exists():
                (new / entry.name).symlink_to(entry)
        for place in ("boot", "etc", "proc/cpuinfo", "proc/meminfo", "proc/sys/net", "sys/module", "sys/fs"):
            call(f"mount --bind {self.room / place} /{place}")
        if (self.room / "sys/kernel/security").exists():
            call(f"mount --bind {self.room / 'sys/kernel/security'} /sys/kernel/security")

    def _devices(self) -> None:
        devices = self.room / "dev"
        devices.mkdir()
        call(f"mount -t tmpfs tmpfs {devices}")
        for name in ("null", "zero", "full", "random", "urandom", "tty"):
            (devices / name).touch()
            call(f"mount --bind /dev/{name} {devices / name}")
        (devices / "shm").mkdir(mode=0o1777)
        (devices / "fd").symlink_to("/proc/self/fd")
        if self.kvm:
            (devices / "kvm").touch()
        call(f"mount --move {devices} /dev")


def listen(port: int, program: str) -> None:
    """A process of that name that listens on that port; it ends with the namespace."""
    server = socket.create_server(("0.0.0.0", port))
    if os.fork() == 0:
        Path("/proc/self/comm").write_text(program, encoding="utf-8")
        for stream in (0, 1, 2):
            os.close(stream)
        while True:
            server.accept()[0].close()
    server.close()


Fault = Callable[[World], object]


def file(name: str, text: str) -> Fault:
    return lambda world: world.files.__setitem__(name, text)


def answer(program: str, script: str) -> Fault:
    return lambda world: world.answers.__setitem__(program, script)


def without(what: str, key: object) -> Fault:
    return lambda world: getattr(world, what).pop(key)


def listening(port: int, program: str) -> Fault:
    return lambda world: world.listen.__setitem__(port, program)


def link(*commands: str) -> Fault:
    return lambda world: world.links.extend(commands)


def no_kvm(cpu: str = CPU) -> Fault:
    def fault(world: World) -> None:
        world.kvm = False
        world.files["proc/cpuinfo"] = cpu

    return fault


def apparmor(world: World) -> None:
    world.files["sys/module/apparmor/parameters/enabled"] = "Y\n"
    world.files["sys/kernel/security/apparmor/profiles"] = "libvirtd (enforce)\n"


def unknown_name(world: World) -> None:
    world.hostname = "kvm1.example.org"


LOOSE = ANSWERS["systemctl"].replace("masked", "loaded")
OFF = "echo 'C0A80001,ntp,3,1700000000.1,4.2,0,0,0,0,0,0,0,64.0,Normal'"
# What libvirt says of itself when it is asked which CPUs it can give.
CPUS = (
    """case "$*" in
*domcapabilities) echo "<domainCapabilities/>";;
*hypervisor-cpu-baseline*) echo "<cpu><feature policy='require' name='aes'/></cpu>";;
*) """
    + ANSWERS["virsh"]
    + """;;
esac"""
)


def no_vxlan(world: World) -> None:
    world.files["proc/sys/net/ipv4/igmp_max_memberships"] = "200\n"
    world.files["sys/module/.keep"] = world.files.pop("sys/module/vxlan/.keep")
    world.answers["modprobe"] = "exit 1"


def unknown_feature(world: World) -> None:
    world.files[f"{AGENT}/agent.properties"] = "guest.cpu.features=aes avx512f\n"
    world.answers["virsh"] = CPUS


# By the code that is to be named, beside a host that is right.
FAULTS: dict[str, Fault] = {
    "right": lambda world: None,
    "fqdn_missing": file("etc/hosts", f"127.0.0.1 localhost\n{OWN} kvm1\n"),
    "fqdn_unresolved": unknown_name,
    "fqdn_loopback": file("etc/hosts", "127.0.0.1 localhost\n127.0.1.1 kvm1.example.net kvm1\n"),
    "fqdn_elsewhere": file("etc/hosts", "127.0.0.1 localhost\n10.10.1.99 kvm1.example.net kvm1\n"),
    "clock_unsynchronised": answer("chronyc", "echo '7F7F0101,,0,0,0,0,0,0,0,0,0,0,0,Not synchronised'"),
    "clock_offset": answer("chronyc", OFF),
    "cpu_no_virtualisation": no_kvm(CPU.replace(" vmx", "")),
    "kvm_absent": no_kvm(),
    "memory_small": file("proc/meminfo", MEMORY.replace("67108864", "2097152")),
    "swap_absent": file("proc/meminfo", MEMORY.replace("4194304", "0")),
    "swap_used": file("proc/meminfo", MEMORY.replace("SwapFree: 4194304", "SwapFree: 1048576")),
    "huge_pages": file("proc/meminfo", MEMORY.replace("HugePages_Total: 0", "HugePages_Total: 8192")),
    "bridge_missing": link("link set cloudbr0 down", "link set cloudbr0 name br0"),
    "label_no_bridge": link(
        "link delete cloudbr0", "link add cloudbr0 type veth peer name far0", f"address add {OWN}/24 dev cloudbr0"
    ),
    "bridge_empty": link("link set eth0 nomaster"),
    "nic_name": link(
        "link set eth0 nomaster",
        f"link add wan0 type vxlan id 5 remote {MANAGEMENT} dstport 4789",
        "link set wan0 master cloudbr0 up",
    ),
    "bridge_down": link("link set out0 down"),
    "libvirt_absent": without("answers", "libvirtd"),
    "libvirt_unreachable": answer("virsh", "echo 'error: Failed to connect' >&2; exit 1"),
    "libvirt_open": listening(16509, "libvirtd"),
    "sockets_not_masked": answer("systemctl", LOOSE),
    "libvirtd_args_twice": file("etc/default/libvirtd", 'LIBVIRTD_ARGS="--listen"\nLIBVIRTD_ARGS=""\n'),
    "agent_absent": without("answers", "cloudstack-setup-agent"),
    "keystore_left": file(f"{AGENT}/cloud.jks", "an old keystore"),
    "identity_left": file(f"{AGENT}/agent.properties", "guid=1b4e28ba-2fa1\n"),
    "sudo_prompts": answer("sudo", "echo '    (ALL) ALL'"),
    "ssh_silent": without("listen", 22),
    "ssh_root_refused": answer("sshd", "echo 'permitrootlogin no'"),
    "ssh_algorithms": answer("sshd", "echo 'kexalgorithms sntrup761x25519-sha512@openssh.com'"),
    "port_taken": listening(5905, "gitea"),
    "service_unexpected": listening(3000, "gitea"),
    "selinux_enforcing": file("sys/fs/selinux/enforce", "1"),
    "apparmor_enforced": apparmor,
    "igmp_memberships": lambda world: None,  # 20 are too few for VXLAN, which the test declares
    "forward_dropped": answer("iptables", "printf '%s\\n' '-P FORWARD DROP' '-A FORWARD -o docker0 -j ACCEPT'"),
    "bridge_netfilter_off": file("proc/sys/net/bridge/bridge-nf-call-iptables", "0\n"),
    "foreign_vms": answer("virsh", ANSWERS["virsh"].replace("i-2-5-VM", "fileserver")),
    "management_unreachable": without("listen", 8250),
    "management_partly": lambda world: None,  # the test names a second server, which is not there
    "site_unreachable": lambda world: None,  # the test names one beside the world
    "storage_unreachable": without("listen", 2049),
    "storage_not_mountable": lambda world: None,  # nothing but a listener is there
    "nfs_client_absent": without("answers", "mount.nfs"),
    "certificate_expired": lambda world: None,  # the test brings the certificate
    "certificate_expiring": lambda world: None,
    "reboot_pending": file("boot/vmlinuz-99.0.0-1-amd64", ""),
    "updates_pending": answer("apt-get", "echo 'Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])'"),
    "vxlan_module_absent": no_vxlan,
    "guest_cpu_features": unknown_feature,
    "os_differs": file("etc/os-release", "ID=debian\nVERSION_ID=13\n"),
    "qemu_differs": answer("virsh", ANSWERS["virsh"].replace("7.2.9", "8.2.2")),
    "cpu_features_missing": file("proc/cpuinfo", CPU.replace(" avx", "")),
}


def main() -> None:
    room, fault, *command = sys.argv[1:]
    # A room for each run: Ansible starts the interpreter more than once.
    world = World(Path(room) / str(os.getpid()) / os.urandom(4).hex())
    certificate = os.environ.get("WORLD_CERTIFICATES", "")
    if fault.startswith("certificate_"):
        world.files[f"{AGENT}/cloud.crt"] = Path(certificate, f"{fault}.pem").read_text(encoding="utf-8")
    FAULTS[fault](world)
    world.make()
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
