# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of libvirt's daemons run on a KVM host, which of systemd's sockets are masked, and where each is configured.

Sources: "KVM: Configure libvirt"; the units are those that cloudstack-setup-agent masks (cs#4756, cs#7114), and the
ones that would hold the same sockets (cs#10667).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue

MONOLITHIC, MODULAR = "monolithic", "modular"
TLS, TCP = "tls", "tcp"
PORTS: t.Mapping[str, int] = {TLS: 16514, TCP: 16509}
_ENDS = ("", "-ro", "-admin")


def _sockets(*daemons: str) -> tuple[str, ...]:
    return tuple(f"{daemon}{end}.socket" for daemon in daemons for end in _ENDS)


LIBVIRTD_SOCKETS = (*_sockets("libvirtd"), "libvirtd-tls.socket", "libvirtd-tcp.socket")
PROXY_SOCKETS = (*_sockets("virtproxyd"), "virtproxyd-tls.socket", "virtproxyd-tcp.socket")
# The drivers that a KVM host needs, each a daemon of its own where libvirt is modular.
DRIVERS = (
    "virtqemud",
    "virtnetworkd",
    "virtnodedevd",
    "virtsecretd",
    "virtstoraged",
    "virtinterfaced",
    "virtnwfilterd",
)
MODULAR_UNITS = (
    *_sockets(*DRIVERS),
    *PROXY_SOCKETS,
    *(f"{daemon}.service" for daemon in (*DRIVERS, "virtproxyd")),
)


@dataclass(frozen=True)
class Distribution:
    """Where a distribution keeps things. oldest: the first version that CloudStack's documents still name."""

    family: str
    names: tuple[str, ...]
    oldest: int
    packages: tuple[str, ...]
    args_file: str
    confinement: str


DISTRIBUTIONS: tuple[Distribution, ...] = (
    Distribution(
        "Debian",
        ("Debian",),
        11,
        ("libvirt-daemon-system", "libvirt-clients", "qemu-system-x86", "qemu-utils"),
        "/etc/default/libvirtd",
        "apparmor",
    ),
    Distribution(
        "Debian",
        ("Ubuntu",),
        20,
        ("libvirt-daemon-system", "libvirt-clients", "qemu-system-x86", "qemu-utils"),
        "/etc/default/libvirtd",
        "apparmor",
    ),
    Distribution(
        "RedHat",
        ("RedHat", "Rocky", "AlmaLinux", "OracleLinux", "CentOS"),
        8,
        ("libvirt", "qemu-kvm", "qemu-img"),
        "/etc/sysconfig/libvirtd",
        "selinux",
    ),
    Distribution(
        "Suse",
        ("SLES", "openSUSE Leap", "SLES_SAP"),
        15,
        ("libvirt-daemon", "libvirt-daemon-qemu", "libvirt-client", "qemu-kvm", "qemu-tools"),
        "/etc/sysconfig/libvirtd",
        "apparmor",
    ),
)


@dataclass(frozen=True)
class Daemons:
    """run: units to start and enable. mask, unmask: units that are on the host. args: of args_file, "" for none.

    restart: units that read what was configured.

    conf: the file that says how libvirt listens. client_mode: of libvirt.conf, how programs find the daemon.
    """

    mode: str
    packages: tuple[str, ...]
    run: tuple[str, ...]
    mask: tuple[str, ...]
    unmask: tuple[str, ...]
    restart: tuple[str, ...]
    args_file: str
    args: str
    conf: str
    client_mode: str
    confinement: str
    port: int


def distribution_of(name: str, version: str) -> Distribution:
    """The table's row; version as Ansible tells it ("12.11", "24.04").

    Raises InvalidValue for one that CloudStack's documents do not name.
    """
    major = int(version.partition(".")[0]) if version.partition(".")[0].isdigit() else 0
    for row in DISTRIBUTIONS:
        if name in row.names and (major >= row.oldest or not major):
            return row
    known = ", ".join(f"{one} {row.oldest}" for row in DISTRIBUTIONS for one in row.names)
    raise InvalidValue("distribution", f"{name} {version}", f"one of these, or newer: {known}")


def daemons_of(
    name: str, version: str, units: t.Collection[str], mode: str = MONOLITHIC, transport: str = TLS
) -> Daemons:
    """What runs, what is masked, where it is configured. units: the unit files that the host has.

    Masked units of the other kind come back when the kind is changed. Raises InvalidValue for a distribution, kind or
    transport that there is none of.
    """
    row = distribution_of(name, version)
    own: tuple[str, ...]
    run: tuple[str, ...]
    if transport not in PORTS:
        raise InvalidValue("transport", transport, " or ".join(PORTS))
    if mode == MONOLITHIC:
        mask, own = (*LIBVIRTD_SOCKETS, *MODULAR_UNITS), ("libvirtd.service",)
        run = ("libvirtd.service",)
        args_file, args, conf, client_mode = row.args_file, "--listen", "libvirtd.conf", "legacy"
    elif mode == MODULAR:
        listening = f"virtproxyd-{transport}.socket"
        silent = f"virtproxyd-{TCP if transport == TLS else TLS}.socket"
        mask = (*LIBVIRTD_SOCKETS, "libvirtd.service", silent)
        own = tuple(unit for unit in MODULAR_UNITS if unit != silent)
        run = (*(unit for unit in _sockets(*DRIVERS, "virtproxyd")), listening)
        args_file, args, conf, client_mode = "", "", "virtproxyd.conf", "direct"
    else:
        raise InvalidValue("mode", mode, f"{MONOLITHIC} or {MODULAR}")
    there = set(units)
    return Daemons(
        mode=mode,
        packages=row.packages,
        run=tuple(unit for unit in run if unit in there or mode == MONOLITHIC),
        mask=tuple(unit for unit in mask if unit in there),
        unmask=tuple(unit for unit in own if unit in there),
        restart=("libvirtd.service",) if mode == MONOLITHIC else ("virtqemud.service", "virtproxyd.service"),
        args_file=args_file,
        args=args,
        conf=f"/etc/libvirt/{conf}",
        client_mode=client_mode,
        confinement=row.confinement,
        port=PORTS[transport],
    )
