# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A KVM host with which everything is right, and a fault for every code of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.facts import (
    Access,
    Agent,
    Certificate,
    Clock,
    Expectations,
    FileSystem,
    Forwarding,
    GuestCpu,
    HostFacts,
    Identity,
    Libvirt,
    Listener,
    Machine,
    Mount,
    Nic,
    Probe,
    System,
    Unit,
)

GIB, DAY, NOW = 1024**3, 86400.0, 1_800_000_000.0
RIGHT = HostFacts(
    name="kvm1",
    identity=Identity("kvm1", "kvm1.example.net", ("10.10.1.11",), "0a0a0a0a-0000-0000-0000-000000000001"),
    clock=Clock(NOW, synchronised=True, offset=0.0002),
    machine=Machine(
        architecture="x86_64",
        distribution="debian",
        distribution_version="12",
        kernel="6.1.0-21-amd64",
        cpu_vendor="GenuineIntel",
        cpu_model="Xeon Gold 6130",
        cpu_count=32,
        cpu_flags=("aes", "avx", "vmx"),
        kvm=True,
        memory=64 * GIB,
        swap=4 * GIB,
        swap_used=0,
        huge_pages=0,
        cgroup=2,
        selinux="disabled",
        apparmor_enforced=(),
        bridge_netfilter=True,
        forwarding=Forwarding(),
        igmp_memberships=200,
    ),
    system=System(
        disk=480 * GIB,
        file_systems=(
            FileSystem("/", 100 * GIB, 60 * GIB, 6_000_000, 5_000_000),
            FileSystem("/var", 9000 * GIB, 400 * GIB),
        ),
        logs_rotated=True,
        kernels=("6.1.0-21-amd64", "6.1.0-18-amd64"),
        reboot_required=False,
        updates=(),
        vxlan=True,
        vxlan_tool=True,
        openvswitch="",
        openvswitch_built=None,
        bridge_module=True,
        shared_mounts=("/mnt/iso", "/srv/primary"),
    ),
    guest_cpu=GuestCpu("custom", "Skylake-Server", ("aes", "-mpx"), ("Haswell", "Skylake-Server"), ("aes", "avx")),
    libvirt=Libvirt(
        installed=True,
        reachable=True,
        libvirt_version="9.0.0",
        qemu_version="7.2.9",
        args=("/etc/default/libvirtd: --listen",),
        sockets=(Unit("libvirtd.socket", "masked", "inactive"), Unit("libvirtd-tls.socket", "not-found", "inactive")),
        settings={"listen_tcp": "0", "auth_tcp": "none"},
        domains=("i-2-5-VM", "r-7-VM", "s-1-VM", "v-2-VM"),
    ),
    agent=Agent(installed=True, running=False, guid=None, management=None, keystores=()),
    access=Access("root", True, {"permitrootlogin": "yes", "kexalgorithms": "sntrup761x25519,curve25519-sha256"}),
    nics=(
        Nic("lo", up=True, addresses=("127.0.0.1", "::1")),
        Nic("enp1s0", master="cloudbr0"),
        Nic("cloudbr0", kind="bridge", addresses=("10.10.1.11",)),
        Nic("bond0.200", kind="vlan", master="cloudbr1"),
        Nic("vnet0", kind="tun", master="cloudbr1"),
        Nic("cloudbr1", kind="bridge"),
    ),
    listeners=(
        Listener(22, program="sshd"),
        Listener(16514, program="libvirtd"),
        Listener(5900, program="qemu-system-x86"),
    ),
    certificates=(Certificate("/etc/cloudstack/agent/cloud.crt", NOW - DAY, NOW + 365 * DAY),),
    nfs_client=True,
    aria2=True,
    probes=(
        Probe("management", "10.10.0.5", 8250),
        Probe("management", "10.10.0.6", 8250),
        Probe("storage", "10.10.2.5", 2049),
        Probe("site", "download.cloudstack.org", 443),
        Probe("peer", "10.10.1.12", 16514),
        Probe("peer", "10.10.1.12", 16509, "Connection refused"),
    ),
    mounts=(Mount("nfs://10.10.2.5/export/secondary"),),
)
EXPECTED = Expectations(
    traffic_labels=("cloudbr0", "cloudbr1"), security_groups=True, vxlan=True, updates=True, direct_download=True
)
PEER = replace(RIGHT, name="kvm2", identity=Identity("kvm2", "kvm2.example.net", ("10.10.1.12",), "0a0a-2"))

