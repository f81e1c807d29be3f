# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance with the hypervisor asked too: in which order, what it proves, and killed at every call of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fakes.lab import Killed, Lab, Life
from integration.maintenance.site import Site, ask, notes, placement, refusal
from integration.maintenance.test_faults import FOLLOWER, drained, furnish, left_behind

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    HostcraftError,
    Refused,
    TransportError,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    KVM,
    VMWARE,
    XENSERVER,
    HypervisorCapabilities,
    HypervisorGuest,
    HypervisorHost,
    HypervisorView,
    Obstacle,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.hypervisors.native import NativePart
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import rolling
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor


@dataclass
class Twin:
    """The hypervisors below a laboratory: VMs run where the sandbox's world has them.

    tale: writes to CloudStack and modes here, in the order that they came. kills_at: the mode change that the process
    does not survive.
    """

    lab: Lab
    capabilities: HypervisorCapabilities = XENSERVER
    modes: dict[str, bool] = field(default_factory=dict)
    master: str = "h0"
    strangers: tuple[HypervisorGuest, ...] = ()
    stuck: tuple[Obstacle, ...] = ()
    tale: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    kills_at: int = 0

    def reach(self, cluster: Cluster, hosts: Sequence[Host]) -> Hypervisor:
        self.opened += 1
        return self

    def read(self) -> HypervisorView:
        rows = list(self.lab.box.world.hosts)
        hosts = tuple(
            HypervisorHost(
                row.name, row.name, master=row.name == self.master, maintenance=self.modes.get(row.name, False)
            )
            for row in rows
        )
        names = {row.id: row.name for row in rows}
        guests = tuple(
            HypervisorGuest(vm.uuid, vm.instance_name, names[vm.host_id])
            for vm in self.lab.box.world.vms
            if vm.host_id in names
        )
        return HypervisorView(self.capabilities, hosts, (*guests, *self.strangers))

    def obstacles(self, host: HypervisorHost) -> Sequence[Obstacle]:
        return self.stuck

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        self._turn(host, True)

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        self._turn(host, False)

    def _turn(self, host: HypervisorHost, into: bool) -> None:
        self.tale.append(f"{'enter' if into else 'leave'} {host.name}")
        self.modes[host.name] = into
        if self.kills_at == len(self.tale):
            raise Killed

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def twin(lab: Lab, site: Site) -> Twin:
    made = Twin(lab)

    def heard(call: Any) -> None:
        if call.command in ("prepareHostForMaintenance", "cancelHostMaintenance", "migrateVirtualMachine"):
            made.tale.append(call.command)

    lab.on_call = heard
    return made


def test_cloudstack_first_into_maintenance_and_last_out_of_it(lab: Lab, twin: Twin) -> None:
    entered = ask(lab, reach=twin.reach)
    assert twin.tale[-2:] == ["prepareHostForMaintenance", "enter h0"]
    assert set(twin.tale[:-2]) == {"migrateVirtualMachine"}
    assert entered.result["hypervisor_host"] == {"name": "h0", "version": "", "master": True, "maintenance": True}
    assert entered.after["hypervisor_maintenance"] is True
    assert not ask(lab, reach=twin.reach).changed
    twin.tale.clear()
    left = ask(lab, "enabled", reach=twin.reach)
    assert twin.tale == ["leave h0", "cancelHostMaintenance"]
    assert left.after["hypervisor_maintenance"] is False
    assert not ask(lab, "enabled", reach=twin.reach).changed
    assert twin.opened == twin.closed == 4


def test_a_hypervisor_without_such_a_mode_proves_only(lab: Lab, twin: Twin) -> None:
    twin.capabilities = KVM
    outcome = ask(lab, reach=twin.reach)
    assert twin.tale[-1] == "prepareHostForMaintenance"
    assert "hypervisor_maintenance" not in outcome.after


def test_check_mode_tells_both_and_touches_neither(lab: Lab, twin: Twin) -> None:
    outcome = ask(lab, check=True, reach=twin.reach)
    assert outcome.after["hypervisor_maintenance"] is True
    assert twin.tale == []
    assert twin.modes == {}


