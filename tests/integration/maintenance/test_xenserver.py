# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll through a XenServer pool: CloudStack's side is the sandbox, the pool's side answers by XAPI's data model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
import XenAPI
from counterparts.xapi import Pool, Servers
from counterparts.xapi import hosts as xapi_hosts
from counterparts.xapi import site as xapi_site
from counterparts.xapi.model import Failure
from counterparts.xapi.pool import Call, Dropped
from fakes.lab import READS, Killed, Lab, LabClock, Life
from integration.maintenance.site import ask, build, notes, placement
from XenAPI.XenAPI import _Dispatcher

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.gateway import XenServer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors import HypervisorAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations import rolling
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.locks import Claim, Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports import Hypervisor
from sandbox.server import Received

CLOUD = ("prepareHostForMaintenance", "cancelHostMaintenance", "migrateVirtualMachine")
POOL = ("host.disable", "host.enable", "pool.designate_new_master")
NEXT = {"ended": lambda lock: True, "keep": True}


class Near:
    """XenAPI's session without the wire, for a roll that runs many times; what it calls answers as ever."""

    def __init__(self, servers: Servers, address: str, how: HypervisorAccess) -> None:
        self.servers, self.address, self.transport = servers, address, self
        self.session = self._sent("session.login_with_password", (how.username, how.password))
        self.xenapi = _Dispatcher(lambda method, args: self._sent(method, (self.session, *args)), None)

    def close(self) -> None:
        """There is no connection."""

    def _sent(self, method: str, params: tuple[Any, ...]) -> Any:
        try:
            return self.servers.answer(self.address, method, list(params))
        except Failure as error:
            raise XenAPI.Failure(error.description) from None
        except Dropped:
            raise ConnectionResetError from None


class Mortal(Client):
    """The pool's client of a process that may be killed at any of its calls. servers: spoken to without the wire."""

    def __init__(self, access: HypervisorAccess, lab: Lab, life: Life, servers: Servers | None) -> None:
        super().__init__(access, LabClock(lab, life))
        self.life, self.servers = life, servers

    def call(self, method: str, *args: Any) -> Any:
        life = self.life
        if life.dead:
            raise Killed
        life.calls += 1
        value = super().call(method, *args)
        if life.calls == life.kills_at:
            life.dead = True
            raise Killed
        return value

    def _opened(self, url: str) -> Any:
        return Near(self.servers, urlsplit(url).hostname or "", self._access) if self.servers else super()._opened(url)


@dataclass
class Cluster8:
    """One cluster seen from both sides: VMs are in the pool where CloudStack's migrations have put them.

    tale: what changed something on either side, in the order that it came. life: the process that works. writes: how
    many calls it had made when it wrote. near: without the wire.
    """

    lab: Lab
    pool: Pool
    servers: Servers
    tale: list[str] = field(default_factory=list)
    vms: dict[str, str] = field(default_factory=dict)
    life: Life = field(default_factory=Life)
    writes: list[int] = field(default_factory=list)
    near: bool = False

    def heard(self, call: Received) -> None:
        if not call.command.startswith(READS):
            self.writes.append(self.life.calls)
        if call.command in CLOUD[:2]:
            self.tale.append(f"{call.command} {self.names[call.params['id']]}")

    def called(self, call: Call) -> None:
        self.follow()
        if call.method in POOL:
            self.writes.append(self.life.calls)
            self.tale.append(f"{call.method} {self.pool.name(call.params[0])}")
        if call.method == "host.disable":
            assert not xapi_hosts.residents(self.pool, call.params[0]), "guests were on a host that was closed"

    @property
    def names(self) -> dict[str, str]:
        return {row.uuid: row.name for row in self.lab.box.world.hosts}

    def follow(self) -> None:
        where = {row.id: row.name for row in self.lab.box.world.hosts}
        for vm in list(self.lab.box.world.vms):
            host = where.get(vm.host_id, "")
            if vm.instance_name not in self.vms:
                self.vms[vm.instance_name] = xapi_site.add_vm(self.pool, vm.instance_name, host)
            ref = self.vms[vm.instance_name]
            record = self.pool.database.get("VM", ref)
            if host and record["resident_on"] != self.pool.host(host):
                xapi_hosts.place(self.pool, ref, self.pool.host(host))

    def reach(self, life: Life) -> Any:
        access = HypervisorAccess(self.servers.url("127.78.0.1"), self.pool.username, self.pool.password)

        def opened(cluster: Cluster, hosts: Sequence[Host]) -> Hypervisor:
            return XenServer(Mortal(access, self.lab, life, self.servers if self.near else None))

        return opened

    def roll(self, life: Life | None = None, token: str = "run/1") -> list[str]:
        """All of it by one process; the hosts in the order that they were taken."""
        self.life = life = life or Life()
        cloud, claim = self.lab.cloud(life), Claim(Lock(token, "operator@admin", "process 1"), **NEXT)
        request = rolling.Request(None, "c1", run="roll", claim=claim, reach=self.reach(life))
        taken: list[str] = []
        while True:
            now = rolling.next_wave(cloud, request, False).result
            if not now["wave"]:
                rolling.finish(cloud, request, False)
                return taken
            for name in now["wave"]:
                how: dict[str, Any] = {"host": name, "life": life, "token": token, "claim": NEXT}
                ask(self.lab, **how, preferred=tuple(now["done"]), reach=self.reach(life))
                ask(self.lab, "enabled", **how, reach=self.reach(life))
                rolling.host_done(cloud, request, name, False, False)
                taken.append(name)

    def whole(self) -> None:
        """Everything is as before, and nothing lies around."""
        self.follow()
        assert {row.resource_state for row in self.lab.box.world.hosts} == {"Enabled"}
        assert all(row["enabled"] for row in self.pool.database.rows["host"].values())
        assert set(placement(self.lab.box.world).values()) <= set(self.names.values())
        assert notes(self.lab.box.world) == []


