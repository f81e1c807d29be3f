# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller by Redfish, through sushy.

Source: DMTF DSP0266. CloudStack's own driver uses the first system of the controller; so does this one.
"""

from __future__ import annotations

import typing as t

from ...core.addresses import endpoint
from ...core.bmc.controller import REDFISH_RESET, Access, Account, Controller, Failure
from ...core.errors import AccessDenied, HypervisorError, MissingLibrary, TransportError
from .login import Login

RESET: t.Mapping[str, str] = {**REDFISH_RESET, "OFF": "ForceOff"}
ROLES: t.Mapping[str, str] = {"administrator": "administrator", "operator": "operator", "readonly": "user"}
ACCOUNTS = "/redfish/v1/AccountService/Accounts"
MOST_ACCOUNTS = 64


class Redfish(Login):
    """The port ``Bmc``."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        try:
            import sushy
        except ImportError:
            raise MissingLibrary("sushy", "for Redfish connections to controllers") from None
        self._sushy: t.Any = sushy

    def look(self) -> t.Union[Controller, Failure]:
        failure = self._open()
        if failure is not None:
            return failure
        system = self._ask(self._system)
        accounts = self._quietly(self.accounts) or ()
        mine = next((each.privilege for each in accounts if each.name == self._access.username), "")
        return Controller(
            power=_power(system),
            privilege=mine,
            accounts=tuple(accounts),
            reset_types=self._quietly(
                lambda: frozenset(each.value for each in system.get_allowed_reset_system_values())
            ),
            firmware=str(self._quietly(lambda: system.bios_version) or ""),
            model=str(self._quietly(lambda: system.json.get("Model")) or ""),
        )

    def power(self) -> str:
        self._ready()
        return _power(self._ask(self._system))

    def act(self, word: str) -> None:
        self._ready()
        wanted = RESET[word]

        def send() -> None:
            system = self._system()
            allowed = {each.value: each for each in system.get_allowed_reset_system_values()}
            if wanted not in allowed:
                raise HypervisorError(
                    f"the reset type {wanted} is not supported; supported are {', '.join(sorted(allowed))}",
                    call=self._where,
                    reset_type=wanted,
                    accepted=sorted(allowed),
                )
            system.reset_system(allowed[wanted])

        self._ask(send)

    def accounts(self) -> t.Sequence[Account]:
        self._ready()
        return [account for account, _path in self._ask(self._accounts)]

    def set_password(self, username: str, password: str) -> None:
        self._ready()
        path = next((path for account, path in self._ask(self._accounts) if account.name == username), None)
        if path is None:
            raise HypervisorError(f"there is no user {username}", call=self._where, user=username)
        self._ask(lambda: self._session._conn.patch(path, data={"Password": password}))

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self._quietly(session._conn.close)

    def _login(self) -> t.Optional[Failure]:
        its, sushy = self._access, self._sushy
        verify: t.Union[bool, str] = (its.ca_path or True) if its.verify else False
        try:
            self._session = sushy.Sushy(
                f"https://{endpoint(its.address, its.port)}",
                auth=sushy.auth.BasicAuth(its.username, its.password),
                verify=verify,
                server_side_retries=0,
                read_timeout=its.timeout,
                connect_timeout=its.timeout,
            )
            self._system()
        except sushy.exceptions.AccessError:
            self._session = None
            return Failure("password", f"user {its.username} is refused")
        except sushy.exceptions.ConnectionError as error:
            self._session = None
            return _unreachable(str(error))
        except (sushy.exceptions.SushyError, OSError, ValueError, KeyError) as error:
            self._session = None
            return Failure("protocol", f"{type(error).__name__} instead of a Redfish service")
        return None

    def _system(self) -> t.Any:
        """Read anew."""
        members = self._session.get_system_collection().get_members()
        if not members:
            raise HypervisorError("it lists no system", call=self._where)
        members[0].refresh(force=True)
        return members[0]

    def _accounts(self) -> list[tuple[Account, str]]:
        found = []
        listing = self._session._conn.get(ACCOUNTS).json()
        for member in list(listing.get("Members") or ())[:MOST_ACCOUNTS]:
            path = str(member.get("@odata.id") or "")
            if not path.startswith("/redfish/v1/"):
                continue
            held = self._session._conn.get(path).json()
            role = str(held.get("RoleId") or "")
            privilege = ROLES.get(role.casefold(), role.casefold())
            found.append((Account(str(held.get("UserName") or ""), privilege, held.get("Enabled"), path), path))
        return found

    def _ask(self, question: t.Callable[[], t.Any]) -> t.Any:
        exceptions = self._sushy.exceptions
        try:
            return question()
        except exceptions.AccessError:
            raise AccessDenied(f"user {self._access.username} is refused", call=self._where) from None
        except exceptions.ConnectionError as error:
            raise TransportError(f"{self._where}: {error}", command=self._where) from None
        except exceptions.SushyError as error:
            raise HypervisorError(str(error), call=self._where) from None

    def _quietly(self, question: t.Callable[[], t.Any]) -> t.Any:
        try:
            return question()
        except (HypervisorError, TransportError, AccessDenied, self._sushy.exceptions.SushyError, OSError, ValueError):
            return None


def _power(system: t.Any) -> str:
    """One that is going off is neither: an ON is not needless then, and its guests may still write."""
    state = getattr(system.power_state, "value", system.power_state)
    return {"On": "On", "PoweringOn": "On", "Off": "Off"}.get(str(state), "Unknown")


def _unreachable(text: str) -> Failure:
    said = text.casefold()
    if "certificate" in said:
        return Failure("certificate", "its certificate is not from a trusted authority, or is for another name")
    if "refused" in said:
        return Failure("refused", "the connection is refused")
    if "ssl" in said or "wrong version number" in said:
        return Failure("protocol", "it does not support TLS")
    return Failure("silent", "no answer")
