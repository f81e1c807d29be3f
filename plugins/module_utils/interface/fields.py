# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task's parameters to the fields that an operation wants."""

from __future__ import annotations

import math
import os
import typing as t

from ansible.module_utils.common.parameters import AnsibleFallbackNotFound
from ansible.module_utils.common.validation import check_type_dict

from ..core.change import State
from ..core.errors import InvalidValue

Params = t.Mapping[str, t.Any]
Spec = t.Mapping[str, t.Mapping[str, t.Any]]


# What names a place, an owner or a way to a server: a text without characters names none.
NAMING = frozenset(
    (
        *("zone", "pod", "cluster", "physical_network", "storage", "image_store", "domain", "account", "project"),
        *("api_url", "api_key", "api_secret", "api_verify_ssl_cert", "api_region", "url", "id", "run"),
    )
)
TEXTS = ("str", "raw", "list", None)

# What becomes of an object (doc_fragments/state.py): there or not, or enabled or not too, see ``presence``.
STATE: Spec = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
ENABLED: Spec = {
    "state": {"type": "str", "choices": ["present", "enabled", "disabled", "absent"], "default": "present"},
}
ID: Spec = {"id": {"type": "str"}}
DISPLAY_TEXT: Spec = {"display_text": {"type": "str"}}
POLL_ASYNC: Spec = {"poll_async": {"type": "bool", "default": True}}


def environment(*names: str) -> str:
    """The first environment variable that is set and not empty; for ``fallback``."""
    for name in names:
        if os.environ.get(name, "").strip():
            return os.environ[name]
    raise AnsibleFallbackNotFound


def without_empty(given: Params, spec: Spec) -> dict[str, t.Any]:
    """Parameters as they were given, without null, and without empty texts where no text is a value.

    Null is a key without a value, which Ansible compares with an option's choices. An empty text is a survey's question
    left empty: for an option of another type, one with choices, one that an environment variable may set, and a name of
    NAMING. Elsewhere it is a value: nothing.
    """
    names = {alias: name for name, option in spec.items() for alias in option.get("aliases", ())}
    found: dict[str, t.Any] = {}
    for key, value in given.items():
        name = names.get(key, key)
        option = spec.get(name, {})
        if value is None and name in spec:
            continue
        if isinstance(value, dict) and option.get("options"):
            found[key] = without_empty(value, option["options"])
        elif isinstance(value, list) and option.get("options"):
            found[key] = [without_empty(each, option["options"]) if isinstance(each, dict) else each for each in value]
        elif not (isinstance(value, str) and not value.strip() and name in spec and _is_no_text(name, option)):
            found[key] = value
    return found


def _is_no_text(name: str, option: t.Mapping[str, t.Any]) -> bool:
    choices = option.get("choices")
    chosen = bool(choices) and "" not in t.cast("list[str]", choices)
    return option.get("type") not in TEXTS or chosen or name in NAMING or "fallback" in option


def mappings_checked(given: Params, spec: Spec) -> None:
    """Raises InvalidValue for another value in place of a mapping whose suboptions an environment variable may set.

    Ansible sets them in whatever is there, and ends in a traceback.
    """
    for name, option in spec.items():
        options = t.cast("Spec", option.get("options", {}))
        if option.get("type") != "dict" or not any("fallback" in each for each in options.values()):
            continue
        for key in {name, *option.get("aliases", ())} & given.keys():
            try:
                check_type_dict(given[key])
            except TypeError:
                # Its text may hold a password.
                found = type(given[key]).__name__
                raise InvalidValue(key, found, f"a mapping of {', '.join(sorted(options))}") from None


def cleaned(params: Params) -> dict[str, t.Any]:
    """Parameters as they are meant: lists without empty texts (``tags: ''``), numbers that are numbers.

    Raises InvalidValue for ``nan`` and ``inf``, which Ansible takes for a float.
    """
    return {name: _cleaned(name, value) for name, value in params.items()}


def _cleaned(name: str, value: t.Any) -> t.Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidValue(name, str(value), "a finite number")
    if isinstance(value, dict):
        return {key: _cleaned(f"{name}.{key}", each) for key, each in value.items()}
    if isinstance(value, list):
        # Ansible splits "a, b" at the comma alone, and "" into one empty text.
        stripped = [each.strip() if isinstance(each, str) else _cleaned(name, each) for each in value]
        return [each for each in stripped if each != ""]
    return value


def taken(params: Params, names: t.Iterable[str]) -> dict[str, t.Any]:
    """The named parameters; None where unset."""
    return {name: params.get(name) for name in names}


def exact(value: t.Any) -> t.Any:
    """Text and numbers themselves: Ansible's own kinds of them are none that a library or a wire format takes."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, float) else value


def exactly(value: t.Any) -> t.Any:
    """Plain data of exact texts and numbers: Ansible's own kinds are copied and compared many times slower."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, t.Mapping):
        return {exact(key): exactly(item) for key, item in value.items()}
    return [exactly(item) for item in value] if isinstance(value, (list, tuple)) else exact(value)


def seconds(name: str, value: float) -> float:
    """Raises InvalidValue."""
    if value <= 0:
        raise InvalidValue(name, value, "a number of seconds above 0")
    return value


def port(name: str, number: int) -> int:
    """Raises InvalidValue."""
    if not 0 < number < 65536:
        raise InvalidValue(name, number, "a port number from 1 to 65535")
    return number


def yes_and_no(params: Params, yes: str, no: str) -> dict[str, bool]:
    """Two lists of names as one answer for each. Raises InvalidValue for a name in both."""
    wanted = dict.fromkeys(params[yes] or (), True)
    for name in params[no] or ():
        if name in wanted:
            raise InvalidValue(no, name, f"a name that is not in {yes}")
        wanted[name] = False
    return wanted


class Presence(t.NamedTuple):
    """What ``state: present|enabled|disabled|absent`` asks for: whether it shall be there, and its allocation state."""

    state: State
    fields: dict[str, str]


def presence(params: Params, field: str = "allocation_state") -> Presence:
    """``enabled`` and ``disabled`` mean present and the state of that name."""
    state = params["state"]
    if state in ("enabled", "disabled"):
        return Presence("present", {field: state.capitalize()})
    return Presence(state, {})


def days_checked(days: int) -> int:
    if days < 0:
        raise InvalidValue("days", days, "a number of days from 0 on")
    return days
