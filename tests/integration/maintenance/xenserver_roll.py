# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A XenServer pool from both sides: the sandbox, and a pool that answers by XAPI's data model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import XenAPI
from counterparts.xapi import Pool, Servers
from counterparts.xapi import hosts as xapi_hosts
from counterparts.xapi import site as xapi_site
from counterparts.xapi.model import Failure
from counterparts.xapi.pool import Call, Dropped
from fakes.lab import Killed, Lab, LabClock, Life
from integration.maintenance.rolls import Sides
from integration.maintenance.site import build

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.gateway import XenServer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor

MODES = ("host.disable", "host.enable")
ELECTION = "pool.designate_new_master"


class Near:
    """XenAPI's session without the wire, for a roll that runs many times; what it calls answers as ever."""

    def __init__(self, servers: Servers, address: str, how: HypervisorAccess) -> None:
        self.servers, self.address, self.transport = servers, address, self
        self.session = self._sent("session.login_with_password", (how.username, how.password))
        self.xenapi = XenAPI.XenAPI._Dispatcher(lambda method, args: self._sent(method, (self.session, *args)), None)

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
class Both(Sides):
    """near: without the wire. vms: references by instance name."""

    pool: Pool = field(kw_only=True)
    servers: Servers = field(kw_only=True)
    near: bool = False
    vms: dict[str, str] = field(default_factory=dict)

    ENTER, LEAVE = MODES

    def __post_init__(self) -> None:
        self.lab.on_call, self.pool.on_call = self.heard, self.called

    def called(self, call: Call) -> None:
        self.follow()
        if call.method in (*MODES, ELECTION):
            self.writes.append(self.life.calls)
            self.tale.append(f"{call.method} {self.pool.name(call.params[0])}")
        if call.method == "host.disable":
            assert not xapi_hosts.residents(self.pool, call.params[0]), "guests were on a host that was closed"

    def follow(self) -> None:
        where = {row.id: row.name for row in self.lab.box.world.hosts}
        for vm in list(self.lab.box.world.vms):
            host = where.get(vm.host_id or 0, "")
            if vm.instance_name not in self.vms:
                self.vms[vm.instance_name] = xapi_site.add_vm(self.pool, vm.instance_name, host)
            ref = self.vms[vm.instance_name]
            record = self.pool.database.get("VM", ref)
            if host and record["resident_on"] != self.pool.host(host):
                xapi_hosts.place(self.pool, ref, self.pool.host(host))

    def opened(self, life: Life) -> Hypervisor:
        access = HypervisorAccess(self.servers.url("127.78.0.1"), self.pool.username, self.pool.password)
        return XenServer(Mortal(access, self.lab, life, self.servers if self.near else None))

    def out(self) -> list[str]:
        return [row["name_label"] for row in self.pool.database.rows["host"].values() if not row["enabled"]]


@contextlib.contextmanager
def made(hosts: int, vms: int, lab: Lab | None = None, near: bool = False) -> Iterator[Both]:
    """vms: on each host."""
    with contextlib.nullcontext(lab) if lab else Lab() as its:
        build(its.client(), hosts=hosts, vms=vms)
        pool = xapi_site.build(hosts, prefix="h", network="127.78.0", transition=0.0 if near else 0.02)
        with contextlib.nullcontext(Servers(pool)) if near else Servers(pool) as servers:
            yield Both(its, pool=pool, servers=servers, near=near)
