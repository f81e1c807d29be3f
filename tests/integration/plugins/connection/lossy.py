# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is lost when a certain module runs; those before it change nothing and succeed."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: lossy
short_description: A host that is lost
description: Runs no module, and is unreachable for the one that LOSSY_MODULE names.
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - connection_pipelining
"""
ANSWER = {"changed": False, "ansible_facts": {"ansible_pkg_mgr": "apt"}}


class Connection(Local):
    transport = "lossy"
    has_pipelining = False

    def exec_command(self, cmd: str, in_data: Any = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        if f"AnsiballZ_{os.environ['LOSSY_MODULE']}.py" in cmd:
            raise AnsibleConnectionFailure("No route to host")
        if "AnsiballZ_" in cmd:
            return 0, json.dumps(ANSWER).encode(), b""
        found: tuple[int, bytes, bytes] = super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        return found
