# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone read for its declaration, and written as one."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.declaration.export import VAULT, Export, Seen, export
from ...core.errors import Reason, Refused
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from ...ports.declaration import Folder
from .. import lookup
from ..zone.annotations import annotated


def exported(cloud: Cloud, name: str) -> Export:
    """One listing of each kind. Raises NotFound for the zone."""
    zone = lookup.zone(cloud, name or None)
    seen = seen_zone(cloud, zone)
    seen = replace(seen, hosts=[annotated(cloud, each) for each in seen.hosts])
    settings = {each.id: tuple(cloud.settings.own(each.id)) for each in seen.clusters}
    settings[""] = tuple(cloud.settings.all("zone", zone.id))
    seen = replace(seen, settings=settings, global_settings=tuple(cloud.settings.all()))
    with_oobm = {each.host_id for each in cloud.oobms.all(zone_id=zone.id) if each.configured}
    with_ha = {each.host_id for each in cloud.host_has.all() if each.provider}
    return export(replace(seen, with_oobm=with_oobm, with_ha=with_ha))


def seen_zone(cloud: Cloud, zone: Zone, **detail: object) -> Seen:
    """Without its settings. detail: how much of each host is asked for."""
    networks = cloud.physical_networks.all(zone_id=zone.id)
    inside = [each.id for each in networks]
    clusters = sorted(cloud.clusters.all(zone_id=zone.id), key=lambda each: (each.pod, each.name))
    vmware = any(each.hypervisor == "VMware" for each in clusters)
    # Object storage serves all zones.
    stores = [each for each in cloud.image_stores.all() if each.zone_id in ("", zone.id)]
    return Seen(
        zone,
        networks,
        [each for id in inside for each in cloud.traffic_types.all(physical_network_id=id)],
        [each for id in inside for each in cloud.providers.all(physical_network_id=id)],
        sorted(cloud.pods.all(zone_id=zone.id), key=lambda each: each.name),
        cloud.vlan_ip_ranges.all(zone_id=zone.id),
        cloud.networks.all(zone_id=zone.id) if zone.network_type == "Basic" else (),
        cloud.vmware_datacenters.all(zone_id=zone.id) if vmware else (),
        clusters,
        sorted(cloud.hosts.all(zone_id=zone.id, **detail), key=lambda each: each.name),
        sorted(cloud.storage_pools.all(zone_id=zone.id), key=lambda each: each.name),
        sorted(stores, key=lambda each: each.name),
        cloud.staging_stores.all(zone_id=zone.id),
    )


class Written(t.NamedTuple):
    """The files of an export; names of those that are not as they were, and what was there."""

    export: Export
    before: t.Mapping[str, t.Optional[str]]
    after: t.Mapping[str, str]


def write(cloud: Cloud, folder: Folder, name: str, overwrite: bool, check_mode: bool) -> Written:
    """An inventory in a new directory. The vault of an earlier export has its passwords now, and stays.

    Raises Refused for a directory that is there, unless ``overwrite``; InvalidValue for one that cannot be written.
    """
    there = folder.there()
    if there and not overwrite:
        remedy = "choose a new directory, or set overwrite=true"
        raise Refused(folder.path, [Reason("files_there", "it exists, and its files would be overwritten", remedy)])
    found = exported(cloud, name)
    # Whoever may read it: a working copy of git has it with mode 0644.
    files = [file for file in found.files if file.path != VAULT or not folder.has(VAULT)]
    held = {file.path: folder.read(file.path) if there else None for file in files}
    due = [file for file in files if file.content != held[file.path]]
    for file in () if check_mode else due:
        folder.write(file.path, file.content)
    return Written(found, {each.path: held[each.path] for each in due}, {each.path: each.content for each in due})
