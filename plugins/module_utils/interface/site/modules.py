# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules for single objects by their names without ``cs_``.

Ansible compiles each file that it imports, so those of which nothing is declared are not imported.
"""

from __future__ import annotations

import typing as t
from functools import cache

from ..task import ApiTask

Tasks = t.Mapping[str, ApiTask]


def _hosts() -> Tasks:
    from .objects import host

    return {"host": host.TASK}


def _places() -> Tasks:
    from .objects import cluster, configuration, pod, zone

    return {
        "cluster": cluster.TASK,
        "configuration": configuration.TASK,
        "pod": pod.TASK,
        "zone": zone.TASK,
    }


def _networks() -> Tasks:
    from .objects import network, physical_network, traffic_type, vlan_ip_range, vmware_dc

    return {
        "network": network.TASK,
        "physical_network": physical_network.TASK,
        "traffic_type": traffic_type.TASK,
        "vlan_ip_range": vlan_ip_range.TASK,
        "vmware_dc": vmware_dc.TASK,
    }


def _storage() -> Tasks:
    from .objects import image_store, staging_store, storage_pool

    return {
        "image_store": image_store.TASK,
        "staging_store": staging_store.TASK,
        "storage_pool": storage_pool.TASK,
    }


def _bmc() -> Tasks:
    from .objects import host_ha, oobm

    return {"host_ha": host_ha.TASK, "oobm": oobm.TASK}


GROUPS: t.Mapping[t.Callable[[], Tasks], t.Collection[str]] = {
    _hosts: ("host",),
    _places: ("cluster", "configuration", "pod", "zone"),
    _networks: ("network", "physical_network", "traffic_type", "vlan_ip_range", "vmware_dc"),
    _storage: ("image_store", "staging_store", "storage_pool"),
    _bmc: ("host_ha", "oobm"),
}
MODULES = tuple(sorted(name for names in GROUPS.values() for name in names))


@cache
def task_of(module: str) -> ApiTask:
    """Raises KeyError."""
    for load, names in GROUPS.items():
        if module in names:
            return load()[module]
    raise KeyError(module)