def test_a_host_that_is_in_one_maintenance_alone_gets_the_other(lab: Lab, twin: Twin) -> None:
    ask(lab)
    twin.tale.clear()
    assert ask(lab, reach=twin.reach).changed
    assert twin.tale == ["enter h0"]
    twin.modes["h0"] = False
    assert ask(lab, check=True, reach=twin.reach).changed


def test_a_guest_that_cloudstack_does_not_know_keeps_the_host_from_being_called_empty(lab: Lab, twin: Twin) -> None:
    twin.strangers = (HypervisorGuest("x", "i-2-999-VM", "h0"),)
    with pytest.raises(Refused) as error:
        ask(lab, reach=twin.reach)
    (reason,) = error.value.reasons
    assert (reason.code, reason.facts["vms"]) == ("not_empty_there", ["i-2-999-VM"])
    assert "enter h0" not in twin.tale
    # Nothing more is needed than to take it away.
    twin.strangers = ()
    assert ask(lab, reach=twin.reach).after["hypervisor_maintenance"] is True


def test_an_obstacle_of_the_hypervisor_refuses_before_a_vm_moves(lab: Lab, twin: Twin) -> None:
    name = next(vm.instance_name for vm in lab.box.world.vms if vm.name == "vm0-1")
    twin.stuck = (Obstacle(name, "VM_REQUIRES_SR", "it has a disk in the local SR"),)
    reasons = refusal(lab, reach=twin.reach)
    assert reasons["hypervisor_obstacle"]["vm"] == name
    assert reasons["hypervisor_obstacle"]["fault"] == "VM_REQUIRES_SR"


def test_what_the_hypervisor_says_of_room_does_not_count(lab: Lab, twin: Twin) -> None:
    name = next(vm.instance_name for vm in lab.box.world.vms if vm.name == "vm0-1")
    twin.stuck = (Obstacle(name, "HOST_NOT_ENOUGH_FREE_MEMORY", "no room"), Obstacle("other", "VM_REQUIRES_SR", "x"))
    assert ask(lab, reach=twin.reach).result["resource_state"] == "Maintenance"


def test_a_host_that_the_hypervisor_does_not_have_is_refused_at_once(lab: Lab, twin: Twin) -> None:
    class Elsewhere(Twin):
        def read(self) -> HypervisorView:
            return replace(super().read(), hosts=())

    assert "hypervisor_unseen" in refusal(lab, reach=Elsewhere(lab).reach)


def test_a_mode_that_is_not_seen_afterwards_is_no_success(lab: Lab, twin: Twin) -> None:
    class Deaf(Twin):
        def _turn(self, host: HypervisorHost, into: bool) -> None:
            pass

    with pytest.raises(Refused) as error:
        ask(lab, reach=Deaf(lab).reach)
    assert error.value.reasons[0].code == "hypervisor_mode"


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_each_call_and_run_again(after: bool, tmp_path: Path) -> None:
    """The same task again ends where the first would have, on both sides."""
    at, finished, second = 0, False, {"token": "next", "claim": FOLLOWER}
    while not finished:
        at += 1
        with Lab() as lab:
            furnish(lab, tmp_path)
            twin, life = Twin(lab), Life(at, after)
            finished = not killed(lab, "maintenance", life=life, reach=twin.reach)
            if not finished:
                ask(lab, reach=twin.reach, **second)
            drained(lab)
            assert twin.modes == {"h0": True}
            if finished:
                again = killed(lab, "enabled", life=life, reach=twin.reach)
                finished = not again
                if again:
                    ask(lab, "enabled", reach=twin.reach, **second)
                assert (twin.modes, left_behind(lab)) == ({"h0": False}, [])
                assert "Stopped" not in placement(lab.box.world).values()
    assert at > 20


