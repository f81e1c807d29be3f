# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a report's page, and the operation that writes it."""

from __future__ import annotations

import os

from ..adapters.page.gateway import Pages
from ..core.change import Outcome
from ..core.errors import InvalidValue
from ..operations.report import pages as reports
from ..ports.cloud import Cloud
from .fields import Params, Spec
from .zone import ZONE

REPORT: Spec = {
    **ZONE,
    "clusters": {"type": "list", "elements": "str", "default": []},
    "dest": {"type": "path", "required": True},
    "mode": {"type": "raw", "default": "0644"},
    "plan": {"type": "raw"},
    "results": {"type": "raw"},
    "certificates": {"type": "raw"},
    "doctor": {"type": "raw"},
    "title": {"type": "str", "default": ""},
}


def written(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    """The page at ``dest``."""
    request = reports.Request(
        zone=params["zone"],
        clusters=tuple(params["clusters"]),
        dest=os.path.abspath(params["dest"]),
        plan=params["plan"],
        results=params["results"],
        certificates=params["certificates"],
        doctor=params["doctor"],
        title=params["title"],
        mode=_mode(params["mode"]),
    )
    return reports.write(cloud, Pages(), request, check_mode)


def _mode(value: object) -> int:
    """Octal digits in quotes, or the number that YAML makes of unquoted ones with a leading 0."""
    try:
        mode = value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o777:
        raise InvalidValue("mode", value, "octal digits in quotes, such as '0644'")
    return mode
