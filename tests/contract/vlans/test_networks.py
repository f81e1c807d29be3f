# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks on private VLANs and those of projects: their VLANs are held, and they are found again."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.network_resources import network
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.vlans import guest_network
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    InvalidValue,
    MissingValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import ranges as vlans
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

L2 = "DefaultL2NetworkOfferingVlan"
SHARED = "DefaultSharedNetworkOffering"
ADDRESSES = {"gateway": "10.9.0.1", "netmask": "255.255.255.0", "start_ip": "10.9.0.10", "end_ip": "10.9.0.99"}


def private(cloud: Gateway, secondary: str = "1031", kind: str = "isolated", **more: Any) -> Any:
    wanted = {"name": "pv", "vlan": "1030", "isolated_pvlan": secondary, "isolated_pvlan_type": kind}
    return {"network_offering": L2, **wanted, **more}


@pytest.mark.since("4.14")
@pytest.mark.parametrize(("kind", "secondary"), [("isolated", "1031"), ("community", "1032"), ("promiscuous", "1030")])
def test_both_vlans_of_a_private_one_are_held(cloud: Gateway, kind: str, secondary: str) -> None:
    made = twice(cloud, "cs_network", **private(cloud, secondary, kind))
    told = {name: made.result[name] for name in ("vlan", "isolated_pvlan", "isolated_pvlan_type")}
    assert told == {"vlan": "1030", "isolated_pvlan": secondary, "isolated_pvlan_type": kind}
    for vlan in {"1030", secondary}:
        with pytest.raises(Refused) as caught:
            perform(cloud, "cs_vlan_range", True, physical_network="phys1", vlan=f"{vlan}-1050")
        assert {each.code for each in caught.value.reasons} == {"vlan_taken"}
        assert "network pv" in caught.value.message
        with pytest.raises(Refused, match=f"VLAN {vlan} belongs to network pv"):
            perform(cloud, "cs_network", True, name="other", network_offering=L2, vlan=vlan)
        rows: Any = perform(cloud, "cs_vlan_info", vlan=vlan).result["vlans"]
        assert [(row["vlan"], row["name"]) for row in rows] == [(vlan, "pv")]


@pytest.mark.parametrize("version", ["4.11", "4.15"])
def test_before_4_17_a_vlan_that_a_user_chose_is_none_of_the_pool(connect: Connect, version: str) -> None:
    with Sandbox(seed=1, speed=10.0, version=version) as server:
        Site(Api(server))
        older = Gateway(connect(server))
        perform(older, "cs_network", name="chosen", network_offering=L2, vlan="1030")
        with pytest.raises(Refused, match="network chosen"):
            perform(older, "cs_vlan_range", True, physical_network="phys1", vlan="1030-1050")


@pytest.mark.since("4.14")
def test_a_private_vlan_stays_for_life(cloud: Gateway) -> None:
    perform(cloud, "cs_network", **private(cloud))
    with pytest.raises(Refused, match="isolated_pvlan is '1031'"):
        perform(cloud, "cs_network", True, name="pv", isolated_pvlan="1033")


@pytest.mark.parametrize(
    ("text", "uri", "expected"),
    [
        ("1030", "vlan://1030", [1030]),
        ("N/A", "pvlan://1030-i1031", [1030, 1031]),
        ("1030", "pvlan://1030-c1032", [1030, 1032]),
        ("1030,1040-1042", "vlan://1030,1040-1042", [1030, 1040, 1041, 1042]),
        (None, "vlan://3001,3002,3005", [3001, 3002, 3005]),
        ("3001-3003", None, [3001, 3002, 3003]),
        (None, "lswitch://abc", []),
        ("untagged", "vlan://untagged", []),
    ],
)
def test_every_vlan_of_a_network_is_read(text: str | None, uri: str | None, expected: list[int]) -> None:
    wire = {"id": "n1", "name": "n", "vlan": text, "broadcasturi": uri}
    assert guest_network(wire).ranges == vlans.of(expected)
    assert vlans.told(network(wire).vlan) in (vlans.of(expected), vlans.of(expected[:1]))


@pytest.mark.parametrize("vlan", ["1", "4096", "5000", "0", "4095"])
@pytest.mark.parametrize("parameter", ["vlan", "isolated_pvlan"])
def test_a_number_that_is_no_vlan_is_refused(cloud: Gateway, sandbox: Sandbox, vlan: str, parameter: str) -> None:
    with pytest.raises(InvalidValue, match=f"{parameter}="):
        perform(cloud, "cs_network", True, **{**private(cloud), parameter: vlan})
    assert writes(sandbox) == []


