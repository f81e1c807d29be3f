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
# When commands ("") and parameters came that a real server lists without ``since``: by the source of each release up to
# 4.15, and by what servers of later ones listed.
_BURSTS = dict.fromkeys(
    (
        f"{kind}{way}rate{end}"
        for kind in ("bytes", "iops")
        for way in ("read", "write")
        for end in ("max", "maxlength")
    ),
    "4.12",
)
UNSAID: dict[str, dict[str, str]] = {
    "createDiskOffering": _BURSTS,
    "createNetwork": {"hideipaddressusage": "4.13", "isolatedpvlantype": "4.14"},
    "createNetworkOffering": {"domainid": "4.13"},
    "createPrivateGateway": {"bypassvlanoverlapcheck": "4.14"},
    "createProject": {"accountid": "4.15"},
    "createServiceOffering": _BURSTS,
    "createStoragePool": {"istagarule": "4.19"},
    "createVPC": {"userouteripresolver": "4.21"},
    "listAccounts": {"details": "4.13"},
    "listDiskOfferings": {"account": "4.19", "projectid": "4.19"},
    "listNetworks": {"networkofferingid": "4.15", "retrieveonlyresourcecount": "4.19"},
    "listProjects": {"details": "4.13", "username": "4.15"},
    "listServiceOfferings": {"account": "4.19", "projectid": "4.19"},
    "listStoragePools": {"hostid": "4.19", "status": "4.19"},
    "migrateVolume": {"newdiskofferingid": "4.12"},
    "startVirtualMachine": {"clusterid": "4.13", "podid": "4.13"},
    "updateAccount": {"roleid": "4.12"},
    "updateDiskOffering": {"state": "4.20"},
    "updateImageStore": {"capacitybytes": "4.20.1", "name": "4.20.1"},
    "updateNetworkOffering": {"domainid": "4.13"},
    "updateServiceOffering": {"domainid": "4.13", "state": "4.20"},
    "updateStoragePool": {"istagarule": "4.19"},
    "updateTemplate": {"sshkeyenabled": "4.12", "templatetype": "4.15"},
    "updateUser": {"currentpassword": "4.12"},
    "updateZone": {"sortkey": "4.13"},
    "listManagementServers": {"": "4.12"},
    "listVolumes": {"state": "4.14"},
    "startRollingMaintenance": {"": "4.14"},
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


def at_most(since: str | None, version: str) -> bool:
    """Whether a release came no later than the version; none came with all."""
    want, have = version_key(since), version_key(version)
    width = max(len(want), len(have))
    return want + (0,) * (width - len(want)) <= have + (0,) * (width - len(have))


@cache
def load(version: str) -> dict[str, Api]:
    """Commands of a server of that version by name; newer commands and parameters are absent."""
    apis: dict[str, Api] = {}
    known_commands = {**json.loads(FILE.read_text()), **json.loads(UNPUBLISHED.read_text())}
    for name, (isasync, since, params) in known_commands.items():
        if at_most(since, version):
            unsaid = UNSAID.get(name, {})
            if not at_most(unsaid.get(""), version):
                continue
            given = (*params, *LATER.get(name, ()))
            known = [Param(*p)._replace(since=p[3] or unsaid.get(p[0])) for p in given]
            apis[name] = Api(name, isasync, since, {p.name: p for p in known if at_most(p.since, version)})
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
