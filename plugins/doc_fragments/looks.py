# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of modules that look at machines and change nothing; the spec is in ``interface/findings.py``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Returns the same as in a normal run.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
"""

    FINDINGS = r"""
options:
  ignore:
    description: Codes of findings to ignore. They are returned separately.
    type: list
    elements: str
    default: []
  fail:
    description: Minimum severity of a finding that fails the task.
    type: str
    choices: [blocks, hurts, note, never]
    default: blocks
"""
