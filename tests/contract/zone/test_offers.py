# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server does not have, or would not do, is refused before the first write, in check mode too."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotFound, Refused
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

POOL = {"name": "ps9", "cluster": "c1", "storage_url": "nfs://10.0.0.9/ps9"}
VPC = {"name": "tier", "guest_ip_type": "Isolated", "for_vpc": True}


def refused(cloud: Gateway, module: str, **arguments: Any) -> list[str]:
    """Codes of the refusal, the same predicted and done."""
    found = []
    for check_mode in (True, False):
        with pytest.raises(Refused) as caught:
            perform(cloud, module, check_mode, **arguments)
        found.append([each.code for each in caught.value.reasons])
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("provider", "near"), [("SolidFir", "SolidFire"), ("Bogus", "Storage provider Bogus not found")]
)
def test_a_pool_of_an_unknown_provider(cloud: Gateway, sandbox: Sandbox, provider: str, near: str) -> None:
    for check_mode in (True, False):
        with pytest.raises(NotFound, match=near):
            perform(cloud, "cs_storage_pool", check_mode, **POOL, provider=provider)
    assert writes(sandbox) == []


def test_a_provider_in_other_case_is_sent_as_the_server_writes_it(cloud: Gateway) -> None:
    assert twice(cloud, "cs_storage_pool", **POOL, provider="defaultprimary").result["provider"] == "DefaultPrimary"


def test_an_image_store_of_an_unknown_provider(cloud: Gateway, sandbox: Sandbox) -> None:
    with pytest.raises(NotFound, match="did you mean NFS"):
        perform(cloud, "cs_image_store", True, name="s9", url="nfs://10.0.0.9/s9", provider="NFSS")
    assert writes(sandbox) == []


def test_an_offering_for_vpcs_has_their_router(cloud: Gateway) -> None:
    made = twice(cloud, "cs_network_offering", **VPC, supported_services=["Dhcp", "NetworkACL", "SourceNat"])
    providers: Any = made.result["service_providers"]
    assert {each["provider"] for each in providers} == {"VpcVirtualRouter"}


def test_a_service_that_the_router_cannot_do_gets_the_one_that_can(cloud: Gateway) -> None:
    wanted = {"name": "sg", "guest_ip_type": "Shared", "supported_services": ["Dhcp", "SecurityGroup"]}
    made = twice(cloud, "cs_network_offering", **wanted)
    providers: Any = made.result["service_providers"]
    assert {(each["service"], each["provider"]) for each in providers} == {
        ("Dhcp", "VirtualRouter"),
        ("SecurityGroup", "SecurityGroupProvider"),
    }


@pytest.mark.parametrize(
    ("services", "pairs", "more", "codes"),
    [
        (["Dhcpp"], [], {}, ["unknown_service"]),
        (["NetworkACL"], [{"service": "NetworkACL", "provider": "VirtualRouter"}], {}, ["provider_cannot"]),
        (["Dhcp"], [{"service": "Dhcp", "provider": "Nobody"}], {}, ["provider_cannot"]),
        (["Dhcp"], [{"service": "Dns", "provider": "VirtualRouter"}], {}, ["service_not_offered"]),
        (["Dhcp"], [], {"max_connections": 100}, ["needs_load_balancer"]),
        (["Dhcpp", "NetworkACL"], [], {"max_connections": 100}, ["needs_load_balancer", "unknown_service"]),
    ],
)
def test_an_offering_that_the_server_would_refuse_or_make_otherwise(
    cloud: Gateway, sandbox: Sandbox, services: list[str], pairs: list[Any], more: dict[str, Any], codes: list[str]
) -> None:
    wanted = {"name": "o", "guest_ip_type": "Isolated", "supported_services": services, "service_providers": pairs}
    assert refused(cloud, "cs_network_offering", **wanted, **more) == codes
    assert writes(sandbox) == []


def test_a_physical_network_in_an_enabled_zone(cloud: Gateway, sandbox: Sandbox) -> None:
    assert refused(cloud, "cs_physical_network", name="phys9", isolation_method="VLAN") == ["zone_enabled"]
    assert writes(sandbox) == []


def test_fewer_vlans_are_added_only_and_those_that_stay_are_named(cloud: Gateway, sandbox: Sandbox) -> None:
    """The site has 100-200."""
    wanted = {"name": "phys1", "vlan": "100-150,300", "vlan_state": "present"}
    foretold = perform(cloud, "cs_physical_network", True, **wanted)
    done = perform(cloud, "cs_physical_network", **wanted)
    assert (foretold.after, foretold.warnings) == (done.after, done.warnings)
    assert done.result["vlan"] == "100-200,300-300"
    assert "guest VLANs 151-200 of physical network phys1" in done.warnings[0]
    assert "use cs_vlan_range with state=exact" in done.warnings[0]
    assert "vlan_state" not in done.warnings[0], "a declaration has no such key"
    again = perform(cloud, "cs_physical_network", **wanted)
    assert (again.changed, again.warnings) == (False, done.warnings)
    assert perform(cloud, "cs_physical_network", name="phys1", vlan="100-150").result["vlan"] == "100-150"
    assert not perform(cloud, "cs_physical_network", **{**wanted, "vlan": "100-150"}).warnings


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ({"domain": "acme"}, "domain acme"),
        ({"account": "anna", "domain": "acme"}, "account anna of acme"),
        ({"project": "shop"}, "project shop"),
    ],
)
def test_a_dedicated_public_range_is_not_removed(
    sandbox: Sandbox, cloud: Gateway, site: Site, owner: dict[str, str], told: str
) -> None:
    api = Api(sandbox)
    acme = str(api.ok("createDomain", name="acme")["domain"]["id"])
    person = {"username": "anna", "email": "x@example.net", "firstname": "a", "lastname": "a", "password": "x"}
    api.ok("createAccount", account="anna", domainid=acme, accounttype=0, **person)
    api.done("createProject", name="shop", displaytext="shop")
    place = {"gateway": "203.0.113.1", "netmask": "255.255.255.0", "physical_network": "phys1", "vlan": "77"}
    perform(cloud, "cs_vlan_ip_range", start_ip="203.0.113.10", **place)
    perform(cloud, "cs_vlan_dedication", start_ip="203.0.113.10", **owner)
    gone = {"start_ip": "203.0.113.10", "state": "absent"}
    with pytest.raises(Refused, match=f"dedicated to .*{told}"):
        perform(cloud, "cs_vlan_ip_range", True, **gone)
    assert refused(cloud, "cs_vlan_ip_range", **gone) == ["range_dedicated"]
    with pytest.raises(Refused, match=f"dedicated to .*{told}"):
        perform(cloud, "cs_vlan_dedication", start_ip="203.0.113.10", account="admin", domain="ROOT")
    assert perform(cloud, "cs_vlan_ip_range", **gone, **owner).changed


def test_a_public_network_of_ipv6_needs_no_addresses(cloud: Gateway) -> None:
    """Routers of networks with IPv6 take theirs from the network (documented for createVlanIpRange)."""
    six = {"gateway_ipv6": "2001:db8::1", "cidr_ipv6": "2001:db8::/64", "physical_network": "phys1", "vlan": "51"}
    made = twice(cloud, "cs_vlan_ip_range", **six)
    assert (made.result["cidr_ipv6"], made.result["start_ipv6"]) == ("2001:db8::/64", None)
    assert not perform(cloud, "cs_vlan_ip_range", **{**six, "cidr_ipv6": "2001:0db8::/64"}).changed
    assert perform(cloud, "cs_vlan_ip_range", cidr_ipv6="2001:db8::/64", vlan="51", state="absent").changed
