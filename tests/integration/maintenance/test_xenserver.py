# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll through a XenServer pool: CloudStack's side is the sandbox, the pool's side answers by XAPI's data model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from counterparts.xapi import hosts as xapi_hosts
from counterparts.xapi import site as xapi_site
from fakes.lab import Lab
from integration.maintenance.rolls import CANCEL, NEXT, PREPARE, killed, points
from integration.maintenance.site import ask
from integration.maintenance.xenserver_roll import ELECTION, MODES, Both, made

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HypervisorError,
    Refused,
    WaitTimeout,
)


@pytest.fixture
def eight(lab: Lab) -> Iterator[Both]:
    with made(8, 2, lab) as both:
        yield both


@pytest.fixture
def two(lab: Lab) -> Iterator[Both]:
    with made(2, 1, lab) as both:
        yield both


def test_eight_hosts_master_first_and_each_by_its_procedure(eight: Both) -> None:
    """CloudStack's maintenance, the pool's; the pool's is left first. Guests move once, the first host's twice."""
    taken = eight.roll()
    assert taken[0] == "h0"
    assert sorted(taken) == [f"h{number}" for number in range(8)]
    modes = [line for line in eight.tale if not line.startswith(ELECTION)]
    assert modes == [f"{step} {name}" for name in taken for step in (PREPARE, *MODES, CANCEL)]
    assert eight.tale[:2] == [f"{PREPARE} h0", f"{ELECTION} h1"]
    eight.whole()
    # One login for each connection (asking for a wave, and two tasks of each host), and one more for each new master.
    elections = sum(line.startswith(ELECTION) for line in eight.tale)
    assert eight.pool.logins <= 9 + 2 * 8 + elections
    assert eight.pool.sessions == {}


def test_who_is_newer_leads(two: Both) -> None:
    """The master is updated while it is away; a member must not be newer than its master, so it leads again."""
    how: dict[str, Any] = {"token": "run/1", "claim": NEXT, "reach": two.reach()}
    ask(two.lab, host="h0", **how)
    assert two.pool.name(two.pool.master) == "h1"
    software = dict(two.pool.database.get("host", two.pool.host("h0"))["software_version"], product_version="8.3.10")
    two.pool.database.set("host", two.pool.host("h0"), software_version=software)
    ask(two.lab, "enabled", host="h0", **how)
    assert two.pool.name(two.pool.master) == "h0"
    assert two.tale[-3:] == [f"{ELECTION} h0", f"{MODES[1]} h0", f"{CANCEL} h0"]


def test_killed_after_every_write_of_both_sides_and_run_again() -> None:
    """A whole roll of two, the master among them: the next process ends it. Reads are in benchmarks/rolls.py."""
    for nth in points(near)[0]:
        killed(near, nth)


def near() -> Any:
    return made(2, 1, near=True)


def test_a_guest_that_cannot_leave_is_refused_before_the_first_write(two: Both) -> None:
    two.follow()
    (vm, *_others) = xapi_hosts.residents(two.pool, two.pool.host("h0"))
    two.pool.database.set("VM", vm, other_config={"bound_to": "VM_REQUIRES_SR"})
    with pytest.raises(Refused) as error:
        ask(two.lab, reach=two.reach())
    (reason,) = error.value.reasons
    assert (reason.code, reason.facts["fault"]) == ("hypervisor_obstacle", "VM_REQUIRES_SR")
    assert "its storage is not available on the other hosts" in reason.message
    assert two.tale == []


def test_a_host_that_came_back_without_its_storage_stops_the_roll(lab: Lab) -> None:
    """Until it is plugged; then the same task ends as ever."""
    with made(2, 1, lab, near=True) as both:
        (storage,) = lab.box.world.storage_pools
        (repository,) = both.pool.database.find("SR", name_label=xapi_site.SHARED)
        both.pool.database.set("SR", repository, name_label=storage.uuid)
        how: dict[str, Any] = {"token": "run/1", "claim": NEXT, "reach": both.reach()}
        ask(lab, host="h0", **how)
        (plug,) = both.pool.database.find("PBD", SR=repository, host=both.pool.host("h0"))
        both.pool.database.set("PBD", plug, currently_attached=False)
        with pytest.raises(WaitTimeout) as waited:
            ask(lab, "enabled", host="h0", **how)
        assert f"h0 does not reach the storage {storage.name}" in waited.value.message
        both.pool.database.set("PBD", plug, currently_attached=True)
        ask(lab, "enabled", host="h0", **how)
        assert both.out() == []
        both.by_procedure()


def ha(both: Both, on: bool) -> None:
    (ref,) = both.pool.database.rows["pool"]
    both.pool.database.set("pool", ref, ha_enabled=on)


def test_the_master_of_a_pool_with_ha_is_refused_before_the_first_write(two: Both) -> None:
    """xapi lets no other host become master then; CloudStack had emptied the host before that was told."""
    ha(two, True)
    for attempt in (lambda: ask(two.lab, reach=two.reach()), two.roll):
        with pytest.raises(Refused) as error:
            attempt()
        assert [reason.code for reason in error.value.reasons] == ["master_fixed"]
        assert "ha=false" in error.value.reasons[0].remedy
    assert two.tale == []
    ask(two.lab, host="h1", reach=two.reach())
    ask(two.lab, "enabled", host="h1", reach=two.reach())
    assert two.tale == [f"{PREPARE} h1", f"{MODES[0]} h1", f"{MODES[1]} h1", f"{CANCEL} h1"]
    two.tale.clear()
    ha(two, False)
    two.roll()
    two.whole()


def test_a_host_that_has_to_lead_a_pool_with_ha_stays_out_and_tells_why(two: Both) -> None:
    ask(two.lab, host="h0", reach=two.reach())
    software = dict(two.pool.database.get("host", two.pool.host("h0"))["software_version"], product_version="8.3.10")
    two.pool.database.set("host", two.pool.host("h0"), software_version=software)
    ha(two, True)
    with pytest.raises(HypervisorError) as error:
        ask(two.lab, "enabled", host="h0", reach=two.reach())
    assert error.value.fault == "HA_IS_ENABLED"
    assert "cs_xenserver_pool and ha=false" in error.value.message
    ha(two, False)
    ask(two.lab, "enabled", host="h0", reach=two.reach())
    assert two.pool.name(two.pool.master) == "h0"
    assert two.out() == []
