# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what usage servers leave in the databases cloud and cloud_usage.

Source: the tables of a server of version 4.22: configuration, and usage_job, where an open job has no ``success``.
"""

from __future__ import annotations

from ...core.usage.heartbeat import SETTINGS, Usage, usage
from .client import Client

_SETTINGS = f"SELECT `name`, `value` FROM `configuration` WHERE `name` IN ({', '.join(['%s'] * len(SETTINGS))})"
_OPEN = (
    "SELECT `host`, `pid`, TIMESTAMPDIFF(SECOND, `heartbeat`, UTC_TIMESTAMP()) FROM `cloud_usage`.`usage_job` "
    "WHERE `success` IS NULL AND `job_type` = 0 ORDER BY `id` DESC LIMIT 20"
)
_LAST = "SELECT MAX(`end_date`) FROM `cloud_usage`.`usage_job` WHERE `success` = 1"


def read_usage(client: Client) -> Usage:
    """Raises DatabaseError, AccessDenied, TransportError."""
    found = usage(client.rows(_SETTINGS, *SETTINGS), client.rows(_OPEN), client.rows(_LAST))
    client.end_reading()
    return found
