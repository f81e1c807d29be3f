# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs of projects, domains and private gateways, and networks that somebody is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.surface import version_key
from unit.sandbox.client import Api
from unit.sandbox.site import PUBLIC, Site

HERE = {"zone": "z1", "physical_network": "phys1"}


@dataclass
class Owned:
    """A zone with guest VLANs 100-200, domain ROOT/customers with account acme and project rocket, and VPC v1."""

    site: Site
    client: Client

    @property
    def cloud(self) -> Gateway:
        """Each task asks anew."""
        return Gateway(self.client)

    def run(self, module: str, **arguments: Any) -> dict[str, Any]:
        return dict(perform(self.cloud, module, **arguments).result)

    def twice(self, module: str, **arguments: Any) -> dict[str, Any]:
        return dict(twice(self.cloud, module, **arguments).result)

    def refused(self, module: str, **arguments: Any) -> list[dict[str, Any]]:
        before = writes(self.site.api.box)
        with pytest.raises(Refused) as error:
            perform(self.cloud, module, **arguments)
        assert writes(self.site.api.box) == before
        reasons: list[dict[str, Any]] = error.value.details["reasons"]  # type: ignore[assignment]
        assert all(reason["remedy"] for reason in reasons)
        return reasons


@pytest.fixture
def owned(sandbox: Sandbox, connect: Connect) -> Owned:
    api = Api(sandbox)
    site = Site(api, system_vms=False)
    domain = api.ok("createDomain", name="customers")["domain"]["id"]
    person = {"email": "a@example.net", "firstname": "A", "lastname": "B", "username": "acme", "password": "x"}
    api.ok("createAccount", domainid=domain, **person)
    api.done("createProject", name="rocket", account="acme", domainid=domain)
    return Owned(site, connect(sandbox))


def gateway(owned: Owned, vlan: int, **owner: str) -> str:
    """A private gateway of a new VPC."""
    api, vpc = owned.site.api, owned.site.vpc(f"v{vlan}", "10.2.0.0/16", **owner)["id"]
    address = {"gateway": "10.9.0.1", "ipaddress": "10.9.0.7", "netmask": "255.255.255.0"}
    made = api.done("createPrivateGateway", vpcid=vpc, vlan=vlan, physicalnetworkid=owned.site.physical, **address)
    return str(made["privategateway"]["id"])


def project(owned: Owned) -> dict[str, str]:
    return {"projectid": owned.site.api.ok("listProjects", listall="true")["project"][0]["id"]}


def test_guest_vlans_for_a_project(owned: Owned) -> None:
    mine = {**HERE, "vlan": "120-129", "project": "rocket"}
    assert owned.twice("cs_vlan_dedication", **mine)["vlans"] == ["120-129"]
    (row,) = owned.run("cs_vlan_info", zone="z1", vlan="120")["vlans"]
    # Before 4.20 the server tells the domain by its name alone.
    told = "ROOT/customers" if version_key(DEFAULT_VERSION) >= version_key("4.20") else "customers"
    assert (row["holder"], row["owner"]) == ("dedication", f"project rocket of {told}")
    (reason,) = owned.refused("cs_vlan_dedication", **HERE, vlan="120-129", account="admin")
    assert reason["code"] == "vlan_dedicated"
    assert "project rocket" in reason["message"]
    assert owned.twice("cs_vlan_dedication", **mine, state="absent")["vlans"] == []


def test_a_part_of_a_dedication_cannot_go(owned: Owned) -> None:
    mine = {**HERE, "vlan": "120-129", "account": "acme", "domain": "ROOT/customers"}
    owned.run("cs_vlan_dedication", **mine)
    (reason,) = owned.refused("cs_vlan_dedication", **{**mine, "vlan": "125-129"}, state="absent")
    assert reason["code"] == "dedication_in_part"
    assert "120-124 of the dedication 120-129" in reason["message"]
    assert "release 120-129" in reason["remedy"]


