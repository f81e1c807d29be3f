# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_dedication where other dedications are around a place or inside of it: refused before anything is released."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    """Domains acme and acme/labs with an account each, domain rival; two hosts of cluster c1."""
    api = Api(sandbox)
    site = Site(api, system_vms=False)
    acme = str(api.ok("createDomain", name="acme")["domain"]["id"])
    labs = str(api.ok("createDomain", name="labs", parentdomainid=acme)["domain"]["id"])
    rival = str(api.ok("createDomain", name="rival")["domain"]["id"])
    for name, domain in (("anna", acme), ("lena", labs), ("rita", rival)):
        person = {"username": name, "email": "x@example.net", "firstname": name, "lastname": name, "password": "x"}
        api.ok("createAccount", account=name, domainid=domain, accounttype=0, **person)
    sandbox.calls.clear()
    return site


def dedicate(cloud: Gateway, check_mode: bool = False, **arguments: Any) -> Any:
    return perform(cloud, "cs_dedication", check_mode=check_mode, **arguments)


def owner(cloud: Gateway, scope: str) -> list[tuple[str, str]]:
    rows: Any = perform(cloud, "cs_dedication_info", scope=scope).result["dedications"]
    return [(row["domain"], row["account"]) for row in rows]


@pytest.mark.parametrize(
    ("around", "inside", "code"),
    [
        # A host in a cluster that an account has belongs to nobody else.
        ({"domain": "acme", "account": "anna"}, {"domain": "rival", "account": "rita"}, "around_dedicated"),
        ({"domain": "acme", "account": "anna"}, {"domain": "acme"}, "around_dedicated"),
        # A domain's cluster may have hosts of its accounts and of domains below, not of itself as a whole.
        ({"domain": "acme"}, {"domain": "acme"}, "around_dedicated"),
        ({"domain": "acme"}, {"domain": "rival"}, "around_dedicated"),
        ({"domain": "acme"}, {"domain": "acme/labs"}, ""),
        ({"domain": "acme"}, {"domain": "acme", "account": "anna"}, ""),
        ({"domain": "acme"}, {"domain": "acme/labs", "account": "lena"}, ""),
    ],
)
@pytest.mark.parametrize("scope", ["zone", "pod", "cluster"])
def test_a_host_inside_of_a_dedicated_place(
    cloud: Gateway, sandbox: Sandbox, scope: str, around: dict[str, str], inside: dict[str, str], code: str
) -> None:
    wider = {"zone": {"zone": "z1"}, "pod": {"pod": "p1"}, "cluster": {"cluster": "c1"}}[scope]
    dedicate(cloud, **wider, **around)
    sandbox.calls.clear()
    host = cloud.hosts.all(detail="min")[0].name
    if not code:
        assert dedicate(cloud, host=host, **inside).changed
        return
    for check_mode in (True, False):
        with pytest.raises(Refused) as caught:
            dedicate(cloud, check_mode, host=host, **inside)
        assert [each.code for each in caught.value.reasons] == [code]
        assert f"{scope} " in caught.value.message
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    ("host", "place", "code"),
    [
        ({"domain": "rival", "account": "rita"}, {"domain": "acme", "account": "anna"}, "inside_dedicated"),
        ({"domain": "rival"}, {"domain": "acme"}, "inside_dedicated"),
        ({"domain": "acme"}, {"domain": "acme", "account": "anna"}, "inside_dedicated"),
        ({"domain": "acme/labs"}, {"domain": "acme"}, ""),
    ],
)
@pytest.mark.parametrize("scope", ["zone", "pod", "cluster"])
def test_a_place_with_dedicated_hosts_inside(
    cloud: Gateway, sandbox: Sandbox, scope: str, host: dict[str, str], place: dict[str, str], code: str
) -> None:
    wider = {"zone": {"zone": "z1"}, "pod": {"pod": "p1"}, "cluster": {"cluster": "c1"}}[scope]
    dedicate(cloud, host=cloud.hosts.all(detail="min")[0].name, **host)
    sandbox.calls.clear()
    if not code:
        assert dedicate(cloud, **wider, **place).changed
        return
    with pytest.raises(Refused) as caught:
        dedicate(cloud, True, **wider, **place)
    assert [each.code for each in caught.value.reasons] == [code]
    assert writes(sandbox) == []


