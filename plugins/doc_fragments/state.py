# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of which object a module manages and what becomes of it; the specs are in ``interface/fields.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``state``, of objects that are there or not."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - Whether the object must exist.
    type: str
    choices: [present, absent]
    default: present
"""

    ENABLED = r"""
options:
  state:
    description:
      - V(enabled) and V(disabled) also enable or disable the object. V(present) does not change whether it is enabled.
    type: str
    choices: [present, enabled, disabled, absent]
    default: present
"""

    DISPLAY_TEXT = r"""
options:
  display_text:
    description:
      - Text that is shown to users. Defaults to the name.
    type: str
"""

    ID = r"""
options:
  id:
    description:
      - Id of the object, to rename it to O(name).
    type: str
"""

    POLL_ASYNC = r"""
options:
  poll_async:
    description:
      - Accepted for compatibility with C(ngine_io.cloudstack). It has no effect, because every change is waited for
        and verified.
    type: bool
    default: true
"""
