# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways into KVM hosts, and what is told when one does not lead in; against real libvirt daemons."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counterparts.certificates import Authority
from counterparts.libvirt import PASSWORD, Libvirt
from integration.hypervisors.kvm.bed import POOL, host, two_hosts

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.kvm.gateway import Kvm, open_kvm
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    InvalidValue,
    TransportError,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess

pytest.importorskip("libvirt")
TCP, TLS = "qemu+tcp://{address}/system", "qemu+tls://{address}/system"
# Without libvirt's look at the client's own certificate, which would be refused here before anything is sent.
UNSEEN = f"{TLS}?no_sanity=1"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Libvirt]:
    with two_hosts() as libvirt:
        yield libvirt


@pytest.fixture
def reach(hosts: Libvirt) -> Iterator[Any]:
    """An adapter to hosts of the bed, all of them unless some are named; closed afterwards."""
    with contextlib.ExitStack() as stack:

        def opened(url: str, names: tuple[str, ...] = ("kvm1", "kvm2"), **more: Any) -> Kvm:
            adapter = open_kvm(HypervisorAccess(url, **more), [host(name, hosts.address(name)) for name in names])
            return stack.enter_context(contextlib.closing(adapter))

        yield opened


@pytest.fixture(scope="module")
def client(hosts: Libvirt) -> Path:
    """The folder of a certificate that the hosts trust."""
    hosts.authority.write_client(hosts.room / "client")
    return hosts.room / "client"


def test_certificates_open_a_secured_host(reach: Any, client: Path) -> None:
    view = reach(TLS, ("kvm1",), pki_path=str(client)).read()
    assert [each.name for each in view.hosts] == ["kvm1"]


def test_the_authority_may_lie_apart(reach: Any, client: Path, tmp_path: Path) -> None:
    certificates = tmp_path / "own"
    certificates.mkdir()
    for name in ("clientcert.pem", "clientkey.pem"):
        (certificates / name).symlink_to(client / name)
    view = reach(TLS, ("kvm1",), pki_path=str(certificates), ca_path=str(client / "cacert.pem")).read()
    assert [each.name for each in view.hosts] == ["kvm1"]


def test_a_host_of_another_authority_is_not_trusted(reach: Any, client: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(Authority("Another").pem)
    secured = {"pki_path": str(client), "ca_path": str(tmp_path / "ca.pem")}
    with pytest.raises(TransportError, match="certificate") as refused:
        reach(UNSEEN, ("kvm1",), **secured).read()
    assert not refused.value.passing
    assert reach(UNSEEN, ("kvm1",), validate_certs=False, **secured).read().hosts


def test_a_client_of_another_authority_is_refused(reach: Any, client: Path, tmp_path: Path) -> None:
    Authority("Another").write_client(tmp_path)
    with pytest.raises((TransportError, AccessDenied)):
        reach(UNSEEN, ("kvm1",), pki_path=str(tmp_path), ca_path=str(client / "cacert.pem")).read()


def test_a_host_that_does_not_answer_is_named(reach: Any, client: Path) -> None:
    view = reach(TLS, pki_path=str(client)).read()
    assert [each.name for each in view.hosts] == ["kvm1"]
    assert [name for name, _error in view.unread] == ["kvm2"]
    assert "refused" in view.unread[0][1]


def test_a_host_that_says_nothing_is_not_waited_for(reach: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(TransportError, match="no answer within 1 s"):
            reach(f"qemu+tcp://127.0.0.1:{port}/system", ("kvm1",), timeout=1.0).read()


def test_a_password_that_is_wanted_and_not_given(hosts: Libvirt, reach: Any) -> None:
    with pytest.raises(AccessDenied):
        reach(hosts.sockets, ("kvm1",)).read()


def test_a_password_in_the_uri_is_refused_and_not_repeated(reach: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        reach(f"qemu+tcp://admin:{PASSWORD}@{{address}}/system").read()
    assert PASSWORD not in refused.value.message + str(refused.value.details)


def test_one_uri_does_not_stand_for_several_hosts(reach: Any) -> None:
    with pytest.raises(InvalidValue, match=r"2 hosts"):
        reach("qemu+tcp://192.0.2.1/system")


def test_another_driver_is_refused(reach: Any) -> None:
    with pytest.raises(InvalidValue, match=r"qemu\+tls"):
        reach("test:///default", ("kvm1",)).read()


def test_a_guest_that_cloudstack_does_not_know_keeps_a_host_from_being_empty(hosts: Libvirt, reach: Any) -> None:
    """CloudStack drains what it lists; the proof is the hypervisor's."""
    hosts.start_guest("kvm1", "i-2-7-VM")
    hosts.start_guest("kvm1", "somebodys-own", paused=True)
    adapter = reach(TCP)
    host1 = adapter.read().host(name="kvm1")
    assert {each.name for each in adapter.read().active_on(host1)} == {"i-2-7-VM", "somebodys-own"}
    migrate(hosts, "i-2-7-VM", "kvm1", "kvm2")
    view = adapter.read()
    assert [each.name for each in view.active_on(host1)] == ["somebodys-own"]
    assert [each.name for each in view.active_on(view.host(name="kvm2"))] == ["i-2-7-VM"]
    for each in hosts.daemons:
        hosts.stop_guests(each)
    assert adapter.read().guests == ()


def migrate(hosts: Libvirt, guest: str, source: str, target: str) -> None:
    """Live, as an agent does it."""
    import libvirt

    one, other = hosts.control(source), hosts.control(target)
    flags = libvirt.VIR_MIGRATE_LIVE | libvirt.VIR_MIGRATE_UNSAFE
    one.lookupByName(guest).migrate(other, flags, None, f"tcp://10.99.0.{hosts.daemons[target].number}", 0)
    one.close()
    other.close()


def test_what_the_machine_itself_says_is_what_is_told(hosts: Libvirt, reach: Any) -> None:
    seen = reach(TCP, ("kvm1",)).read().hosts[0]
    assert seen.uuid == seen.id == hosts.daemons["kvm1"].uuid
    up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    assert seen.uptime == pytest.approx(up, rel=0.05)
    assert [(each.name, each.nics) for each in seen.networks if each.kind == "bridge"] == [("cloudbr0", ("eth0",))]
    assert [(each.name, each.up) for each in seen.nics] == [("eth0", True)]
    assert seen.version.startswith("libvirt ")


def test_a_pool_that_was_stopped_is_not_reachable(hosts: Libvirt, reach: Any) -> None:
    """As when an agent did not attach it again after maintenance."""
    hosts.make_pool("kvm1", POOL)
    adapter = reach(TCP, ("kvm1",))
    assert [(each.id, each.reachable) for each in adapter.read().hosts[0].storage] == [(POOL, True)]
    control = hosts.control("kvm1")
    control.storagePoolLookupByName(POOL).destroy()
    control.close()
    assert adapter.read().hosts[0].storage == ()


def test_a_daemon_that_starts_again_is_asked_again(hosts: Libvirt, reach: Any) -> None:
    adapter = reach(TCP)
    assert len(adapter.read().hosts) == 2
    hosts.restart_daemon("kvm2")
    assert len(adapter.read().hosts) == 2


def test_a_host_that_loses_power_is_named_and_the_other_is_read(hosts: Libvirt, reach: Any) -> None:
    adapter = reach(TCP, timeout=10.0)
    assert adapter.read().unread == ()
    hosts.stop_host("kvm2")
    view = adapter.read()
    assert [each.name for each in view.hosts] == ["kvm1"]
    assert [name for name, _error in view.unread] == ["kvm2"]
