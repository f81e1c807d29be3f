# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of thousands of objects, judged as Ansible does, but alike ones only once."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...core.errors import HostcraftError
from ..fields import Params
from ..task import ApiTask

Form = frozenset[object]


class NotValid(HostcraftError):
    """Values that the object's module refuses."""

    code = "invalid_value"


class Validator:
    """What one module makes of the parameters of its objects.

    Ansible's verdict on a text, or on a list of texts, does not depend on what is in it, unless it has choices or
    another option is required for it. So parameters of the same form get the same verdict.
    """

    def __init__(self, task: ApiTask) -> None:
        self._ansible = ArgumentSpecValidator(task.options, **task.constraints)
        deciding = {str(each[0]) for each in task.constraints.get("required_if", ())}
        self._texts, self._lists, self._values = set[str](), set[str](), set[str]()
        for name, option in task.options.items():
            kind, elements = option.get("type"), option.get("elements")
            if option.keys() & {"fallback", "options", "removed_in_version", "removed_at_date"}:
                continue
            if option.get("choices") or name in deciding:
                self._values.update({name} if kind == "str" else ())
            elif kind == "str":
                self._texts.add(name)
            elif (kind, elements) == ("list", "str"):
                self._lists.add(name)
        self._valid: dict[Form, dict[str, t.Any]] = {}

    def validated(self, given: Params) -> dict[str, t.Any]:
        """Raises NotValid."""
        form = self._form(given)
        if form is not None and form in self._valid:
            return {**self._valid[form], **given}
        checked = self._ansible.validate(given)
        if checked.error_messages:
            raise NotValid("; ".join(checked.error_messages))
        found: dict[str, t.Any] = checked.validated_parameters
        if form is not None:
            self._valid[form] = found
        return found

    def _form(self, given: Params) -> t.Optional[Form]:
        """None where the verdict depends on more than the form."""
        found: set[object] = set()
        for name, value in given.items():
            if name in self._texts and isinstance(value, str):
                found.add(name)
            elif name in self._values and isinstance(value, str):
                found.add((name, value))
            elif name in self._lists and isinstance(value, list) and all(isinstance(each, str) for each in value):
                found.add(name)
            else:
                return None
        return frozenset(found)
