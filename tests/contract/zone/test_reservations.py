# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An isolated network becomes persistent by another offering, and keeps a part of its addresses from VMs."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from sandbox.server import Sandbox

NETWORK = {"zone": "z1", "name": "backoffice"}
ISOLATED = "DefaultIsolatedNetworkOfferingWithSourceNatService"


def codes(cloud: Gateway, cidr: str, **more: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_network", True, **{**NETWORK, "guest_vm_cidr": cidr, **more})
    return [each.code for each in caught.value.reasons]


@pytest.fixture
def persistent(sandbox: Sandbox, cloud: Gateway) -> dict[str, Any]:
    """The network, first of an offering that is not persistent."""
    services = ["Dhcp", "Dns", "SourceNat", "Firewall"]
    perform(
        cloud,
        "cs_network_offering",
        name="lasting",
        guest_ip_type="Isolated",
        persistent=True,
        supported_services=services,
        state="enabled",
    )
    made = perform(cloud, "cs_network", network_offering=ISOLATED, **NETWORK).result
    assert (made["state"], made["persistent"], made["vlan"]) == ("Allocated", False, None)
    assert codes(cloud, "10.1.1.0/26") == ["not_implemented"]
    sandbox.calls.clear()
    return dict(twice(cloud, "cs_network", network_offering="lasting", forced=True, **NETWORK).result)


def test_a_network_is_made_persistent_by_another_offering(sandbox: Sandbox, persistent: dict[str, Any]) -> None:
    assert (persistent["state"], persistent["persistent"], persistent["collected"]) == ("Implemented", True, False)
    assert persistent["vlan"]
    assert writes(sandbox) == ["updateNetwork"]


def test_addresses_are_reserved_and_given_back(cloud: Gateway, persistent: dict[str, Any]) -> None:
    assert persistent["reserved_ip_range"] is None
    held = twice(cloud, "cs_network", guest_vm_cidr="10.1.1.0/26", **NETWORK).result
    assert (held["guest_vm_cidr"], held["network_cidr"]) == ("10.1.1.0/26", "10.1.1.0/24")
    assert held["reserved_ip_range"] == "10.1.1.64-10.1.1.254"
    # What does not name it leaves it alone.
    assert not perform(cloud, "cs_network", **NETWORK).changed
    back = twice(cloud, "cs_network", guest_vm_cidr="10.1.1.0/24", **NETWORK).result
    assert (back["guest_vm_cidr"], back["reserved_ip_range"]) == ("10.1.1.0/24", None)


@pytest.mark.usefixtures("persistent")
def test_what_cannot_be_reserved_is_refused_before_it_is_sent(sandbox: Sandbox, cloud: Gateway) -> None:
    sandbox.calls.clear()
    assert codes(cloud, "10.2.0.0/26") == ["outside_network"]
    assert codes(cloud, "10.1.1.64/26") == ["without_gateway"]
    assert codes(cloud, "10.1.1.0/26", name="new", network_offering=ISOLATED) == ["not_implemented"]
    with pytest.raises(InvalidValue):
        perform(cloud, "cs_network", guest_vm_cidr="10.1.1.9/26", **NETWORK)
    assert writes(sandbox) == []


def test_an_offering_has_chosen_capabilities_of_its_services(sandbox: Sandbox, cloud: Gateway) -> None:
    given: dict[str, Any] = {"name": "two", "guest_ip_type": "Isolated", "supported_services": ["Dhcp", "SourceNat"]}
    wrong = [{"service": "Lb", "capability": "SupportedLBIsolation", "value": "dedicated"}]
    with pytest.raises(Refused, match="Lb"):
        perform(cloud, "cs_network_offering", True, service_capabilities=wrong, **given)
    chosen = [{"service": "SourceNat", "capability": "RedundantRouter", "value": "True"}]
    twice(cloud, "cs_network_offering", service_capabilities=chosen, **given)
    assert sandbox.run(lambda world: [row.redundant for row in world.network_offerings if row.name == "two"]) == [True]


def test_what_networks_of_an_offering_get_arrives(sandbox: Sandbox, cloud: Gateway) -> None:
    given = {"conserve_mode": False, "network_rate": 100, "egress_default_policy": "allow", "tags": ["fast"]}
    services = ["Dhcp", "Dns", "SourceNat", "Firewall"]
    done = twice(
        cloud, "cs_network_offering", name="own", guest_ip_type="Isolated", supported_services=services, **given
    ).result
    assert {name: list(value) if isinstance(value, tuple) else value for name, value in done.items() if name in given}
    (call,) = sandbox.calls.of("createNetworkOffering")
    asked = {name: call.params.get(name) for name in ("conservemode", "networkrate", "egressdefaultpolicy", "tags")}
    assert asked == {"conservemode": "false", "networkrate": "100", "egressdefaultpolicy": "true", "tags": "fast"}


def test_an_offering_of_shared_networks_says_where_their_addresses_come_from(sandbox: Sandbox, cloud: Gateway) -> None:
    kind = {"guest_ip_type": "Shared", "specify_vlan": True, "supported_services": ["Dhcp", "Dns", "UserData"]}
    done = twice(cloud, "cs_network_offering", name="shared", specify_ip_ranges=True, **kind).result
    assert done["specify_ip_ranges"] is True
    (call,) = sandbox.calls.of("createNetworkOffering")
    assert (call.params["specifyipranges"], call.params["specifyvlan"]) == ("true", "true")
