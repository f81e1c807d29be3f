"""Another offering for a network (NetworkServiceImpl.updateGuestNetwork and canUpgrade of apache/cloudstack)."""

from __future__ import annotations

from ..errors import invalid
from ..registry import Call
from ..world.networks import Network, NetworkOffering

EXTERNAL = ("JuniperSRX", "PaloAlto", "F5BigIp", "Netscaler", "CiscoVnmc")
STOPPED = ("Stopped", "Destroyed", "Expunging", "Error")


def _external(offering: NetworkOffering) -> bool:
    return any(provider in EXTERNAL for providers in offering.services.values() for provider in providers)


def check(call: Call, network: Network, new: NetworkOffering) -> None:
    """ApiError 431 for what does not fit."""
    world, forced, change = call.world, bool(call.get("forced")), bool(call.get("changecidr"))
    old = world.network_offerings[network.offering_id or 0]
    if network.guest_type == "Shared":
        raise invalid("NetworkOffering and domain suffix upgrade can be perfomed for Isolated networks only")
    lost = [service for service in old.services if service not in new.services]
    if lost and not forced:
        raise invalid(
            f"The new offering:{new.uuid} will remove the following services {lost} along with all the related "
            "configuration currently in use. will not proceed with the network update.set forced parameter to true for "
            "forcing an update."
        )
    if new.state != "Enabled":
        raise invalid("Network offering with specified id is not in Enabled state, can't upgrade to it")
    if old.for_vpc != new.for_vpc:
        what = "a vpc offering " if new.for_vpc else "not a vpc offering"
        raise invalid(f"Can't update as the new offering is {what}")
    if _external(old) != _external(new) and not change:
        raise invalid("Updating network failed since guest CIDR needs to be changed!")
    users = [vm for vm in world.vms if vm.kind == "User" and any(nic.network_id == network.id for nic in vm.nics)]
    if change and any(vm.state not in STOPPED for vm in users):
        raise invalid("All user vm of network of specified id should be stopped before changing CIDR!")
    same = (
        old.guest_type == new.guest_type,
        old.specify_vlan == new.specify_vlan,
        old.specify_ip_ranges == new.specify_ip_ranges,
        not new.tags or set(old.tags) == set(new.tags),
        ("SecurityGroup" in old.services) == ("SecurityGroup" in new.services),
    )
    if not all(same):
        raise invalid(f"Can't upgrade from network offering {old.uuid} to {new.uuid}; check logs for more information")
    if call.get("guestvmcidr"):
        raise invalid("Cannot specify this nework offering change and guestVmCidr at same time. Specify only one.")
