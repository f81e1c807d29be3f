# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the archives that Ansible makes of modules from one playbook to the next.

A run makes each archive once and throws it away at its end. Half of the CPU time of a short run goes there.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import ansible.constants
from ansible import release
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: archives
type: aggregate
short_description: Keeps archives of modules
description:
  - The environment variable MODULE_ARCHIVES names the folder, which lives as long as the source code does not change.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "archives"
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self) -> None:
        super().__init__()
        folder = os.environ.get("MODULE_ARCHIVES")
        if folder is None:
            return
        # Another copy of the collection has other archives: it may lack a file.
        source = f"{release.__version__} {os.environ.get('ANSIBLE_COLLECTIONS_PATH', '')}"
        kept = Path(folder, hashlib.sha256(source.encode()).hexdigest())
        kept.mkdir(parents=True, exist_ok=True)
        Path(ansible.constants.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(kept)
