# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls, pages and refusals over one connection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.conftest import Connect
from contract.fields import ZONE, new_zone
from fakes.server import serving

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.signing import signed_form
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    AuthenticationFailed,
    Unsupported,
)
from sandbox.server import Sandbox


def test_all_calls_share_one_connection(sandbox: Sandbox, connect: Connect) -> None:
    client = connect(sandbox)
    zone = new_zone(client)
    for _ in range(50):
        client.call("listZones")
        with pytest.raises(ApiError):
            client.call("createZone", {"name": "z1", **ZONE})
    client.run_all([("createPhysicalNetwork", {"zoneid": zone["id"], "name": f"pn{n}"}) for n in range(5)])
    assert len(sandbox.calls) > 100
    assert sandbox.connections == 1


def test_calls_are_posted_and_nothing_stands_in_a_url(connect: Connect) -> None:
    with serving() as server:
        connect(server.url, secret="S3cr3t").call("addHost", {"url": "http://kvm1", "password": "pA55"})
    assert server.paths == ["/client/api"]
    assert b"password=pA55" in server.bodies[0]
    assert b"S3cr3t" not in server.bodies[0]


def test_get_is_possible_where_it_is_asked_for(sandbox: Sandbox, connect: Connect) -> None:
    client = connect(sandbox, method="get")
    new_zone(client, "Zürich + ~*")
    assert [zone["name"] for zone in client.listing("listZones", "zone")] == ["Zürich + ~*"]
    assert {call.method for call in sandbox.calls} == {"GET"}


@pytest.mark.parametrize("name", ["~", "a*b", "a+b", "a b", "Zürich ☃", "a,b", "100%", "a&b=c", '"q"'])
def test_a_name_arrives_as_it_was_written(sandbox: Sandbox, connect: Connect, name: str) -> None:
    client = connect(sandbox)
    assert new_zone(client, name)["name"] == name
    assert [zone["name"] for zone in client.listing("listZones", "zone", {"name": name})] == [name]


def test_a_listing_over_two_pages_is_whole(sandbox: Sandbox, connect: Connect) -> None:
    client = connect(sandbox)
    for n in range(501):
        new_zone(client, f"z{n}")
    assert {zone["name"] for zone in client.listing("listZones", "zone")} == {f"z{n}" for n in range(501)}
    assert sandbox.calls.counts["listZones"] == 2
    past = client.call("listZones", {"page": 3, "pagesize": 500})
    assert "zone" not in past
    assert connect(sandbox).listing("listZones", "zone", {"name": "nowhere"}) == []


def test_a_smaller_page_size_of_the_server_is_heeded(sandbox: Sandbox, connect: Connect) -> None:
    client = connect(sandbox)
    for n in range(45):
        new_zone(client, f"z{n}")
    sandbox.run(lambda world: setattr(world.settings["default.page.size"], "value", "20"))
    assert len(client.listing("listZones", "zone")) == 45


def test_the_count_of_a_page_is_not_that_of_all(sandbox: Sandbox, connect: Connect) -> None:
    """Settings of a scope are counted by the page, which the server thins out after it has cut it."""
    zone = str(new_zone(connect(sandbox))["id"])
    names = [each.name for each in Gateway(connect(sandbox)).settings.all("zone", zone)]
    assert len(names) > 41
    sandbox.run(lambda world: setattr(world.settings["default.page.size"], "value", "20"))
    assert [each.name for each in Gateway(connect(sandbox)).settings.all("zone", zone)] == names
    sandbox.run(lambda world: setattr(world.settings[names[3].lower()], "known", False))
    found = [each.name for each in Gateway(connect(sandbox)).settings.all("zone", zone)]
    assert found == [name for name in names if name != names[3]]


def test_a_call_that_has_expired_is_refused(sandbox: Sandbox, connect: Connect) -> None:
    http = connect(sandbox).http
    for age, status in ((timedelta(0), 200), (timedelta(minutes=9), 200), (timedelta(minutes=11), 401)):
        moment = datetime.now(UTC) - age
        form = signed_form({"command": "listZones"}, sandbox.key, sandbox.secret, moment)
        assert http.send("listZones", form)[0] == status


@pytest.mark.parametrize("wrong", [{"secret": "not-it"}, {"key": "nobody"}])
def test_wrong_keys_say_what_to_check(sandbox: Sandbox, connect: Connect, wrong: dict[str, Any]) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        connect(sandbox, **wrong).call("listZones")
    assert caught.value.http_status == caught.value.errorcode == 401
    for hint in ("api_key", "api_secret", "clock"):
        assert hint in caught.value.message


def test_wrong_keys_stop_several_calls_at_once(sandbox: Sandbox, connect: Connect) -> None:
    with pytest.raises(AuthenticationFailed):
        connect(sandbox, secret="not-it").run_all([("createZone", {"name": "a"})] * 20)
    assert sandbox.calls.counts["createZone"] == 1


@pytest.fixture
def older(connect: Connect) -> Any:
    with Sandbox(seed=1, version="4.11") as server:
        yield connect(server)


def test_a_command_that_an_older_server_lacks_is_named_with_its_version(older: Client) -> None:
    with pytest.raises(Unsupported) as caught:
        older.needs("resetConfiguration")
    assert "resetConfiguration" in caught.value.message
    assert "CloudStack 4.16 or newer" in caught.value.message
    with pytest.raises(Unsupported, match="resetConfiguration"):
        older.call("resetConfiguration", {"name": "x"})


@pytest.mark.since("4.20")
def test_a_parameter_that_an_older_server_lacks_is_named_with_its_version(
    older: Client, sandbox: Sandbox, connect: Connect
) -> None:
    with pytest.raises(Unsupported) as caught:
        older.needs("addCluster", "clustername", "arch")
    assert caught.value.details["parameters"] == ["arch"]
    assert "CloudStack 4.20 or newer" in caught.value.message
    connect(sandbox).needs("addCluster", "clustername", "arch")


def test_a_bad_parameter_tells_all_codes(sandbox: Sandbox, connect: Connect) -> None:
    """T1:5: 431 with CloudStack's own code."""
    with pytest.raises(ApiError) as caught:
        connect(sandbox).call("createZone", {"name": "z"})
    details = caught.value.details
    assert details == {"command": "createZone", "http_status": 431, "errorcode": 431, "cserrorcode": 9999}
    assert "missing parameter" in caught.value.message


@pytest.mark.parametrize("status", [530, 531])
def test_refusals_tell_their_codes(sandbox: Sandbox, connect: Connect, status: int) -> None:
    sandbox.faults.add("listZones", "http", status=status, text="not now")
    with pytest.raises(ApiError) as caught:
        connect(sandbox).call("listZones")
    assert caught.value.details == {
        "command": "listZones",
        "http_status": status,
        "errorcode": status,
        "cserrorcode": 9999,
    }
    assert caught.value.message == "listZones: not now"
    assert sandbox.calls.counts["listZones"] == 1
