# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers of a place judged before they are needed: by the server's record, a login, and the host itself."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ...core.bmc.check import BmcSeen, judge_bmc
from ...core.bmc.controller import IPMI, Controller, Failure
from ...core.bmc.oobm import DETAIL, ENABLED, NESTED, Oobm
from ...core.errors import ApiError, InvalidValue
from ...core.findings import Judgement
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ..zone.places import Names, hosts_in, place
from . import asking
from .asking import Direct

Ping = t.Callable[[str], bool]


@dataclasses.dataclass(frozen=True)
class Checked:
    """One host's controller. controller: what a login told; None where there was none or it failed."""

    host: str
    judgement: Judgement
    controller: t.Optional[Controller]


@dataclasses.dataclass(frozen=True)
class Request:
    """direct: how the task reaches controllers by itself, None for the server's word alone."""

    names: Names
    direct: t.Optional[Direct] = None
    ask_server: bool = True
    ping: t.Optional[Ping] = None
    ignore: tuple[str, ...] = ()


def check_controllers(cloud: Cloud, request: Request) -> tuple[Checked, ...]:
    """Every host of the place. Raises NotFound, Ambiguous, MissingLibrary."""
    where = place(cloud, request.names)
    held = {each.host_id: each for each in cloud.oobms.all(where.zone.id)}
    users: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    names = {host.id: host.name for host in cloud.hosts.all(zone_id=where.zone.id)}
    for each in held.values():
        if each.configured:
            users[_place_of(each)].append(names.get(each.host_id, each.host_id))
    hosts = hosts_in(cloud, where)
    fenced = {each.host_id for each in cloud.host_has.all() if each.enabled}
    switches = asking.switches_of(cloud, hosts, DETAIL)
    checked = []
    for host in hosts:
        its = held.get(host.id, Oobm(host.id))
        others = tuple(sorted(name for name in users.get(_place_of(its), ()) if name != host.name))
        effective = asking.effective_in(host, its, switches[host.cluster_id])
        seen = BmcSeen(host.name, its, effective, shared_with=others, host_ha=host.id in fenced)
        checked.append(_checked(cloud, request, host, seen))
    return tuple(checked)


def _checked(cloud: Cloud, request: Request, host: Host, seen: BmcSeen) -> Checked:
    if seen.oobm.configured:
        seen = _asked(cloud, request, host, seen)
    return Checked(
        host.name, judge_bmc(seen, request.ignore), seen.answer if isinstance(seen.answer, Controller) else None
    )


def _asked(cloud: Cloud, request: Request, host: Host, seen: BmcSeen) -> BmcSeen:
    if request.direct is not None and seen.oobm.driver != NESTED:
        try:
            access, answer = asking.look(seen.oobm, request.direct)
            seen = dataclasses.replace(seen, answer=answer, protocol=access.protocol, verified=access.verify)
        except InvalidValue as error:
            seen = dataclasses.replace(seen, answer=Failure("protocol", error.message), protocol=IPMI)
    # A password that the controller refused just now is not sent again through the server.
    refused = isinstance(seen.answer, Failure) and seen.answer.reason == "password"
    if request.ask_server and not refused and seen.effective.state == ENABLED:
        try:
            seen = dataclasses.replace(seen, server_power=asking.status(cloud, host))
        except ApiError as error:
            seen = dataclasses.replace(seen, server_error=error.text)
            if seen.answer is None:
                reason = "password" if asking.refused_login(error) else "silent"
                seen = dataclasses.replace(seen, answer=Failure(reason, error.text))
    if request.ping is not None and host.ip_address:
        seen = dataclasses.replace(seen, answers=request.ping(host.ip_address))
    return seen


def _place_of(its: Oobm) -> tuple[str, str]:
    return its.address.casefold(), its.port
