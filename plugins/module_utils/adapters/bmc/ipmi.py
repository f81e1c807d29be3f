# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller by IPMI 2.0 (lanplus), through pyghmi.

Source: IPMI 2.0: 20.1 Get Device ID, 22.15 Get Channel Cipher Suites, 22.26-22.30 users, 28.3 Chassis Control.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ...core.bmc.controller import Access, Account, Controller, Failure
from ...core.errors import HypervisorError, MissingLibrary, TransportError
from .login import Login

POWER: t.Mapping[str, str] = {"ON": "on", "OFF": "off", "SOFT": "shutdown", "RESET": "reset"}
CYCLE = 2  # Chassis Control; the library has no word for it
PRIVILEGES: t.Mapping[int, str] = {1: "callback", 2: "user", 3: "operator", 4: "administrator", 5: "oem"}
USER = 2
MOST_USERS = 16
# What the library says when the controller answers that the password is another one, or knows no such user.
PASSWORD = ("incorrect password", "unauthorized name", "invalid user", "rakp4", "integrity")
ROLE = ("role", "privilege")


class Ipmi(Login):
    """The port ``Bmc``."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        try:
            from pyghmi import exceptions
            from pyghmi.ipmi import command
        except ImportError:
            raise MissingLibrary("pyghmi", "for IPMI connections to controllers") from None
        self._command: t.Any = command.Command
        self._error: t.Any = exceptions.PyghmiException

    def look(self) -> t.Union[Controller, Failure]:
        failure = self._open()
        if failure is not None:
            return failure
        device = self._quietly(lambda: self._raw(0x06, 0x01)) or b""
        accounts = tuple(self._quietly(self.accounts) or ())
        # Some grant a session more than the user may do; the user's own limit is what counts.
        limit = next((each.privilege for each in accounts if each.name == self._access.username), "")
        return Controller(
            power=self.power(),
            privilege=limit or PRIVILEGES.get(int(self._session.ipmi_session.privlevel), ""),
            accounts=accounts,
            cipher_suites=self._quietly(self._suites),
            firmware=f"{device[2] & 0x7F}.{device[3]:02x}" if len(device) > 3 else "",
        )

    def power(self) -> str:
        self._ready()
        seen = self._ask(self._session.get_power)
        return {"on": "On", "off": "Off"}.get(str(seen.get("powerstate")), "Unknown")

    def act(self, word: str) -> None:
        self._ready()
        if word == "CYCLE":
            self._ask(lambda: self._raw(0x00, 0x02, (CYCLE,)))
        else:
            self._ask(lambda: self._session.set_power(POWER[word], wait=False))

    def accounts(self) -> t.Sequence[Account]:
        self._ready()
        found = [self._ask(functools.partial(self._account, uid)) for uid in range(1, MOST_USERS + 1)]
        return [each for each in found if each is not None]

    def _account(self, uid: int) -> t.Optional[Account]:
        name = self._session.get_user_name(uid)
        if not name:
            return None
        seen = self._quietly(lambda: self._raw(0x06, 0x44, (0x0E, uid)))
        privilege = PRIVILEGES.get(seen[3] & 0x0F, "") if seen and len(seen) > 3 else ""
        return Account(str(name), privilege, bool(privilege), str(uid))

    def set_password(self, username: str, password: str) -> None:
        uid = next((each.id for each in self.accounts() if each.name == username), None)
        if uid is None:
            raise HypervisorError(f"there is no user {username}", call=self._where, user=username)
        done = self._ask(lambda: self._session.set_user_password(int(uid), password=password))
        if done is False:
            raise HypervisorError(f"the new password of {username} was not accepted", call=self._where)

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            its = session.ipmi_session
            with contextlib.suppress(self._error, OSError, AttributeError):
                its.logout()
            # The library keeps an ended session among those that begin, and would hand it out again.
            begun = getattr(type(its), "initting_sessions", {})
            for key in [key for key, value in begun.items() if value is its]:
                del begun[key]

    def _login(self) -> t.Optional[Failure]:
        failed = self._login_as(None)
        if failed is not None and failed.reason == "role":
            # The name and the password are right: this role is the most that the user has.
            failed = self._login_as(USER)
        if failed is not None and failed.reason == "role":
            return Failure("password", failed.text)
        return failed

    def _login_as(self, level: t.Optional[int]) -> t.Optional[Failure]:
        its = self._access
        try:
            self._session = self._command(
                bmc=its.address,
                port=its.port,
                userid=its.username,
                password=its.password,
                privlevel=level,
                keepalive=False,
            )
        except self._error as error:
            return _failure(str(error))
        except OSError as error:
            return Failure("silent", str(error.strerror or error))
        return None

    def _raw(self, netfn: int, command: int, data: t.Sequence[int] = ()) -> bytes:
        answer = self._session.raw_command(netfn=netfn, command=command, data=data)
        if "error" in answer:
            raise HypervisorError(str(answer["error"]), call=self._where)
        return bytes(answer.get("data") or b"")

    def _suites(self) -> frozenset[int]:
        """Suites of this channel: records begin with 0xC0 (standard) or 0xC1 (a vendor's), the number follows."""
        text = b""
        for index in range(16):
            part = self._raw(0x06, 0x54, (0x0E, 0x00, 0x80 | index))
            text += part[1:]
            if len(part) < 17:
                break
        return frozenset(text[n + 1] for n in range(len(text) - 1) if text[n] in (0xC0, 0xC1))

    def _ask(self, question: t.Callable[[], t.Any]) -> t.Any:
        try:
            return question()
        except self._error as error:
            raise HypervisorError(str(error), call=self._where) from None
        except OSError as error:
            raise TransportError(f"{self._where}: {error}", command=self._where) from None

    def _quietly(self, question: t.Callable[[], t.Any]) -> t.Any:
        """What the controller may not tell; None then."""
        try:
            return question()
        except (HypervisorError, TransportError, self._error, OSError, IndexError):
            return None


def _failure(text: str) -> Failure:
    said = text.casefold()
    if any(word in said for word in PASSWORD):
        return Failure("password", text)
    if any(word in said for word in ROLE):
        return Failure("role", text)
    # The library raises the text "None" where nothing at all came back.
    if said == "none" or any(word in said for word in ("timeout", "no longer connected", "initialize")):
        return Failure("silent", "no answer to IPMI")
    return Failure("protocol", text)
