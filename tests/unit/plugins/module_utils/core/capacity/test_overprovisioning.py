# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other factors on a cluster in memory: accounts before and after, who keeps old ones, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import (
    Amount,
    Balance,
    Factors,
    Remembered,
    as_summed,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.headroom import (
    MANY,
    Size,
    below,
    by_tag,
    failing,
    room_for,
    vm_limit,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.overprovisioning import (
    ALLOWANCES,
    of_factors,
    refusals,
    simulate,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import (
    NOTHING_REMEMBERED,
    Instance,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

GIB = 1 << 30


def fleet(*vms: Instance, hosts: int = 2, cpu: float = 1, ram: float = 1, **more: Any) -> Fleet:
    """Hosts of 8000 MHz and 8 GiB, and what VMs hold."""

    def host(n: int) -> Host:
        its = [vm for vm in vms if vm.host_id == f"h{n}"]
        return Host(
            f"h{n}",
            f"host{n}",
            state="Up",
            resource_state="Enabled",
            host_tags=("a",) if n == 0 else (),
            cpu_number=4,
            cpu_speed=2000,
            cpu_with_overprovisioning=int(8000 * cpu),
            memory_total=8 * GIB,
            memory_with_overprovisioning=int(8 * GIB * ram),
            cpu_allocated=sum(vm.demand.cpu for vm in its),
            memory_allocated=sum(vm.ram for vm in its),
        )

    cluster = Cluster("c", "c", "z", "p", cpu_overcommit_ratio=str(cpu), memory_overcommit_ratio=str(ram))
    return Fleet(cluster, tuple(host(n) for n in range(hosts)), vms, {}, **more)


def vm(name: str, host: str = "h0", gib: int = 1, own: Remembered = NOTHING_REMEMBERED, kind: str = "User") -> Instance:
    return Instance(name, name, kind, "Running", host, cpu_number=1, cpu_speed=1000, ram=gib * GIB, own=own)


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


def test_a_vm_counts_by_the_factor_that_it_remembers_and_as_it_is_without() -> None:
    sim = simulate(fleet(vm("new"), vm("old", own=Remembered(1.0, 2.0)), cpu=2, ram=2), Factors(4.0, 4.0))
    assert sim.before.used == Amount(1000 + 2000, 2 * GIB)
    assert sim.after.used == Amount(1000 + 4000, GIB + 2 * GIB)
    assert {each.vm.name: each.remembers for each in sim.keepers} == {
        "new": NOTHING_REMEMBERED,
        "old": Remembered(1.0, 2.0),
    }
    assert {each.vm.name: each.counts for each in sim.keepers} == {
        "new": Amount(1000, GIB),
        "old": Amount(4000, 2 * GIB),
    }


def test_who_has_the_new_factors_or_is_the_systems_keeps_nothing() -> None:
    seen = fleet(vm("has", own=Remembered(2.0, 2.0)), vm("router", kind="Router"), cpu=1, ram=1)
    assert simulate(seen, Factors(2.0, 2.0)).keepers == ()


def test_a_host_that_would_hold_more_than_it_has_is_named() -> None:
    seen = fleet(*(vm(f"v{n}", own=Remembered(2.0, 2.0)) for n in range(10)), cpu=2, ram=2)
    sim = simulate(seen, Factors(1.0, 1.0))
    found = refusals(sim, "KVM", ())
    assert codes(found) == ["over_full", "over_full"]
    assert {(r.facts["host_name"], r.facts["resource"]) for r in found} == {("host0", "CPU"), ("host0", "memory")}
    assert found[1].facts["used"] == 5 * GIB
    assert found[1].facts["restarted"] == 10 * GIB
    assert refusals(sim, "KVM", ("over_full",)) == ()


def test_raising_a_factor_of_a_full_host_is_no_offence() -> None:
    seen = fleet(*(vm(f"v{n}") for n in range(12)))
    assert refusals(simulate(seen, Factors(1.2, 1.2)), "KVM", ()) == ()


@pytest.mark.parametrize(
    ("wanted", "hypervisor", "expected"),
    [
        ({"cpu": 0.5, "ram": 0.9}, "KVM", ["below_one", "below_one"]),
        ({"cpu": 1000, "ram": 1000}, "KVM", ["large", "large"]),
        ({"cpu": 100, "ram": 10}, "VMware", []),
        ({"cpu": 0}, "KVM", ["factor_not_positive"]),
        ({"cpu": float("nan")}, "KVM", ["factor_not_positive"]),
        ({"cpu": float("inf")}, "KVM", ["factor_not_positive"]),
        ({"ram": 4}, "XenServer", []),
        ({"ram": 4.5}, "XenServer", ["memory_limit"]),
        ({"cpu": 16}, "XenServer", []),
        ({"ram": 1.5}, "Hyperv", ["no_ballooning"]),
        ({"ram": 1.5}, "LXC", ["no_ballooning"]),
        ({"ram": 1.5}, "Another", ["no_ballooning"]),
        ({"cpu": 4, "ram": 1}, "LXC", []),
        ({"ram": 4.5}, "", []),
    ],
)
def test_factors_are_judged_by_themselves_and_the_hypervisor(
    wanted: dict[str, float], hypervisor: str, expected: list[str]
) -> None:
    assert codes(of_factors(wanted, hypervisor)) == expected


def test_every_allowance_lets_pass_what_it_names_and_xenservers_limit_stays() -> None:
    wanted = {"cpu": 0.5, "ram": 1000.0}
    assert codes(of_factors(wanted, "LXC", ALLOWANCES)) == []
    assert codes(of_factors(wanted, "XenServer", ALLOWANCES)) == ["memory_limit"]


def test_n_plus_one_counts_what_the_change_takes_away() -> None:
    full = [vm(f"v{n}", f"h{n % 3}", 4, Remembered(1.0, 2.0)) for n in range(6)]
    sim = simulate(fleet(*full, hosts=3, ram=2), Factors(1.0, 1.0))
    assert codes(refusals(sim, "KVM", (), 1)) == ["n_plus_f"]
    assert codes(refusals(sim, "KVM", (), None)) == []
    # Broken before, and not by this.
    worse = [vm(f"v{n}", f"h{n % 3}", 4) for n in range(6)]
    assert codes(refusals(simulate(fleet(*worse, hosts=3), Factors(2.0, 1.0)), "KVM", (), 1)) == []


def test_room_is_counted_host_by_host_and_less_the_spare_one() -> None:
    seen = fleet(vm("one", "h0", 3), hosts=3)
    assert room_for(seen, Size(1, 1000, 3 * GIB)) == 1 + 2 + 2
    assert room_for(seen, Size(1, 1000, 3 * GIB), 1) == 3
    assert room_for(seen, Size(8, 1000, GIB)) == 0
    assert failing(seen, 1) == ()
    assert set(failing(seen, 3)) == {"host0", "host1", "host2"}


def test_hosts_that_take_no_vms_are_no_room() -> None:
    seen = fleet(hosts=2)
    down = Host("h9", "host9", state="Down", resource_state="Enabled")
    shut = replace(seen, hosts=(seen.hosts[0], down), instances=(), guest_limits={"h0": 5, "h9": 5})
    assert room_for(shut, Size(1, 1, 1)) == 5
    assert vm_limit(shut, None) == 0
    assert vm_limit(seen, 50) == 50
    assert vm_limit(seen, None) is None
    assert by_tag(seen) == {"": ["host1"], "a": ["host0"]}


def test_where_limits_differ_the_hosts_of_the_highest_fail() -> None:
    seen = replace(fleet(hosts=3), guest_limits={"h0": 50, "h1": 1000, "h2": 500})
    assert [vm_limit(seen, None, spare) for spare in range(4)] == [1550, 550, 50, 0]
    assert vm_limit(replace(seen, guest_limits={"h0": 50}), None) is None
    assert vm_limit(replace(seen, hosts=()), None) is None


@pytest.mark.parametrize(
    ("limits", "size", "count"),
    [
        # 3000 MHz and 4 GiB of 10000 MHz and 8 GiB are taken.
        ({"cpu": 0.5, "ram": 1.0}, Size(1, 1000, 1), 2),
        ({"cpu": 1.0, "ram": 0.75}, Size(1, 1, GIB), 2),
        ({"ram": 0.75}, Size(9, 9000, GIB), 2),
        ({"cpu": 0.2}, Size(1, 1000, GIB), 0),
        ({"cpu": 0.9}, Size(0, 0, GIB), MANY),
        ({}, Size(1, 1000, GIB), MANY),
    ],
)
def test_vms_below_the_thresholds(limits: dict[str, float], size: Size, count: int) -> None:
    its = Balance(Amount(10000, 8 * GIB), Amount(2000, 3 * GIB), Amount(1000, GIB))
    assert below(limits, its, size) == count


@pytest.mark.parametrize(
    ("factor", "cast"), [(1.5, 1.5), (1.33333, 1.3333), (1.00005, 1.0001), (0.00001, 0.0), (1e300, 999999.9999)]
)
def test_a_factor_as_the_database_sums_with_it(factor: float, cast: float) -> None:
    assert as_summed(Factors(factor, 2.0)) == Factors(cast, 2.0)
