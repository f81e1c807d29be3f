# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vCenter datacenter of a zone made so.

Source: 4.11.1 documentation, "Add VMware Datacenter to Zone".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, is_set, plain
from ...core.zone.topology import Zone
from ...core.zone.vmware_dcs import CREDENTIALS, VMWARE_DATACENTER, VmwareDatacenter
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within


def show(datacenter: VmwareDatacenter) -> Fields:
    """Its values under its own id."""
    values = plain(datacenter)
    values["id"] = values.pop("datacenter_id")
    return values


def ensure_vmware_dc(
    cloud: Cloud, zone: t.Optional[str], wanted: Fields, state: State, check_mode: bool, anew: bool = False
) -> Outcome:
    """``wanted``: fields of core VmwareDatacenter, and username and password, which are sent with what else is written.

    The zone's datacenter is the one meant, so another name renames it; a removal leaves one of another name alone.
    anew: the user and password are sent whatever is there, since no server tells them.
    """

    def then(place: Zone) -> Outcome:
        held = next(iter(cloud.vmware_datacenters.all(zone_id=place.id)), None)
        if state == "absent" and held is not None and held.name != wanted["name"]:
            return Outcome(False)
        fields = {**wanted, "zone_id": place.id}
        outcome = ensure(
            cloud,
            cloud.vmware_datacenters,
            VMWARE_DATACENTER,
            held,
            fields,
            state,
            check_mode,
            show=show,
            places={"zone": place.name},
        )
        sent = {name: value for name, value in is_set(wanted).items() if name in CREDENTIALS}
        if outcome.changed or not (anew and sent and held is not None):
            return outcome
        if not check_mode:
            cloud.vmware_datacenters.update(held.id, **sent)
        return replace(outcome, changed=True, after={"sent": sorted(sent)})

    return within(lambda: lookup.zone(cloud, zone), then, wanted, state, check_mode, {"zone": zone})


def listed_vmware_dcs(cloud: Cloud, zone: t.Optional[str]) -> Outcome:
    """The datacenter of a zone as a list of none or one: the server lists them by zone alone."""
    place = lookup.zone(cloud, zone)
    found = cloud.vmware_datacenters.all(zone_id=place.id)
    return Outcome(False, result={"vmware_datacenters": [show(each) for each in found]})