def killed(lab: Lab, goal: Any, **how: Any) -> bool:
    """Whether the process of a task did not survive it."""
    try:
        ask(lab, goal, **how)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("goal", ["maintenance", "enabled"])
def test_killed_while_the_hypervisor_changes_its_mode(goal: Any, tmp_path: Path) -> None:
    with Lab() as lab:
        furnish(lab, tmp_path)
        twin = Twin(lab)
        if goal == "enabled":
            ask(lab, reach=twin.reach)
        twin.kills_at = len(twin.tale) + 1
        assert killed(lab, goal, reach=twin.reach)
        ask(lab, goal, token="next", claim=FOLLOWER, reach=twin.reach)
        assert twin.modes == {"h0": goal == "maintenance"}


def test_the_master_goes_first_and_its_procedure_is_shown(lab: Lab, twin: Twin) -> None:
    twin.master = "h2"
    request = rolling.Request(None, "c1", run="roll", reach=twin.reach)
    plan = rolling.show_plan(lab.cloud(), request).result
    waves: Any = plan["waves"]
    assert waves[0]["hosts"] == ["h2"]
    assert rolling.next_wave(lab.cloud(), request, True).result["wave"] == ["h2"]
    assert twin.opened == twin.closed == 2


@dataclass
class Shut(Twin):
    """A twin that refuses the password, or some hosts of which cannot be read or are not there."""

    error: HostcraftError | None = None
    unread: tuple[tuple[str, str], ...] = ()
    missing: str = ""

    def read(self) -> HypervisorView:
        if self.error:
            raise self.error
        view = super().read()
        return replace(view, unread=self.unread, hosts=tuple(h for h in view.hosts if h.name != self.missing))


KVM_DENIED = AccessDenied("authentication failed", call="libvirt h1")


@pytest.mark.parametrize("capabilities", [KVM, XENSERVER, VMWARE], ids=lambda its: its.hypervisor)
@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"error": KVM_DENIED}, "cannot be read: libvirt h1: authentication failed"),
        ({"error": TransportError("no connection", command="x")}, "cannot be read: no connection"),
        ({"unread": (("h2", "libvirt h2: authentication failed"),)}, "host h2: its hypervisor cannot be read"),
        ({"missing": "h3"}, "host h3: the hypervisor does not have this host"),
    ],
)
def test_a_roll_tries_the_hypervisors_of_all_its_hosts_before_the_first_write(
    lab: Lab, site: Site, capabilities: HypervisorCapabilities, how: dict[str, Any], told: str
) -> None:
    """A wrong password was found when the first host was planned, or empty already."""
    shut = Shut(lab, capabilities, **how)
    request = rolling.Request(None, "c1", run="roll", claim=Claim(Lock("t", "anna@desk")), reach=shut.reach)
    with lab.watched() as calls:
        plan: Any = rolling.show_plan(lab.cloud(), request).result
    assert plan["feasible"] is False
    assert [told in each["message"] for each in plan["reasons"]] == [True]
    assert [each["code"] for each in plan["reasons"]] == ["hypervisor_unseen"]
    assert [call.command for call in calls if not call.command.startswith(("list", "query"))] == []
    with pytest.raises(Refused, match="hypervisor") as refused:
        rolling.next_wave(lab.cloud(), request, False)
    assert told in refused.value.message
    assert notes(lab.box.world) == []
    assert shut.opened == shut.closed


def test_a_host_that_the_roll_does_not_visit_need_not_answer(lab: Lab, site: Site) -> None:
    shut = Shut(lab, KVM, unread=(("h3", "powered off"),))
    request = rolling.Request(None, "c1", hosts=("h0", "h1"), run="roll", reach=shut.reach)
    assert rolling.show_plan(lab.cloud(), request).result["feasible"] is True


def test_a_part_without_a_connection_says_nothing() -> None:
    part = NativePart(None, Cluster("c", "c", "z", "p"), Host("h", "h"))
    part.prove_empty()
    part.enter()
    assert (part.in_maintenance(), part.told(), part.changed) == (None, {}, False)
    part.close()
