# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of libvirt's daemons run where, and that no two of them hold the same socket."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.libvirt_daemons import (
    LIBVIRTD_SOCKETS,
    MODULAR_UNITS,
    daemons_of,
)

# As systemctl list-unit-files tells them: Debian 12 has libvirtd alone, EL 9 and Debian 13 have both kinds.
MONOLITHIC_HOST = (
    "libvirtd.service",
    *LIBVIRTD_SOCKETS,
    "virtlogd.service",
    "virtlogd.socket",
    "libvirt-guests.service",
)
BOTH_KINDS = (*MONOLITHIC_HOST, *MODULAR_UNITS)
HOSTS = [
    ("Debian", "12.11", MONOLITHIC_HOST, "/etc/default/libvirtd", "apparmor"),
    ("Debian", "13", BOTH_KINDS, "/etc/default/libvirtd", "apparmor"),
    ("Ubuntu", "22.04", MONOLITHIC_HOST, "/etc/default/libvirtd", "apparmor"),
    ("Ubuntu", "24.04", MONOLITHIC_HOST, "/etc/default/libvirtd", "apparmor"),
    ("Rocky", "9.4", BOTH_KINDS, "/etc/sysconfig/libvirtd", "selinux"),
    ("OracleLinux", "8.10", MONOLITHIC_HOST, "/etc/sysconfig/libvirtd", "selinux"),
    ("openSUSE Leap", "15.6", BOTH_KINDS, "/etc/sysconfig/libvirtd", "apparmor"),
]


@pytest.mark.parametrize(("name", "version", "units", "args_file", "confinement"), HOSTS)
def test_one_daemon_listens_itself_and_nothing_holds_its_sockets(
    name: str, version: str, units: tuple[str, ...], args_file: str, confinement: str
) -> None:
    found = daemons_of(name, version, units)
    assert (found.args_file, found.args, found.confinement, found.port) == (args_file, "--listen", confinement, 16514)
    assert found.run == ("libvirtd.service",)
    assert set(LIBVIRTD_SOCKETS) <= set(found.mask)
    assert {unit for unit in units if unit.startswith(("virtqemud", "virtproxyd"))} <= set(found.mask)
    # What logs and locks for every kind is nobody's rival.
    assert not {unit for unit in found.mask if unit.startswith(("virtlogd", "virtlockd", "libvirt-guests"))}


def test_what_is_not_there_is_not_masked() -> None:
    assert set(daemons_of("Debian", "12", MONOLITHIC_HOST).mask) == set(LIBVIRTD_SOCKETS)


@pytest.mark.parametrize(
    ("transport", "listens", "silent", "port"), [("tls", "tls", "tcp", 16514), ("tcp", "tcp", "tls", 16509)]
)
def test_modular_daemons_listen_by_their_sockets(transport: str, listens: str, silent: str, port: int) -> None:
    found = daemons_of("Rocky", "9.4", BOTH_KINDS, mode="modular", transport=transport)
    assert f"virtproxyd-{listens}.socket" in found.run
    assert f"virtproxyd-{silent}.socket" in found.mask
    assert "libvirtd.service" in found.mask
    assert (found.args_file, found.conf, found.port) == ("", "/etc/libvirt/virtproxyd.conf", port)


@pytest.mark.parametrize("mode", ["monolithic", "modular"])
@pytest.mark.parametrize("transport", ["tls", "tcp"])
def test_nothing_is_masked_and_needed(mode: str, transport: str) -> None:
    found = daemons_of("Rocky", "9.4", BOTH_KINDS, mode=mode, transport=transport)
    assert not set(found.mask) & (set(found.run) | set(found.unmask))
    # Going from one kind to the other has back what the other masked.
    other = daemons_of("Rocky", "9.4", BOTH_KINDS, mode="modular" if mode == "monolithic" else "monolithic")
    assert set(found.run) & set(other.mask) <= set(found.unmask)


@pytest.mark.parametrize(
    ("name", "version", "mode", "transport", "named"),
    [
        ("Ubuntu", "18.04", "monolithic", "tls", "Ubuntu 18.04"),
        ("Fedora", "40", "monolithic", "tls", "Fedora 40"),
        ("Debian", "12", "both", "tls", "mode"),
        ("Debian", "12", "monolithic", "ssh", "transport"),
    ],
)
def test_what_there_is_none_of_is_refused(name: str, version: str, mode: str, transport: str, named: str) -> None:
    with pytest.raises(InvalidValue, match=named):
        daemons_of(name, version, MONOLITHIC_HOST, mode=mode, transport=transport)
