# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of a database server: who may connect from where, and what for.

Sources: MariaDB's and MySQL's documentation of CREATE USER, GRANT and SHOW GRANTS; SHOW CREATE USER of a MariaDB 10.11.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import typing as t
from dataclasses import dataclass, field

from ..errors import InvalidValue
from . import sha2

ALL = "ALL PRIVILEGES"
USAGE = "USAGE"
# Names of the same privilege, of which a server or release may know only one.
_SAME = {
    "ALL": ALL,
    "REPLICATION CLIENT": "BINLOG MONITOR",
    "REPLICA MONITOR": "SLAVE MONITOR",
    "REPLICATION REPLICA": "REPLICATION SLAVE",
    "READ ONLY ADMIN": "READ_ONLY ADMIN",
    "CREATE TEMPORARY TABLE": "CREATE TEMPORARY TABLES",
}
_GRANT = re.compile(r"GRANT (?P<what>.+?) ON (?P<where>\S+) TO .*", re.DOTALL)
_PASSWORD = re.compile(
    r"IDENTIFIED (?:BY PASSWORD|VIA mysql_native_password USING|WITH '?mysql_native_password'? AS) '(\*[0-9A-F]{40})'"
)
_CACHING = re.compile(
    r"IDENTIFIED WITH 'caching_sha2_password' AS (?:0x(?P<hex>(?:[0-9A-Fa-f]{2})+)|'(?P<text>(?:[^'\\]|\\.|'')*)')",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_SIGNS = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_DYNAMIC = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)+")
_HOST = re.compile(r"[A-Za-z0-9_.:%/-]{1,255}")
_PRIVILEGE = re.compile(r"[A-Za-z][A-Za-z_ ]{0,40}")
_LEVEL = re.compile(r"\*\.\*|`?[A-Za-z0-9_$%-]+`?\.\*")
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Account:
    """Wanted: one name at some hosts. level: "*.*" or "database.*". exclusive: at no other hosts."""

    name: str
    hosts: tuple[str, ...]
    password: str = field(repr=False)
    privileges: tuple[str, ...]
    level: str = "*.*"
    grant_option: bool = False
    exclusive: bool = True


@dataclass(frozen=True)
class Held:
    """One account of the server. login: as SHOW CREATE USER tells it. grants: lines of SHOW GRANTS.

    matched: False where the server ignores it, as it does with names of hosts under skip_name_resolve.
    """

    name: str
    host: str
    login: str = field(default="", repr=False)
    grants: tuple[str, ...] = field(default=(), repr=False)
    matched: bool = True

    @property
    def title(self) -> str:
        return f"{self.name!r}@{self.host!r}"


@dataclass(frozen=True)
class Step:
    """A statement with its values. told: what a difference shows, without a password."""

    statement: str
    values: tuple[str, ...] = field(repr=False)
    told: str


def host_of(text: str) -> str:
    """An address, a network or a name as the server matches it. Raises InvalidValue.

    10.0.0.0/24 is 10.0.0.0/255.255.255.0, the one form that MariaDB reads.
    """
    if not _HOST.fullmatch(text):
        raise InvalidValue("hosts", text, "addresses, networks such as 10.0.0.0/24, or names")
    if "/" not in text:
        return text.lower()
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise InvalidValue("hosts", text, "a network whose address has no bits beyond its length") from None
    if network.version == 6:
        raise InvalidValue("hosts", text, "single IPv6 addresses; the server knows networks of IPv4 only")
    if network.prefixlen == network.max_prefixlen:
        return str(network.network_address)
    return str(network.with_netmask)


def by_name(host: str) -> bool:
    """Whether a server that resolves no names (skip_name_resolve) never matches this host."""
    if host in ("localhost", "%") or "/" in host:
        return False
    return re.fullmatch(r"[0-9.%_]+|[0-9a-fA-F:%_]*:[0-9a-fA-F:.%_]*", host) is None


def checked(account: Account) -> Account:
    """Raises InvalidValue."""
    if not account.name or len(account.name) > 80 or any(ord(char) < 32 for char in account.name):
        raise InvalidValue("accounts.name", account.name, "a name of up to 80 characters")
    if not account.password:
        raise InvalidValue("accounts.password", "", f"a password for {account.name}")
    if not account.hosts:
        raise InvalidValue("accounts.hosts", [], f"the addresses that {account.name} connects from")
    for privilege in account.privileges:
        if not _PRIVILEGE.fullmatch(privilege):
            raise InvalidValue("accounts.privileges", privilege, "names of privileges")
    if not _LEVEL.fullmatch(account.level):
        raise InvalidValue("accounts.level", account.level, "*.* or DATABASE.*")
    hosts = tuple(dict.fromkeys(host_of(host) for host in account.hosts))
    return Account(**{**account.__dict__, "hosts": hosts})


def native_hash(password: str) -> str:
    """As mysql_native_password stores it."""
    # What this authentication plugin is made of; it protects nothing else.
    inner = hashlib.sha1(password.encode("utf-8"), usedforsecurity=False).digest()
    return "*" + hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()


def stored_of(login: str) -> t.Optional[bytes]:
    """What MySQL's plugin caching_sha2_password stores, from SHOW CREATE USER; None of another login."""
    found = _CACHING.search(login)
    if found is None:
        return None
    if found["hex"]:
        return bytes.fromhex(found["hex"])
    return _ESCAPED.sub(lambda sign: _SIGNS.get(sign[1], sign[1]) if sign[1] else "'", found["text"]).encode("utf-8")


