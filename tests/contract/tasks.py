# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules called as a task calls them, arguments validated, without a playbook around: a call is milliseconds."""

from __future__ import annotations

import importlib
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from sandbox.server import Sandbox

MODULES = "ansible_collections.hostcraft.cloudstack.plugins.modules"
READS = ("list", "query", "find", "get")


class Wrong(Exception):
    """Arguments that the module's own specification refuses."""


def perform(cloud: Gateway, module: str, check_mode: bool = False, **arguments: Any) -> Outcome:
    """What a task of the module comes to. Raises Wrong, and what the operation raises."""
    task: ApiTask = importlib.import_module(f"{MODULES}.{module}").TASK
    checked = ArgumentSpecValidator(task.argument_spec, **task.constraints).validate(arguments)
    if checked.error_messages:
        raise Wrong("; ".join(checked.error_messages))
    return task.operation(cloud, checked.validated_parameters, check_mode)


def twice(cloud: Gateway, module: str, **arguments: Any) -> Outcome:
    """Predicted, done, and done again without a change."""
    foretold = perform(cloud, module, check_mode=True, **arguments)
    done = perform(cloud, module, **arguments)
    assert foretold.changed
    assert done.changed
    assert (foretold.before, foretold.after) == (done.before, done.after)
    assert not perform(cloud, module, **arguments).changed
    return done


def writes(server: Sandbox) -> list[str]:
    """The commands received that may change something, in order."""
    return [call.command for call in server.calls if not call.command.startswith(READS)]
