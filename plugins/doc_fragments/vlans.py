# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of options about VLANs; the specs are in ``interface/vlans.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``scheme``: what the VLANs of a zone are for."""

    DOCUMENTATION = r"""
options:
  scheme:
    description:
      - The VLAN scheme of the zone.
    type: list
    elements: dict
    default: []
    suboptions:
      vlans:
        description:
          - VLANs, as a string such as V(100-200,500) or a list.
        type: raw
        required: true
      purpose:
        description:
          - Purpose of the VLANs.
        type: str
        required: true
        choices: [management, storage, public, guest, account, project, reserved]
      name:
        description:
          - Name of the VLANs in messages.
        type: str
"""
