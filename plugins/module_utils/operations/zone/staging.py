# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NFS stores in a zone through which data of object storage passes.

Source: 4.11.1 documentation, "Adding Secondary Storage".
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, State
from ...core.errors import InvalidValue
from ...core.masking import without_secret
from ...core.zone import shown
from ...core.zone.storage import STAGING_STORE, parts_of, same_store
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within


def ensure_staging_store(
    cloud: Cloud, zone: t.Optional[str], url: str, state: State, check_mode: bool, details: t.Optional[Fields] = None
) -> Outcome:
    """An NFS store in a zone through which data of object storage passes, known by its URL. Raises InvalidValue."""
    if parts_of(url).scheme != "nfs":
        raise InvalidValue("url", without_secret(url), "nfs://SERVER/PATH")

    def then(place: Zone) -> Outcome:
        there = cloud.staging_stores.all(zone_id=place.id)
        held = next((each for each in there if same_store(url, each.url)), None)
        fields: dict[str, object] = {"url": held.url if held else url, "zone_id": place.id}
        if held is None:
            fields.update(scope="zone", provider="NFS", details=details or None)
        show, names = shown.image_store, {"zone": place.name}
        rules, stores = STAGING_STORE, cloud.staging_stores
        return ensure(cloud, stores, rules, held, fields, state, check_mode, show=show, places=names)

    wanted = {"url": url}
    return within(lambda: lookup.zone(cloud, zone), then, wanted, state, check_mode, {"zone": zone})
