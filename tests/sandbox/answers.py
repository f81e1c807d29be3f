"""Which fields of answers came with a later release than the oldest that is served; an older server leaves them out.

Data: answers.json, commands → release → fields; ``nic.mtu`` is a field of the rows in ``nic``, and ``storagetags=tags``
had another name before. It holds facts alone, from what ``listApis`` of servers of 4.11, 4.12 and 4.15 to 4.22 says of
their answers (the API descriptions in the history of the Go SDK; of 4.12 and from 4.19 on its types), and from the
server's source where that names a release between (StoragePoolResponse: nfsmountopts). No server of 4.13 or 4.14 was
listed: what came with those is said of 4.15. ``listApis`` of 4.11 does not name fields that an answer inherits, such as
the tags of a VM; they are in its answers.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from .surface import at_most

FILE = Path(__file__).with_name("answers.json")
# Commands whose answer is the object itself.
BARE = frozenset({"queryAsyncJobResult"})
# What is left out, by field: True, what it is called instead, or the same of the rows in it.
Missing = dict[str, Any]


@cache
def missing(version: str) -> dict[str, Missing]:
    """What a server of that version has not got, by command."""
    found: dict[str, Missing] = {}
    for commands, releases in json.loads(FILE.read_text()).items():
        late = [each for release, names in releases.items() if not at_most(release, version) for each in names.split()]
        gone: Missing = {}
        for each in late:
            path, _, older = each.partition("=")
            *outer, name = path.split(".")
            within: Any = gone
            for part in outer:
                within = within.setdefault(part, {}) if isinstance(within, dict) else within
            if isinstance(within, dict):
                within[name] = older or True
        found.update(dict.fromkeys(commands.split(), gone))
    return {command: gone for command, gone in found.items() if gone}


def _without(value: Any, gone: Missing) -> Any:
    """A row, or rows, as the older server tells them."""
    if isinstance(value, list):
        return [_without(each, gone) for each in value]
    if not isinstance(value, dict):
        return value
    row = {}
    for name, held in value.items():
        late = gone.get(name)
        if isinstance(late, dict):
            row[name] = _without(held, late)
        elif isinstance(late, str):
            row[late] = held
        elif late is None:
            row[name] = held
    return row


def aged(version: str, command: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer of a command, as a server of that version gives it."""
    gone = missing(version).get(command)
    if gone is None:
        return body
    if command in BARE:
        return dict(_without(body, gone))
    return {name: _without(value, gone) for name, value in body.items()}
