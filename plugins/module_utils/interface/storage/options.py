# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules for the care of storage; ``doc_fragments/storage.py`` documents them."""

from __future__ import annotations

from ...core.errors import InvalidValue
from ...operations.storage import maintenance, migration
from ..fields import Params, Spec, seconds
from ..hypervisors.access import reach

POOL: Spec = {"pool": {"type": "str", "required": True}}
CONSENT: Spec = {"consent": {"type": "list", "elements": "str"}}
WORK: Spec = {"timeout": {"type": "float", "default": 3600}}


def maintenance_request(params: Params) -> maintenance.Request:
    """Raises InvalidValue."""
    return maintenance.Request(
        name=params["pool"],
        zone=params["zone"],
        state=params["state"],
        consent=tuple(params["consent"] or ()),
        timeout=seconds("timeout", params["timeout"]),
        reach=reach(params),
    )


MIGRATION: Spec = {
    "targets": {"type": "list", "elements": "str"},
    "volumes": {"type": "list", "elements": "str"},
}


def migration_request(params: Params) -> migration.Request:
    """Raises InvalidValue."""
    at_once = params.get("max_migrations")
    if at_once is not None and at_once < 1:
        raise InvalidValue("max_migrations", at_once, "1 or more")
    return migration.Request(
        pool=params["pool"],
        zone=params["zone"],
        targets=tuple(params["targets"] or ()),
        volumes=tuple(params["volumes"] or ()),
        consent=tuple(params["consent"] or ()),
        at_once=at_once or 2,
        timeout=seconds("timeout", params.get("timeout") or 10800.0),
    )
