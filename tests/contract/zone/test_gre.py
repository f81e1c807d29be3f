# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest networks in GRE tunnels of Open vSwitch: the physical network, the provider Ovs, and an offering for them.

Source: 4.11.1 documentation, "The OVS Plugin".
"""

from __future__ import annotations

from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.server import Sandbox

# What the documents' table of the plug-in gives to Ovs and to the virtual router.
SERVICES = {
    "Connectivity": "Ovs",
    "Dhcp": "VirtualRouter",
    "Dns": "VirtualRouter",
    "SourceNat": "VirtualRouter",
    "StaticNat": "VirtualRouter",
    "PortForwarding": "VirtualRouter",
}


def test_guest_networks_in_gre_tunnels(sandbox: Sandbox, cloud: Gateway) -> None:
    zone = perform(cloud, "cs_zone_info").result["zones"][0]["name"]
    # The server makes physical networks in disabled zones only.
    perform(cloud, "cs_zone", name=zone, state="disabled")
    network = {
        "zone": zone,
        "name": "tunnels",
        "isolation_method": "GRE",
        "vlan": "700-799",
        "tags": ["gre"],
        "nsps_enabled": ["Ovs", "VirtualRouter"],
        "state": "enabled",
    }
    # Check mode knows no providers of a network that is not there yet.
    assert perform(cloud, "cs_physical_network", check_mode=True, **network).changed
    assert writes(sandbox) == ["updateZone"]
    made = perform(cloud, "cs_physical_network", **network)
    assert not perform(cloud, "cs_physical_network", **network).changed
    assert (made.result["isolation_method"], made.result["state"]) == ("GRE", "Enabled")
    (seen,) = perform(cloud, "cs_physical_network_info", zone=zone, name="tunnels").result["physical_networks"]
    assert {"Ovs", "VirtualRouter"} <= set(seen["nsps_enabled"])
    offering = {
        "name": "isolated-gre",
        "display_text": "Isolated, by GRE",
        "guest_ip_type": "Isolated",
        "traffic_type": "Guest",
        "tags": ["gre"],
        "supported_services": list(SERVICES),
        "service_providers": [{"service": service, "provider": by} for service, by in SERVICES.items()],
        "state": "enabled",
    }
    twice(cloud, "cs_network_offering", **offering)
    (sent,) = sandbox.calls.of("createNetworkOffering")
    assert "Ovs" in str(sent.params)
    assert writes(sandbox).count("updateNetworkServiceProvider") == 2