@pytest.mark.since("4.12", raises=ApiError)
def test_a_vlan_of_the_pool_is_taken_only_where_that_is_asked_for(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, "cs_vlan_range", physical_network="phys1", vlan="850-859")
    wanted = {"name": "lab", "network_offering": L2, "vlan": "850"}
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, **wanted)
    assert [each.code for each in caught.value.reasons] == ["vlan_of_pool"]
    sandbox.calls.clear()
    perform(cloud, "cs_network", True, **wanted, bypass_vlan_overlap_check=True)
    perform(cloud, "cs_network", **wanted, bypass_vlan_overlap_check=True)
    (sent,) = sandbox.calls.of("createNetwork")
    assert (sent.params["vlan"], sent.params["bypassvlanoverlapcheck"]) == ("850", "true")


def test_a_shared_network_needs_an_isolation_method(sandbox: Sandbox, cloud: Gateway, site: Site) -> None:
    """The server's own text is "Unable to convert network offering with specified id to network profile"."""

    def forget(world: Any) -> None:
        for each in world.physical_networks:
            each.isolation.clear()

    sandbox.run(forget)
    wanted = {"name": "printers", "network_offering": SHARED, "vlan": "910", **ADDRESSES}
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, **wanted)
    assert [each.code for each in caught.value.reasons] == ["no_isolation_method"]
    with pytest.raises(Refused, match="isolation_method is None"):
        perform(cloud, "cs_physical_network", True, name="phys1", isolation_method="VLAN")


def test_networks_of_projects_are_made_found_and_told(sandbox: Sandbox, cloud: Gateway) -> None:
    api = Api(sandbox)
    for name in ("shop", "store"):
        api.done("createProject", name=name, displaytext=name)
    offering = "DefaultIsolatedNetworkOfferingWithSourceNatService"
    for project in ("shop", "store", None):
        made = twice(cloud, "cs_network", name="web", network_offering=offering, project=project)
        assert (made.result["project"] or None) == project
    rows: Any = perform(cloud, "cs_network_info").result["networks"]
    assert sorted(row["project"] or "" for row in rows if row["name"] == "web") == ["", "shop", "store"]
    assert perform(cloud, "cs_network", name="web", project="shop", state="absent").changed
    rows = perform(Gateway(cloud._client), "cs_network_info").result["networks"]
    assert sorted(row["project"] or "" for row in rows if row["name"] == "web") == ["", "store"]


def test_a_vm_on_a_network_is_named_once(site: Site, cloud: Gateway) -> None:
    site.deploy(str(site.network("busy")["id"]))
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, name="busy", state="absent")
    assert [each.code for each in caught.value.reasons] == ["network_in_use"]


def test_addresses_of_ipv6(cloud: Gateway) -> None:
    six = {"gateway_ipv6": "2001:db8::1", "cidr_ipv6": "2001:db8::/64", "start_ipv6": "2001:db8::10"}
    wanted = {"name": "six", "network_offering": SHARED, "vlan": "911", **six, "end_ipv6": "2001:db8::99"}
    made = twice(cloud, "cs_network", **wanted)
    assert made.result["cidr_ipv6"] == "2001:db8::/64"
    again = {**wanted, "gateway_ipv6": "2001:0db8:0::1", "cidr_ipv6": "2001:db8:0::/64"}
    assert not perform(cloud, "cs_network", **again).changed


SIX = {"gateway_ipv6": "2001:db8::1", "cidr_ipv6": "2001:db8::/64", "start_ipv6": "2001:db8::10"}


@pytest.mark.parametrize(
    "change",
    [
        {"cidr_ipv6": "2001:db8::/48"}, {"cidr_ipv6": "2001:db8::1/64"}, {"cidr_ipv6": "10.0.0.0/24"},
        {"gateway_ipv6": "2001:db8:1::1"}, {"gateway_ipv6": ""}, {"start_ipv6": "2001:db8:1::10"},
        {"end_ipv6": "2001:db8::9"}, {"gateway_ipv6": "2001:db8::10"},
    ],
)  # fmt: skip
def test_addresses_of_ipv6_that_cannot_be(cloud: Gateway, sandbox: Sandbox, change: dict[str, str]) -> None:
    wanted = {"name": "six", "network_offering": SHARED, "vlan": "911", **SIX, **change}
    with pytest.raises((InvalidValue, MissingValue), match=next(iter(change))):
        perform(cloud, "cs_network", True, **wanted)
    if "cidr_ipv6" in change:
        with pytest.raises(InvalidValue, match="cidr_ipv6"):
            perform(cloud, "cs_vlan_ip_range", True, vlan="911", **{**SIX, **change})
    assert writes(sandbox) == []


def test_ipv6_is_of_shared_networks(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    isolated = {"name": "six", "network_offering": "DefaultIsolatedNetworkOfferingWithSourceNatService"}
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, **isolated, **SIX)
    assert [each.code for each in caught.value.reasons] == ["ipv6_not_shared"]
    shared = {"name": "six", "network_offering": SHARED, "vlan": "911", **SIX}
    assert perform(cloud, "cs_network", True, **shared).warnings == ()
    site.hypervisors("vmw", "Hyperv", ["192.0.2.7"])
    told = perform(Gateway(cloud._client), "cs_network", True, **shared).warnings
    assert len(told) == 1
    assert "vmw (Hyperv)" in told[0]
