# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_host_password: all old or all new, whichever step fails, and the password in no answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import Wrong, perform, writes
from counterparts.xapi import site as xapi_site
from counterparts.xapi.pool import Pool
from counterparts.xapi.wire import Servers

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    HypervisorError,
    MissingValue,
    Refused,
    TransportError,
    Unsupported,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.host_passwords.change import (
    PasswordNotChanged,
)
from sandbox.rules import host_states
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.accounts import ManagementServer
from sandbox.world.agents import NotJoined
from sandbox.world.hosts import Host
from unit.sandbox.client import Api
from unit.sandbox.site import Site

OLD, NEW = "old-s3cret", "n3w-s3cret"
NAMES = [f"kvm{number}" for number in range(1, 6)]
COMMAND = "updateHostPassword"


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Without those that a test takes away."""
    return {name: value for name, value in arguments.items() if value is not None}


@dataclass
class Machines:
    """The agents of hosts: each machine has a password of its own. failing: cannot be reached; late: fails after it."""

    held: dict[str, str] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)

    def set_password(self, host: Host, _username: str, password: str) -> None:
        if host.name in self.failing:
            raise NotJoined(f"Failed to update the password on {host.name}")
        self.held[host.name] = password
        if host.name in self.late:
            self.late.discard(host.name)
            raise NotJoined(f"No answer from {host.name}")


@dataclass
class Lab:
    server: Sandbox
    cloud: Gateway
    cluster: str
    machines: Machines

    def change(self, check_mode: bool = False, **more: Any) -> Outcome:
        asked = {"cluster": "kvm-a", "username": "root", "password": OLD, "new_password": NEW, "timeout": 20.0}
        return perform(self.cloud, "cs_host_password", check_mode, **given({**asked, **more}))

    def record(self) -> set[str]:
        return self.server.run(lambda world: {host.password for host in world.hosts if host.hypervisor == "KVM"})

    def each(self, act: Any, *names: str) -> None:
        self.server.run(lambda world: [act(world, host) for host in world.hosts if host.name in names])


@pytest.fixture
def lab(sandbox: Sandbox, connect: Connect) -> Lab:
    site = Site(Api(sandbox))
    cluster, _hosts = site.hypervisors("kvm-a", "KVM", NAMES, OLD)
    machines = Machines(dict.fromkeys(NAMES, OLD))

    def arrange(world: World) -> None:
        world.durations.update({"reconnection": 0.01, "disconnection": 0.0})
        world.agents = machines  # type: ignore[assignment]

    sandbox.run(arrange)
    sandbox.calls.clear()
    return Lab(sandbox, Gateway(connect(sandbox)), cluster, machines)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


def shows_no_password(error: HostcraftError) -> None:
    assert not any(word in error.message + str(error.details) for word in (OLD, NEW))


def test_the_record_of_a_cluster_is_changed_by_one_call_and_each_host_is_reconnected(lab: Lab) -> None:
    foretold = lab.change(check_mode=True)
    assert (foretold.changed, writes(lab.server)) == (True, [])
    done = lab.change()
    assert (done.changed, done.after, done.result["hosts"]) == (True, foretold.after, NAMES)
    assert lab.record() == {NEW}
    assert writes(lab.server) == [COMMAND, *["reconnectHost"] * 5]
    (call,) = lab.server.calls.of(COMMAND)
    assert {"clusterid": lab.cluster, "username": "root", "password": NEW}.items() <= call.params.items()
    assert "update_passwd_on_host" not in call.params
    # The machines were changed by others.
    assert set(lab.machines.held.values()) == {OLD}
    assert set(done.secrets) == {OLD, NEW}
    assert NEW not in str(done.result)


def test_the_hosts_are_listed_once_as_they_are_now(lab: Lab) -> None:
    lab.change(check_mode=True)
    before = len(lab.server.calls.of("listHosts"))
    lab.each(lambda world, host: host_states.disconnect(world, host), "kvm3")
    with pytest.raises(Refused) as refused:
        lab.change(check_mode=True)
    assert codes(refused) == {"host_not_up"}
    assert len(lab.server.calls.of("listHosts")) == before + 1


def test_on_the_hosts_too_by_one_call_whose_failure_the_server_tells(lab: Lab) -> None:
    lab.change(update_on_host=True)
    assert (lab.record(), set(lab.machines.held.values())) == ({NEW}, {NEW})
    (call,) = lab.server.calls.of(COMMAND)
    assert {"clusterid": lab.cluster, "update_passwd_on_host": "true"}.items() <= call.params.items()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("number", range(5))
def test_one_of_five_fails_and_all_keep_the_old_one(lab: Lab, number: int, late: bool) -> None:
    """late: the machine has the new password, and the server says that it failed."""
    (lab.machines.late if late else lab.machines.failing).add(NAMES[number])
    with pytest.raises(PasswordNotChanged) as failed:
        lab.change(update_on_host=True)
    assert set(lab.machines.held.values()) == {OLD}
    assert lab.record() == {OLD}
    # A host that fails again cannot be said to have the old one.
    place = "the hosts and the record of cluster kvm-a"
    assert failed.value.details["not_restored"] == ([] if late else [place])
    shows_no_password(failed.value)


def test_one_host_of_several_is_not_changed_by_a_call_whose_failure_nobody_tells(lab: Lab) -> None:
    """The server answers with success, records the new password, and the host has the old one."""
    lab.machines.failing.add("kvm2")
    asked = {"host": "kvm2", "username": "root", "password": OLD, "new_password": NEW, "update_on_host": True}
    with pytest.raises(Refused, match="name the cluster") as refused:
        perform(lab.cloud, "cs_host_password", **asked)
    assert codes(refused) == {"update_on_host_unproven"}
    assert writes(lab.server) == []
    host = lab.server.run(lambda world: next(each.uuid for each in world.hosts if each.name == "kvm2"))
    sent = {"hostid": host, "username": "root", "password": NEW, "update_passwd_on_host": "true"}
    assert Api(lab.server).ok(COMMAND, **sent) == {"success": True}
    assert (lab.record(), lab.machines.held["kvm2"]) == ({OLD, NEW}, OLD)


def another_server(lab: Lab, *names: str) -> None:
    """A second management server, which these hosts are connected to."""

    def add(world: World) -> None:
        world.management_servers.add(ManagementServer(2, world.new_uuid(), "ms2"))
        world.agent_servers.update({host.uuid: 2 for host in world.hosts if host.name in names})

    lab.server.run(add)


@pytest.mark.since("4.12", raises=pytest.fail.Exception)
def test_with_another_management_server_its_first_host_has_the_password_unasked(lab: Lab) -> None:
    another_server(lab, "kvm2", "kvm3")
    assert lab.change(check_mode=True).warnings == lab.change().warnings
    assert lab.machines.held == {**dict.fromkeys(NAMES, OLD), "kvm2": NEW}
    lab.server.calls.clear()
    for more, code in (
        ({"new_password": "a b$"}, "password_awkward"),
        ({"update_on_host": True}, "update_on_host_unproven"),
    ):
        with pytest.raises(Refused) as refused:
            lab.change(**more)
        assert codes(refused) == {code}
    assert writes(lab.server) == []


@pytest.mark.since("4.12", raises=AssertionError)
def test_the_warning_of_another_management_server(lab: Lab) -> None:
    assert lab.change().warnings == ()
    another_server(lab)
    assert any("several management servers" in text for text in lab.change().warnings)


@pytest.mark.parametrize("number", range(5))
def test_one_host_that_does_not_come_back_gives_all_the_old_record(lab: Lab, number: int) -> None:
    lab.server.faults.add("reconnectHost", "job_failed", nth=number + 1, text="no agent")
    with pytest.raises(PasswordNotChanged, match=r"keeps its old password.*no agent") as failed:
        lab.change()
    assert lab.record() == {OLD}
    assert failed.value.details["not_restored"] == []
    shows_no_password(failed.value)


def test_a_host_that_stays_away_ends_the_wait_and_the_change(lab: Lab) -> None:
    lab.server.run(lambda world: world.durations.update({"reconnection": 3600.0}))
    with pytest.raises(PasswordNotChanged, match="to be Up again"):
        lab.change()
    assert lab.record() == {OLD}


@pytest.mark.parametrize("kind", ["http", "drop", "drop_after", "html"])
def test_an_answer_that_is_lost_ends_in_the_old_record(lab: Lab, kind: str) -> None:
    lab.server.faults.add(COMMAND, kind, status=530, times=1)
    with pytest.raises(PasswordNotChanged) as failed:
        lab.change()
    assert lab.record() == {OLD}
    shows_no_password(failed.value)


def test_what_could_not_be_undone_is_told(lab: Lab) -> None:
    lab.server.faults.add("reconnectHost", "job_failed", text="no agent")
    lab.server.faults.add(COMMAND, "http", nth=2, status=530, times=9)
    with pytest.raises(PasswordNotChanged, match="could not be restored everywhere") as failed:
        lab.change()
    assert failed.value.details["not_restored"] == ["the record of cluster kvm-a"]
    assert lab.record() == {NEW}


def test_another_user_is_refused_by_the_server_and_nothing_is_undone(lab: Lab) -> None:
    with pytest.raises(PasswordNotChanged, match="username is not same") as failed:
        lab.change(username="admin")
    assert (failed.value.details["restored"], failed.value.details["not_restored"]) == ([], [])
    assert len(lab.server.calls.of(COMMAND)) == 1


def test_a_single_host_is_warned_of_its_cluster(lab: Lab) -> None:
    done = perform(lab.cloud, "cs_host_password", host="kvm2", username="root", password=OLD, new_password=NEW)
    assert any("all hosts of a cluster" in warning for warning in done.warnings)
    assert lab.record() == {OLD, NEW}


def test_hosts_that_cannot_be_verified_are_all_told_before_anything(lab: Lab) -> None:
    lab.each(host_states.lose, "kvm2", "kvm4")
    lab.each(lambda _world, host: setattr(host, "resource_state", "Maintenance"), "kvm5")
    with pytest.raises(Refused) as refused:
        lab.change()
    assert codes(refused) == {"host_not_up", "host_in_maintenance"}
    assert len(refused.value.reasons) == 3
    assert writes(lab.server) == []
    assert lab.change(verify=False).result["verified"] is False
    assert lab.record() == {NEW}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"new_password": ""}, "password_unusable"),
        ({"new_password": "a\nb"}, "password_unusable"),
        ({"new_password": "x" * 164}, "password_long"),
        ({"new_password": "a b$", "update_on_host": True}, "password_awkward"),
        ({"cluster": "c1"}, "hypervisor_unsupported"),
        ({"hypervisor": {"url": "https://xen1"}}, "hypervisor_not_used"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything(lab: Lab, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        lab.change(**more)
    assert code in codes(refused)
    assert writes(lab.server) == []


def test_a_place_that_is_no_cluster_or_host_and_a_record_without_database_are_refused(lab: Lab) -> None:
    with pytest.raises(MissingValue):
        lab.change(cluster=None)
    with pytest.raises(MissingValue):
        lab.change(record="database")
    with pytest.raises(Wrong):
        lab.change(host="kvm1", cluster="kvm-a")


def test_a_server_that_does_not_know_the_parameter_is_not_asked(lab: Lab, monkeypatch: Any) -> None:
    def unsupported(*_given: Any, **_more: Any) -> None:
        raise Unsupported("this server's updateHostPassword does not know update_passwd_on_host")

    monkeypatch.setattr(lab.cloud._client, "needs", unsupported)
    with pytest.raises(PasswordNotChanged, match="does not know"):
        lab.change(update_on_host=True)
    assert writes(lab.server) == []


# -- a XenServer pool --------------------------------------------------------------------------------------------------


@dataclass
class XenLab:
    server: Sandbox
    cloud: Gateway
    pool: Pool
    url: str

    def change(self, check_mode: bool = False, **more: Any) -> Outcome:
        asked = {"cluster": "xen-a", "username": "root", "password": OLD, "new_password": NEW}
        hypervisor = {"url": self.url, "timeout": 5.0}
        return perform(self.cloud, "cs_host_password", check_mode, **given({**asked, "hypervisor": hypervisor, **more}))

    def held(self) -> tuple[str, set[str]]:
        """The pool's password, and the record's."""
        record = self.server.run(lambda world: {h.password for h in world.hosts if h.hypervisor == "XenServer"})
        return self.pool.password, record


@pytest.fixture
def xen(sandbox: Sandbox, connect: Connect) -> Iterator[XenLab]:
    site = Site(Api(sandbox))
    site.hypervisors("xen-a", "XenServer", [f"xen{number}" for number in range(3)], OLD)
    sandbox.run(lambda world: world.durations.update({"reconnection": 0.01, "disconnection": 0.0}))
    sandbox.calls.clear()
    pool = xapi_site.build(3)
    pool.password = OLD
    with Servers(pool) as servers:
        url = servers.url(next(iter(pool.database.rows["host"].values()))["address"])
        yield XenLab(sandbox, Gateway(connect(sandbox)), pool, url)


def test_the_pool_and_its_record_are_changed_and_a_second_run_finds_the_pool_so(xen: XenLab) -> None:
    assert xen.change(check_mode=True).changed
    assert xen.held() == (OLD, {OLD})
    xen.change()
    assert xen.held() == (NEW, {NEW})
    # As after a run that was killed between pool and record.
    xen.server.run(lambda world: [setattr(host, "password", OLD) for host in world.hosts])
    xen.change()
    assert xen.held() == (NEW, {NEW})


def test_a_record_that_fails_gives_the_pool_its_old_password(xen: XenLab) -> None:
    xen.server.faults.add(COMMAND, "http", status=530)
    with pytest.raises(PasswordNotChanged) as failed:
        xen.change()
    assert xen.held() == (OLD, {OLD})
    assert failed.value.details["restored"] == ["the pool"]


def test_a_host_of_the_pool_that_does_not_come_back_gives_both_the_old_one(xen: XenLab) -> None:
    xen.server.faults.add("reconnectHost", "job_failed", nth=2, text="no")
    with pytest.raises(PasswordNotChanged) as failed:
        xen.change()
    assert xen.held() == (OLD, {OLD})
    assert failed.value.details["restored"] == ["the record of cluster xen-a", "the pool"]


def test_a_pool_with_another_password_is_asked_twice_and_not_changed(xen: XenLab) -> None:
    xen.pool.password = "a third"
    before = xen.pool.logins
    with pytest.raises(HypervisorError, match="neither the old nor the new") as failed:
        xen.change()
    assert xen.pool.logins - before == 2
    assert xen.held() == ("a third", {OLD})
    shows_no_password(failed.value)


def test_a_pool_that_is_silent_is_told_before_the_record_changes(xen: XenLab) -> None:
    with pytest.raises(TransportError):
        xen.change(hypervisor={"url": "http://127.77.9.9:9", "timeout": 2.0})
    assert xen.held() == (OLD, {OLD})


def test_one_host_of_a_pool_is_refused_with_the_reason(xen: XenLab) -> None:
    name = xen.server.run(lambda world: next(h.name for h in world.hosts if h.hypervisor == "XenServer"))
    with pytest.raises(Refused) as refused:
        xen.change(cluster=None, host=name)
    assert codes(refused) == {"pool_has_one_password"}
