# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the inventory plugin ``hosts``, and what its cache keeps."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..core.change import plain
from ..core.errors import HostcraftError
from ..core.inventory.build import KINDS, Entry
from ..core.masking import masked
from ..core.naming import nearest
from ..core.text import printable
from ..operations.inventory.read import Wanted, entries
from .connection import CONNECTION, Connection, open_cloud, resolve
from .fields import Params, Spec, cleaned, without_empty
from .listing import CLUSTER, POD, ZONE
from .module import secrets_of

OPTIONS: Spec = {
    "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
    **ZONE,
    **POD,
    **CLUSTER,
    "hypervisor": {"type": "str"},
    "state": {"type": "str"},
    "resource_state": {"type": "str"},
}
SPEC: Spec = {**CONNECTION, **OPTIONS}
FORM = 1  # of what the cache keeps; another one is read again


class Trouble(HostcraftError):
    """What the plugin tells Ansible: one text, without secrets."""

    code = "inventory"


class Question(t.NamedTuple):
    """Where to ask, and what for."""

    connection: Connection
    wanted: Wanted

    @property
    def key(self) -> str:
        """Different for other servers, accounts and filters; the secret does not count."""
        endpoint = self.connection.endpoint
        said = json.dumps([endpoint.url, endpoint.key, plain(self.wanted)])
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Answer(t.NamedTuple):
    entries: list[Entry]
    warnings: list[str]


def refuse_unknown(given: t.Iterable[object], known: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
    """A misspelled filter would show more hosts than it was meant to. known: Ansible's definitions. Raises Trouble."""
    names = {*known, *(str(alias) for each in known.values() for alias in each.get("aliases") or ())}
    told = []
    for key in sorted(str(each) for each in given if each not in names):
        near = nearest(key, names)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(sorted(names))}"
        told.append(f"unknown option {key}: {hint}")
    if told:
        raise Trouble(printable("; ".join(told)))


def question(options: Params) -> Question:
    """options: as the file has them, None where it has none; the environment stands in for these. Raises Trouble."""
    given = without_empty({name: value for name, value in options.items() if value is not None}, SPEC)
    checked = ArgumentSpecValidator(SPEC).validate(given)
    if checked.error_messages:
        raise _trouble("; ".join(checked.error_messages), given)
    params = cleaned(checked.validated_parameters)
    try:
        limits = {name: params[name] or None for name in OPTIONS if name != "kinds"}
        return Question(resolve(params), Wanted(tuple(params["kinds"]), **limits))
    except HostcraftError as error:
        raise _trouble(error.message, params) from None


def read(asked: Question) -> Answer:
    """What the server shows. Raises Trouble."""
    endpoint = asked.connection.endpoint
    try:
        cloud = open_cloud(asked.connection)
        found, warnings = entries(cloud, asked.wanted)
    except HostcraftError as error:
        raise _trouble(error.message, {"api_key": endpoint.key, "api_secret": endpoint.secret}) from None
    return Answer(found, [*warnings, *cloud.doubts()])


def kept(found: t.Sequence[Entry]) -> dict[str, t.Any]:
    """Entries as a cache can hold them."""
    return {"form": FORM, "entries": [{"kind": each.kind, "facts": dict(each.facts)} for each in found]}


def remembered(held: object) -> t.Optional[list[Entry]]:
    """Entries that a cache held; None for anything else, since a cache is a file that others can write."""
    rows = held.get("entries") if isinstance(held, dict) and held.get("form") == FORM else None
    if not isinstance(rows, list):
        return None
    found = []
    for row in rows:
        kind, facts = (row.get("kind"), row.get("facts")) if isinstance(row, dict) else (None, None)
        if kind not in KINDS or not isinstance(facts, dict) or not all(map(_is_name, facts)):
            return None
        found.append(Entry(str(kind), facts))
    return found


def _is_name(key: object) -> bool:
    return isinstance(key, str) and key.isascii() and key.isidentifier()


def _trouble(text: str, params: Params) -> Trouble:
    return Trouble(printable(masked(text, secrets_of(params, SPEC)), keep="\n"))
