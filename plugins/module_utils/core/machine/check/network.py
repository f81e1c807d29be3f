# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a host's network: bridges and their cards, ports, and what has to be reached from it."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ...findings import Unseen, Verdict
from ..facts import ANY_DEVICE, Expectations, HostFacts, Listener, Nic, device_like
from .table import found

# Names of cards that the agent takes for physical (cs#10727, docs#214).
RECOGNISED = re.compile(r"(eth|bond|team|vlan|em|ens|eno|enp|enx|p\d+p).*")
# Of a program's name, what the kernel keeps (TASK_COMM_LEN).
LONGEST_NAME = 15
BRIDGES = frozenset(("bridge", "openvswitch"))
# Kinds that a hypervisor plugs into bridges for its VMs: no way out of the host.
FOR_GUESTS = frozenset(("tun", "veth", "macvtap"))
# Purposes of connections that are judged one by one, and what a failure is called.
UNREACHABLE: t.Mapping[str, str] = {"storage": "storage_unreachable", "site": "site_unreachable"}
# What must be free or CloudStack's own (KVM: Open Ports; Hosts: Security): first and last port, and who may hold it.
NEEDED: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (1798, 1798, ("java", "jsvc")),
    (16509, 16509, ("libvirt", "virtproxyd", "systemd")),
    (16514, 16514, ("libvirt", "virtproxyd", "systemd")),
    (5900, 6100, ("qemu", "kvm")),
    (49152, 49216, ("qemu", "kvm", "libvirt", "virtqemud")),
)
# Beginnings of the programs' names that listen on a host as CloudStack's documents have it made.
OF_THE_HOST = (
    *("sshd", "systemd", "init", "chronyd", "ntpd", "rpc", "dnsmasq", "ovs", "iscsi", "java", "jsvc"),
    *("libvirt", "virt", "qemu", "kvm"),
    # FRR, for VXLAN with EVPN.
    *("bgpd", "bfdd", "zebra"),
)


