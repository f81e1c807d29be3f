# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the modules about VLANs share."""

from __future__ import annotations

import typing as t

from ..core.vlans.scheme import PURPOSES

# A declared scheme of VLANs (core.vlan_scheme).
SCHEME: t.Mapping[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "vlans": {"type": "raw", "required": True},
        "purpose": {"type": "str", "required": True, "choices": list(PURPOSES)},
        "name": {"type": "str"},
    },
}
