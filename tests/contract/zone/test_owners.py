# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and VPCs of one name, which several tenants have."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    Ambiguous,
    MissingValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

OFFERING = "DefaultIsolatedNetworkOfferingWithSourceNatService"
ACME, OTHER = ({"account": name, "domain": name} for name in ("acme", "other"))
ADMIN = {"account": "admin", "domain": "ROOT"}
WEB: dict[str, Any] = {"zone": "z1", "name": "web", "network_offering": OFFERING}
SHOP: dict[str, Any] = {
    "zone": "z1", "name": "shop", "cidr": "10.1.0.0/16", "vpc_offering": "Default VPC offering"
}  # fmt: skip
THINGS = [("cs_network", WEB, "Network"), ("cs_vpc", SHOP, "VPC")]


@pytest.fixture(autouse=True)
def tenants(sandbox: Sandbox, site: Site) -> None:
    """Accounts acme and other in domains of their names, beside the caller: admin of ROOT."""
    api = site.api
    for name in ("acme", "other"):
        domain = api.ok("createDomain", name=name)["domain"]["id"]
        person = {"username": name, "email": "a@example.net", "firstname": "A", "lastname": "B", "password": "x"}
        api.ok("createAccount", account=name, domainid=domain, **person)
    site.vpc()  # its providers are enabled
    sandbox.calls.clear()


def owners(sandbox: Sandbox, kind: str, name: str) -> list[str]:
    api = Api(sandbox)
    listed = api.ok(f"list{kind}s", listall="true").get(kind.lower(), [])
    return sorted(each["account"] for each in listed if each["name"] == name)


@pytest.mark.parametrize(("module", "wanted", "kind"), THINGS)
def test_another_accounts_thing_is_neither_found_nor_removed(
    sandbox: Sandbox, cloud: Gateway, module: str, wanted: dict[str, Any], kind: str
) -> None:
    name, here = wanted["name"], {"zone": "z1", "name": wanted["name"]}
    perform(cloud, module, **wanted, **OTHER)
    sandbox.calls.clear()
    assert not perform(cloud, module, **here, **ACME, state="absent").changed
    assert not perform(cloud, module, **here, **ADMIN, state="absent").changed
    assert writes(sandbox) == []
    assert twice(cloud, module, **wanted, **ACME).result["account"] == "acme"
    assert twice(cloud, module, **wanted, **ADMIN).result["account"] == "admin"
    assert owners(sandbox, kind, name) == ["acme", "admin", "other"]
    assert perform(cloud, module, **here, **ACME, state="absent").changed
    assert perform(cloud, module, **here, state="absent").changed, "without an owner it is the caller's own"
    assert owners(sandbox, kind, name) == ["other"]


@pytest.mark.parametrize(("module", "wanted", "kind"), THINGS)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_without_an_owner_that_of_others_is_left_alone(
    sandbox: Sandbox, cloud: Gateway, module: str, wanted: dict[str, Any], kind: str, state: str
) -> None:
    """It may have been created with the key of another account, so a second one is not made either."""
    made = perform(cloud, module, **wanted, **OTHER).result
    sandbox.calls.clear()
    with pytest.raises(Ambiguous) as caught:
        perform(cloud, module, **wanted, display_text="mine", state=state)
    assert f"1 {module.removeprefix('cs_')} matches" in caught.value.message.casefold()
    assert "account other of domain " in caught.value.message
    assert "set its owner with account and domain" in caught.value.message
    assert writes(sandbox) == []
    assert owners(sandbox, kind, wanted["name"]) == ["other"]
    assert perform(cloud, module, zone="z1", name=made["id"], state="absent").changed, "an id is of one alone"


