# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that limit the answer of an info module; ``doc_fragments/listing.py`` documents them."""

from __future__ import annotations

from .fields import Spec

NAME: Spec = {"name": {"type": "str"}}
ZONE: Spec = {"zone": {"type": "str"}}
POD: Spec = {"pod": {"type": "str"}}
CLUSTER: Spec = {"cluster": {"type": "str"}}
PHYSICAL_NETWORK: Spec = {"physical_network": {"type": "str"}}
VLAN: Spec = {"vlan": {"type": "raw"}}
