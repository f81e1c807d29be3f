# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the hosts of a cluster against each other, and tells which CPU features all of them have. (The CPU model that
libvirt knows for all of them is in ``hypervisors/kvm/hosts.py``.)

Hosts come as plain data (what ``cs_host_check`` returns as ``facts``), since the other hosts were seen by other tasks.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ...findings import Finding
from .table import found
from .version_order import version_of

Plain = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Compared:
    """What has to be alike, or must not be, of one host. None: not seen, hence not compared."""

    name: str
    os: t.Optional[str]
    qemu: t.Optional[str]
    libvirt: t.Optional[str]
    cgroup: t.Optional[int]
    kernel: t.Optional[str]
    vendor: t.Optional[str]
    model: t.Optional[str]
    count: t.Optional[int]
    secured: t.Optional[bool]
    guid: t.Optional[str]
    uuid: t.Optional[str]
    hostname: t.Optional[str]
    flags: t.Optional[frozenset[str]]
    passthrough: bool = False
    mounts: t.Optional[frozenset[str]] = None


@dataclass(frozen=True)
class Baseline:
    """features: CPU features of every host, sorted. missing: by host, those that some other host has."""

    vendors: tuple[str, ...]
    features: tuple[str, ...]
    missing: t.Mapping[str, tuple[str, ...]]


# What should be alike in a cluster.
ALIKE: tuple[tuple[str, str], ...] = (
    ("os_differs", "os"),
    ("qemu_differs", "qemu"),
    ("libvirt_differs", "libvirt"),
    ("cgroup_differs", "cgroup"),
    ("kernel_differs", "kernel"),
    ("cpu_vendor_differs", "vendor"),
    ("cpu_model_differs", "model"),
    ("cpu_count_differs", "count"),
    ("secured_differs", "secured"),
)
# What must be each host's own.
OWN: tuple[tuple[str, str], ...] = (("guid_shared", "guid"), ("uuid_shared", "uuid"), ("name_shared", "hostname"))


def compared(facts: Plain) -> Compared:
    """The part of a host's facts that is compared."""
    machine, libvirt = facts.get("machine") or {}, facts.get("libvirt") or {}
    identity, agent = facts.get("identity") or {}, facts.get("agent") or {}
    os_parts = [machine.get("distribution"), machine.get("distribution_version")]
    flags, keystores = machine.get("cpu_flags"), agent.get("keystores")
    mounts = (facts.get("system") or {}).get("shared_mounts")
    return Compared(
        name=str(facts["name"]),
        os=" ".join(map(str, os_parts)) if all(os_parts) else None,
        qemu=_numbers(libvirt.get("qemu_version")),
        libvirt=_numbers(libvirt.get("libvirt_version")),
        cgroup=machine.get("cgroup"),
        kernel=machine.get("kernel"),
        vendor=machine.get("cpu_vendor"),
        model=machine.get("cpu_model"),
        count=machine.get("cpu_count"),
        secured=None if keystores is None or not agent.get("guid") else bool(keystores),
        guid=agent.get("guid") or None,
        uuid=identity.get("uuid") or None,
        hostname=identity.get("fqdn") or None,
        flags=None if flags is None else frozenset(flags),
        mounts=None if mounts is None else frozenset(mounts),
        passthrough=(facts.get("guest_cpu") or {}).get("mode") == "host-passthrough",
    )


def _numbers(version: t.Optional[str]) -> t.Optional[str]:
    """A version without its packaging: patch builds of one release are alike."""
    return ".".join(map(str, version_of(version))) if version else None


def judge_cluster(hosts: t.Sequence[Plain]) -> tuple[Finding, ...]:
    """Every way in which hosts of one cluster differ from most of it, or share what must be their own.

    Where no value has more hosts than another, the host that comes first in the list sets it.
    """
    seen = [compared(facts) for facts in hosts]
    findings = [finding for code, name in ALIKE for finding in _unlike(code, name, seen)]
    findings += [finding for code, name in OWN for finding in _shared(code, name, seen)]
    findings += _unmounted(seen)
    missing = baseline(hosts).missing
    for host, features in missing.items():
        if features:
            evidence = f"{host} does not have {', '.join(features)}"
            findings.append(found("cpu_features_missing", evidence, host, features=list(features)))
    # With passthrough, what is a difference to be aware of becomes the CPU of guests, which then cannot move.
    passed = {host.name for host in seen if host.passthrough}
    unlike = ("cpu_vendor_differs", "cpu_model_differs", "cpu_features_missing")
    for name in dict.fromkeys(finding.host for finding in findings if finding.code in unlike):
        if passed:
            evidence = f"{name}; guest.cpu.mode=host-passthrough on {', '.join(sorted(passed))}"
            findings.append(found("passthrough_differs", evidence, name, hosts=sorted(passed)))
    return tuple(findings)


def _unlike(code: str, name: str, hosts: t.Sequence[Compared]) -> t.Iterator[Finding]:
    values = [(host.name, getattr(host, name)) for host in hosts if getattr(host, name) is not None]
    if not values:
        return
    # Counter keeps the order of the list, and max takes the first of equals.
    counts = Counter(value for _host, value in values)
    usual = max(counts, key=lambda value: counts[value])
    others = sorted(host for host, value in values if value == usual)
    for host, value in values:
        if value != usual:
            evidence = f"{host} has {value}, {', '.join(others)} {'has' if len(others) == 1 else 'have'} {usual}"
            yield found(code, evidence, host, value=value, usual=usual)


def _unmounted(hosts: t.Sequence[Compared]) -> t.Iterator[Finding]:
    """Shared file systems that more than half of the other hosts have, as storage of the cluster is."""
    known = [host for host in hosts if host.mounts is not None]
    for host in known:
        others = [each.mounts or frozenset() for each in known if each is not host]
        counts = Counter(path for mounts in others for path in mounts)
        for path in sorted(path for path, count in counts.items() if 2 * count > len(others)):
            if host.mounts is not None and path not in host.mounts:
                evidence = f"{host.name} does not have {path}, {counts[path]} of {len(others)} other hosts have it"
                yield found("mount_missing", evidence, host.name, path=path)


def _shared(code: str, name: str, hosts: t.Sequence[Compared]) -> t.Iterator[Finding]:
    owner: dict[str, str] = {}
    for host in hosts:
        value = getattr(host, name)
        if value is None:
            continue
        if value in owner:
            yield found(code, f"{value} of {host.name} and {owner[value]}", host.name, value=value, other=owner[value])
        owner.setdefault(value, host.name)


def baseline(hosts: t.Sequence[Plain]) -> Baseline:
    """The CPU features that a VM may use wherever it goes in the cluster."""
    seen = [compared(facts) for facts in hosts]
    known = {host.name: host.flags for host in seen if host.flags is not None}
    everyone = frozenset.intersection(*known.values()) if known else frozenset()
    anyone = frozenset().union(*known.values())
    # Features of another vendor are no loss: the hosts do not go together anyway.
    vendors = tuple(sorted({host.vendor for host in seen if host.vendor}))
    missing = {name: tuple(sorted(anyone - flags)) if len(vendors) < 2 else () for name, flags in known.items()}
    return Baseline(vendors, tuple(sorted(everyone)), missing)
