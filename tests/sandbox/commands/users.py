"""Users: listed, changed, their keys (not recorded)."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.accounts import User

ADMIN = "org.apache.cloudstack.api.command.admin.user"
LONGEST_PASSWORD = 255


def _view(world: World, user: User) -> Body:
    account = world.accounts[user.account_id]
    domain = world.domains[account.domain_id]
    body: Body = {
        "id": user.uuid,
        "username": user.name,
        "firstname": user.name,
        "lastname": "cloud",
        "state": "enabled",
        "account": account.name,
        "accountid": account.uuid,
        "accounttype": 1,
        "usersource": "native",
        "domainid": domain.uuid,
        "domain": domain.name,
        "isdefault": True,
    }
    return {**body, "apikey": user.api_key} if user.api_key else body


@command("listUsers", ADMIN, id="users")
def list_users(call: Call) -> Body:
    rows = call.world.users.select(**filters(call, id="id", username="name"))
    return answer(call, "user", keyword(call, rows), lambda row: _view(call.world, row))


@command("getUser", ADMIN)
def get_user(call: Call) -> Body:
    """Of an API key."""
    rows = call.world.users.select(api_key=call["userapikey"])
    if not rows:
        raise invalid("User is not found")
    return {"user": _view(call.world, rows[0])}


@command("updateUser", ADMIN, id="users")
def update_user(call: Call) -> Body:
    """An administrator of the root need not say the password that there is; a blank one is refused."""
    user: User = call["id"]
    if "password" in call:
        if not call["password"].strip():
            raise invalid("Password cannot be empty or blank.")
        user.password = call["password"]
    return {"user": _view(call.world, user)}


@command("registerUserKeys", ADMIN, id="users")
def register_user_keys(call: Call) -> Body:
    """New keys; those from before are not accepted any more."""
    user: User = call["id"]
    user.api_key, user.secret_key = (call.world.new_uuid() + call.world.new_uuid() for _ in range(2))
    return _keys(user)


@command("getUserKeys", ADMIN, id="users")
def get_user_keys(call: Call) -> Body:
    """Empty where there are none."""
    return _keys(call["id"])


def _keys(user: User) -> Body:
    return {"userkeys": {"apikey": user.api_key, "secretkey": user.secret_key} if user.api_key else {}}
