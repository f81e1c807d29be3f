# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS suffixes of domains and accounts against the API, and the networks that get them."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, NotFound
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import SOURCE_NAT, Site

MODULE = "cs_network_domain"


@pytest.fixture
def acme(sandbox: Sandbox, site: Site) -> dict[str, Any]:
    """Domain ROOT/customers/acme with the account web, as the owner of a network."""
    api = Api(sandbox)
    above = api.ok("createDomain", name="customers")["domain"]["id"]
    domain = api.ok("createDomain", name="acme", parentdomainid=above)["domain"]["id"]
    who = {"email": "a@b.ch", "firstname": "A", "lastname": "B", "password": "x", "username": "web"}
    api.ok("createAccount", **who, account="web", accounttype=0, domainid=domain)
    sandbox.calls.clear()
    return {"domainid": domain, "account": "web"}


def given_to_a_network(sandbox: Sandbox, site: Site, name: str, **owner: Any) -> str:
    """The suffix that the server gives to a new network of the account."""
    api = Api(sandbox)
    offering = api.ok("listNetworkOfferings", name=SOURCE_NAT)["networkoffering"][0]["id"]
    made = api.ok("createNetwork", name=name, zoneid=site.zone, networkofferingid=offering, **owner)
    return str(made["network"]["networkdomain"])


def test_networks_get_the_nearest_suffix(sandbox: Sandbox, cloud: Gateway, site: Site, acme: dict[str, Any]) -> None:
    assert given_to_a_network(sandbox, site, "n0", **acme).startswith("cs")
    done = twice(cloud, MODULE, domain="customers", network_domain="Customers.example.com")
    assert (done.before, done.after) == ({"network_domain": None}, {"network_domain": "Customers.example.com"})
    assert (done.result["name"], done.result["account"]) == ("customers", None)
    assert given_to_a_network(sandbox, site, "n1", **acme) == "Customers.example.com"
    done = twice(cloud, MODULE, domain="ROOT/customers/acme", account="web", network_domain="web.example.com")
    assert (done.result["name"], done.result["domain"]) == ("web", "ROOT/customers/acme")
    assert given_to_a_network(sandbox, site, "n2", **acme) == "web.example.com"
    assert perform(cloud, MODULE, domain="customers", network_domain="customers.EXAMPLE.com").changed is False


def test_it_is_read_and_removed(sandbox: Sandbox, cloud: Gateway, site: Site, acme: dict[str, Any]) -> None:
    where = {"domain": "customers/acme", "account": "web"}
    perform(cloud, MODULE, **where, network_domain="web.example.com")
    sandbox.calls.clear()
    read = perform(cloud, MODULE, **where)
    assert (read.changed, read.result["network_domain"]) == (False, "web.example.com")
    assert writes(sandbox) == []
    removed = twice(cloud, MODULE, **where, network_domain="")
    assert removed.result["network_domain"] is None
    assert writes(sandbox) == ["updateAccount"]
    assert given_to_a_network(sandbox, site, "n1", **acme).startswith("cs")


@pytest.mark.parametrize(
    "suffix", ["-a.ch", "a-.ch", ".ch", "a..ch", "a_b.ch", "a b", "a.ch\n", "x" * 64, "a." * 95 + "b"]
)
def test_what_the_server_would_refuse_is_not_sent(sandbox: Sandbox, cloud: Gateway, suffix: str) -> None:
    status, _body = Api(sandbox).ask("updateDomain", id=cloud.owner_id("domain", "ROOT"), networkdomain=suffix)
    assert status == 431
    sandbox.calls.clear()
    with pytest.raises(InvalidValue, match="network_domain"):
        perform(cloud, MODULE, network_domain=suffix)
    assert writes(sandbox) == []


def test_an_owner_that_is_not_there(cloud: Gateway, acme: dict[str, Any]) -> None:
    for where in ({"domain": "acmee"}, {"account": "web"}):
        with pytest.raises(NotFound):
            perform(cloud, MODULE, **where, network_domain="a.ch")