Fault = Callable[[HostFacts], HostFacts]


def but(part: str, **changes: Any) -> Fault:
    """The host with one part changed."""
    return lambda host: replace(host, **{part: replace(getattr(host, part), **changes)})


def whole(**changes: Any) -> Fault:
    """The host with fields of its own changed."""
    return lambda host: replace(host, **changes)


def nic(which: str, /, **changes: Any) -> Fault:
    """One interface changed."""
    return lambda host: replace(
        host, nics=tuple(replace(n, **changes) if n.name == which else n for n in host.nics or ())
    )


def on_openvswitch(**changes: Any) -> Fault:
    """cloudbr1 is a bridge of a good Open vSwitch, with one thing changed."""
    good = {"openvswitch": "3.1.0", "openvswitch_built": False, "bridge_module": False}
    bridge, card = nic("cloudbr1", kind="openvswitch"), nic("bond0.200", master="ovs-system")
    return lambda host: but("system", **{**good, **changes})(bridge(card(host)))


def full(**changes: Any) -> Fault:
    """/ with less space than it needs."""
    return but("system", file_systems=(replace(FileSystem("/", 100 * GIB, 60 * GIB, 1000, 900), **changes),))


def listening(port: int, program: str) -> Fault:
    return lambda host: replace(host, listeners=(*(host.listeners or ()), Listener(port, program=program)))


def probes(purpose: str, *errors: str) -> Fault:
    """Every attempt of a purpose with an error: those given, in turn."""

    def fault(host: HostFacts) -> HostFacts:
        mine = [probe for probe in host.probes if probe.purpose == purpose]
        changed = tuple(replace(probe, error=error) for probe, error in zip(mine, errors, strict=True))
        return replace(host, probes=(*changed, *(p for p in host.probes if p.purpose != purpose)))

    return fault


def certificate(begins: float, ends: float) -> Fault:
    """Valid from and until so many days from now."""
    return whole(certificates=(Certificate("/etc/pki/libvirt/servercert.pem", NOW + begins * DAY, NOW + ends * DAY),))


