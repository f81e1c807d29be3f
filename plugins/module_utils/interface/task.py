# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One API task: an argument spec and the operation that it calls, as a module or inside the controller process."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..adapters.cloudstack.gateway import Gateway
from ..core.change import Outcome
from ..core.masking import all_masked
from ..ports.cloud import Cloud
from .connection import CONNECTION, open_cloud, resolve
from .fields import Params, Spec, cleaned, mappings_checked, without_empty
from .module import Json, Module, answered, ended, secrets_of

Operation = t.Callable[[Cloud, Params, bool], Outcome]


class Given(dict[str, t.Any]):
    """Parameters as they were given, right or wrong; None for one that was not."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True)
class ApiTask:
    """options: the module's own argument spec. constraints: required_if, mutually_exclusive and their kin.

    secrets: what is secret inside of parameters that neither their names nor their form tell. The operation is given
    parameters as ``cleaned`` leaves them. unshown: parameters with thousands of entries, which no result repeats.
    """

    options: Spec
    operation: Operation
    constraints: t.Mapping[str, t.Any] = field(default_factory=dict)
    secrets: t.Callable[[Params], t.Iterable[str]] = lambda params: ()
    unshown: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        given = self.operation

        def operation(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
            return given(cloud, cleaned(params), check_mode)

        object.__setattr__(self, "operation", operation)

    @property
    def argument_spec(self) -> Spec:
        return {**CONNECTION, **self.options}

    def given(self, args: Params) -> dict[str, t.Any]:
        """A task's arguments, without empty texts that stand for nothing. Raises InvalidValue."""
        given = without_empty(args, self.argument_spec)
        mappings_checked(given, self.options)
        return given

    def main(self) -> None:
        """The body of every API module."""
        module = Module(argument_spec=self.argument_spec, supports_check_mode=True, **self.constraints)
        module.no_log_values.update(self.secrets_in(module.params))
        answer = self.carried_out(
            lambda: open_cloud(resolve(module.params)), module.params, module.check_mode, module.no_log_values
        )
        ended(module, answer)

    def secrets_in(self, given: Params) -> set[str]:
        """What is secret in parameters, right or wrong."""
        return secrets_of(given, self.argument_spec) | set(self.secrets(Given(given)))

    def carried_out(self, cloud: t.Callable[[], Gateway], params: Params, check_mode: bool, secrets: set[str]) -> Json:
        """The task's answer; adds to ``secrets`` what turned out to be one.

        cloud: opens the connection. Values of its answers that could not be read are warnings of the task.
        """
        opened: list[Gateway] = []

        def work() -> Outcome:
            opened.append(cloud())
            return self.operation(opened[0], params, check_mode)

        answer = answered(work, secrets)
        answer["warnings"] += opened[0].doubts() if opened else ()
        answer["warnings"] = all_masked(answer["warnings"], secrets)
        return answer
