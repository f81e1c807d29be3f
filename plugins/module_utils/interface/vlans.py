# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about VLANs; ``doc_fragments/vlans.py`` documents them."""

from __future__ import annotations

from ..core.vlans.scheme import PURPOSES
from .fields import Spec

# A declared scheme of VLANs (core/vlans/scheme.py).
SCHEME: Spec = {
    "scheme": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "vlans": {"type": "raw", "required": True},
            "purpose": {"type": "str", "required": True, "choices": list(PURPOSES)},
            "name": {"type": "str"},
        },
    }
}
