# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another offering for a network: what fits is done, what does not is refused with everything in its way."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

ISOLATED = "DefaultIsolatedNetworkOfferingWithSourceNatService"
FULL = ["Dhcp", "Dns", "SourceNat", "Firewall", "UserData", "StaticNat", "Vpn", "PortForwarding", "Lb"]


def offering(cloud: Gateway, name: str, services: list[str] = FULL, **more: Any) -> None:
    made = {"guest_ip_type": "Isolated", "supported_services": services, "state": "enabled", **more}
    perform(cloud, "cs_network_offering", name=name, **made)


def codes(cloud: Gateway, **arguments: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, name="web", **arguments)
    return [each.code for each in caught.value.reasons]


@pytest.fixture
def web(sandbox: Sandbox, cloud: Gateway) -> Gateway:
    perform(cloud, "cs_network", name="web", network_offering=ISOLATED)
    sandbox.calls.clear()
    return cloud


def test_an_offering_of_the_same_kind_is_taken(sandbox: Sandbox, web: Gateway) -> None:
    offering(web, "lasting", persistent=True)
    sandbox.calls.clear()
    done = twice(web, "cs_network", name="web", network_offering="lasting")
    assert (done.result["network_offering"], done.result["persistent"]) == ("lasting", True)
    assert writes(sandbox) == ["updateNetwork"]
    # What only a change of the offering needs is no change of its own.
    assert not perform(web, "cs_network", name="web", network_offering="lasting", forced=True, change_cidr=True).changed


def test_services_go_with_consent_alone(sandbox: Sandbox, web: Gateway) -> None:
    offering(web, "small", ["Dhcp", "Dns", "SourceNat", "Firewall"])
    with pytest.raises(Refused, match="Lb, PortForwarding, StaticNat, UserData, Vpn") as caught:
        perform(web, "cs_network", True, name="web", network_offering="small")
    assert [each.code for each in caught.value.reasons] == ["services_lost"]
    twice(web, "cs_network", name="web", network_offering="small", forced=True)
    (call,) = sandbox.calls.of("updateNetwork")
    assert call.params["forced"] == "true"
    assert "changecidr" not in call.params


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"specify_vlan": True}, "offering_differs"),
        ({"tags": ["fast"]}, "offering_differs"),
        ({"state": "disabled"}, "offering_disabled"),
        ({"for_vpc": True}, "offering_differs"),
    ],
)
def test_an_offering_of_another_kind_is_refused(
    sandbox: Sandbox, web: Gateway, more: dict[str, Any], code: str
) -> None:
    services = [each for each in FULL if each != "Firewall"] if more.get("for_vpc") else FULL
    offering(web, "other", services, **more)
    sandbox.calls.clear()
    assert code in codes(web, network_offering="other", forced=True)
    assert writes(sandbox) == []


def test_an_external_provider_changes_the_cidr(web: Gateway, site: Site) -> None:
    offering(web, "balanced", service_providers=[{"service": "Lb", "provider": "Netscaler"}])
    assert codes(web, network_offering="balanced") == ["cidr_changes"]
    network: Any = perform(web, "cs_network", name="web").result
    vm = site.deploy(str(network["id"]))
    with pytest.raises(Refused, match="must be stopped") as caught:
        perform(Gateway(web._client), "cs_network", True, name="web", network_offering="balanced", change_cidr=True)
    assert [each.code for each in caught.value.reasons] == ["vm_running"]
    site.api.done("stopVirtualMachine", id=vm)
    twice(Gateway(web._client), "cs_network", name="web", network_offering="balanced", change_cidr=True)


def test_a_reservation_ends_with_the_cidr_and_is_told(web: Gateway) -> None:
    offering(web, "lasting", persistent=True)
    offering(web, "balanced", service_providers=[{"service": "Lb", "provider": "Netscaler"}])
    perform(web, "cs_network", name="web", network_offering="lasting")
    perform(web, "cs_network", name="web", guest_vm_cidr="10.1.1.0/26")
    both = {"network_offering": "balanced", "change_cidr": True}
    assert codes(web, guest_vm_cidr="10.1.1.0/25", **both) == ["one_at_a_time"]
    done = perform(web, "cs_network", name="web", **both)
    assert any("10.1.1.64-10.1.1.254 ends" in each for each in done.warnings)
    assert done.result["reserved_ip_range"] is None


def test_a_shared_network_keeps_its_offering(sandbox: Sandbox, cloud: Gateway) -> None:
    addresses = {"gateway": "10.9.0.1", "netmask": "255.255.255.0", "start_ip": "10.9.0.10", "end_ip": "10.9.0.99"}
    made = {"network_offering": "DefaultSharedNetworkOffering", "vlan": "910", **addresses}
    perform(cloud, "cs_network", name="web", **made)
    sandbox.calls.clear()
    assert codes(cloud, network_offering="QuickCloudNoServices") == ["not_isolated"]
    assert writes(sandbox) == []


