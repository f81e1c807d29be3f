# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the modules for the care of storage share; the specs are in ``interface/storage/options.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """The pool that is worked on, and the terms of the work."""

    DOCUMENTATION = r"""
options:
  pool:
    description:
      - Name or id of the storage pool.
    type: str
    required: true
"""

    CONSENT = r"""
options:
  consent:
    description:
      - Names or ids of VMs that may be stopped, or V(all). They are started again.
      - A name that several VMs on the pool have is refused, if one of them would be stopped. Use ids then.
      - A name that no VM on the pool has is a warning.
    type: list
    elements: str
"""

    WORK = r"""
options:
  timeout:
    description:
      - Seconds to wait for one step of the work.
    type: float
    default: 3600
"""

    MIGRATION = r"""
options:
  targets:
    description:
      - Names or ids of pools that volumes are moved to. By default, all pools of the zone that suit a volume.
    type: list
    elements: str
  volumes:
    description:
      - Names or ids of volumes. By default, all volumes of the pool.
    type: list
    elements: str
"""
