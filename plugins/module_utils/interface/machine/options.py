# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about hosts as machines; ``doc_fragments/machine.py`` documents them."""

from __future__ import annotations

from ...core.machine.agent_properties import PATH
from ..fields import Spec

PROPERTIES: Spec = {"path": {"type": "path", "default": PATH}}
LABELS: Spec = {"traffic_labels": {"type": "list", "elements": "str", "default": []}}
