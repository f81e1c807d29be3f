# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's figures as each version of the server writes them, and accounts that contradict each other."""

from __future__ import annotations

import struct
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import mapping
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import (
    Amount,
    Balance,
    Factors,
    Remembered,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.accounts import (
    as_counted,
    disputes,
    plain_figures,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import (
    Fleet,
    balances,
    counts,
    physical,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

GIB = 1 << 30
FACTORS = st.sampled_from([1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0, 6.5, 16.0])


def single(value: float) -> float:
    """As a Java float."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def two_decimals(value: float, comma: bool) -> str:
    text = f"{Decimal(value):.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text


def of_4_11(cores: int, speed: int, ram: int, now: Factors) -> dict[str, Any]:
    """Plain figures, and products as Java writes a float: 1.34217728E11."""
    return {
        "cpunumber": cores,
        "cpuspeed": speed,
        "cpuwithoverprovisioning": f"{single(cores * speed * now.cpu):.7E}",
        "memorytotal": ram,
        "memorywithoverprovisioning": f"{single(ram * now.ram):.7E}",
    }


def of_4_18(cores: int, speed: int, ram: int, now: Factors, comma: bool = False) -> dict[str, Any]:
    """Everything multiplied, the cores too (cs#9290), in the locale of the server's host."""
    memory = single(ram * single(now.ram))
    return {
        "cpunumber": int(single(cores * single(now.cpu))),
        "cpuspeed": speed,
        "cpuwithoverprovisioning": two_decimals(single(cores * speed * single(now.cpu)), comma),
        "memorytotal": int(memory),
        "memorywithoverprovisioning": two_decimals(memory, comma),
    }


def of_4_22(cores: int, speed: int, ram: int, now: Factors, comma: bool = False) -> dict[str, Any]:
    return {**of_4_18(cores, speed, ram, now, comma), "cpunumber": cores}


@given(
    st.sampled_from([of_4_11, of_4_18, of_4_22]),
    st.integers(1, 512),
    st.integers(1000, 4500),
    st.integers(GIB // 4, 4096 * GIB),
    FACTORS,
    FACTORS,
)
def test_each_version_is_read_as_the_machine_that_it_is(
    version: Any, cores: int, speed: int, ram: int, cpu: float, memory: float
) -> None:
    now = Factors(cpu, memory)
    read, found = plain_figures(mapping.host({"id": "h", **version(cores, speed, ram, now)}), now)
    assert found == ()
    assert read.cpu_number == cores
    assert physical(read).ram == pytest.approx(ram, rel=1e-6)


@given(st.integers(1, 200), FACTORS)
def test_a_decimal_comma_changes_nothing(cores: int, factor: float) -> None:
    now = Factors(factor, factor)
    for version in (of_4_18, of_4_22):
        plain, comma = (
            plain_figures(mapping.host({"id": "h", **version(cores, 3901, 61 * GIB + 12345, now, sign)}), now)
            for sign in (False, True)
        )
        assert plain == comma


def test_the_host_of_cs_9290_has_what_the_server_says() -> None:
    """88 threads shown as 176: 387200 MHz, not twice that."""
    wire = {"id": "h", "cpunumber": 176, "cpuspeed": 2200, "cpuwithoverprovisioning": "387200"}
    host, found = plain_figures(mapping.host(wire), Factors(2.0, 1.0))
    assert (host.cpu_number, found) == (88, ())
    assert balances(fleet(host, cpu=2.0))["h"].capacity.cpu == 387200


def test_allocated_capacity_of_4_11_is_not_nothing() -> None:
    """``cpuallocated`` as a share, ``memoryallocated`` in bytes: no other field tells it."""
    wire = {
        "id": "h",
        **of_4_11(32, 2400, 64 * GIB, Factors(2.0, 1.0)),
        "cpuallocated": "24,74%",
        "memoryallocated": 16 * GIB,
    }
    host = mapping.host(wire)
    assert host.cpu_allocated == round(153600 * 0.2474)
    assert host.memory_allocated == 16 * GIB
    account = balances(fleet(plain_figures(host, Factors(2.0, 1.0))[0], cpu=2.0))["h"]
    assert account.reserved == Amount(38001, 16 * GIB)


def test_a_listing_without_capacities_tells_of_no_allocation() -> None:
    """``details=min`` of 4.22 has memoryallocated 0 beside nothing else (T2:17)."""
    host = mapping.host({"id": "h", "cpunumber": 4, "cpuspeed": 8000, "memoryallocated": 0})
    assert (host.cpu_allocated, host.memory_allocated) == (None, None)


def test_a_share_is_as_good_as_its_decimals() -> None:
    """VMs of 1000 MHz on 76800: 1.3 % is 998 MHz, and nothing is reserved."""
    wire = {"id": "h", **of_4_11(32, 2400, 64 * GIB, Factors()), "cpuallocated": "1.3%", "memoryallocated": GIB}
    host = plain_figures(mapping.host(wire), Factors())[0]
    seen = Fleet(CLUSTER, (host,), (vm(),), {}, rough={"h": mapping.rough_cpu(wire)})
    assert balances(seen)["h"].reserved == Amount()
    assert disputes(seen, None) == ()


CLUSTER = Cluster("c", "kvm1", "z", "p", cpu_overcommit_ratio="1.0", memory_overcommit_ratio="1.0")


def fleet(*hosts: Host, cpu: float = 1.0, ram: float = 1.0, vms: tuple[Instance, ...] = ()) -> Fleet:
    cluster = Cluster("c", "kvm1", "z", "p", cpu_overcommit_ratio=str(cpu), memory_overcommit_ratio=str(ram))
    return Fleet(cluster, hosts, vms, {})


def machine(name: str = "h", state: str = "Enabled", held: int = 1) -> Host:
    return Host(
        name,
        name,
        state="Up",
        resource_state=state,
        cpu_number=8,
        cpu_speed=1000,
        cpu_with_overprovisioning=8000,
        cpu_allocated=1000 * held,
        memory_total=8 * GIB,
        memory_with_overprovisioning=8 * GIB,
        memory_allocated=held * GIB,
    )


def vm(host: str = "h", own: Remembered | None = None) -> Instance:
    return Instance(
        f"v-{host}", "vm", "User", "Running", host, cpu_number=1, cpu_speed=1000, ram=GIB, own=own or Remembered()
    )


@pytest.mark.parametrize(
    ("told", "resource"),
    [
        ({"cpu_with_overprovisioning": 24_000}, "CPU"),
        ({"memory_with_overprovisioning": 24 * GIB}, "RAM"),
        ({"cpu_with_overprovisioning": 4000}, "CPU"),
    ],
)
def test_figures_that_contradict_each_other_are_said(told: dict[str, Any], resource: str) -> None:
    host = Host("h", "kvm01", cpu_number=8, cpu_speed=1000, memory_total=8 * GIB, **told)
    read, found = plain_figures(host, Factors(2.0, 2.0))
    assert [(each.code, each.facts["resource"]) for each in found] == [("capacity_disputed", resource)]
    assert "kvm01" in found[0].message
    assert str(next(iter(told.values()))) in found[0].message
    # What is planned with, if anything, is what the server hands out.
    account = balances(fleet(read, cpu=2.0, ram=2.0))["h"]
    assert next(iter(told.values())) in (account.capacity.cpu, account.capacity.ram)


def test_accounts_that_agree_are_not_disputed() -> None:
    seen = fleet(machine("a"), machine("b", held=3), vms=(vm("a"), vm("b")))
    assert disputes(seen, Balance(Amount(16000, 16 * GIB), Amount(4000, 4 * GIB))) == ()


def test_a_host_that_is_not_enabled_may_be_left_out_of_the_sum() -> None:
    seen = fleet(machine("a"), machine("b", "Maintenance", held=0), vms=(vm("a"),))
    assert disputes(seen, Balance(Amount(8000, 8 * GIB), Amount(1000, GIB))) == ()
    assert disputes(seen, Balance(Amount(16000, 16 * GIB), Amount(1000, GIB))) == ()


def test_vms_that_add_up_to_more_than_the_server_counts_are_said() -> None:
    """Ours 22.5 GB used, the server's 11.8 GB: nothing can be planned with that."""
    seen = fleet(machine("a", held=1), ram=2.0, vms=(vm("a", Remembered(None, 1.0)),))
    found = disputes(seen, None)
    assert [each.code for each in found] == ["capacity_disputed"]
    assert str(2 * GIB) in found[0].message
    assert str(GIB) in found[0].message


@pytest.mark.parametrize("kind", ["capacity", "used"])
def test_listcapacity_that_says_something_else_is_said_with_both_figures(kind: str) -> None:
    said = Balance(Amount(8000, 8 * GIB), Amount(1000, GIB))
    other = (
        Balance(Amount(12345, 8 * GIB), said.used) if kind == "capacity" else Balance(said.capacity, Amount(54321, GIB))
    )
    found = disputes(fleet(machine("a"), vms=(vm("a"),)), other)
    assert [each.code for each in found] == ["capacity_disputed"]
    assert all(figure in found[0].message for figure in ("8000", "1000", "12345" if kind == "capacity" else "54321"))


def test_a_factor_that_is_not_kept_is_the_clusters_of_today() -> None:
    """Only the CPU factor was above 1 at its start: its RAM counts as it is, whatever the factor is now."""
    seen = fleet(machine(), cpu=4.0, ram=2.0, vms=(vm(own=Remembered(cpu=2.0)),))
    assert balances(seen)["h"].used == Amount(2000, GIB)


@pytest.mark.parametrize(
    ("release", "shown", "size"),
    [
        ("4.11.3.0", 2, 2),
        ("4.15.2.0", 3, 2),
        ("4.15.2.0", 1, 1),
        ("4.16.0.0", 2, 1),
        ("4.18.0.0", 3, 1),
        ("", 2, 1),
    ],
)
def test_what_a_vm_without_factors_counts_for_follows_from_release_and_figures(
    release: str, shown: int, size: int
) -> None:
    """Before 4.16 they count from 1, unless a host shows less than that: then its agent is older than the server."""
    host = replace(machine(held=shown), version=release)
    taken = as_counted((host,), (vm(), vm("elsewhere")), Factors(2.0, 2.0), {})
    assert [counts(each, Factors(2.0, 2.0)).cpu for each in taken] == [1000 * size, 1000]
    at_one = as_counted((host,), (vm(),), Factors(), {})
    assert [each.own.cpu for each in at_one] == [1.0 if release.startswith(("4.11", "4.15")) else None]


def test_one_that_is_no_users_or_keeps_factors_counts_as_before() -> None:
    host = replace(machine(held=8), version="4.11.3.0")
    system, kept = replace(vm(), kind="ConsoleProxy"), vm(own=Remembered(2.0, 2.0))
    assert as_counted((host,), (system, kept), Factors(2.0, 2.0), {}) == (system, kept)


def test_a_host_that_the_server_keeps_no_account_of_says_nothing_against_it() -> None:
    host = replace(machine(state="Maintenance", held=0), version="4.11.3.0")
    (taken,) = as_counted((host,), (vm(),), Factors(2.0, 2.0), {})
    assert taken.own == Remembered(1.0, 1.0, kept=False)