# By code: what is done to the right host so that this, and nothing else, is wrong.
FAULTS: dict[str, Fault] = {
    "cpu_not_64bit": but("machine", architecture="i686"),
    "cpu_no_virtualisation": but("machine", kvm=False, cpu_flags=("aes", "avx")),
    "kvm_absent": but("machine", kvm=False),
    "memory_small": but("machine", memory=3 * GIB),
    "bridge_missing": nic("cloudbr1", name="cloudbr9"),
    "label_no_bridge": nic("cloudbr1", kind=""),
    "bridge_empty": nic("bond0.200", master=None),
    "nic_name": nic("bond0.200", name="wan0"),
    "bridge_down": nic("bond0.200", up=False),
    "libvirt_absent": whole(libvirt=Libvirt(installed=False)),
    "libvirt_unreachable": but("libvirt", reachable=False, error="Failed to connect socket"),
    "libvirt_old": but("libvirt", libvirt_version="1.1.3"),
    "qemu_old": but("libvirt", qemu_version="1.7.2"),
    "sockets_not_masked": but("libvirt", sockets=(Unit("libvirtd.socket", "loaded", "active"),)),
    "libvirtd_args_twice": but("libvirt", args=("/etc/default/libvirtd: --listen", "/etc/default/libvirtd: ")),
    "agent_absent": but("agent", installed=False),
    "keystore_left": but("agent", keystores=("/etc/cloudstack/agent/cloud.jks",)),
    "identity_left": but("agent", guid="1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
    "sudo_prompts": but("access", user="cloud", sudo=False),
    "ssh_silent": lambda host: replace(host, listeners=(Listener(16514, program="libvirtd"),)),
    "ssh_root_refused": but("access", sshd={"permitrootlogin": "no"}),
    "ssh_algorithms": but("access", sshd={"kexalgorithms": "sntrup761x25519-sha512@openssh.com"}),
    "foreign_vms": but("libvirt", domains=("i-2-5-VM", "fileserver")),
    "management_unreachable": probes("management", "No route to host", "timed out"),
    "management_partly": probes("management", "", "timed out"),
    "site_unreachable": probes("site", "Network is unreachable"),
    "storage_unreachable": probes("storage", "Connection refused"),
    "peer_unreachable": probes("peer", "Connection refused", "Connection refused"),
    "storage_not_mountable": whole(mounts=(Mount("nfs://10.10.2.5/export/secondary", "access denied by server"),)),
    "nfs_client_absent": whole(nfs_client=False),
    "aria2_absent": whole(aria2=False),
    "certificate_expired": certificate(-366, -1),
    "certificate_expiring": certificate(-336, 29.5),
    "certificate_not_yet_valid": certificate(0.1, 365),
    "fqdn_missing": but("identity", fqdn="kvm1"),
    "fqdn_unresolved": but("identity", addresses=()),
    "fqdn_loopback": but("identity", addresses=("127.0.1.1",)),
    "fqdn_elsewhere": but("identity", addresses=("10.10.1.99",)),
    "clock_unsynchronised": but("clock", synchronised=False),
    "clock_offset": but("clock", offset=-3.0),
    "libvirt_open": listening(16509, "libvirtd"),
    "port_taken": listening(49160, "postgres"),
    "service_unexpected": listening(3306, "mariadbd"),
    "selinux_enforcing": but("machine", selinux="enforcing"),
    "apparmor_enforced": but("machine", apparmor_enforced=("/usr/sbin/libvirtd",)),
    "swap_used": but("machine", swap_used=GIB),
    "swap_absent": but("machine", swap=0),
    "huge_pages": but("machine", huge_pages=8 * GIB),
    "forward_dropped": but("machine", forwarding=Forwarding(("iptables FORWARD (policy DROP)",), ("docker0",))),
    "bridge_netfilter_off": but("machine", bridge_netfilter=False),
    "igmp_memberships": but("machine", igmp_memberships=20),
    "disk_small": but("system", disk=20 * GIB),
    "disk_full": full(free=9 * GIB),
    "logs_not_rotated": but("system", logs_rotated=False),
    "reboot_pending": but("system", kernels=("6.1.0-22-amd64", "6.1.0-21-amd64")),
    "updates_pending": but("system", updates=("libc6", "qemu-system-x86")),
    "kernel_old": lambda host: but("machine", kernel="3.8.0")(but("system", kernels=("3.8.0",))(host)),
    "vxlan_module_absent": but("system", vxlan=False),
    "vxlan_tool_old": but("system", vxlan_tool=False),
    "openvswitch_old": on_openvswitch(openvswitch="1.4.6"),
    "openvswitch_built": on_openvswitch(openvswitch_built=True),
    "bridge_module_loaded": on_openvswitch(bridge_module=True),
    "guest_cpu_model": but("guest_cpu", model="Cascadelake-Server"),
    "guest_cpu_features": but("guest_cpu", features=("aes", "avx512f", "-mpx")),
}
JOINED_FAULTS: dict[str, Fault] = {
    "libvirt_not_listening": lambda host: replace(host, listeners=(Listener(22, program="sshd"),)),
}
# Against PEER, which is the right host under another name.
CLUSTER_FAULTS: dict[str, Fault] = {
    "os_differs": but("machine", distribution_version="13"),
    "qemu_differs": but("libvirt", qemu_version="8.0.0"),
    "libvirt_differs": but("libvirt", libvirt_version="10.0.0"),
    "cgroup_differs": but("machine", cgroup=1),
    "kernel_differs": lambda host: but("machine", kernel="6.1.0-37-amd64")(but("system", kernels=())(host)),
    "cpu_vendor_differs": but("machine", cpu_vendor="AuthenticAMD"),
    "cpu_model_differs": but("machine", cpu_model="Xeon Gold 6148"),
    "cpu_count_differs": but("machine", cpu_count=40),
    "cpu_features_missing": but("machine", cpu_flags=("aes", "vmx")),
    "mount_missing": but("system", shared_mounts=("/mnt/iso",)),
    "uuid_shared": but("identity", uuid="0a0a-2"),
    "name_shared": but("identity", fqdn="kvm2.example.net"),
}
