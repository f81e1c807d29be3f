# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared zone, judged: every mistake at once, before the first write.

The declaration is the variable ``cloudstack_zone``; the hosts are what ``declared_hosts`` makes of the inventory.
"""

from __future__ import annotations

import difflib
import typing as t

from ..masking import MASK
from .addresses import address_problems, host_address_problems
from .controllers import controller_problems
from .networks import network_problems
from .places import host_part, place_problems
from .problem import PREFIX, Part, Problem, shown
from .settings import declared as settings_of
from .settings import setting_problems
from .shape import HOST, ZONE, shape
from .vlan_scheme import scheme_problems

Record = t.Mapping[str, t.Any]
NOT_HANDED_ON = ("zone", "hosts", "password")  # variables that every host may see, and what no loop may show
ALIKE = 0.8  # how like a host variable another name must be to count as a slip of the pen


def problems(
    declaration: object, hosts: t.Sequence[Record] = (), settings: t.Sequence[t.Sequence[Record]] = ()
) -> list[Problem]:
    """Every problem, those of the declaration first, in its order. An empty list: it can be applied.

    settings: what the server says of the declared settings, see setting_problems.
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
        known = {key: value for key, value in part.record.items() if key != "inventory_name"}
        shapes += shape(Part(part.path, known, part.host), HOST)
    refused = {(each.host, each.path) for each in shapes}
    relations = [*network_problems(zone), *scheme_problems(zone), *address_problems(zone), *place_problems(zone, parts)]
    relations += controller_problems(parts)
    relations += host_address_problems(zone, parts)
    relations += setting_problems(zone, settings)
    # A value that cannot stand there is told once; what follows from it says nothing new.
    return shapes + [each for each in relations if (each.host, each.path) not in refused]


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
        if key and key not in NOT_HANDED_ON and (key in HOST or difflib.get_close_matches(key, HOST, 1, ALIKE)):
            host[key] = _without_password(variables[variable]) if key == "oobm" else variables[variable]
    if not host.get("url") and variables.get("ansible_host"):
        host["url"] = f"http://{variables['ansible_host']}"
    return host


def _without_password(oobm: t.Any) -> t.Any:
    """Hosts are the items of loops, which Ansible shows: only whether there is a password is handed on."""
    if not isinstance(oobm, t.Mapping):
        return oobm
    return {key: MASK if key == "password" and value else value for key, value in oobm.items()}


def declared_settings(declaration: object) -> list[dict[str, t.Any]]:
    """Every setting as {name, value, zone, cluster}: zone and cluster None where the setting is of a wider scope."""
    zone = Part((), declaration if isinstance(declaration, t.Mapping) else {})
    return [
        {"name": its.name, "value": its.value, "zone": its.zone, "cluster": its.cluster} for its in settings_of(zone)
    ]
