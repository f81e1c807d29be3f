# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of domains, accounts and projects against the API."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import Wrong, perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    InvalidValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

MODULE = "cs_resource_limit"
ACME = {"domain": "customers/acme"}


@pytest.fixture(autouse=True)
def acme(sandbox: Sandbox, site: Site) -> dict[str, str]:
    """Domain ROOT/customers/acme with the account web and the project shop."""
    api = Api(sandbox)
    above = api.ok("createDomain", name="customers")["domain"]["id"]
    domain = api.ok("createDomain", name="acme", parentdomainid=above)["domain"]["id"]
    who = {"email": "a@b.ch", "firstname": "A", "lastname": "B", "password": "x", "username": "web"}
    api.ok("createAccount", **who, account="web", accounttype=0, domainid=domain)
    api.done("createProject", name="shop", displaytext="shop", domainid=domain, account="web")
    sandbox.calls.clear()
    return {"above": above, "domain": domain}


OWNERS = pytest.mark.parametrize("owner", [ACME, {**ACME, "account": "web"}, {**ACME, "project": "shop"}], ids=len)


@OWNERS
def test_limits_of_each_kind_of_owner(sandbox: Sandbox, cloud: Gateway, owner: dict[str, str]) -> None:
    done = twice(cloud, MODULE, **owner, resource_type="memory", limit=4096)
    assert (done.before, done.after, done.warnings) == ({"limit": -1}, {"limit": 4096}, ())
    twice(cloud, MODULE, **owner, resource_type="cpu", limit=0)
    found: Any = perform(cloud, f"{MODULE}_info", **owner).result["resource_limits"]
    held = {row["resource_type"]: row["limit"] for row in found}
    assert (held["memory"], held["cpu"], held["instance"]) == (4096, 0, -1)
    kind = "project" if "project" in owner else "account" if "account" in owner else "domain"
    assert {row["owner"] for row in found} == {kind}
    # It is nobody else's.
    others = [each for each in (ACME, {**ACME, "account": "web"}, {**ACME, "project": "shop"}) if each != owner]
    for other in others:
        assert not perform(cloud, MODULE, **other, resource_type="cpu", limit=-1).changed
    twice(cloud, MODULE, **owner, resource_type="memory", limit=-1)
    assert writes(sandbox) == ["updateResourceLimit"] * 3


def test_less_than_what_is_used_is_told_before_it_is_set(
    sandbox: Sandbox, cloud: Gateway, site: Site, acme: dict[str, str]
) -> None:
    """The server says nothing."""

    def use(world: Any) -> None:
        domain = world.domains.by_uuid(acme["domain"])
        (account,) = world.accounts.select(name="web", domain_id=domain.id)
        (vm,) = world.vms.select(kind="User")
        vm.account_id = account.id

    site.vlan_in_use()
    sandbox.calls.clear()
    sandbox.run(use)
    owner = {**ACME, "account": "web"}
    foretold = perform(cloud, MODULE, True, **owner, resource_type="instance", limit=0)
    assert writes(sandbox) == []
    (warning,) = foretold.warnings
    assert "account web uses 1 of instance, more than 0" in warning
    done = perform(cloud, MODULE, **owner, resource_type="instance", limit=0)
    assert done.warnings == foretold.warnings
    assert done.result["used"] == 1
    assert perform(cloud, MODULE, **owner, resource_type="instance", limit=1).warnings == ()


@pytest.mark.parametrize("owner", [{"domain": "ROOT"}, {"account": "admin"}])
def test_the_root_domain_has_no_limits(sandbox: Sandbox, cloud: Gateway, owner: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        perform(cloud, MODULE, True, **owner, resource_type="cpu", limit=5)
    assert [each.code for each in caught.value.reasons] == ["root_unlimited"]
    assert not perform(cloud, MODULE, **owner, resource_type="cpu", limit=-1).changed
    assert writes(sandbox) == []


def test_more_than_the_domain_above_has(cloud: Gateway) -> None:
    perform(cloud, MODULE, domain="customers", resource_type="cpu", limit=10)
    with pytest.raises(ApiError, match="less than or equal to 10"):
        perform(cloud, MODULE, **ACME, resource_type="cpu", limit=11)


def test_what_cannot_be(sandbox: Sandbox, cloud: Gateway) -> None:
    with pytest.raises(InvalidValue, match="limit"):
        perform(cloud, MODULE, **ACME, resource_type="cpu", limit=-2)
    with pytest.raises(NotFound):
        perform(cloud, MODULE, **ACME, account="wob", resource_type="cpu", limit=1)
    for wrong in ({}, {**ACME, "account": "web", "project": "shop"}):
        with pytest.raises(Wrong):
            perform(cloud, MODULE, **wrong, resource_type="cpu", limit=1)
    assert writes(sandbox) == []
