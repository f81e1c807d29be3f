# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback of ansible-playbook that brings one fault into a run, at a task and its nth start.

UPGRADE_FAULT: JSON with ``task``, ``nth``, ``do`` and, for some, ``after`` (seconds) and ``command``. The task fails
before it does anything (``fail``) or after it did it (``late``), the playbook is killed (``kill``), or a command runs
beside the task (``command``). ``hooks``: commands by task, run before its first start. UPGRADE_STEPS: file that gets a
line for each start.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: upgrade_faults
type: aggregate
short_description: bring one fault into a run
description: for tests
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "upgrade_faults"
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self) -> None:
        super().__init__()
        self._fault: dict[str, Any] = json.loads(os.environ.get("UPGRADE_FAULT", "{}"))
        self._hooks: dict[str, str] = self._fault.get("hooks", {})
        self._seen: Counter[str] = Counter()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        # A task of a role is told with the role.
        name = str(task.get_name()).rpartition(" : ")[2]
        self._seen[name] += 1
        with Path(os.environ.get("UPGRADE_STEPS", os.devnull)).open("a", encoding="utf-8") as file:
            file.write(f"{time.time():.1f}\t{self._seen[name]}\t{name}\n")
        if name in self._hooks and self._seen[name] == 1:
            subprocess.run(self._hooks[name], shell=True, check=True, timeout=60)
        if (name, self._seen[name]) != (self._fault.get("task"), self._fault.get("nth")):
            return
        do = self._fault["do"]
        if do == "fail":
            task.action, task.args, task.until = "ansible.builtin.fail", {"msg": "a planted failure"}, []
        elif do == "late":
            # Retries without a condition end with the first success.
            task.failed_when, task.until, task.retries = ["true"], [], None
        else:
            threading.Thread(target=self._act, args=(do,), daemon=True).start()

    def _act(self, do: str) -> None:
        time.sleep(float(self._fault.get("after", 0.4)))
        if do == "kill":
            os.killpg(os.getpgid(0), signal.SIGKILL)
        else:
            subprocess.run(self._fault["command"], shell=True, check=True, timeout=60)
