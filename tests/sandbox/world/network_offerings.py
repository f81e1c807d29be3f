"""Network offerings of a fresh installation; the first is recorded (T2:6), the others from general knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .networks import NetworkOffering, VpcOffering

if TYPE_CHECKING:
    from . import World

ROUTER, VPC_ROUTER, CONFIG_DRIVE = "VirtualRouter", "VpcVirtualRouter", "ConfigDrive"
_ALL = ("Lb", "PortForwarding", "Vpn", "StaticNat", "Firewall", "UserData", "Dns", "SourceNat", "Dhcp")
_VPC = ("Lb", "PortForwarding", "Vpn", "StaticNat", "UserData", "NetworkACL", "Dns", "SourceNat", "Dhcp")
_PLAIN = ("UserData", "Dns", "Dhcp")
# Name, text, guest type, provider, services, availability.
_DEFAULTS: tuple[tuple[str, str, str, str, tuple[str, ...], str], ...] = (
    ("DefaultSharedNetworkOfferingWithSGService", "Offering for Shared Security group enabled networks", "Shared",
     ROUTER, (*_PLAIN, "SecurityGroup"), "Optional"),
    ("DefaultSharedNetworkOffering", "Offering for Shared networks", "Shared", ROUTER, _PLAIN, "Optional"),
    ("DefaultIsolatedNetworkOfferingWithSourceNatService",
     "Offering for Isolated networks with Source Nat service enabled", "Isolated", ROUTER, _ALL, "Required"),
    ("DefaultIsolatedNetworkOffering", "Offering for Isolated networks with no Source Nat service", "Isolated", ROUTER,
     _PLAIN, "Optional"),
    ("DefaultIsolatedNetworkOfferingForVpcNetworks",
     "Offering for Isolated VPC networks with Source Nat service enabled", "Isolated", VPC_ROUTER, _VPC, "Optional"),
    ("DefaultIsolatedNetworkOfferingForVpcNetworksNoLB",
     "Offering for Isolated VPC networks with Source Nat service enabled and LB service disabled", "Isolated",
     VPC_ROUTER, _VPC[1:], "Optional"),
    ("QuickCloudNoServices", "Offering for QuickCloud with no services", "Shared", ROUTER, (), "Optional"),
    ("DefaultL2NetworkOffering", "Offering for L2 networks", "L2", ROUTER, (), "Optional"),
    ("DefaultL2NetworkOfferingVlan", "Offering for L2 networks VLAN", "L2", ROUTER, (), "Optional"),
    ("DefaultL2NetworkOfferingConfigDrive", "Offering for L2 networks with config drive user data", "L2", CONFIG_DRIVE,
     ("UserData",), "Optional"),
)  # fmt: skip


_VPC_SERVICES = ("NetworkACL", "Dns", "Lb", "PortForwarding", "UserData", "SourceNat", "Dhcp", "StaticNat", "Vpn")
# The first is recorded (T6:221); the second one's name is (T6:249).
_VPC_OFFERINGS = (("Default VPC offering", True, False), ("Redundant VPC offering", False, True))


def _install_vpc_offerings(world: World) -> None:
    for name, balanced, redundant in _VPC_OFFERINGS:
        services = {service: [VPC_ROUTER] for service in _VPC_SERVICES}
        if balanced:
            services["Lb"] = ["InternalLbVm", VPC_ROUTER]
        offering = VpcOffering(
            world.vpc_offerings.next_id(), world.new_uuid(), name, name, services, world.now(), default=True
        )
        offering.state, offering.redundant = "Enabled", redundant
        world.vpc_offerings.add(offering)


def install(world: World) -> None:
    """Add them, enabled."""
    for name, text, guest_type, provider, services, availability in _DEFAULTS:
        offering = NetworkOffering(
            world.network_offerings.next_id(), world.new_uuid(), name, text, guest_type,
            {service: [provider] for service in services}, world.now(), default=True, availability=availability,
        )  # fmt: skip
        offering.state, offering.egress_default = "Enabled", False
        offering.specify_vlan = guest_type == "Shared" or name.endswith("Vlan")
        offering.specify_ip_ranges = guest_type == "Shared"
        offering.for_vpc = provider == VPC_ROUTER
        world.network_offerings.add(offering)
    _install_vpc_offerings(world)
