"""What the API looks like from outside: commands, parameters, since when. Data: surface.json, reduced by `python -m
sandbox.surface APIS_JSONL` from a real server's `listApis` (facts only)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("surface.json")
# Commands of builds with the VMware plugin, which the recorded server is not; written by hand, not recorded.
UNPUBLISHED = Path(__file__).with_name("surface_unpublished.json")
# When parameters came that a real server lists without ``since``, by what servers of each release listed.
UNSAID: dict[str, dict[str, str]] = {
    "createNetwork": {"bypassvlanoverlapcheck": "4.12", "isolatedpvlantype": "4.14"},
    "createNetworkOffering": {"forvpc": "4.12"},
    "listConfigurations": {"domainid": "4.12", "imagestoreuuid": "4.12"},
    "listVolumes": {"clusterid": "4.12"},
    "startRollingMaintenance": {"": "4.14"},
    "updateConfiguration": {"domainid": "4.12", "imagestoreuuid": "4.12"},
    "updateHost": {"istagarule": "4.19"},
}
# Parameters that the recorded server does not have yet, from the source of a later one (cs#12911).
LATER: dict[str, list[tuple[str, str, bool, str, int]]] = {
    "provisionCertificate": [("forced", "boolean", False, "4.23", 255)],
}
PAGING = ("page", "pagesize", "keyword")


class Param(NamedTuple):
    name: str
    type: str
    required: bool
    since: str | None
    length: int


class Api(NamedTuple):
    name: str
    isasync: bool
    since: str | None
    params: dict[str, Param]


def version_key(text: str | None) -> tuple[int, ...]:
    """`"4.20.1.0"` → (4, 20, 1, 0); no version sorts before all. Suffixes ("4.9+", "-SNAPSHOT") are ignored."""
    return tuple(int(n) for n in re.findall(r"\d+", (text or "").split("-")[0]))


def _at_most(since: str | None, version: str) -> bool:
    want, have = version_key(since), version_key(version)
    width = max(len(want), len(have))
    return want + (0,) * (width - len(want)) <= have + (0,) * (width - len(have))


@cache
def load(version: str) -> dict[str, Api]:
    """Commands of a server of that version by name; newer commands and parameters are absent."""
    apis: dict[str, Api] = {}
    known_commands = {**json.loads(FILE.read_text()), **json.loads(UNPUBLISHED.read_text())}
    for name, (isasync, since, params) in known_commands.items():
        if _at_most(since, version):
            unsaid = UNSAID.get(name, {})
            if not _at_most(unsaid.get(""), version):
                continue
            given = (*params, *LATER.get(name, ()))
            known = [Param(*p)._replace(since=p[3] or unsaid.get(p[0])) for p in given]
            apis[name] = Api(name, isasync, since, {p.name: p for p in known if _at_most(p.since, version)})
    return apis


def reduce(lines: Iterable[str]) -> str:
    """JSON text: command → [isasync, since, [[parameter, type, required, since, length], …]], one command a line."""
    out = []
    for line in lines:
        api = json.loads(line)
        params = sorted(
            [p["name"], p["type"], bool(p["required"]), p.get("since") or None, p.get("length") or 255]
            for p in api["params"]
        )
        out.append(json.dumps(api["name"]) + ": " + json.dumps([api["isasync"], api["since"], params]))
    return "{\n" + ",\n".join(sorted(out)) + "\n}\n"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as source:
        FILE.write_text(reduce(source))
