# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routers and what they serve, read from a running API."""

from __future__ import annotations

import pytest
from contract.conftest import Connect
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import NETWORK
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site


def test_a_router_is_read_with_what_it_serves(cloud: Gateway, site: Site) -> None:
    network = str(site.network("n1")["id"])
    site.deploy(network)
    (found,) = cloud.routers.all({"network_id": network})
    assert found.serves == (NETWORK, network)
    assert (found.network, found.runs, found.redundant) == ("n1", True, False)
    assert found.networks == (network,)
    assert found.version
    served = cloud.served_networks.find(NETWORK, network)
    assert served is not None
    assert (served.name, served.ready, served.redundant) == ("n1", True, False)
    assert cloud.routers.all({"id": "6f9f2d2c-0000-4000-8000-000000000000"}) == []


def test_scopes_narrow_the_listing(cloud: Gateway, site: Site, connect: Connect, sandbox: Sandbox) -> None:
    """An account and a project exclude each other in a call; routers of projects are in no listing without one."""
    domain = str(site.api.ok("createDomain", name="shop")["domain"]["id"])
    sent = {"email": "a@example.com", "firstname": "a", "lastname": "b", "username": "anna", "password": "x"}
    site.api.ok("createAccount", **sent, accounttype="0", account="anna", domainid=domain)
    project = str(site.api.done("createProject", name="web", displaytext="web")["project"]["id"])
    places = {"mine": {}, "hers": {"account": "anna", "domainid": domain}, "ours": {"projectid": project}}
    for name, owner in places.items():
        made = site.network(name, **owner)
        offering = site.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
        templates = site.api.ok("listTemplates", templatefilter="all")["template"]
        template = next(each["id"] for each in templates if each["templatetype"] == "BUILTIN")
        what = {"zoneid": site.zone, "serviceofferingid": offering, "templateid": template, "networkids": made["id"]}
        site.api.done("deployVirtualMachine", **what, **owner)

    def served(**asked: object) -> set[str]:
        outcome = perform(Gateway(connect(sandbox)), "cs_router_info", **asked)
        return {str(row["network"]) for row in outcome.result["routers"]}  # type: ignore[attr-defined]

    assert served() == {"mine", "hers", "ours"}
    assert served(domain="ROOT/shop") == {"hers"}
    assert served(domain="shop", account="anna") == {"hers"}
    assert served(project="web") == {"ours"}
    assert served(account="admin") == {"mine"}
    assert served(zone="z1", networks=["mine", "ours"]) == {"mine", "ours"}
    with pytest.raises(NotFound, match="did you mean mine"):
        served(networks=["mime"])


@pytest.mark.parametrize("version", ["4.11", "4.13", "4.14", "4.22"])
def test_what_accounts_and_projects_own_is_found_on_every_version(version: str, connect: Connect) -> None:
    """Before 4.14, all projects are projects alone; since then it takes one listing."""
    with Sandbox(seed=1, speed=10.0, version=version) as server:
        site = Site(Api(server))
        project = str(site.api.done("createProject", name="web", displaytext="web")["project"]["id"])
        owners: dict[str, dict[str, str]] = {"mine": {}, "ours": {"projectid": project}}
        made = {name: str(site.network(name, **owner)["id"]) for name, owner in owners.items()}
        offering = site.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
        templates = site.api.ok("listTemplates", templatefilter="all")["template"]
        template = next(each["id"] for each in templates if each["templatetype"] == "BUILTIN")
        what = {"zoneid": site.zone, "serviceofferingid": offering, "templateid": template}
        for name, owner in owners.items():
            site.api.done("deployVirtualMachine", **what, networkids=made[name], **owner)
        cloud = Gateway(connect(server))
        server.calls.clear()
        routers = cloud.routers.all({})
        assert sorted(each.network for each in routers) == ["mine", "ours"]
        assert len(server.calls.of("listRouters")) == (1 if version in ("4.14", "4.22") else 2)
        assert [each.id for each in cloud.routers.all({"id": routers[0].id})] == [routers[0].id]
        assert sorted(each.name for each in cloud.served_networks.all(zone_id=site.zone)) == ["mine", "ours"]
        assert cloud.served_networks.all(project_id=project)[0].name == "ours"
        for name, id in made.items():
            served = cloud.served_networks.find(NETWORK, id)
            assert served is not None
            assert served.name == name