@pytest.mark.parametrize(("module", "wanted", "kind"), THINGS)
@pytest.mark.parametrize("denied", [["getUser"], ["getUser", "listUsers"]])
def test_a_key_that_may_not_ask_whose_it_is(
    sandbox: Sandbox, cloud: Gateway, denied: list[str], module: str, wanted: dict[str, Any], kind: str
) -> None:
    """It is found among the users that it may list; else the only thing of that name is the one."""
    for command in denied:
        sandbox.faults.add(command, "http", status=432, times=99)
    assert twice(cloud, module, **wanted).result["account"] == "admin"
    assert owners(sandbox, kind, wanted["name"]) == ["admin"]
    perform(cloud, module, **wanted, **OTHER)
    sandbox.calls.clear()
    if "listUsers" in denied:
        with pytest.raises(Ambiguous, match=r"2 .* match") as caught:
            perform(cloud, module, zone="z1", name=wanted["name"], state="absent")
        assert "set its owner with account and domain" in caught.value.message
        assert writes(sandbox) == []
    else:
        assert perform(cloud, module, zone="z1", name=wanted["name"], state="absent").changed
        assert owners(sandbox, kind, wanted["name"]) == ["other"]


def test_a_shared_network_of_a_domain_is_named_with_the_domain(sandbox: Sandbox, cloud: Gateway, site: Site) -> None:
    shared: dict[str, Any] = {
        "zone": "z1", "name": "printers", "network_offering": "DefaultSharedNetworkOffering", "vlan": "301",
        "gateway": "10.9.0.1", "netmask": "255.255.255.0", "start_ip": "10.9.0.10", "end_ip": "10.9.0.99",
    }  # fmt: skip
    of_acme = {"acl_type": "Domain", "domain": "acme"}
    perform(cloud, "cs_network", **shared, **of_acme)
    sandbox.calls.clear()
    with pytest.raises(Ambiguous) as caught:
        perform(cloud, "cs_network", zone="z1", name="printers", state="absent")
    assert "1 network matches 'printers'" in caught.value.message
    assert caught.value.message.endswith("use its id, or set its owner with domain")
    assert writes(sandbox) == []
    assert not perform(cloud, "cs_network", **shared, **of_acme).changed
    assert perform(cloud, "cs_network", zone="z1", name="printers", domain="acme", state="absent").changed


@pytest.mark.parametrize(("module", "wanted", "kind"), THINGS)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_id_of_another_owner(
    sandbox: Sandbox, cloud: Gateway, module: str, wanted: dict[str, Any], kind: str, state: str
) -> None:
    made = perform(cloud, module, **wanted, **OTHER).result
    sandbox.calls.clear()
    with pytest.raises(Refused) as caught:
        perform(cloud, module, **{**wanted, "name": made["id"]}, **ACME, state=state)
    assert [each.code for each in caught.value.reasons] == ["owner_differs"]
    assert writes(sandbox) == []
    assert owners(sandbox, kind, wanted["name"]) == ["other"]


@pytest.mark.parametrize(("module", "wanted", "kind"), THINGS)
def test_a_domain_alone_is_no_owner(
    sandbox: Sandbox, cloud: Gateway, module: str, wanted: dict[str, Any], kind: str
) -> None:
    """The server would make it the caller's."""
    with pytest.raises(MissingValue, match="missing required arguments: account"):
        perform(cloud, module, **wanted, domain="acme")
    assert writes(sandbox) == []
    perform(cloud, module, **wanted)
    assert not perform(cloud, module, zone="z1", name=wanted["name"], domain="acme", state="absent").changed
    assert owners(sandbox, kind, wanted["name"]) == ["admin"]


def test_a_tier_is_in_the_vpc_of_its_owner(sandbox: Sandbox, cloud: Gateway) -> None:
    for owner in (OTHER, ACME):
        perform(cloud, "cs_vpc", **SHOP, **owner)
    tier = {
        "zone": "z1", "name": "db", "vpc": "shop", "network_offering": "DefaultIsolatedNetworkOfferingForVpcNetworks",
        "gateway": "10.1.2.1", "netmask": "255.255.255.0",
    }  # fmt: skip
    assert twice(cloud, "cs_network", **tier, **ACME).result["account"] == "acme"
    with pytest.raises(NotFound, match="VPC"):
        perform(cloud, "cs_network", **tier, **ADMIN)
    sandbox.calls.clear()
    twice(cloud, "cs_network", zone="z1", name="db", vpc="shop", **ACME, state="absent")
    assert writes(sandbox) == ["deleteNetwork"]
