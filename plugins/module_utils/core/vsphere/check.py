# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether a vSphere cluster is as CloudStack needs it: every reason at once, worst first."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ..findings import Finding, Judgement
from ..text import several
from .check_network import judge_adapters, judge_labels, judge_switches
from .expected import VsphereExpected
from .model import Range, Vsphere, VsphereHost, VsphereSwitch
from .table import VSPHERE, told

GIB = 1 << 30
HTTPS = 443
FIREWALL_BY_RANGE = 5  # before this version the console's ports are opened by hand; from it on by rulesets
OLD_CONSOLE: tuple[Range, ...] = ((59000, 60000),)

Found = t.Iterator[Finding]


def judge_vsphere(cluster: Vsphere, expected: VsphereExpected, ignore: t.Collection[str] = ()) -> Judgement:
    """Raises InvalidValue for a code in ``ignore`` that is none. A host without connection is told as that alone."""
    seen = [each for each in cluster.hosts if each.host.connected]
    findings = [*_judge_cluster(cluster, expected), *_judge_alike(seen, cluster), *judge_labels(seen, expected)]
    for host in seen:
        for judge in (_judge_host, _judge_time, _judge_console, _judge_storage, judge_adapters, judge_switches):
            findings += judge(host, expected)
    findings += _judge_mounts(seen)
    return VSPHERE.judgement(findings, ignore)


def _judge_cluster(cluster: Vsphere, expected: VsphereExpected) -> Found:
    if not cluster.hosts:
        yield told("cluster_empty", cluster.name)
    if cluster.folders:
        yield told("cluster_in_folder", "/".join((cluster.datacenter, *cluster.folders, cluster.name)))
    for each in cluster.hosts:
        if not each.host.connected:
            yield told("host_disconnected", each.name, each.name)
        elif each.host.maintenance:
            yield told("host_in_maintenance", each.name, each.name)
    strangers = [] if expected.joined else [each.name for each in cluster.guests]
    if strangers:
        yield told("foreign_vms", several(strangers, 5), vms=strangers)
    if cluster.hosts and not cluster.ha:
        yield told("ha_off", cluster.name)
    if cluster.hosts and cluster.drs != "fullyAutomated":
        yield told("drs_not_automatic", f"DRS is {cluster.drs or 'off'}", drs=cluster.drs)
    if expected.port not in (None, HTTPS):
        yield told("vcenter_port", f"port {expected.port}", port=expected.port)
    yield from _judge_surroundings(cluster)


def _judge_surroundings(cluster: Vsphere) -> Found:
    """The user, and what is beside the cluster in its datacenter."""
    if cluster.lacking:
        yield told("privileges_missing", several(cluster.lacking, 5), privileges=list(cluster.lacking))
    if cluster.others:
        yield told("other_clusters", several(cluster.others, 5), clusters=list(cluster.others))
    if cluster.unused_groups:
        groups = list(cluster.unused_groups)
        yield told("portgroup_unused", several(groups, 5), port_groups=groups)
    for store, others in cluster.foreign_mounts:
        yield told("datastore_foreign_host", f"{store} ({others} hosts)", datastore=store, hosts=others)


def _judge_host(host: VsphereHost, expected: VsphereExpected) -> Found:
    facts = host.host
    if host.product_line and host.product_line != "embeddedEsx":
        yield told("host_not_esxi", host.product_line, host.name)
    if host.release and host.release < expected.minimum_release:
        wanted = ".".join(map(str, expected.minimum_release))
        yield told("version_old", f"{facts.version}, at least {wanted} is required", host.name, version=facts.version)
    if facts.memory is not None and facts.memory < expected.minimum_memory:
        have, need = facts.memory / GIB, expected.minimum_memory / GIB
        yield told("memory_small", f"{have:.1f} of {need:.1f} GiB", host.name, memory=facts.memory)
    if host.hvm is False:
        yield told("hvm_off", "neither VT-x nor AMD-V", host.name)
    for adapter in host.adapters:
        if adapter.dynamic and "management" in adapter.services:
            yield told("address_dynamic", f"{adapter.device}, {adapter.address}", host.name, adapter=adapter.device)
    if host.hostname in ("", "localhost"):
        yield told("host_name_missing", host.hostname or "empty", host.name)


def _judge_time(host: VsphereHost, expected: VsphereExpected) -> Found:
    wanted = set(expected.ntp_servers)
    if not host.ntp_servers:
        yield told("ntp_absent", "none is configured", host.name)
    elif wanted and set(host.ntp_servers) != wanted:
        evidence = f"{', '.join(host.ntp_servers)}; expected {', '.join(expected.ntp_servers)}"
        yield told("ntp_differs", evidence, host.name, servers=list(host.ntp_servers))
    if not host.ntp_running or host.ntp_policy != "on":
        running = "runs" if host.ntp_running else "is stopped"
        yield told("ntp_stopped", f"ntpd {running}, policy {host.ntp_policy or 'unknown'}", host.name)


def _judge_console(host: VsphereHost, expected: VsphereExpected) -> Found:
    wanted = expected.console_ports
    if not wanted and host.release and host.release[0] < FIREWALL_BY_RANGE:
        wanted = OLD_CONSOLE
    if host.incoming_open:
        return
    opened = [ports for each in host.rulesets if each.enabled for ports in each.ports]
    closed = [f"{first}-{last}" for first, last in wanted if not covered((first, last), opened)]
    if closed:
        yield told("console_ports_closed", ", ".join(closed), host.name, ports=closed)


