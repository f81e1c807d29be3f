# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What checks are asked about their findings."""

from __future__ import annotations

import typing as t

from ..core.findings import BLOCKS, SEVERITIES

# The least severity of a finding that fails the task.
FAIL: t.Mapping[str, t.Any] = {"type": "str", "choices": [*SEVERITIES, "never"], "default": BLOCKS}