def test_a_list_of_vlans_is_a_trunk(cloud: Gateway) -> None:
    l2 = "DefaultL2NetworkOfferingVlan"
    made = twice(cloud, "cs_network", name="trunk", network_offering=l2, vlan="850,860-862")
    assert made.result["vlan"] == "850,860-862"
    assert not perform(cloud, "cs_network", name="trunk", vlan="860-862, 850").changed
    with pytest.raises(Refused, match="VLAN 861 belongs to network trunk"):
        perform(cloud, "cs_network", True, name="other", network_offering=l2, vlan="855,861")
    with pytest.raises(Refused, match="VLAN 150 is a guest VLAN"):
        perform(cloud, "cs_network", True, name="other", network_offering=l2, vlan="150,870")
    offering(cloud, "given", specify_vlan=True)
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, name="other", network_offering="given", vlan="870,871")
    assert [each.code for each in caught.value.reasons] == ["several_vlans"]


@pytest.mark.parametrize(
    ("vlan", "secondary", "kind", "code"),
    [
        ("1030", "1030", "isolated", "pvlan_pair"),
        ("1030", "1031", "promiscuous", "pvlan_pair"),
        ("1030-1031", "1032", "isolated", "several_vlans"),
        ("1030", "1031,1032", "community", "several_vlans"),
    ],
)
def test_a_private_vlan_is_one_pair(cloud: Gateway, vlan: str, secondary: str, kind: str, code: str) -> None:
    wanted = {"network_offering": "DefaultL2NetworkOfferingVlan", "vlan": vlan, "isolated_pvlan": secondary}
    assert codes(cloud, isolated_pvlan_type=kind, **wanted) == [code]


def test_tiers_of_a_vpc(sandbox: Sandbox, cloud: Gateway, site: Site) -> None:
    site.vpc("warm-up", "10.7.0.0/16")
    sandbox.calls.clear()
    shop = {"name": "shop", "vpc_offering": "Default VPC offering", "cidr": "10.10.0.0/16"}
    made = twice(cloud, "cs_vpc", **shop)
    assert {name: made.result[name] for name in shop} == shop
    offering(cloud, "tier-vlan", ["Dhcp", "Dns", "SourceNat", "NetworkACL"], for_vpc=True, specify_vlan=True)
    tier = {"vpc": "shop", "network_offering": "tier-vlan", "netmask": "255.255.255.0"}
    web = {"name": "web", "vlan": "851", "gateway": "10.10.1.1", **tier}
    done = twice(cloud, "cs_network", **web)
    assert {name: done.result[name] for name in ("vpc", "vlan", "state")} == {
        "vpc": "shop", "vlan": "851", "state": "Setup",
    }  # fmt: skip
    again = Gateway(cloud._client)
    assert codes(again, **{**tier, "gateway": "10.20.1.1", "vlan": "852", "vpc": "warm-up"}) == ["outside_vpc"]
    with pytest.raises(Refused, match=r"overlaps 10\.10\.1\.0/24 of tier web"):
        perform(again, "cs_network", True, **{**web, "name": "db", "vlan": "852", "gateway": "10.10.1.129"})
    with pytest.raises(Refused, match="set vpc"):
        perform(again, "cs_network", True, **{**web, "name": "db", "vlan": "852", "vpc": None})
    with pytest.raises(Refused, match="not for tiers"):
        perform(again, "cs_network", True, **{**web, "name": "db", "vlan": None, "network_offering": ISOLATED})
    told: Any = perform(again, "cs_vpc_info", name="shop").result["vpcs"]
    assert [(each["name"], each["vlan"]) for each in told[0]["tiers"]] == [("web", "851")]
    with pytest.raises(Refused, match="tier web") as caught:
        perform(again, "cs_vpc", True, name="shop", state="absent")
    assert [each.code for each in caught.value.reasons] == ["tier_there"]


def test_public_addresses_of_a_vpc_are_told(cloud: Gateway) -> None:
    public = {"name": "v", "vpc_offering": "Default VPC offering", "cidr": "8.8.0.0/16"}
    assert "allow.non.rfc1918.compliant.ips" in perform(cloud, "cs_vpc", True, **public).warnings[0]
    assert perform(cloud, "cs_vpc", True, **{**public, "cidr": "172.16.0.0/16"}).warnings == ()
    with pytest.raises(InvalidValue, match="cidr"):
        perform(cloud, "cs_vpc", True, **{**public, "cidr": "10.1.1.1/16"})


def test_a_vpc_is_renamed_and_removed(cloud: Gateway, site: Site) -> None:
    site.vpc("v1")
    twice(cloud, "cs_vpc", name="v1", display_text="The first")
    for change in ({"cidr": "10.8.0.0/16"}, {"vpc_offering": "Redundant VPC offering"}, {"network_domain": "x.y"}):
        with pytest.raises(Refused) as caught:
            perform(cloud, "cs_vpc", True, name="v1", **change)
        assert [each.code for each in caught.value.reasons] == ["fixed_field"]
    twice(cloud, "cs_vpc", name="v1", state="absent")


@pytest.mark.since("4.17", raises=AssertionError)
def test_a_vpc_with_a_private_gateway_is_kept(sandbox: Sandbox, cloud: Gateway, site: Site) -> None:
    vpc = site.vpc("v1")
    gateway = {"vpcid": vpc["id"], "gateway": "10.99.0.1", "netmask": "255.255.255.0", "ipaddress": "10.99.0.2"}
    made = Api(sandbox).done("createPrivateGateway", vlan="930", **gateway)["privategateway"]
    with pytest.raises(Refused, match="private gateway v1"):
        perform(cloud, "cs_vpc", True, name="v1", state="absent")
    Api(sandbox).done("deletePrivateGateway", id=made["id"])
    twice(cloud, "cs_vpc", name="v1", state="absent")
