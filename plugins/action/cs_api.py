# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All API tasks: inside the controller process when the connection is local, else as ordinary modules.

In the process one session and its listings serve all items of a loop; the module is what says how the task is called
and what it does, so both ways are the same operation.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import typing as t

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.masking import all_masked
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.text import printable
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.connection import (
    Connection,
    open_cloud,
    preload,
    resolve,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import exactly
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.holder import holder
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.module import failure
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.worker import (
    end_with_playbook,
    spare_inherited,
)

MODULES = "ansible_collections.hostcraft.cloudstack.plugins.modules"

display = Display()
# Ansible runs all items of a loop in one worker process: what is remembered here serves them all.
_gateways: dict[Connection, t.Any] = {}

# What is imported here is there for every task: Ansible loads this file once, and forks a process for each task.
preload()


def load_module(action: str) -> None:
    """Import the module of an action plugin's name before the process of its task is forked."""
    importlib.import_module(f"{MODULES}.{action.rpartition('.')[2]}")


class ActionModule(ActionBase):
    """The one action plugin of all API modules: a file beside it has the name of each."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        task: ApiTask = importlib.import_module(f"{MODULES}.{self._task.action.rpartition('.')[2]}").TASK
        if "holder" in task.options:
            # The directory has a name of chance, made once for all processes of this run.
            self._task.args = {**self._task.args, "holder": holder(constants.DEFAULT_LOCAL_TMP)}
        if self._connection.transport != "local" or self._task.async_val or self._play_context.become:
            wrap = self._task.async_val and not self._connection.has_native_async
            result.update(self._execute_module(task_vars=task_vars, wrap_async=wrap))
            return result
        end_with_playbook()
        spare_inherited()
        with _environment(self._task_environment()):
            result.update(self._perform(task))
        self._spare(task)
        return result

    def _spare(self, task: ApiTask) -> None:
        """Ansible sends the arguments back beside the result; those with thousands of entries take it seconds."""
        if not (self._task.until or self._task.retries):  # it asks again with the same ones
            args = self._task.args
            self._task.args = {name: value for name, value in args.items() if name not in task.unshown}

    def _task_environment(self) -> dict[str, str]:
        """The ``environment`` keyword, which a module would have been started with."""
        found: dict[str, str] = {}
        self._compute_environment_string(found)
        return {name: str(value) for name, value in found.items()}

    def _perform(self, task: ApiTask) -> dict[str, t.Any]:
        # Of Ansible's own kinds of texts each copy takes ten times longer, and of a declared zone there are thousands.
        given = exactly(self._task.args)
        try:
            checked = ArgumentSpecValidator(task.argument_spec, **task.constraints).validate(task.given(given))
        except InvalidValue as error:
            return t.cast("dict[str, t.Any]", all_masked({"failed": True, **failure(error)}, task.secrets_in(given)))
        if checked.error_messages:
            # As given, too: what is not valid stands in the result as it is.
            secrets = checked._no_log_values | task.secrets_in(given)
            told = all_masked("; ".join(self._told(checked.errors)), secrets)
            answer: dict[str, t.Any] = {"failed": True, "msg": told}
        else:
            secrets = checked._no_log_values | task.secrets_in(checked.validated_parameters)
            answer = self._operate(task, checked.validated_parameters, secrets)
        shown = {name: value for name, value in checked.validated_parameters.items() if name not in task.unshown}
        answer["invocation"] = {"module_args": shown}
        return t.cast("dict[str, t.Any]", remove_values(answer, secrets))

    def _told(self, errors: t.Iterable[t.Any]) -> t.Iterator[str]:
        """As a module says it, whose own class puts the first words before names of unknown parameters."""
        for error in errors:
            unknown = isinstance(error, UnsupportedError)
            yield (f"Unsupported parameters for ({self._task.action}) module: " if unknown else "") + str(error.msg)

    def _operate(self, task: ApiTask, params: dict[str, t.Any], secrets: set[str]) -> dict[str, t.Any]:
        """The task's answer; adds to ``secrets`` what turned out to be one."""
        return task.carried_out(lambda: self._gateway(resolve(params)), params, self._task.check_mode, secrets)

    def _gateway(self, connection: Connection) -> t.Any:
        """The one of the items before; a new one for every attempt of a task that waits for something to change."""
        if connection not in _gateways or self._task.until or self._task.retries:
            _gateways[connection] = open_cloud(connection, lambda line: display.display(printable(line)))
        return _gateways[connection]


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> t.Iterator[None]:
    """Set for the length of a task, as for a module's process."""
    held = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in held.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
