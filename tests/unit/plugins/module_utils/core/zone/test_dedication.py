# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a place is given to: steps, and who is in the way."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.dedication import (
    Dedication,
    Owner,
    Tenant,
    decide,
    strangers,
)

DOMAIN = Owner("d1", "ROOT/acme")
ACCOUNT = Owner("d1", "ROOT/acme", "a1", "research")
OURS = Tenant("1", "ours", "research", "d1")
BESIDE = Tenant("2", "beside", "sales", "d1")
BELOW = Tenant("3", "below", "research", "d2")
OTHERS = Tenant("4", "others", "research", "d9", "ROOT/other")
ALL = (OURS, BESIDE, BELOW, OTHERS)


def held(owner: Owner) -> Dedication:
    return Dedication("x", "host", "h0", "host0", owner.domain_id, owner.account_id)


def test_a_domain_has_the_vms_of_its_subdomains_and_an_account_only_its_own() -> None:
    assert strangers(ALL, DOMAIN, {"d1", "d2"}) == [OTHERS]
    assert strangers(ALL, ACCOUNT, ()) == [BESIDE, BELOW, OTHERS]


@pytest.mark.parametrize(
    ("now", "wanted", "move", "steps"),
    [
        (None, None, False, ()),
        (None, DOMAIN, False, ("dedicate",)),
        (held(DOMAIN), DOMAIN, False, ()),
        (held(DOMAIN), None, False, ("release",)),
        (held(DOMAIN), ACCOUNT, True, ("release", "dedicate")),
    ],
)
def test_steps(now: Dedication | None, wanted: Owner | None, move: bool, steps: tuple[str, ...]) -> None:
    assert decide("host host0", now, wanted, (), move) == steps


def test_all_reasons_at_once_and_moving_drives_nobody_out() -> None:
    with pytest.raises(Refused) as caught:
        decide("host host0", held(DOMAIN), ACCOUNT, (OTHERS,), False)
    assert [each.code for each in caught.value.reasons] == ["dedicated_to_other", "foreign_vms"]
    assert "others (ROOT/other/research)" in caught.value.message
    with pytest.raises(Refused) as caught:
        decide("host host0", held(DOMAIN), ACCOUNT, (OTHERS,), True)
    assert [each.code for each in caught.value.reasons] == ["foreign_vms"]
