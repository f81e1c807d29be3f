# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public ranges of an account with addresses in use: the server takes them from it with the dedication or the range."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from sandbox.server import Sandbox
from unit.sandbox.site import Site

START = "192.168.2.2"
RELEASE: dict[str, Any] = {"zone": "z1", "start_ip": START, "state": "absent"}
REMOVE: dict[str, Any] = {**RELEASE, "account": "admin", "domain": "ROOT"}


def dedicated(site: Site) -> None:
    domain = site.api.ok("listDomains")["domain"][0]["id"]
    site.api.ok("dedicatePublicIpRange", id=site.public, account="admin", domainid=domain)


@pytest.fixture
def taken(sandbox: Sandbox, site: Site) -> list[str]:
    """The range is the account's; one address of it is source NAT, another is held without any rule."""
    network = str(site.network("web")["id"])
    site.deploy(network)
    dedicated(site)
    free = str(site.api.done("associateIpAddress", networkid=network)["ipaddress"]["ipaddress"])
    sandbox.calls.clear()
    return [free, *held(sandbox, source_nat=True)]


def held(sandbox: Sandbox, source_nat: bool = False) -> list[str]:
    return sandbox.run(lambda world: sorted(row.ip for row in world.public_ips if row.source_nat is source_nat))


@pytest.mark.parametrize(("module", "sent"), [("cs_vlan_dedication", RELEASE), ("cs_vlan_ip_range", REMOVE)])
def test_addresses_in_use_are_not_taken_from_their_owner(
    sandbox: Sandbox, cloud: Gateway, taken: list[str], module: str, sent: dict[str, Any]
) -> None:
    for check_mode in (True, False):
        with pytest.raises(Refused) as caught:
            perform(cloud, module, check_mode, **sent)
        (reason,) = caught.value.reasons
        assert reason.code == "addresses_in_use"
        assert set(taken) <= set(reason.facts["addresses"])  # type: ignore[call-overload]
        assert "account admin" in reason.message
    assert writes(sandbox) == []


def test_with_consent_those_without_nat_and_rules_go(sandbox: Sandbox, cloud: Gateway, taken: list[str]) -> None:
    done = twice(cloud, "cs_vlan_dedication", **RELEASE, allow_in_use=True)
    assert done.before["account"] == "admin"
    assert (held(sandbox), held(sandbox, source_nat=True)) == ([], taken[1:])


def test_the_server_itself_would_remove_them(sandbox: Sandbox, site: Site) -> None:
    """What the refusal is for: nothing stops the removal of an account's range with an address that has no rule."""
    network = str(site.network("web")["id"])
    site.api.done("associateIpAddress", networkid=network)
    dedicated(site)

    def without_nat(world: Any) -> None:
        for row in world.public_ips:
            row.source_nat = False
        world.vlan_ranges.select(uuid=site.public)[0].used_ips = {row.ip for row in world.public_ips}

    sandbox.run(without_nat)
    assert site.api.ok("deleteVlanIpRange", id=site.public) == {"success": True}
    assert held(sandbox) == []


@pytest.mark.since("4.16")
@pytest.mark.parametrize("change", [{"end_ip": "192.168.2.210"}, {"gateway": "192.168.2.254"}])
def test_a_range_of_an_account_is_changed(site: Site, cloud: Gateway, change: dict[str, str]) -> None:
    """The server fails unless both ends are sent."""
    dedicated(site)
    done = twice(cloud, "cs_vlan_ip_range", zone="z1", start_ip=START, **change)
    assert done.after == change


def test_without_addresses_in_use_it_is_released(site: Site, cloud: Gateway) -> None:
    fresh = site.range(vlan="51", startip="192.168.3.2", endip="192.168.3.9", gateway="192.168.3.1")
    domain = site.api.ok("listDomains")["domain"][0]["id"]
    site.api.ok("dedicatePublicIpRange", id=fresh["id"], account="admin", domainid=domain)
    twice(cloud, "cs_vlan_dedication", zone="z1", start_ip="192.168.3.2", state="absent")
