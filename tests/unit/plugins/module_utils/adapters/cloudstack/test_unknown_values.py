# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that cannot be read is unknown: neither 0 nor unlimited nor a text that nobody wrote."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import (
    mapping,
    notes,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.capacities import Capacities
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.certificates import Authorities
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import (
    Client,
    _largest_page,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.management_servers import (
    management_server,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.resource_limits import Limits
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.system_vms import SystemVms
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.vlans import Vlans
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.levels import Level
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, Unreadable, Unsupported
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.resource_limits import LimitOwner


class Answers:
    """A client whose listings are given by their commands; a command without one is not there."""

    def __init__(self, **given: Any) -> None:
        self.given = given
        self.told: list[str] = []

    def listing(self, command: str, _key: str, *_params: object) -> list[Any]:
        if command not in self.given:
            raise Unsupported(command)
        return list(self.given[command])

    def call(self, command: str, _params: object) -> Any:
        return self.given[command]

    def has(self, *_command: str) -> bool:
        return True

    def tell(self, doubt: str) -> None:
        self.told.append(doubt)


def client(**given: Any) -> Any:
    return cast(Client, Answers(**given))


def test_a_detail_without_a_value_is_empty() -> None:
    pool = mapping.storage_pool({"id": "p", "details": {"x": None, "y": "1"}})
    assert pool.details == {"x": "", "y": "1"}


@pytest.mark.parametrize(("count", "agents"), [(2, ("", "")), (10**29, None), (-1, None)])
def test_a_number_of_agents_that_no_server_has_is_unknown(count: int, agents: Any) -> None:
    assert management_server({"id": "m", "agentscount": count}).agents == agents


@pytest.mark.parametrize(("written", "at"), [("2020-01-01T00:00:00+0000", 1577836800.0), ("0001-01-01", None)])
def test_a_date_before_the_year_1000_is_none(written: str, at: float | None) -> None:
    told: list[str] = []
    assert notes.note({"id": "n", "created": written}, told.append).at == at
    assert len(told) == (at is None)


def test_a_negative_size_of_a_host_is_unknown_and_named() -> None:
    told: list[str] = []
    host = mapping.host({"id": "h", "name": "kvm1", "cpuspeed": -1, "cpunumber": 4}, told.append)
    assert (host.cpu_speed, host.cpu_number) == (None, 4)
    assert told == ["host kvm1: cpuspeed is -1, which is less than 0; it is treated as unknown"]


def test_a_limit_that_cannot_be_read_is_not_unlimited() -> None:
    rows = [{"resourcetype": 0, "max": "x"}, {"resourcetype": 1}, {"resourcetype": 2, "max": 5}]
    limits = Limits(client(listResourceLimits=rows), lambda *_: "")
    assert limits.all(LimitOwner("domain", "d", False, {}, {})) == {1: -1, 2: 5}


def test_a_capacity_whose_use_cannot_be_read_is_left_out() -> None:
    rows = [{"type": 3, "capacityused": "x", "capacitytotal": 9}, {"type": 4, "capacityused": 2, "capacitytotal": 9}]
    assert Capacities(client(listCapacity=rows)).of_place("zone", "z", (3, 4)) == {4: Level(2, 9)}


def test_a_host_of_which_storage_motion_cannot_be_read_does_not_suit() -> None:
    rows = [
        {"id": "a", "suitableformigration": True, "requiresStorageMotion": "x"},
        {"id": "b", "suitableformigration": True, "requiresStorageMotion": False},
        {"id": "c", "suitableformigration": True},
    ]
    assert set(SystemVms(client(findHostsForMigration=rows)).suitable("v")) == {"b", "c"}


def test_a_network_of_countless_vlans_is_an_error() -> None:
    rows = [{"id": "n", "name": "big", "vlan": "1-9999999999"}]
    with pytest.raises(Unreadable, match="network big"):
        Vlans(client(listNetworks=rows, listNetworkOfferings=[])).taken("p")


def test_an_authority_that_is_no_text_is_an_error() -> None:
    with pytest.raises(Unreadable):
        Authorities(client(listCaCertificate={"cacertificates": {"certificate": ["x"]}})).authority()


def test_a_page_size_of_thousands_of_digits_is_none() -> None:
    for text, size in (("Page size can't exceed 50", 50), ("page size " + "9" * 5000, 0)):
        assert _largest_page(ApiError(text, command="listHosts", http_status=431, errorcode=431)) == size
