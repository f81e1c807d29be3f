# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that only judge, tell or set variables, and those that are skipped, run in the process of their playbook.

Ansible forks a process for each task, and the fork was four fifths of what such a task cost: both processes copy each
page that they write to. What talks to a host or to a server has a process of its own as ever.
"""

from __future__ import annotations

from ansible._internal import _display_utils, _task
from ansible.errors import AnsibleError
from ansible.executor.process.worker import WorkerProcess
from ansible.executor.task_executor import TaskExecutor
from ansible.executor.task_result import _RawTaskResult
from ansible.plugins import strategy

NAMES = ("assert", "debug", "fail", "include_role", "include_tasks", "set_fact", "validate_argument_spec")
IN_PLACE = frozenset(f"{prefix}{name}" for prefix in ("", "ansible.builtin.", "ansible.legacy.") for name in NAMES)


class Worker(WorkerProcess):  # type: ignore[misc]  # Ansible ships no types
    def start(self) -> None:
        if self._may_stay() and (self._task.action in IN_PLACE or self._is_skipped()):
            self._run_in_place()
        else:
            super().start()

    def _may_stay(self) -> bool:
        """It neither waits nor starts another process, which would have other files than that of a fork."""
        task = self._task
        waits = task.until or task.retries or task.async_val or task.timeout
        return not waits and "pipe" not in f"{task.args} {task.vars} {task.loop}"

    def _is_skipped(self) -> bool:
        """By a condition that can be looked at twice."""
        task = self._task
        if not task.when or task.loop is not None or any("(" in str(each) for each in task.when):
            return False
        # What it warns of is told by the task itself.
        with _display_utils.DeferredWarningContext(variables=self._task_vars):
            try:
                return not task._resolve_conditional(task.when, self._task_vars)
            except AnsibleError:
                return False

    def _run_in_place(self) -> None:
        """As in a fork, nothing is left but the result: the task and its variables are copies."""
        task = self._task.copy(exclude_parent=True, exclude_tasks=True)
        task._parent = self._task._parent
        with _task.TaskContext(task):
            result = TaskExecutor(
                self._host,
                task,
                dict(self._task_vars),
                self._play_context,
                self._loader,
                self._shared_loader_obj,
                self._final_q,
                self._variable_manager,
            ).run()
        self._final_q.send_task_result(_RawTaskResult(self._host, task, result, task.dump_attrs()))


strategy.WorkerProcess = Worker
