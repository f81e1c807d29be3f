# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's accounting with recorded figures, and what follows from it against brute force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core import accounting as capacity
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount, Balance, Factors

GIB = 1 << 30
# A host as recorded (T2:16): 4 cores of 8000 MHz and 8 GiB; T3:95 shows it with both factors at 2, T3:105 with memory
# lowered to 1 again.
HOST = Amount(32_000, 8 * GIB)
amounts = st.builds(Amount, st.integers(0, 60), st.integers(0, 60))
balances = st.lists(
    st.builds(Balance, amounts, amounts, st.builds(Amount, st.integers(0, 9), st.integers(0, 9))), max_size=6
)


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        (Factors(), HOST),
        (Factors(2.0, 2.0), Amount(64_000, 17_179_869_184)),
        (Factors(2.0, 1.0), Amount(64_000, 8_589_934_592)),
        (Factors(1.0, 1.5), Amount(32_000, 12 * GIB)),
        (Factors(2.5, 0.5), Amount(80_000, 4 * GIB)),
    ],
)
def test_effective_is_what_the_server_hands_out(factors: Factors, expected: Amount) -> None:
    assert capacity.effective(HOST, factors) == expected


def test_a_vm_started_before_the_factor_rose_counts_by_the_old_one_until_it_is_started_again() -> None:
    vm = Amount(500, GIB)
    assert capacity.accounted(vm, Factors(), Factors(2.0, 1.5)) == Amount(1000, 3 * GIB // 2)
    assert capacity.accounted(vm, Factors(2.0, 1.5), Factors(2.0, 1.5)) == vm
    assert capacity.accounted(vm, Factors(2.0, 2.0), Factors()) == Amount(250, GIB // 2)


def test_a_destination_needs_room_for_the_larger_of_the_two_counts() -> None:
    vm = Amount(500, GIB)
    assert capacity.asked_by_migration(vm, Factors(), Factors(2.0, 1.0)) == Amount(1000, GIB)
    assert capacity.asked_by_migration(vm, Factors(2.0, 2.0), Factors()) == vm


@given(amounts, st.sampled_from((1.0, 2.0, 4.0)), st.sampled_from((1.0, 2.0, 4.0)))
def test_the_share_of_a_host_that_a_vm_takes_is_set_when_it_starts(vm: Amount, own: float, now: float) -> None:
    # Its count and the host's capacity are scaled alike, so changing the factor frees nothing of a running VM.
    before = capacity.accounted(vm, Factors(own, own), Factors(own, own)).cpu * now
    assert capacity.accounted(vm, Factors(own, own), Factors(now, now)).cpu == int(before / own)


@given(balances)
def test_largest_vm_is_the_most_that_any_host_takes(items: list[Balance]) -> None:
    found = capacity.largest_vm(items)
    for kind in ("cpu", "ram"):
        sizes = [size for size in range(61) if any(getattr(b.free, kind) >= size for b in items)]
        assert max(getattr(found, kind), 0) == (sizes[-1] if sizes else 0)


@given(balances, st.builds(Amount, st.integers(0, 9), st.integers(1, 9)))
def test_stranded_is_what_is_left_when_no_more_vms_fit(items: list[Balance], size: Amount) -> None:
    left = []
    for balance in items:
        free = Amount(max(balance.free.cpu, 0), max(balance.free.ram, 0))
        while size.fits_in(free):
            free = free - size
        left.append(free)
    assert capacity.stranded(items, size) == capacity.total(left)


@given(balances)
def test_accounts_of_hosts_add_up(items: list[Balance]) -> None:
    whole = capacity.joined(items)
    assert whole.free == capacity.total(b.free for b in items)


def test_a_host_without_capacity_has_no_share() -> None:
    assert Balance(Amount(), Amount(5, 5)).share() == {"cpu": 0.0, "ram": 0.0}
