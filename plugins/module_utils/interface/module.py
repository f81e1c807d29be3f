# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module has in common: its result, its refusals and what is secret in them.

A module that runs on a host carries what it imports there, so nothing of the API is here.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..core.change import Outcome
from ..core.errors import HostcraftError, InvalidValue
from ..core.masking import all_masked, secrets_within
from ..core.text import printable
from .fields import Params, Spec, mappings_checked, without_empty

Json = dict[str, t.Any]

# Keys of a result that mean something to Ansible itself: it converts or drops a value of another type (2.21), takes a
# filled list for "this task was skipped" (2.19), or overwrites it. None of them is a field of ours.
RESERVED = frozenset(
    {
        "ansible_facts",
        "ansible_job_id",
        "ansible_stats",
        "async_result",
        "attempts",
        "censored",
        "changed",
        "deprecations",
        "diff",
        "exception",
        "failed",
        "finished",
        "invocation",
        "item",
        "module_stderr",
        "module_stdout",
        "msg",
        "rc",
        "results",
        "retries",
        "skip_reason",
        "skipped",
        "stderr",
        "stdout",
        "unreachable",
        "warnings",
    }
)


def secrets_of(given: Params, spec: Spec) -> set[str]:
    """What is secret in parameters before they are judged, so that a refusal of one shows none of the others.

    All that is in an option with no_log; in the rest by names, in URLs and in files. An option that says itself that it
    is no secret, or has choices, is none.
    """
    options = {name: spec.get(name, {}) for name in given}
    open_ = {name for name, option in options.items() if option.get("choices") or option.get("no_log") is False}
    found = set(secrets_within({name: value for name, value in given.items() if name not in open_}))
    for name, option in options.items():
        if option.get("no_log"):
            found.update(_leaves(given[name]))
    return found


def _leaves(value: t.Any) -> t.Iterator[str]:
    inner = value.values() if isinstance(value, t.Mapping) else value if isinstance(value, (list, tuple)) else None
    if inner is not None:
        for each in inner:
            yield from _leaves(each)
    elif value not in (None, "") and not isinstance(value, bool):
        yield str(value)


class Module(AnsibleModule):  # type: ignore[misc]  # Ansible ships no types
    """A module whose result and refusals show no secret of its parameters, also where these are not valid."""

    params: dict[str, t.Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.params = without_empty(self.params, self.argument_spec)

    def _set_internal_properties(self, *rest: t.Any, **named: t.Any) -> None:
        super()._set_internal_properties(*rest, **named)
        try:
            mappings_checked(self.params, self.argument_spec)
        except InvalidValue as error:
            self.fail_json(**failure(error))

    def log(self, msg: t.Union[str, bytes], log_args: t.Optional[Json] = None) -> None:
        """Ansible logs each invocation on the machine, and knows secrets by their options alone."""
        self._learn()
        text = msg.decode("utf-8", "replace") if isinstance(msg, bytes) else msg
        super().log(all_masked(text, self.no_log_values), all_masked(log_args or {}, self.no_log_values))

    def fail_json(self, msg: str, **more: t.Any) -> None:
        self._learn()
        super().fail_json(**all_masked({"msg": msg, **more}, self.no_log_values))

    def exit_json(self, **result: t.Any) -> None:
        self._learn()
        super().exit_json(**result)

    def _learn(self) -> None:
        self.no_log_values.update(secrets_of(self.params, self.argument_spec))


def carry_out(module: Module, work: t.Callable[[], Outcome]) -> None:
    """Do it and end the module with the result or the error; secrets that came to light on the way are masked."""
    ended(module, answered(work, module.no_log_values))


def answered(work: t.Callable[[], Outcome], secrets: set[str]) -> Json:
    try:
        outcome = work()
    except HostcraftError as error:
        secrets.update(error.secrets)
        return {"failed": True, **all_masked(failure(error), secrets), "warnings": []}
    secrets.update(outcome.secrets)
    return success(outcome)


def ended(module: Module, answer: Json) -> None:
    for warning in answer.pop("warnings"):
        module.warn(warning)
    if answer.pop("failed", False):
        module.fail_json(**answer)
    module.exit_json(**answer)


def success(outcome: Outcome) -> Json:
    """The result of a task: flat values, a true diff, warnings."""
    if RESERVED & set(outcome.result):
        raise ValueError(f"keys that Ansible reserves: {sorted(RESERVED & set(outcome.result))}")
    return {
        **outcome.result,
        "changed": outcome.changed,
        "diff": {"before": dict(outcome.before), "after": dict(outcome.after)},
        "warnings": list(outcome.warnings),
    }


def failure(error: HostcraftError) -> Json:
    """An error as a result: ``msg`` for people, ``code`` and ``details`` for ``failed_when`` and logs."""
    return {"msg": printable(error.message, keep="\n"), "code": error.code, "details": error.details}
