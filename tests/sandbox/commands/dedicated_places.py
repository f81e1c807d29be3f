"""Dedication of zones, pods and clusters, in the shape that hosts have (T2:74-79). Not recorded for these."""

from __future__ import annotations

from typing import Any

from ..errors import failed, invalid
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules import dedication as rules
from ..world import World
from ..world.hosts import Dedication

JAVA = "org.apache.cloudstack.api.commands"
TABLES = {"zone": "zones", "pod": "pods", "cluster": "clusters"}


def _view(world: World, kind: str, row: Any, held: Dedication) -> Body:
    body: Body = {
        "id": held.uuid,
        f"{kind}id": row.uuid,
        f"{kind}name": row.name,
        "domainid": world.domains[held.domain_id].uuid,
        "affinitygroupid": held.affinity_group_uuid,
    }
    if held.account_id is not None:
        body["accountid"] = world.accounts[held.account_id].uuid
    return body


def _register(kind: str) -> None:
    name = kind.capitalize()

    @command(f"dedicate{name}", JAVA)
    def dedicate(call: Call) -> Work:
        world, row, domain = call.world, call[f"{kind}id"], call["domainid"]
        account = None
        if call.get("account"):
            account = next((a for a in world.accounts if (a.name, a.domain_id) == (call["account"], domain.id)), None)
            if account is None:
                raise invalid(f"Unable to find the account by name: {call['account']} in the domain {domain.name}")

        def run() -> Body:
            if (kind, row.id) in world.dedicated_places:
                raise failed(f"{name} {row.name} is already dedicated")
            rules.check(world, kind, row, domain.id, account.id if account else None)
            held = Dedication(world.new_uuid(), domain.id, account.id if account else None, world.new_uuid())
            world.dedicated_places[kind, row.id] = held
            return {f"dedicated{kind}": _view(world, kind, row, held)}

        return Work(run)

    @command(f"listDedicated{name}s", JAVA)
    def list_dedicated(call: Call) -> Body:
        world, wanted, domain = call.world, call.get(f"{kind}id"), call.get("domainid")
        found = [
            (row, held)
            for (its, row_id), held in world.dedicated_places.items()
            # A place that was deleted takes its dedication along.
            if its == kind
            and (row := world.table(TABLES[kind]).get(row_id)) is not None
            and (wanted is None or wanted.id == row_id)
            and (domain is None or domain.id == held.domain_id)
        ]
        return answer(call, f"dedicated{kind}", found, lambda pair: _view(world, kind, *pair))

    @command(f"releaseDedicated{name}", JAVA)
    def release(call: Call) -> Work:
        world, row = call.world, call[f"{kind}id"]

        def run() -> Body:
            if world.dedicated_places.pop((kind, row.id), None) is None:
                raise invalid("No Dedicated Resource available to release")
            return {"success": True}

        return Work(run)


for _kind in TABLES:
    _register(_kind)
