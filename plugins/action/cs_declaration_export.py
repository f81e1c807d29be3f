# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By this name Ansible finds and loads the action plugin of API tasks before it forks the process of a task."""

from __future__ import annotations

from .cs_api import ActionModule, load_module

__all__ = ["ActionModule"]

load_module(__name__)
