"""Settings: a global value and values of scopes over it (T3:58-94, T4:75-77; FIELD_FACTS "Over-provisioning").

The table of them is settings.tsv: names, types, defaults, scopes and places of a 4.22 server. Those that transcripts
list are exact; the others are from general knowledge of the product, and some are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import World

FILE = Path(__file__).with_suffix(".tsv")
GLOBAL = "Global"
SCOPES = {"A": "Account", "C": "Cluster", "D": "Domain", "I": "ImageStore", "P": "StoragePool", "Z": "Zone"}
# A cluster keeps these in its details, set when it is made: a later global change does not reach it (T3:97; source).
# It keeps its other settings there too, by their names.
CLUSTER_DETAILS = {
    "cpu.overprovisioning.factor": "cpuOvercommitRatio",
    "mem.overprovisioning.factor": "memoryOvercommitRatio",
}


@dataclass(slots=True)
class Setting:
    """`type` as the API names it; `value` is the installation's global one; `scoped`: (scope, row id) → value.

    `known`: whether the program has it, and not its database alone.
    """

    name: str
    type: str
    default: str
    scopes: tuple[str, ...]
    group: str
    subgroup: str
    component: str
    value: str
    display: str
    options: str = ""
    category: str = "Advanced"
    dynamic: bool = True
    known: bool = True
    scoped: dict[tuple[str, int], str] = field(default_factory=dict)


def _parse(line: str) -> tuple[Any, ...]:
    """What a Setting is made of."""
    name, kind, default, scopes, place, component, *rest = line.split("\t")
    more = dict(item.split("=", 1) for item in rest[0].split(";")) if rest else {}
    group, _, subgroup = place.partition("/")
    return (
        name, kind, default, tuple(SCOPES[letter] for letter in scopes) or (GLOBAL,), group, subgroup, component,
        more.get("value", default), more.get("display", name[0].upper() + name[1:].replace(".", " ")),
        more.get("options", ""), more.get("category", "Advanced"), "static" not in more,
    )  # fmt: skip


@cache
def _installed() -> list[tuple[Any, ...]]:
    """Of each world's own rows: to make them is ten times faster than to copy them."""
    lines = FILE.read_text().splitlines()
    return [_parse(line) for line in lines if line and not line.startswith("#")]


class Settings(dict[str, Setting]):
    """By lower-cased name (names are matched without regard to case, T4:75); every world has its own."""

    def __init__(self) -> None:
        super().__init__((row[0].lower(), Setting(*row)) for row in _installed())
        self._started: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        """The server starts: what is not dynamic is read now, and only now."""
        self._started = {name: row.value for name, row in self.items() if not row.dynamic}

    def at_start(self, name: str) -> str:
        """The value that the running server acts by."""
        return self._started.get(name.lower(), self[name.lower()].value)

    def value(self, name: str, scope: str = GLOBAL, row_id: int = 0) -> str:
        """The scope's own value, else the global one; see `setting` for the scopes in between."""
        found = self[name.lower()]
        return found.scoped.get((scope, row_id), found.value)


def _parents(world: World, scope: str, row_id: int) -> list[tuple[str, int]]:
    """The scopes that are asked in turn, narrowest first; the global one is not among them."""
    chain = [(scope, row_id)]
    zone: int | None = None
    if scope == "Cluster":
        zone = world.clusters[row_id].zone_id
    elif scope == "StoragePool":
        zone, cluster = world.storage_pools[row_id].zone_id, world.storage_pools[row_id].cluster_id
        chain += [("Cluster", cluster)] if cluster else []
    elif scope == "ImageStore":
        zone = world.image_stores[row_id].zone_id
    elif scope == "Account":
        chain.append(("Domain", world.accounts[row_id].domain_id))
    return chain if zone is None else [*chain, ("Zone", zone)]


def setting(world: World, name: str, scope: str = GLOBAL, row_id: int = 0) -> str:
    """The value in effect for a row: its own, its parents', the global one. KeyError for an unknown name."""
    found = world.settings[name.lower()]
    if scope == GLOBAL:
        return found.value
    if scope == "Cluster" and found.name in CLUSTER_DETAILS:
        held = world.clusters[row_id].details.get(CLUSTER_DETAILS[found.name])
        return found.value if held is None else held
    for place in _parents(world, scope, row_id):
        if place in found.scoped:
            return found.scoped[place]
    return found.value
