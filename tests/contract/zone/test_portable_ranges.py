# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Portable addresses of a region against the API: what has their addresses or VLAN, and who uses them."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    MissingValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from unit.sandbox.site import Site

MODULE = "cs_portable_ip_range"
RANGE: dict[str, Any] = {
    "start_ip": "203.0.113.10", "end_ip": "203.0.113.19", "gateway": "203.0.113.1", "netmask": "255.255.255.0",
    "vlan": "60",
}  # fmt: skip


def codes(cloud: Gateway, module: str = MODULE, **changes: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        perform(cloud, module, True, **{**(RANGE if module == MODULE else {}), **changes})
    return [each.code for each in caught.value.reasons]


def test_a_range_is_created_told_and_removed(sandbox: Sandbox, cloud: Gateway) -> None:
    made = twice(cloud, MODULE, **RANGE)
    assert {name: made.result[name] for name in (*RANGE, "region", "used")} == {**RANGE, "region": "Local", "used": 0}
    found: Any = perform(cloud, "cs_portable_ip_range_info").result["portable_ip_ranges"]
    assert [(row["start_ip"], row["region"], len(row["addresses"])) for row in found] == [("203.0.113.10", "Local", 10)]
    # The same by meaning, and without what was said at its creation.
    assert not perform(cloud, MODULE, **{**RANGE, "vlan": "vlan://60", "region": "local"}).changed
    assert not perform(cloud, MODULE, start_ip="203.0.113.10").changed
    twice(cloud, MODULE, start_ip="203.0.113.10", state="absent")
    assert writes(sandbox) == ["createPortableIpRange", "deletePortableIpRange"]


def test_one_address_without_a_vlan(cloud: Gateway) -> None:
    made = twice(cloud, MODULE, start_ip="203.0.113.10", gateway="203.0.113.1", netmask="255.255.255.0")
    assert (made.result["end_ip"], made.result["vlan"]) == ("203.0.113.10", "untagged")


@pytest.mark.parametrize(
    "change",
    [
        {"end_ip": "203.0.113.20"}, {"vlan": "61"}, {"vlan": "untagged"}, {"gateway": "203.0.113.2"},
        {"netmask": "255.255.255.128"},
    ],
)  # fmt: skip
def test_nothing_of_it_can_be_changed(sandbox: Sandbox, cloud: Gateway, change: dict[str, str]) -> None:
    perform(cloud, MODULE, **RANGE)
    sandbox.calls.clear()
    assert codes(cloud, **change) == ["fixed_field"]
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end_ip": "203.0.114.5"}, "outside_subnet"),
        ({"start_ip": "203.0.113.1"}, "reserved_address"),
        ({"end_ip": "203.0.113.255"}, "reserved_address"),
        ({"vlan": "150"}, "vlan_of_pool"),
        ({"vlan": "50"}, "vlan_taken"),
        # The server creates this one: without a VLAN it looks at no public range.
        (
            {"start_ip": "192.168.2.9", "end_ip": "192.168.2.9", "gateway": "192.168.2.1", "vlan": None},
            "range_overlap",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_sent(
    sandbox: Sandbox, cloud: Gateway, change: dict[str, Any], code: str
) -> None:
    assert code in codes(cloud, **change)
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    "change",
    [
        {"start_ip": "host"}, {"start_ip": "2001:db8::1"}, {"end_ip": "203.0.113.9"}, {"netmask": "24"},
        {"netmask": "255.0.255.0"}, {"gateway": ""}, {"vlan": "1"}, {"vlan": "5000"}, {"vlan": "60-61"},
    ],
)  # fmt: skip
def test_what_is_no_address_or_vlan_is_named(sandbox: Sandbox, cloud: Gateway, change: dict[str, str]) -> None:
    with pytest.raises((InvalidValue, MissingValue), match=next(iter(change))):
        perform(cloud, MODULE, True, **{**RANGE, **change})
    assert writes(sandbox) == []


def test_a_region_that_is_not_there(cloud: Gateway) -> None:
    with pytest.raises(NotFound, match="Locals"):
        perform(cloud, MODULE, True, region="Locals", **RANGE)


def test_addresses_in_use_keep_the_range(sandbox: Sandbox, cloud: Gateway, site: Site) -> None:
    perform(cloud, MODULE, **RANGE)
    site.network("web")

    def use(world: Any) -> None:
        network = world.networks.first(name="web")
        next(iter(world.portable_ranges)).used["203.0.113.11"] = network.id

    sandbox.run(use)
    sandbox.calls.clear()
    with pytest.raises(Refused, match=r"203\.0\.113\.11 is Allocated for network web") as caught:
        perform(Gateway(cloud._client), MODULE, start_ip="203.0.113.10", state="absent")
    assert [each.code for each in caught.value.reasons] == ["address_in_use"]
    assert writes(sandbox) == []


def test_other_ranges_and_guest_vlans_keep_away_from_it(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, MODULE, **RANGE)
    sandbox.calls.clear()
    assert codes(cloud, start_ip="203.0.113.5", vlan="61") == ["range_overlap"]
    public = {"gateway": "203.0.113.1", "netmask": "255.255.255.0", "vlan": "70"}
    assert codes(cloud, "cs_vlan_ip_range", start_ip="203.0.113.12", **public) == ["range_overlap"]
    assert codes(cloud, "cs_vlan_range", physical_network="phys1", vlan="55-65") == ["vlan_taken"]
    network = {"name": "n", "network_offering": "DefaultL2NetworkOfferingVlan", "vlan": "60"}
    assert codes(cloud, "cs_network", **network) == ["vlan_taken"]
    rows: Any = perform(cloud, "cs_vlan_info", vlan="60").result["vlans"]
    assert [row["holder"] for row in rows] == ["portable_range"]
    assert writes(sandbox) == []
