"""Domains, accounts and projects made (none of it recorded; parameters and fields as the API publishes them)."""

from __future__ import annotations

import re

from ..errors import bad_parameter, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..surface import version_key
from ..world import World
from ..world.accounts import Account, Domain, Project
from .accounts import account_view, domain_view, limits_view, used
from .guest_networks import whose

ADMIN = "org.apache.cloudstack.api.command.admin"
LABEL = re.compile("[a-z0-9-]{1,63}")
PROJECTS = "org.apache.cloudstack.api.command.user.project"


@command("createDomain", f"{ADMIN}.domain")
def create_domain(call: Call) -> Body:
    world = call.world
    parent = call.get("parentdomainid") or world.domains[1]
    if world.domains.select(name=call["name"], parent_id=parent.id):
        raise invalid(f"Domain with name {call['name']} already exists for the parent domain")
    row = Domain(world.domains.next_id(), world.new_uuid(), call["name"], f"{parent.path}/{call['name']}", parent.id)
    _suffix(call, row)
    return {"domain": domain_view(world, world.domains.add(row))}


def _suffix(call: Call, row: Domain | Account) -> None:
    """An empty one removes it; rules and text from the source."""
    text: str | None = call.get("networkdomain")
    if text is None:
        return
    labels = text.lower().split(".")
    good = len(text) <= 190 and all(LABEL.fullmatch(label) and label.strip("-") == label for label in labels)
    if text and not good:
        raise invalid(
            "Invalid network domain. Total length shouldn't exceed 190 chars. Each domain label must be between 1 and "
            "63 characters long, can contain ASCII letters 'a' through 'z', the digits '0' through '9', and the hyphen "
            "('-'); can't start or end with \"-\""
        )
    row.network_domain = text or None


@command("updateDomain", f"{ADMIN}.domain", id="domains")
def update_domain(call: Call) -> Body:
    row: Domain = call["id"]
    row.name = call.get("name") or row.name
    _suffix(call, row)
    return {"domain": domain_view(call.world, row)}


@command("updateAccount", f"{ADMIN}.account", id="accounts", roleid="nothing")
def update_account(call: Call) -> Body:
    """4.11 needs the account's name again (source)."""
    row: Account = call["id"]
    if version_key(call.version) < version_key("4.12") and not call.get("newname"):
        raise bad_parameter("Unable to execute API command updateaccount due to missing parameter newname")
    row.name = call.get("newname") or row.name
    _suffix(call, row)
    return {"account": account_view(call.world, row)}


@command("createAccount", f"{ADMIN}.account", roleid="nothing")
def create_account(call: Call) -> Body:
    world, domain = call.world, call.get("domainid") or call.world.domains[1]
    name = call.get("account") or call["username"]
    if world.accounts.select(name=name, domain_id=domain.id):
        raise invalid(f"The specified account: {name} already exists")
    row = Account(world.accounts.next_id(), world.new_uuid(), name, domain.id, world.new_uuid())
    row.kind = call.get("accounttype", 0)
    _suffix(call, row)
    return {"account": account_view(world, world.accounts.add(row))}


def _view(world: World, project: Project) -> Body:
    domain = world.domains[project.domain_id]
    return {
        "id": project.uuid,
        "name": project.name,
        "displaytext": project.display_text,
        "domainid": domain.uuid,
        "domain": domain.name,
        "projectaccountname": world.accounts[project.account_id].name,
        "state": "Active",
        "created": project.created,
        **limits_view(used(world, domain, {project.account_id})),
    }


@command("createProject", PROJECTS)
def create_project(call: Call) -> Work:
    world, owner = call.world, whose(call)
    if world.projects.select(name=call["name"], domain_id=owner.domain_id):
        raise invalid(f"Project with name {call['name']} already exists in domain id={owner.domain_id}")
    number, its = world.projects.next_id(), world.accounts.next_id()
    name = f"PrjAcct-{call['name']}-{owner.domain_id}"
    world.accounts.add(Account(its, world.new_uuid(), name, owner.domain_id, world.new_uuid(), number))
    text = call.get("displaytext") or call["name"]
    row = Project(number, world.new_uuid(), call["name"], text, owner.domain_id, its, world.now())
    world.projects.add(row)
    return Work(lambda: {"project": _view(world, row)}, created=row.uuid)


@command("listProjects", PROJECTS, id="projects")
def list_projects(call: Call) -> Body:
    rows = call.world.projects.select(**filters(call, id="id", name="name", domainid="domain_id"))
    return answer(call, "project", keyword(call, rows), lambda row: _view(call.world, row))
