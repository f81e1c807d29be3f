# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things as modules return them: where the modules of ngine_io.cloudstack return the same, under their names and in
their form, beside our own names."""

from __future__ import annotations

import typing as t

from ..change import Fields, plain
from .network_offerings import NetworkOffering
from .physical_networks import PhysicalNetwork, TrafficType, VlanIpRange
from .storage import ImageStore, StoragePool, shown_details

# State of a pool → allocation_state, as it is asked for.
POOL_STATES = {"Up": "enabled", "Disabled": "disabled", "Maintenance": "maintenance"}


def storage_pool(pool: StoragePool) -> Fields:
    """``storage_url`` has no secret in it: it is put together from what the server shows.

    Ansible takes a result named ``path`` for a file and would put that file's state over ours.
    """
    values = plain(pool)
    values["storage_path"] = values.pop("path")
    values["storage_url"] = f"{pool.type}://{pool.ip_address}/{pool.path}"
    values["scope"] = pool.scope.lower()
    values["allocation_state"] = POOL_STATES.get(pool.state)
    values["details"] = shown_details(pool.details)
    del values["access_mark"]
    return values


def image_store(store: ImageStore) -> Fields:
    return {**plain(store), "provider_name": store.provider}


def physical_network(network: PhysicalNetwork) -> Fields:
    """Tags as one text; without tags there is no such result."""
    values = plain(network)
    values.pop("tags")
    return {**values, **({"tags": ",".join(network.tags)} if network.tags else {})}


def traffic_type(each: TrafficType, network: PhysicalNetwork) -> Fields:
    """``physical_network`` is the id, as ``physical_network_id``."""
    return {
        **plain(each),
        "physical_network": network.id,
        "physical_network_name": network.name,
        "zone": network.zone,
    }


def vlan_ip_range(each: VlanIpRange) -> Fields:
    """``vlan`` as the server writes it; ``physical_network`` is the id."""
    return {
        **plain(each),
        "vlan": f"vlan://{each.vlan}",
        "physical_network": each.physical_network_id,
        "for_systemvms": each.for_system_vms,
    }


def network_offering(offering: NetworkOffering) -> Fields:
    policy: t.Mapping[t.Optional[bool], str] = {True: "allow", False: "deny"}
    values = plain(offering)
    values["egress_default_policy"] = policy.get(offering.egress_default_policy)
    values["is_persistent"] = offering.persistent
    return values
