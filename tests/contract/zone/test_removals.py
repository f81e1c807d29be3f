# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is removed is what the task tells: a range on its VLAN, an offering with its limits."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Ambiguous, Refused
from sandbox.server import Sandbox
from unit.sandbox.site import Site

RANGE = {"zone": "z1", "physical_network": "phys1", "start_ip": "192.168.9.2", "end_ip": "192.168.9.9"}
OFFERINGS = [
    ("cs_service_offering", {"name": "small", "cpu_number": 1, "cpu_speed": 500, "memory": 512}),
    ("cs_disk_offering", {"name": "small", "disk_size": 5}),
    ("cs_network_offering", {"name": "small", "guest_ip_type": "Isolated", "supported_services": ["Dhcp"]}),
]


def test_a_range_on_another_vlan_is_not_removed(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    site.range(vlan="60", startip="192.168.9.2", endip="192.168.9.9", gateway="192.168.9.1")
    sandbox.calls.clear()
    assert not perform(cloud, "cs_vlan_ip_range", **RANGE, vlan=77, state="absent").changed
    with pytest.raises(Refused, match="vlan is '60' and cannot be changed"):
        perform(cloud, "cs_vlan_ip_range", **RANGE, vlan=77)
    assert writes(sandbox) == []
    assert perform(cloud, "cs_vlan_ip_range", **RANGE, vlan="vlan://60", state="absent").changed


@pytest.mark.parametrize("state", ["present", "absent"])
def test_of_ranges_that_begin_alike_none_is_chosen(sandbox: Sandbox, site: Site, cloud: Gateway, state: str) -> None:
    shared = {
        "zone": "z1", "network_offering": "DefaultSharedNetworkOffering", "netmask": "255.255.255.0",
        "gateway": "10.9.0.1", "start_ip": "10.9.0.10", "end_ip": "10.9.0.19",
    }  # fmt: skip
    for name, vlan in (("printers", "301"), ("phones", "302")):
        perform(cloud, "cs_network", **shared, name=name, vlan=vlan)
    for network in ("printers", "phones"):
        perform(cloud, "cs_vlan_ip_range", zone="z1", network=network, start_ip="10.9.0.30", end_ip="10.9.0.39")
    sandbox.calls.clear()
    both = {"zone": "z1", "start_ip": "10.9.0.30", "end_ip": "10.9.0.39"}
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_vlan_ip_range", **both, state=state)
    assert [each.code for each in caught.value.reasons] == ["several_ranges"]
    assert "on VLAN 301, VLAN 302" in caught.value.message
    assert writes(sandbox) == []
    assert perform(cloud, "cs_vlan_ip_range", **both, vlan=302, state="absent").changed
    assert not perform(cloud, "cs_vlan_ip_range", **both, network="phones", state="absent").changed
    assert perform(cloud, "cs_vlan_ip_range", **both, network="printers", state="absent").changed


@pytest.mark.since("4.13")
@pytest.mark.parametrize(("module", "wanted"), OFFERINGS)
def test_an_offering_of_another_domain_is_not_removed(
    sandbox: Sandbox, site: Site, cloud: Gateway, module: str, wanted: dict[str, Any]
) -> None:
    for name in ("acme", "other"):
        site.api.ok("createDomain", name=name)
    twice(cloud, module, **wanted, domains=["other"], zones=["z1"])
    sandbox.calls.clear()
    # "nowhere" may be gone, but this offering is of a domain that is there.
    for limits in (
        {"domains": ["acme"]},
        {"domains": []},
        {"domains": ["other"], "zones": []},
        {"domains": ["nowhere"]},
    ):
        with pytest.raises(Refused) as caught:
            perform(cloud, module, name="small", **limits, state="absent")
        assert [each.code for each in caught.value.reasons] == ["another_thing"]
    assert writes(sandbox) == []
    assert perform(cloud, module, name="small", domains=["other"], zones=["z1"], state="absent").changed
    assert not perform(cloud, module, name="small", domains=["acme"], state="absent").changed


@pytest.mark.parametrize(("module", "wanted"), OFFERINGS[:2])
def test_offerings_of_one_name_are_told_apart_by_their_domains(
    sandbox: Sandbox, site: Site, cloud: Gateway, module: str, wanted: dict[str, Any]
) -> None:
    """The server takes a name twice."""
    command = "createServiceOffering" if module == "cs_service_offering" else "createDiskOffering"
    sent = {name.replace("_", ""): str(value) for name, value in wanted.items()}
    for name in ("acme", "other"):
        domain = site.api.ok("createDomain", name=name)["domain"]["id"]
        site.api.ok(command, **sent, displaytext="small", domainid=domain)
    sandbox.calls.clear()
    assert not perform(cloud, module, **wanted, domains=["acme"]).changed
    with pytest.raises(Ambiguous):
        perform(cloud, module, name="small", state="absent")
    assert perform(cloud, module, name="small", domains=["acme"], state="absent").changed
    assert not perform(cloud, module, **wanted, domains=["other"]).changed
    assert command not in writes(sandbox)