def covered(wanted: Range, opened: t.Iterable[Range]) -> bool:
    """Whether the union of ranges holds the whole of one."""
    need = wanted[0]
    for first, last in sorted(opened):
        if first > need:
            break
        need = max(need, last + 1)
    return need > wanted[1]


def _judge_storage(host: VsphereHost, expected: VsphereExpected) -> Found:
    for each in host.host.storage:
        if not each.reachable:
            yield told("datastore_unreachable", each.name, host.name, datastore=each.name)
    if expected.iscsi_targets and host.iscsi is None:
        yield told("iscsi_off", "no software adapter", host.name)
    elif host.iscsi is not None:
        for target in expected.iscsi_targets:
            if target not in host.iscsi.targets:
                yield told("iscsi_target_missing", target, host.name, target=target)
    for lun in host.luns:
        if lun.dead:
            yield told("paths_dead", f"{lun.name}: {lun.dead} of {lun.paths}", host.name, disk=lun.name)
        elif lun.paths == 1 and not lun.local:
            yield told("path_single", lun.name, host.name, disk=lun.name)


@dataclass(frozen=True)
class _Trait:
    """What hosts of a cluster have in common."""

    code: str
    of: t.Callable[[VsphereHost], object]
    facts: t.Mapping[str, object] = field(default_factory=dict)


def _cpu(host: VsphereHost) -> object:
    facts = host.host
    return (facts.cpu_model, facts.cpu_sockets, facts.cpu_count)


TRAITS = (
    _Trait("version_differs", lambda host: host.host.version),
    _Trait("build_differs", lambda host: (host.host.version, host.host.patches)),
    _Trait("cpu_differs", _cpu),
    _Trait("switches_differ", lambda host: frozenset(s.name for s in host.switches if s.ports is not None)),
)


def _judge_alike(hosts: t.Sequence[VsphereHost], cluster: Vsphere) -> Found:
    """Those that differ from the most; where opinions are even, the first host's counts."""
    for trait in TRAITS:
        held = [trait.of(host) for host in hosts]
        most = Counter(held).most_common(1)[0][0] if held else None
        for host, value in zip(hosts, held):
            # Another version is told as that, and not as another build of it too.
            if value != most and not (trait.code == "build_differs" and _version(value) != _version(most)):
                yield told(trait.code, f"{_shown(value)}; most hosts have {_shown(most)}", host.name)
    features = [frozenset(host.host.cpu_features) for host in hosts]
    if len(set(features)) > 1 and not cluster.evc:
        yield told(
            "cpu_differs",
            "the CPUs support different EVC modes, and EVC is off",
            modes=sorted(map(_shown, set(features))),
        )
    names = Counter(host.hostname.casefold() for host in hosts if host.hostname)
    for host in hosts:
        if names[host.hostname.casefold()] > 1 and host.hostname != "localhost":
            yield told("host_name_shared", host.hostname, host.name)
    yield from _judge_switches(hosts)


def _judge_switches(hosts: t.Sequence[VsphereHost]) -> Found:
    """Switches of one name; where opinions are even, the larger value counts."""
    held = [(host, each) for host in hosts for each in host.switches]
    sizes = Counter((each.name, each.mtu) for _host, each in held if each.mtu)
    policies = Counter((each.name, _policy(each)) for _host, each in held)
    for host, switch in held:
        usual = max((n, m) for (name, m), n in sizes.items() if name == switch.name)[1] if switch.mtu else None
        if switch.mtu != usual:
            evidence = f"{switch.name}: {switch.mtu}, on other hosts {usual}"
            yield told("mtu_differs", evidence, host.name, switch=switch.name)
        most = max((n, p) for (name, p), n in policies.items() if name == switch.name)[1]
        if _policy(switch) != most:
            evidence = f"{switch.name}: {_shown(_policy(switch))}; most hosts have {_shown(most)}"
            yield told("teaming_differs", evidence, host.name, switch=switch.name)


def _policy(switch: VsphereSwitch) -> tuple[str, ...]:
    """What it has in common with those of other hosts: cards may have other names there."""
    policy = switch.policy
    flags = {"promiscuous": policy.promiscuous, "mac": policy.mac_changes, "forged": policy.forged_transmits}
    allowed = "+".join(name for name, value in flags.items() if value) or "no exceptions"
    return (policy.teaming or "no teaming", allowed)


def _judge_mounts(hosts: t.Sequence[VsphereHost]) -> Found:
    """Shared datastores that some hosts lack."""
    shared = {each.id: each.name for host in hosts for each in host.host.storage if each.shared}
    for host in hosts:
        held = {each.id for each in host.host.storage}
        for id in sorted(set(shared) - held):
            yield told("datastore_missing", shared[id], host.name, datastore=shared[id])


def _version(value: object) -> object:
    return value[0] if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    if isinstance(value, (tuple, frozenset)):
        parts = value if isinstance(value, tuple) else sorted(map(str, value))
        return " ".join(_shown(part) for part in parts) or "none"
    return str(value)
