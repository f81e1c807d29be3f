# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared zone, judged: every mistake at once, before the first write.

The declaration is the variable ``cloudstack_zone``; the hosts are what ``declared_hosts`` makes of the inventory.
"""

from __future__ import annotations

import typing as t

from ..addresses import in_url
from ..capacity.thresholds import PAIRS
from ..masking import MASK
from ..naming import nearest
from .address_ranges import declared_pools, held_pools
from .addresses import address_problems, host_address_problems
from .basic import basic_problems
from .clusters import HA_TAG, MANAGEMENT_NETWORK, cluster_problems
from .controllers import controller_problems
from .ipv6 import ipv6_problems
from .machines import machine_problems
from .neighbours import neighbour_problems
from .networks import network_problems
from .places import host_part, place_problems
from .problem import ERROR, OF_INVENTORY, PREFIX, Part, Problem, shown
from .server import Held
from .settings import declared as settings_of
from .settings import setting_problems
from .shape import HOST, ZONE, shape
from .storage import LOCAL_SYSTEM, storage_problems, without_pools
from .supply import supply_problems
from .thresholds import threshold_problems
from .vlan_scheme import scheme_problems

Record = t.Mapping[str, t.Any]
NOT_HANDED_ON = ("zone", "hosts", "password")  # variables that every host may see, and what no loop may show
OF_ZONES = (LOCAL_SYSTEM[0],)  # consulted settings that a zone may have of its own


def problems(
    declaration: object,
    hosts: t.Sequence[Record] = (),
    settings: t.Sequence[t.Sequence[Record]] = (),
    server: object = None,
    machines: t.Sequence[Record] = (),
) -> list[Problem]:
    """Every error, see ``judged``. An empty list: it can be applied."""
    found = judged(declaration, hosts, settings, server, machines)
    return [each for each in found if each.severity == ERROR]


def judged(
    declaration: object,
    hosts: t.Sequence[Record] = (),
    settings: t.Sequence[t.Sequence[Record]] = (),
    server: object = None,
    machines: t.Sequence[Record] = (),
) -> list[Problem]:
    """Every problem, warnings too, those of the declaration first, in its order.

    settings: what the server says of the declared settings, see setting_problems. server: what it has, see Held.
    machines: management servers of the inventory as {name, address}.
    """
    if not isinstance(declaration, t.Mapping):
        text = shown(declaration)
        return [
            Problem(
                "wrong_type", (), text, f"{text!r} is not a declaration of a zone", "keys and values: name, pods, …"
            )
        ]
    zone = Part((), declaration)
    parts = [host_part(n, host, shown(host.get("inventory_name") or host.get("name"))) for n, host in enumerate(hosts)]
    shapes = [*shape(zone, ZONE)]
    for part in parts:
        known = {key: value for key, value in part.record.items() if key not in OF_INVENTORY}
        shapes += shape(Part(part.path, known, part.host), HOST)
    refused = {(each.host, each.path) for each in shapes}
    relations = [*network_problems(zone), *scheme_problems(zone), *address_problems(zone), *place_problems(zone, parts)]
    relations += controller_problems(parts)
    relations += host_address_problems(zone, parts, Held.of(server))
    relations += setting_problems(zone, settings)
    relations += _rules(zone, parts, Held.of(server), machines)
    # A value that cannot stand there is told once; what follows from it says nothing new.
    return shapes + [each for each in relations if (each.host, each.path) not in refused]


def _rules(zone: Part, hosts: t.Sequence[Part], held: Held, machines: t.Sequence[Record]) -> t.Iterator[Problem]:
    """What the documentation asks of a zone, and what the server's other zones leave free."""
    there = held_pools(held)
    ranges = declared_pools(zone, there)
    yield from ipv6_problems(zone)
    yield from basic_problems(zone, held, ranges)
    yield from cluster_problems(zone, hosts, held)
    yield from storage_problems(zone, held)
    yield from machine_problems(zone, hosts, held, machines, ranges)
    yield from neighbour_problems(zone, held, ranges, there)
    yield from supply_problems(zone, hosts, held, ranges, there)
    yield from threshold_problems(zone, held)


def declared_hosts(variables: t.Mapping[str, Record], names: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """What cs_host takes but the password, for each named host: its ``cloudstack_*`` variables without the prefix.

    The name is the inventory's unless cloudstack_name says otherwise; the URL is that of ``ansible_host`` where no
    cloudstack_url is given. A variable that is nearly one of them is handed on, to be reported as unknown.
    """
    return [_declared(name, variables[name]) for name in names]


def _declared(name: str, variables: Record) -> dict[str, t.Any]:
    host: dict[str, t.Any] = {"name": name, "inventory_name": name}
    for variable in variables:
        key = variable[len(PREFIX) :] if variable.startswith(PREFIX) else ""
        if key and key not in NOT_HANDED_ON and (key in HOST or nearest(key, HOST)):
            host[key] = _without_password(variables[variable]) if key == "oobm" else variables[variable]
    reached = variables.get("ansible_host")
    if reached:
        host["ansible_host"] = reached
    if reached and not host.get("url"):
        host["url"] = f"http://{in_url(str(reached))}"
    return host


def _without_password(oobm: t.Any) -> t.Any:
    """Hosts are the items of loops, which Ansible shows: only whether there is a password is handed on."""
    if not isinstance(oobm, t.Mapping):
        return oobm
    return {key: MASK if key == "password" and value else value for key, value in oobm.items()}


def consulted_settings(declaration: object) -> list[dict[str, t.Any]]:
    """Settings that rules compare with a declaration and that it does not say, as {name, zone}.

    zone is None for the global value. Of one that zones may have of their own the zone's comes first.
    """
    zone = Part((), declaration if isinstance(declaration, t.Mapping) else {})
    said = {its.name for its in settings_of(zone)}
    wanted = [HA_TAG, "host", *(LOCAL_SYSTEM[:1] if without_pools(zone) else ())]
    if any(each.text("hypervisor") == "VMware" for each in zone.parts("clusters")):
        wanted.append(MANAGEMENT_NETWORK[0])
    for pair in PAIRS:
        wanted += pair if said & set(pair) else ()
    asked = [(name, zone.get("name") if place else None) for name in wanted for place in _scopes(name)]
    return [{"name": name, "zone": place} for name, place in dict.fromkeys(asked) if name not in said]


def _scopes(name: str) -> tuple[bool, ...]:
    return (True, False) if name in OF_ZONES else (False,)
