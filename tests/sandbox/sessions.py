"""Logins with user and password: a session's cookie and key instead of a signature (not recorded)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ApiError
from .world import World
from .world.accounts import User

COOKIE = "JSESSIONID"


class Sessions:
    """Open ones by cookie: the session key, and whose they are."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: dict[str, tuple[str, User]] = {}

    def user(self, cookie: str, params: Mapping[str, str]) -> User | None:
        """Whose session a call is of: it needs the cookie and the key."""
        key, user = self.open.get(cookie, ("", None))
        return user if key and params.get("sessionkey") == key else None

    def login(self, params: Mapping[str, str]) -> tuple[int, dict[str, Any], str]:
        """Status, body and cookie. The domain is a path; none is ROOT."""
        user = self.world.users.first(name=params.get("username", ""))
        domain = params.get("domain", "").strip("/")
        if user is None or user.password != params.get("password") or domain not in ("", "ROOT"):
            text = f"Failed to authenticate user {params.get('username')} in domain 1; please provide valid credentials"
            return 531, {"loginresponse": ApiError(531, 9999, text).body()}, ""
        account = self.world.accounts[user.account_id]
        cookie, key = self.world.new_uuid(), self.world.new_uuid()
        self.open[cookie] = (key, user)
        body = {
            "username": user.name,
            "userid": user.uuid,
            "domainid": self.world.domains[account.domain_id].uuid,
            "timeout": 1800,
            "account": account.name,
            "firstname": user.name,
            "lastname": "cloud",
            "type": "1",
            "registered": "false",
            "sessionkey": key,
            "is2faenabled": "false",
            "is2faverified": "true",
        }
        return 200, {"loginresponse": body}, cookie
