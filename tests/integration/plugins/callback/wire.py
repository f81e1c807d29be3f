# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one JSON line a task: its result, and the calls that the sandbox received during it."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: wire
type: aggregate
short_description: Tells what each task sent to the sandbox
description: Writes one JSON line a task to the file that the environment variable WIRE_LOG names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "wire"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._calls()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write(result)

    def _write(self, result: Any) -> None:
        task = result._task
        line = {
            "name": task.get_name(),
            "action": task.action,
            "check_mode": bool(task.check_mode),
            "result": result._result,
            "calls": self._calls(),
        }
        with Path(os.environ["WIRE_LOG"]).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, default=str) + "\n")

    def _calls(self) -> list[str]:
        """Commands received since this was asked last."""
        page = os.environ["CLOUDSTACK_ENDPOINT"].rpartition("/client/")[0] + "/sandbox/calls"
        with urllib.request.urlopen(page) as answer:
            calls = [call["command"] for call in json.load(answer)["calls"]]
        urllib.request.urlopen(urllib.request.Request(page, method="DELETE")).close()
        return calls
