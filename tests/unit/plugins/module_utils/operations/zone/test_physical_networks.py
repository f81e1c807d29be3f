# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Providers with their elements, and traffic types with their labels."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.cloud import FakeCloud, Memory

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.physical_networks import (
    Element,
    PhysicalNetwork,
    Provider,
    TrafficType,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.physical_networks import (
    ensure_physical_network,
    ensure_traffic_type,
)


class Wires(FakeCloud):
    """One physical network with a virtual router (disabled) and ConfigDrive (enabled); writes in one order."""

    def __init__(self) -> None:
        super().__init__()
        self.zones = Memory(Zone, Zone("z", "z1"))
        network = PhysicalNetwork("n", "phys1", "z", state="Disabled", isolation_method="VLAN")
        self.physical_networks = Memory(PhysicalNetwork, network)
        providers = Provider("vr", "VirtualRouter", "n", "Disabled"), Provider("cd", "ConfigDrive", "n", "Enabled")
        self.providers = Memory(Provider, *providers)
        self.virtual_router_elements = Memory(Element, Element("e", "vr"))
        self.traffic_types = Memory(TrafficType, TrafficType("t", "Guest", "n", kvm_networklabel="br0"))
        self.writes: list[tuple[str, str, dict[str, object]]] = []
        for each in (self.physical_networks, self.providers, self.virtual_router_elements):
            each.writes = self.writes

    def network(self, check: bool = False, state: str | None = None, **providers: bool) -> Outcome:
        fields = {"name": "phys1", "state": state}
        return ensure_physical_network(self.port, "z1", fields, "present", check, providers)


@pytest.mark.parametrize("check", [False, True])
def test_an_element_goes_before_its_provider_and_the_network_before_both(check: bool) -> None:
    wires = Wires()
    outcome = wires.network(check, "Enabled", VirtualRouter=True, ConfigDrive=True)
    assert outcome.before == {"state": "Disabled", "providers": {"VirtualRouter": "Disabled"}}
    assert outcome.after == {"state": "Enabled", "providers": {"VirtualRouter": "Enabled"}}
    assert outcome.result["nsps_enabled"] == ["ConfigDrive", "VirtualRouter"]
    order = [("n", {"state": "Enabled"}), ("e", {"enabled": True}), ("vr", {"state": "Enabled"})]
    assert [(id, fields) for _verb, id, fields in wires.writes] == ([] if check else order)


def test_a_provider_goes_before_its_element_when_disabled() -> None:
    wires = Wires()
    wires.network(VirtualRouter=True)
    wires.writes.clear()
    assert wires.network(VirtualRouter=False).result["nsps_disabled"] == ["VirtualRouter"]
    assert [id for _verb, id, _fields in wires.writes] == ["vr", "e"]
    assert not wires.network(VirtualRouter=False).changed


@pytest.mark.parametrize("check", [False, True])
def test_an_unknown_provider_is_refused_before_anything_is_written(check: bool) -> None:
    wires = Wires()
    with pytest.raises(InvalidValue, match="VirtualRouter") as caught:
        wires.network(check, "Enabled", ConfigDrive=False, VirtualRuter=True)
    assert caught.value.details["parameter"] == "nsps_enabled"
    assert wires.writes == []


def test_isolation_cannot_be_changed() -> None:
    wires = Wires()
    with pytest.raises(Refused, match="isolation_method is 'VLAN'"):
        ensure_physical_network(
            wires.port, "z1", {"name": "phys1", "isolation_method": "VXLAN"}, "present", False, {"ConfigDrive": False}
        )
    assert wires.writes == []


def traffic(wires: Wires, state: Any = "present", **fields: str) -> Outcome:
    return ensure_traffic_type(wires.port, "z1", "phys1", {"traffic_type": "guest", **fields}, state, False)


@pytest.mark.parametrize("hypervisor", ["kvm", "xen", "vmware", "hyperv", "ovm3"])
def test_the_label_of_each_hypervisor_is_written(hypervisor: str) -> None:
    wires = Wires()
    label = {f"{hypervisor}_networklabel": "new"}
    assert traffic(wires, **label).after == label
    assert wires.traffic_types.writes == [("update", "t", label)]
    assert not traffic(wires, **label).changed


def test_a_traffic_type_is_found_in_any_case_and_removed_once() -> None:
    wires = Wires()
    made = traffic(wires).result
    assert (made["physical_network"], made["physical_network_name"]) == ("n", "phys1")
    assert not traffic(wires).changed
    assert traffic(wires, "absent").changed
    assert not traffic(wires, "absent").changed
    assert wires.traffic_types.writes == [("delete", "t", {})]
