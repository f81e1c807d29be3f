# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared networks: who may use one, and addresses of another subnet when the first are used up."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from sandbox.server import Sandbox
from unit.sandbox.client import Api

SHARED: dict[str, Any] = {
    "zone": "z1", "network_offering": "DefaultSharedNetworkOffering", "vlan": "910",
    "gateway": "10.9.0.1", "netmask": "255.255.255.0", "start_ip": "10.9.0.10", "end_ip": "10.9.0.99",
}  # fmt: skip
SECOND = {"zone": "z1", "network": "printers", "start_ip": "10.9.1.10", "end_ip": "10.9.1.99"}
SUBNET = {"gateway": "10.9.1.1", "netmask": "255.255.255.0"}


@pytest.fixture
def owners(sandbox: Sandbox) -> dict[str, str]:
    """A domain with an account, and a project: their ids."""
    api = Api(sandbox)
    domain = str(api.ok("createDomain", name="acme")["domain"]["id"])
    who = {"email": "a@b.ch", "firstname": "A", "lastname": "B", "password": "x", "username": "web"}
    api.ok("createAccount", **who, account="web", accounttype=0, domainid=domain)
    project = str(api.done("createProject", name="shop", displaytext="shop")["project"]["id"])
    sandbox.calls.clear()
    return {"domain": domain, "project": project}


@pytest.mark.parametrize(
    ("scope", "sent"),
    [
        ({"acl_type": "Domain"}, {"acltype": "Domain"}),
        (
            {"acl_type": "Domain", "domain": "ROOT/acme", "subdomain_access": True},
            {"acltype": "Domain", "domainid": "{domain}", "subdomainaccess": "true"},
        ),
        (
            {"acl_type": "Account", "domain": "ROOT/acme", "account": "web"},
            {"acltype": "Account", "domainid": "{domain}", "account": "web"},
        ),
        ({"acl_type": "Account", "project": "shop"}, {"acltype": "Account", "projectid": "{project}"}),
    ],
    ids=["all", "domain", "account", "project"],
)
def test_each_scope_is_sent(
    sandbox: Sandbox, cloud: Gateway, owners: dict[str, str], scope: dict[str, Any], sent: dict[str, str]
) -> None:
    made = twice(cloud, "cs_network", name="printers", **SHARED, **scope)
    assert made.result["acl_type"] == scope["acl_type"]
    (call,) = sandbox.calls.of("createNetwork")
    asked = {name: call.params.get(name) for name in ("acltype", "domainid", "account", "projectid", "subdomainaccess")}
    assert {name: value for name, value in asked.items() if value} == {
        name: value.format(**owners) for name, value in sent.items()
    }


def test_a_second_subnet_of_a_shared_network(sandbox: Sandbox, cloud: Gateway) -> None:
    network = perform(cloud, "cs_network", name="printers", **SHARED).result["id"]
    sandbox.calls.clear()
    made = twice(cloud, "cs_vlan_ip_range", **SECOND, **SUBNET).result
    (call,) = sandbox.calls.of("createVlanIpRange")
    assert (call.params["networkid"], call.params["gateway"]) == (network, "10.9.1.1")
    assert (made["network"], made["for_virtual_network"]) == ("printers", False)
    sandbox.calls.clear()
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_vlan_ip_range", **{**SECOND, **SUBNET, "start_ip": "10.9.1.50"})
    assert {each.code for each in caught.value.reasons} == {"range_overlap"}
    assert writes(sandbox) == []
    twice(cloud, "cs_vlan_ip_range", **SECOND, state="absent")
    assert writes(sandbox) == ["deleteVlanIpRange"]


def test_subnets_of_two_vlans_may_be_the_same(sandbox: Sandbox, cloud: Gateway) -> None:
    """A further range names no VLAN: it is on that of its network, and another network's gateway is no matter."""
    perform(cloud, "cs_network", name="printers", **SHARED)
    other = {**SHARED, "vlan": "302", "gateway": "10.9.0.254"}
    perform(cloud, "cs_network", name="phones", **other)
    perform(cloud, "cs_vlan_ip_range", **SECOND, **SUBNET)
    further = {"start_ip": "10.9.1.110", "end_ip": "10.9.1.119", "gateway": "10.9.1.254", "netmask": "255.255.255.0"}
    assert twice(cloud, "cs_vlan_ip_range", zone="z1", network="phones", **further).result["network"] == "phones"