def test_a_move_that_would_be_refused_leaves_the_owner(cloud: Gateway, sandbox: Sandbox) -> None:
    """The case that was measured: released, refused, and nobody's."""
    dedicate(cloud, host=cloud.hosts.all(detail="min")[0].name, domain="acme", account="anna")
    dedicate(cloud, cluster="c1", domain="acme")
    with pytest.raises(Refused) as caught:
        dedicate(cloud, cluster="c1", domain="rival", account="rita", move=True)
    assert [each.code for each in caught.value.reasons] == ["inside_dedicated"]
    assert "account anna of domain ROOT/acme" in caught.value.message
    assert owner(cloud, "cluster") == [("ROOT/acme", "")]


def test_what_the_server_refuses_unforeseen_is_given_back(cloud: Gateway, sandbox: Sandbox) -> None:
    dedicate(cloud, cluster="c1", domain="acme", account="anna")
    sandbox.faults.add("dedicateCluster", "job_failed")
    with pytest.raises(Refused) as caught:
        dedicate(cloud, cluster="c1", domain="rival", move=True)
    assert [each.code for each in caught.value.reasons] == ["move_refused"]
    assert "still dedicated to account anna of domain ROOT/acme" in caught.value.message
    assert owner(cloud, "cluster") == [("ROOT/acme", "anna")]


def test_a_refusal_names_the_owner(cloud: Gateway) -> None:
    dedicate(cloud, cluster="c1", domain="acme/labs")
    with pytest.raises(Refused, match="dedicated to domain ROOT/acme/labs, not to domain rival"):
        dedicate(cloud, True, cluster="c1", domain="rival")


def test_the_same_owner_inside_is_replaced_and_told(cloud: Gateway) -> None:
    dedicate(cloud, host=cloud.hosts.all(detail="min")[0].name, domain="acme")
    foretold = dedicate(cloud, True, cluster="c1", domain="acme")
    done = dedicate(cloud, cluster="c1", domain="acme")
    assert foretold.warnings == done.warnings
    assert "the server ends this dedication" in done.warnings[0]
    assert (owner(cloud, "cluster"), owner(cloud, "host")) == ([("ROOT/acme", "")], [])


def test_vms_of_a_project_are_tenants_too(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    """listall leaves them out; the server refuses what check mode must not promise."""
    project = str(site.api.done("createProject", name="shop", displaytext="shop")["project"]["id"])
    network = str(site.network("web", projectid=project)["id"])
    offering = site.api.ok("listServiceOfferings")["serviceoffering"][0]["id"]
    templates = site.api.ok("listTemplates", templatefilter="all")["template"]
    template = next(each["id"] for each in templates if each["templatetype"] == "BUILTIN")
    sent = {"zoneid": site.zone, "serviceofferingid": offering, "templateid": template, "networkids": network}
    vm = site.api.done("deployVirtualMachine", **sent, projectid=project)["virtualmachine"]
    for check_mode in (True, False):
        with pytest.raises(Refused, match="shop"):
            dedicate(cloud, check_mode, host=vm["hostname"], domain="acme", account="anna")


def test_vms_of_another_cluster_are_none_of_its_tenants(cloud: Gateway, site: Site) -> None:
    """Before 4.16 the server ignores the filter by cluster."""
    site.deploy(str(site.network("web")["id"]))
    site.hypervisors("empty", "Simulator", ["sim/c2/h0"])
    assert dedicate(cloud, cluster="empty", domain="acme", account="anna").changed
