"""Limits of what accounts and domains may have (T7:351-371)."""

from __future__ import annotations

from ..errors import ApiError, denied, invalid
from ..registry import Body, Call, command
from ..world import World
from ..world.accounts import Account, Domain
from .accounts import used

USER = "org.apache.cloudstack.api.command.user.resource"
# In the order of their numbers; of each the name that listDomains gives its amount.
TYPES = (
    ("user_vm", "vm"), ("public_ip", "ip"), ("volume", "volume"), ("snapshot", "snapshot"), ("template", "template"),
    ("project", "project"), ("network", "network"), ("vpc", "vpc"), ("cpu", "cpu"), ("memory", "memory"),
    ("primary_storage", "primarystorage"), ("secondary_storage", "secondarystorage"), ("backup", "backup"),
    ("backup_storage", "backupstorage"), ("bucket", "bucket"), ("object_storage", "objectstorage"), ("gpu", "gpu"),
)  # fmt: skip
UNLIMITED = -1
ROOT_ADMIN = 1


def _owner(call: Call, account: Account | None, domain: Domain) -> Body:
    shown = {"domainid": domain.uuid, "domain": domain.name, "domainpath": domain.path}
    return shown if account is None else {"account": account.name, **shown}


def _whose(call: Call) -> tuple[Account | None, Domain] | None:
    """The account, or the domain; None where the call names neither."""
    world, domain = call.world, call.get("domainid")
    if call.get("projectid") is not None:
        account = world.accounts[call["projectid"].account_id]
        return account, world.domains[account.domain_id]
    if call.get("account"):
        found = [row for row in world.accounts.select(name=call["account"]) if domain in (None, _domain(world, row))]
        if not found:
            raise invalid(f"Unable to find account by name {call['account']} in domain with specified id")
        return found[0], _domain(world, found[0])
    return None if domain is None else (None, domain)


def _domain(world: World, account: Account) -> Domain:
    return world.domains[account.domain_id]


def _row(call: Call, account: Account | None, domain: Domain, number: int) -> Body:
    key = ("account", account.id) if account is not None else ("domain", domain.id)
    most = call.world.limits.get((*key, number), UNLIMITED)
    return {
        **_owner(call, account, domain),
        "resourcetype": str(number),
        "resourcetypename": TYPES[number][0],
        "max": most,
    }


@command("listResourceLimits", f"{USER}.ListResourceLimitsCmd")
def list_resource_limits(call: Call) -> Body:
    account, domain = _whose(call) or (call.world.admin, _domain(call.world, call.world.admin))
    numbers = list(range(len(TYPES)))
    if "resourcetype" in call:
        if call["resourcetype"] not in numbers:
            raise invalid("Please specify a valid resource type.")
        numbers = [call["resourcetype"]]
    if call.get("resourcetypename"):
        wanted = call["resourcetypename"].lower()
        numbers = [number for number in numbers if TYPES[number][0] == wanted]
        if not numbers:
            raise invalid("Please specify a valid resource type name.")
    rows = [_row(call, account, domain, number) for number in numbers]
    return {"count": len(rows), "resourcelimit": rows} if rows else {}


@command("updateResourceLimit", USER)
def update_resource_limit(call: Call) -> Body:
    """An administrator of the root domain has no limits, the root domain none that can be set (T7:356-357)."""
    world, number, most = call.world, call["resourcetype"], call.get("max", UNLIMITED)
    owner = _whose(call)
    if owner is None:
        raise invalid("AccountId or domainId have to be specified in order to update resource limit")
    if not 0 <= number < len(TYPES):
        raise invalid("Please specify valid resource type")
    if most < UNLIMITED:
        raise invalid("Please specify either '-1' for an infinite limit, or a limit that is at least '0'.")
    account, domain = owner
    if account is not None and account.project_id is None and account.kind == ROOT_ADMIN and most != UNLIMITED:
        raise invalid("Only -1 limit is supported for Root Admin accounts")
    if account is None and domain.parent_id is None:
        raise denied(f"Cannot update resource limit for ROOT domain {domain.id}, permission denied")
    _check_parent(world, account, domain, number, most)
    key = ("account", account.id) if account is not None else ("domain", domain.id)
    world.limits[(*key, number)] = most
    return {"resourcelimit": _row(call, account, domain, number)}


def _check_parent(world: World, account: Account | None, domain: Domain, number: int, most: int) -> None:
    """No account or domain may have more than the domain above it (source)."""
    above = domain if account is not None else world.domains.get(domain.parent_id)
    held = UNLIMITED if above is None else world.limits.get(("domain", above.id, number), UNLIMITED)
    if above is not None and held != UNLIMITED and not 0 <= most <= held:
        raise invalid(
            f"Domain {above.name}(id: {above.uuid}) has maximum allowed resource limit {held} for "
            f"{TYPES[number][0]}, please specify a value less than or equal to {held}"
        )


@command("updateResourceCount", USER)
def update_resource_count(call: Call) -> Body:
    owner = _whose(call)
    if owner is None:
        raise ApiError(431, 9999, "Unable to execute API command updateresourcecount due to missing parameter domainid")
    account, domain = owner
    numbers = list(range(len(TYPES)))
    if "resourcetype" in call:
        if call["resourcetype"] not in numbers:
            raise invalid("Please specify valid resource type")
        numbers = [call["resourcetype"]]
    amounts = used(call.world, domain)
    rows = [
        {
            **_owner(call, account, domain),
            "resourcetype": str(number),
            "resourcetypename": TYPES[number][0],
            "resourcecount": int(amounts[TYPES[number][1]]),
        }
        for number in numbers
    ]
    return {"count": len(rows), "resourcecount": rows}
