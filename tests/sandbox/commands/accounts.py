"""Domains and accounts with what they use (T2:73, T3:33; accounts not recorded)."""

from __future__ import annotations

from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.accounts import Account, Domain
from ..world.vms import USER
from ..world.zones import Zone

DOMAINS = "org.apache.cloudstack.api.command.admin.domain"
ACCOUNTS = "org.apache.cloudstack.api.command.user.account"
UNLIMITED = "Unlimited"
# GiB of a root disk whose offering gives no size: that of the built-in template (T3:33).
ROOT_DISK = 2


def used(world: World, domain: Domain, accounts: set[int] | None = None) -> dict[str, int | float]:
    """Amounts by resource: counts, MiB of memory, GiB of storage. All accounts of a domain count, or those named."""
    if accounts is None:
        accounts = {account.id for account in world.accounts if account.domain_id == domain.id}
    vms = [vm for vm in world.vms.select(kind=USER) if vm.account_id in accounts and vm.state != "Expunging"]
    networks = [n for n in world.networks if n.account_id in accounts]
    counted = [vm for vm in vms if vm.state != "Destroyed"]
    source_nat = [n for n in networks if n.guest_type == "Isolated" and n.state == "Implemented"]
    nothing = ("snapshot", "backup", "backupstorage", "template", "project", "vpc", "gpu", "bucket", "objectstorage")
    return {
        "vm": len(counted),
        "ip": len(source_nat),
        "volume": len(vms),
        "network": len(networks),
        "cpu": sum(vm.cores for vm in counted),
        "memory": sum(vm.memory for vm in counted),
        "primarystorage": ROOT_DISK * len(vms),
        "secondarystorage": 0.0,
        **dict.fromkeys(nothing, 0),
    }


def limits_view(amounts: dict[str, int | float]) -> Body:
    body: Body = {}
    for name, amount in amounts.items():
        body.update({f"{name}limit": UNLIMITED, f"{name}total": amount, f"{name}available": UNLIMITED})
    return body


def domain_view(world: World, domain: Domain) -> Body:
    body: Body = {
        "id": domain.uuid,
        "name": domain.name,
        "level": domain.path.count("/"),
        "haschild": any(other.parent_id == domain.id for other in world.domains),
        "path": domain.path,
        "state": "Active",
        **limits_view(used(world, domain)),
        "hasannotations": False,
    }
    if domain.network_domain:
        body["networkdomain"] = domain.network_domain
    parent = world.domains.get(domain.parent_id)
    return body if parent is None else {**body, "parentdomainid": parent.uuid, "parentdomainname": parent.name}


@command("listDomains", DOMAINS, id="domains")
def list_domains(call: Call) -> Body:
    rows = call.world.domains.select(
        lambda domain: call.get("level") in (None, domain.path.count("/")), **filters(call, id="id", name="name")
    )
    return answer(call, "domain", keyword(call, rows), lambda row: domain_view(call.world, row))


def suffix_of(world: World, account: Account, zone: Zone) -> str | None:
    """The DNS suffix of an account's new network: its own, that of the nearest domain, or the zone's (source)."""
    if account.network_domain:
        return account.network_domain
    domain = world.domains.get(account.domain_id)
    while domain is not None:
        if domain.network_domain:
            return domain.network_domain
        domain = world.domains.get(domain.parent_id)
    return zone.domain or None


def account_view(world: World, account: Account) -> Body:
    domain = world.domains[account.domain_id]
    user = {
        "id": account.user_uuid,
        "username": account.name,
        "accountid": account.uuid,
        "account": account.name,
        "accounttype": account.kind,
        "domainid": domain.uuid,
        "domain": domain.name,
        "state": "enabled",
        "usersource": "native",
    }
    return {
        "id": account.uuid,
        "name": account.name,
        "accounttype": account.kind,
        "rolename": "Root Admin" if account.kind else "User",
        "roletype": "Admin" if account.kind else "User",
        "domainid": domain.uuid,
        "domain": domain.name,
        "domainpath": domain.path,
        "state": "enabled",
        "isdefault": True,
        **({"networkdomain": account.network_domain} if account.network_domain else {}),
        **limits_view(used(world, domain)),
        "user": [user],
    }


@command("listAccounts", ACCOUNTS, id="accounts")
def list_accounts(call: Call) -> Body:
    rows = call.world.accounts.select(project_id=None, **filters(call, id="id", name="name", domainid="domain_id"))
    if call.get("state", "enabled").lower() != "enabled":
        rows = []
    rows = [row for row in rows if call.get("accounttype", row.kind) == row.kind]
    return answer(call, "account", keyword(call, rows), lambda row: account_view(call.world, row))