def password_is(held: Held, password: str) -> t.Optional[bool]:
    """None where the login is none that can be compared."""
    stored = stored_of(held.login)
    if stored is not None:
        return sha2.is_password(stored, password)
    found = _PASSWORD.search(held.login)
    return None if found is None else found[1] == native_hash(password)


@dataclass(frozen=True)
class Rights:
    """What an account may do at a level: the server's words by the names of ``normal``; option: and grant it.

    dynamic: those that MySQL grants, revokes and lends one by one. lent: those of them that it may grant.
    """

    names: t.Mapping[str, str] = field(default_factory=dict)
    option: bool = False
    dynamic: frozenset[str] = frozenset()
    lent: frozenset[str] = frozenset()


def rights_of(held: Held, level: str, every: t.Collection[str] = frozenset()) -> Rights:
    """every: names of all privileges of the server. MySQL 8 lists them instead of ALL at the level ``*.*``."""
    names: dict[str, str] = {}
    lent: set[str] = set()
    option = False
    for line in held.grants:
        match = _GRANT.match(line)
        if match is None or match["where"].replace("`", "") != level.replace("`", ""):
            continue
        words = {normal(each): spelled(each) for each in match["what"].split(",")}
        names.update(words)
        if line.rstrip().endswith("WITH GRANT OPTION"):
            own = set(filter(_DYNAMIC.fullmatch, words))
            lent |= own
            option = option or own != set(words)
    names.pop(USAGE, None)
    dynamic = frozenset(filter(_DYNAMIC.fullmatch, names))
    if level == "*.*" and every and {normal(each) for each in every} <= set(names):
        names = {ALL: ALL}
    return Rights(names, option, dynamic, frozenset(lent))


def spelled(privilege: str) -> str:
    return " ".join(privilege.upper().split())


def normal(privilege: str) -> str:
    word = spelled(privilege)
    return _SAME.get(word, word)


def decide(
    wanted: t.Sequence[Account], held: t.Sequence[Held], every: t.Collection[str] = frozenset()
) -> tuple[Step, ...]:
    """Statements that make the accounts so; none of them when they are. every: as in ``rights_of``."""
    steps: list[Step] = []
    there = {(each.name, each.host.lower()): each for each in held}
    for account in wanted:
        for host in account.hosts:
            steps += _ensured(account, host, there.get((account.name, host)), every)
        if account.exclusive:
            steps += [
                Step("DROP USER %s@%s", (each.name, each.host), f"drop {each.title}")
                for each in held
                if each.name == account.name and each.host.lower() not in account.hosts and each.matched
            ]
    return tuple(steps)


def _ensured(account: Account, host: str, held: t.Optional[Held], every: t.Collection[str]) -> t.Iterator[Step]:
    title = f"{account.name!r}@{host!r}"
    who = (account.name, host)
    if held is None:
        yield Step("CREATE USER %s@%s IDENTIFIED BY %s", (*who, account.password), f"create {title}")
    elif password_is(held, account.password) is not True:
        yield Step("ALTER USER %s@%s IDENTIFIED BY %s", (*who, account.password), f"set the password of {title}")
    has = rights_of(held, account.level, every) if held else Rights()
    wants = {normal(each): spelled(each) for each in account.privileges}
    wants = {ALL: ALL} if ALL in wants else {name: word for name, word in wants.items() if name != USAGE}
    level = account.level if account.level == "*.*" else "`{}`.*".format(account.level.partition(".")[0].strip("`"))
    # MySQL gives and takes the right to grant them only together with the privilege.
    other = {
        name for name in has.dynamic if (name in wants or ALL in wants) and (name in has.lent) != account.grant_option
    }
    again = (
        {name for name in wants if not _DYNAMIC.fullmatch(name)} if account.grant_option and not has.option else set()
    )
    again |= {ALL} if other else set()
    missing = sorted(word for name, word in wants.items() if name not in has.names or name in other | again)
    extra = sorted(word for name, word in has.names.items() if name not in wants and ALL not in wants)
    if ALL in has.names and ALL not in wants:
        missing, extra = sorted(wants.values()), [ALL]
    else:
        extra += sorted(other)
    # MySQL ignores them in a statement with others.
    own = list(filter(_DYNAMIC.fullmatch, extra))
    for words in ([word for word in extra if word not in own], own):
        if words:
            names = ", ".join(words)
            yield Step(f"REVOKE {names} ON {level} FROM %s@%s", who, f"revoke {names} from {title}")
    if has.option and not account.grant_option:
        yield Step(f"REVOKE GRANT OPTION ON {level} FROM %s@%s", who, f"revoke GRANT OPTION from {title}")
    if missing or (account.grant_option and not wants and not has.option):
        more = " WITH GRANT OPTION" if account.grant_option else ""
        names = ", ".join(missing or [USAGE])
        yield Step(f"GRANT {names} ON {level} TO %s@%s{more}", who, f"grant {names} to {title}{more.lower()}")


def openings(held: t.Sequence[Held]) -> tuple[Held, ...]:
    """Accounts that a secured server does not have: those without a name, and root from elsewhere."""
    return tuple(
        each
        for each in held
        if each.matched and (not each.name or (each.name == "root" and each.host.lower() not in (*LOCAL, "")))
    )
