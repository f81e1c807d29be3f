"""Domains, accounts and projects made (none of it recorded; parameters and fields as the API publishes them)."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..world import World
from ..world.accounts import Account, Domain, Project
from .accounts import account_view, domain_view
from .guest_networks import whose

ADMIN = "org.apache.cloudstack.api.command.admin"
PROJECTS = "org.apache.cloudstack.api.command.user.project"


@command("createDomain", f"{ADMIN}.domain")
def create_domain(call: Call) -> Body:
    world = call.world
    parent = call.get("parentdomainid") or world.domains[1]
    if world.domains.select(name=call["name"], parent_id=parent.id):
        raise invalid(f"Domain with name {call['name']} already exists for the parent domain")
    row = Domain(world.domains.next_id(), world.new_uuid(), call["name"], f"{parent.path}/{call['name']}", parent.id)
    return {"domain": domain_view(world, world.domains.add(row))}


@command("createAccount", f"{ADMIN}.account", roleid="nothing")
def create_account(call: Call) -> Body:
    world, domain = call.world, call.get("domainid") or call.world.domains[1]
    name = call.get("account") or call["username"]
    if world.accounts.select(name=name, domain_id=domain.id):
        raise invalid(f"The specified account: {name} already exists")
    row = Account(world.accounts.next_id(), world.new_uuid(), name, domain.id, world.new_uuid())
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
