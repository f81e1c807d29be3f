"""dedicateHost and its kin (T2:74-79)."""

from __future__ import annotations

from ..errors import failed, invalid
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules import dedication as rules
from ..world import World
from ..world.hosts import Dedication, Host

JAVA = "org.apache.cloudstack.api.commands"


def view(world: World, host: Host) -> Body:
    held = host.dedicated
    if held is None:
        return {}
    body: Body = {
        "id": held.uuid,
        "hostid": host.uuid,
        "hostname": host.name,
        "domainid": world.domains[held.domain_id].uuid,
        "affinitygroupid": held.affinity_group_uuid,
    }
    if held.account_id is not None:
        body["accountid"] = world.accounts[held.account_id].uuid
    return body


@command("dedicateHost", JAVA)
def dedicate_host(call: Call) -> Work:
    """T2:74, T2:77."""
    world, host, domain = call.world, call["hostid"], call["domainid"]
    account = None
    if call.get("account"):
        account = next((a for a in world.accounts if (a.name, a.domain_id) == (call["account"], domain.id)), None)
        if account is None:
            raise invalid(f"Unable to find the account by name: {call['account']} in the domain {domain.name}")

    def run() -> Body:
        if host.dedicated is not None:
            raise failed(f"Host {host.name} is already dedicated")
        rules.check(world, "host", host, domain.id, account.id if account else None)
        group = next(
            (
                h.dedicated.affinity_group_uuid
                for h in world.hosts
                if h.dedicated and h.dedicated.domain_id == domain.id
            ),
            None,
        )
        host.dedicated = Dedication(
            world.new_uuid(), domain.id, account.id if account else None, group or world.new_uuid()
        )
        return {"null": {"responses": [view(world, host)]}}

    return Work(run)


@command("listDedicatedHosts", JAVA)
def list_dedicated_hosts(call: Call) -> Body:
    """T2:75."""
    world, host, domain = call.world, call.get("hostid"), call.get("domainid")
    rows = [
        h
        for h in ([host] if host is not None else world.hosts)
        if h.dedicated is not None and (domain is None or h.dedicated.domain_id == domain.id)
    ]
    return answer(call, "dedicatedhost", rows, lambda row: view(world, row))


@command("releaseDedicatedHost", JAVA)
def release_dedicated_host(call: Call) -> Work:
    """T2:78-79."""
    host = call["hostid"]

    def run() -> Body:
        if host.dedicated is None:
            raise invalid("No Dedicated Resource available to release")
        host.dedicated = None
        return {"success": True}

    return Work(run)