def judge_bridge_filter(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Security groups filter packets between ports of a bridge."""
    if not expected.security_groups:
        return
    if host.machine.bridge_netfilter is None:
        yield Unseen("bridge_netfilter_off", "net.bridge")
    elif not host.machine.bridge_netfilter:
        yield found("bridge_netfilter_off", "net.bridge.bridge-nf-call-iptables is not 1")


def judge_bridges(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Every traffic label is a bridge with a card that the agent recognises."""
    if not expected.traffic_labels:
        return
    if host.nics is None:
        yield Unseen("bridge_missing", "the interfaces")
        return
    by_name = {nic.name: nic for nic in host.nics}
    for label in dict.fromkeys(expected.traffic_labels):
        nic = by_name.get(label)
        if nic is None:
            there = sorted(name for name, one in by_name.items() if one.kind in BRIDGES)
            yield found("bridge_missing", f"no {label!r}; bridges are {', '.join(there) or 'none'}", label=label)
        elif nic.kind not in BRIDGES:
            yield found("label_no_bridge", f"{label!r} is {nic.kind or 'a card'}", label=label, kind=nic.kind)
        else:
            yield from _judge_bridge(nic, host.nics)


def _judge_bridge(bridge: Nic, nics: tuple[Nic, ...]) -> t.Iterator[Verdict]:
    # A bridge of Open vSwitch shows its ports to nobody but ovs-vsctl: the kernel says ovs-system for all of them.
    if bridge.kind == "openvswitch":
        members = [nic for nic in nics if nic.master == "ovs-system" and nic.kind != "openvswitch"]
    else:
        members = [nic for nic in nics if nic.master == bridge.name]
    ways_out = [nic for nic in members if nic.kind not in FOR_GUESTS or RECOGNISED.fullmatch(nic.name)]
    names = ", ".join(nic.name for nic in ways_out)
    if not ways_out:
        yield found("bridge_empty", bridge.name, bridge=bridge.name)
    elif not any(RECOGNISED.fullmatch(nic.name) for nic in ways_out):
        yield found("nic_name", f"{bridge.name} has {names}", bridge=bridge.name, nics=[n.name for n in ways_out])
    elif not (bridge.up and any(nic.up for nic in ways_out)):
        down = [nic.name for nic in (bridge, *ways_out) if not nic.up]
        yield found("bridge_down", f"{bridge.name}: {', '.join(down)}", bridge=bridge.name, down=down)


OF_BRIDGES = "nftables bridge "


def judge_forwarding(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Bridged packets pass the kernel's firewall, which drops what it passes on: guests reach nobody.

    Tables of bridges are passed in any case, the others where the kernel is told so.
    """
    machine = host.machine
    forwarding = machine.forwarding
    if forwarding is None:
        if machine.bridge_netfilter:
            yield Unseen("forward_dropped", "the forwarding rules of firewalls")
        return
    dropped = [one for one in forwarding.dropped if machine.bridge_netfilter or one.startswith(OF_BRIDGES)]
    through = forwarding.excepted
    labels = dict.fromkeys(expected.traffic_labels)
    cut_off = [one for one in labels if not any(device_like(one, each) for each in through)]
    if dropped and ANY_DEVICE not in through and (cut_off or not expected.traffic_labels):
        about = f" on {', '.join(cut_off)}" if cut_off else ""
        called = ", and net.bridge.bridge-nf-call-iptables is 1"
        evidence = f"{', '.join(dropped)}{about}" + (called if machine.bridge_netfilter else "")
        yield found("forward_dropped", evidence, chains=dropped, bridges=cut_off)


def judge_ports(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """SSH listens, and no stranger holds a port that CloudStack needs."""
    if host.listeners is None:
        yield Unseen("port_taken", "the listening sockets")
        return
    if not any(one.port == expected.ssh_port for one in host.listeners):
        yield found("ssh_silent", f"port {expected.ssh_port}", port=expected.ssh_port)
    for one in sorted(set(host.listeners), key=lambda listener: (listener.port, listener.address)):
        if _taken(one):
            yield found(
                "port_taken", f"{one.port} by {one.program or 'an unknown program'}", port=one.port, by=one.program
            )
    yield from _strangers(host.listeners, expected.programs)


def _strangers(listeners: t.Iterable[Listener], accepted: t.Sequence[str]) -> t.Iterator[Verdict]:
    """One finding a program, with its ports; ports that CloudStack needs are told already."""
    ports: dict[str, set[int]] = {}
    known = {name[:LONGEST_NAME] for name in accepted}
    for one in listeners:
        if one.program is None or one.program in known or one.program.startswith(OF_THE_HOST):
            continue
        if not _taken(one) and not _local(one.address):
            ports.setdefault(one.program, set()).add(one.port)
    for program, its in sorted(ports.items()):
        told = ", ".join(map(str, sorted(its)))
        yield found("service_unexpected", f"{program} on {told}", program=program, ports=sorted(its))


def _local(address: str) -> bool:
    found_ = ipaddress.ip_address(address)
    return (getattr(found_, "ipv4_mapped", None) or found_).is_loopback


def _taken(one: Listener) -> bool:
    """An owner that could not be seen is no stranger: only root sees them all."""
    for first, last, owners in NEEDED:
        if first <= one.port <= last and one.program is not None:
            return not one.program.startswith(owners)
    return False


def judge_reach(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Management servers, secondary storage and the cluster's other hosts, by what was tried from this host."""
    management = [probe for probe in host.probes if probe.purpose == "management"]
    dead = [f"{probe.address}:{probe.port} ({probe.error})" for probe in management if probe.error]
    if dead:
        code = "management_unreachable" if len(dead) == len(management) else "management_partly"
        yield found(code, ", ".join(dead), servers=dead)
    for probe in host.probes:
        kind = UNREACHABLE.get(probe.purpose)
        if kind and probe.error:
            where = f"{probe.address}:{probe.port}"
            yield found(kind, f"{where} ({probe.error})", address=probe.address, port=probe.port)
    if any(probe.purpose == "storage" and probe.port == 2049 for probe in host.probes):
        if host.nfs_client is None:
            yield Unseen("nfs_client_absent", "the NFS client")
        elif not host.nfs_client:
            yield found("nfs_client_absent", "mount.nfs is not installed")
    if expected.direct_download:
        if host.aria2 is None:
            yield Unseen("aria2_absent", "aria2")
        elif not host.aria2:
            yield found("aria2_absent", "aria2c is not installed")
    for mount in host.mounts:
        if mount.error:
            yield found("storage_not_mountable", f"{mount.url}: {mount.error}", url=mount.url)
    yield from _judge_peers(host)


def _judge_peers(host: HostFacts) -> t.Iterator[Verdict]:
    """One of the two migration ports is enough: which one depends on whether the hosts are secured."""
    answers: dict[str, list[str]] = {}
    for probe in host.probes:
        if probe.purpose == "peer":
            answers.setdefault(probe.address, []).append(probe.error)
    for address, errors in answers.items():
        if all(errors):
            yield found("peer_unreachable", f"{address} ({errors[0]})", address=address)
