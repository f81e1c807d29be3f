# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll through a vSphere cluster: CloudStack's side is the sandbox, the other a simulated vCenter."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from fakes.lab import Lab
from integration.maintenance.rolls import CANCEL, PREPARE, killed, points
from integration.maintenance.site import ask
from integration.maintenance.vcenter_roll import MODES, Both, made, vcenter_of

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused


@pytest.fixture
def eight(lab: Lab) -> Iterator[Both]:
    with vcenter_of(hosts=8, guests=21) as vcenter, made(vcenter, 8, 2, lab) as both:
        yield both


def test_eight_hosts_each_by_its_procedure(eight: Both) -> None:
    """CloudStack's maintenance, vCenter's; vCenter's is left first, then CloudStack's. One host at a time."""
    taken = eight.roll()
    assert sorted(taken) == [f"h{number}" for number in range(8)]
    assert eight.tale == [f"{step} {name}" for name in taken for step in (PREPARE, *MODES, CANCEL)]
    eight.whole()


def test_a_vm_that_vcenter_cannot_move_refuses_the_host_before_anything_is_done(eight: Both) -> None:
    eight.follow()
    stuck = next(name for name, host in eight.guests.items() if host == "h0")
    backing = {"_typeName": "VirtualCdromAtapiBackingInfo", "deviceName": "/dev/cdrom"}
    drive = {"_typeName": "VirtualCdrom", "key": 3099, "backing": backing, "connectable": {"connected": True}}
    eight.vcenter.plant(stuck, "Config.Hardware.Device.+", drive)
    before = eight.lab.writes
    with pytest.raises(Refused) as refused:
        ask(eight.lab, host="h0", reach=eight.reach())
    assert [(each.code, each.facts["vm"]) for each in refused.value.reasons] == [("hypervisor_obstacle", stuck)]
    assert eight.lab.writes == before


def test_a_vm_that_cloudstack_does_not_know_keeps_its_host_out_of_vcenters_mode(eight: Both) -> None:
    eight.follow()
    known = {each["name"] for each in eight.vcenter.world()["guests"]}
    eight.vcenter.ask("guests", number=1)
    stranger = next(each for each in eight.vcenter.world()["guests"] if each["name"] not in known)
    eight.vcenter.move(stranger["name"], "h0")
    with pytest.raises(Refused) as refused:
        ask(eight.lab, host="h0", reach=eight.reach())
    assert stranger["name"] in refused.value.message
    eight.listen()
    assert not [line for line in eight.tale if line.startswith(MODES)]


def test_killed_after_each_kind_of_write_and_run_again() -> None:
    """A whole roll of two: the next process ends it. Every other call of it is in benchmarks/rolls.py."""
    with vcenter_of(hosts=2, guests=9) as vcenter:
        new = partial(made, vcenter, 2, 1)
        writes, _calls = points(new)
        # The first host is done by half of them; the second one's are the same again.
        for nth in writes[: len(writes) // 2 : 2]:
            killed(new, nth)