@pytest.mark.parametrize(
    "whose",
    [
        {"domain": "ROOT/customers"},
        {"domain": "ROOT/customers", "account": "acme"},
        {"project": "rocket"},
        {"project": "rocket", "domain": "ROOT/customers"},
    ],
    ids=["domain", "account", "project", "project of a domain"],
)
def test_a_public_range_for_somebody(owned: Owned, whose: dict[str, str]) -> None:
    asked = {"zone": "z1", "start_ip": PUBLIC["startip"], **whose}
    shown = owned.twice("cs_vlan_dedication", **asked)
    assert shown["kind"] == "public"
    (reason,) = owned.refused("cs_vlan_dedication", zone="z1", start_ip=PUBLIC["startip"], account="admin")
    assert reason["code"] == "range_dedicated"
    (row,) = owned.run("cs_vlan_info", zone="z1", vlan="50")["vlans"]
    assert row["owner"].startswith(next(kind for kind in ("project", "account", "domain") if kind in whose))
    # System VMs have addresses of it.
    owned.site.with_system_vms()
    (reason,) = owned.refused("cs_vlan_dedication", **asked, state="absent")
    assert reason["code"] == "addresses_in_use"
    owned.twice("cs_vlan_dedication", **asked, state="absent", allow_in_use=True)


@pytest.mark.since("4.17", raises=AssertionError)
def test_a_private_gateway_holds_its_vlan(owned: Owned) -> None:
    gateway(owned, 700)
    gateway(owned, 701, **project(owned))
    rows = {row["vlan"]: row for row in owned.run("cs_vlan_info", zone="z1", vlan="700-701")["vlans"]}
    assert {row["holder"] for row in rows.values()} == {"private_gateway"}
    assert rows["700"]["name"] == "v700 10.9.0.7"
    # An older server tells the name of the domain alone.
    told = version_key(DEFAULT_VERSION) >= version_key("4.20")
    assert rows["701"]["owner"] == f"project rocket of {'ROOT/' if told else ''}customers"
    (reason,) = owned.refused("cs_vlan_range", **HERE, vlan="690-700")
    assert "private gateway v700" in reason["message"]
    offering = {"guest_ip_type": "Isolated", "specify_vlan": True, "supported_services": ["Dhcp", "SourceNat"]}
    owned.run("cs_network_offering", name="given", state="enabled", **offering)
    (taken,) = owned.refused("cs_network", zone="z1", name="n9", network_offering="given", vlan=701)
    assert taken["code"] == "vlan_taken"
    assert "private gateway v701" in taken["message"]


@pytest.mark.since("4.17", raises=AssertionError)
def test_a_private_gateways_vlan_is_asked_of_hosts(owned: Owned) -> None:
    gateway(owned, 700)
    rows = owned.run("cs_trunk_info", zone="z1", vlan="700")["matrix"]
    assert {(row["traffic_type"], row["holder"], row["code"]) for row in rows} == {
        ("Guest", "private_gateway", "host_unread")
    }


def test_a_network_with_vms_names_them(owned: Owned) -> None:
    network = str(owned.site.network("busy")["id"])
    owned.site.deploy(network)
    (name,) = (vm["displayname"] for vm in owned.site.api.ok("listVirtualMachines")["virtualmachine"])
    (reason,) = owned.refused("cs_network", zone="z1", name="busy", state="absent")
    assert reason["code"] == "network_in_use"
    assert name in reason["message"]
    assert "Running" in reason["message"]
    owned.site.network("idle")
    owned.twice("cs_network", zone="z1", name="idle", state="absent")


def test_nothing_of_guest_vlans_is_in_use_by_others(owned: Owned) -> None:
    """The server releases them without a look at networks, which keep their VLANs."""
    asked = {**HERE, "vlan": "110-119"}
    owned.twice("cs_vlan_dedication", **asked, project="rocket", domain="ROOT/customers")
    before = writes(owned.site.api.box)
    with pytest.raises(InvalidValue, match="allow_in_use=True"):
        owned.run("cs_vlan_dedication", **asked, state="absent", allow_in_use=True)
    assert writes(owned.site.api.box) == before
    owned.twice("cs_vlan_dedication", **asked, state="absent", allow_in_use=False)