@contextlib.contextmanager
def made(lab: Lab, hosts: int, vms: int, near: bool = False) -> Iterator[Cluster8]:
    build(lab.client(), hosts=hosts, vms=vms)
    pool = xapi_site.build(hosts, prefix="h", network="127.78.0", transition=0.0 if near else 0.02)
    with contextlib.nullcontext(Servers(pool)) if near else Servers(pool) as servers:
        both = Cluster8(lab, pool, servers, near=near)
        lab.on_call, pool.on_call = both.heard, both.called
        yield both


@pytest.fixture
def eight(lab: Lab) -> Iterator[Cluster8]:
    with made(lab, 8, 2) as both:
        yield both


@pytest.fixture
def two(lab: Lab) -> Iterator[Cluster8]:
    with made(lab, 2, 1) as both:
        yield both


def test_eight_hosts_master_first_and_each_by_its_procedure(eight: Cluster8) -> None:
    """CloudStack's maintenance, the pool's; the pool's is left first. Guests move once, the first host's twice."""
    taken = eight.roll()
    assert taken[0] == "h0"
    assert sorted(taken) == [f"h{number}" for number in range(8)]
    for name in taken:
        its = [line for line in eight.tale if line.endswith(f" {name}") and not line.startswith("pool.")]
        assert [line.split()[0] for line in its] == [CLOUD[0], "host.disable", "host.enable", CLOUD[1]], name
    ends = [line for line in eight.tale if not line.startswith("pool.")]
    assert all(one.split()[1] == other.split()[1] for one, other in list(pairwise(ends))[::2]), "two hosts at once"
    assert eight.tale[:2] == ["prepareHostForMaintenance h0", "pool.designate_new_master h1"]
    eight.whole()
    # One login for each connection (asking for a wave, and two tasks of each host), and one more for each new master.
    elections = sum(line.startswith("pool.") for line in eight.tale)
    assert eight.pool.logins <= 9 + 2 * 8 + elections
    assert eight.pool.sessions == {}


def test_who_is_newer_leads(two: Cluster8) -> None:
    """The master is updated while it is away; a member must not be newer than its master, so it leads again."""
    how: dict[str, Any] = {"token": "run/1", "claim": NEXT, "reach": two.reach(Life())}
    ask(two.lab, host="h0", **how)
    assert two.pool.name(two.pool.master) == "h1"
    software = dict(two.pool.database.get("host", two.pool.host("h0"))["software_version"], product_version="8.3.10")
    two.pool.database.set("host", two.pool.host("h0"), software_version=software)
    ask(two.lab, "enabled", host="h0", **how)
    assert two.pool.name(two.pool.master) == "h0"
    assert two.tale[-3:] == ["pool.designate_new_master h0", "host.enable h0", "cancelHostMaintenance h0"]


def test_killed_after_every_write_of_both_sides_and_run_again() -> None:
    """A whole roll of two, the master among them: the next process ends it, never two hosts out.

    Between two writes nothing changes: this is every state that a killed process can leave.
    """
    with Lab() as lab, made(lab, 2, 1, near=True) as whole:
        whole.roll()
        writes = whole.writes
    for nth in writes:
        with Lab() as lab, made(lab, 2, 1, near=True) as both:
            with pytest.raises(Killed):
                both.roll(Life(kills_at=nth, after=True))
            both.roll(token="run/2")
            both.whole()
            modes = [line.split() for line in both.tale if line.startswith("host.")]
            assert [mode for mode, _host in modes] == ["host.disable", "host.enable"] * (len(modes) // 2), nth
            assert list(dict.fromkeys(host for _mode, host in modes)) == ["h0", "h1"], nth


def test_a_guest_that_cannot_leave_is_refused_before_the_first_write(two: Cluster8) -> None:
    two.follow()
    (vm, *_others) = xapi_hosts.residents(two.pool, two.pool.host("h0"))
    two.pool.database.set("VM", vm, other_config={"bound_to": "VM_REQUIRES_SR"})
    with pytest.raises(Refused) as error:
        ask(two.lab, reach=two.reach(Life()))
    (reason,) = error.value.reasons
    assert (reason.code, reason.facts["fault"]) == ("hypervisor_obstacle", "VM_REQUIRES_SR")
    assert "its storage is not on the other hosts" in reason.message
    assert two.tale == []
