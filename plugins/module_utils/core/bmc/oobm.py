# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management of a host as CloudStack has it: driver, address, and which level turns it on or off.

Sources: Working with Hosts, "Out-of-band Management"; field facts, "Out-of-band management";
OutOfBandManagementServiceImpl (the order in which zone, cluster and host are asked).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..addresses import is_address, is_host_name
from ..errors import InvalidValue, Reason

IPMITOOL, REDFISH, NESTED = "ipmitool", "redfish", "nestedcloudstack"
DRIVERS = (IPMITOOL, REDFISH, NESTED)
DEFAULT_PORT: t.Mapping[str, str] = {IPMITOOL: "623", REDFISH: "443"}
REDFISH_PORT = "443"
LONGEST_IPMI_PASSWORD = 20  # bytes; IPMI 2.0, 22.30 "Set User Password"
LONGEST_IPMI_USER = 16
ENABLED, DISABLED = "enabled", "disabled"
# What decides, in the server's order of asking.
BY_ZONE, BY_CLUSTER, BY_HOST, NOT_CONFIGURED = "zone", "cluster", "host", "not_configured"
DETAIL = "outOfBandManagementEnabled"


@dataclass(frozen=True)
class Oobm:
    """What the server holds for one host.

    driver, address, port, username: "" where nothing was configured. password_hint: first letter and stars, as the
    server shows it. enabled: of the host alone. power_state: On, Off, Unknown or Disabled, as last learned.
    """

    host_id: str
    enabled: bool = False
    driver: str = ""
    address: str = ""
    port: str = ""
    username: str = ""
    password_hint: str = ""
    power_state: str = ""

    @property
    def configured(self) -> bool:
        return bool(self.driver)


@dataclass(frozen=True)
class Switches:
    """Whether zone and cluster let a feature of their hosts be used; None where the server does not show it."""

    zone: t.Optional[bool] = None
    cluster: t.Optional[bool] = None


@dataclass(frozen=True)
class Effective:
    """Whether it can be used, and the level that decides. certain: false where a level could not be seen."""

    state: str
    decided_by: str
    certain: bool = True


@dataclass(frozen=True)
class OobmWish:
    """What a task declares; None leaves alone. port: text, because a nested CloudStack's holds the id of a VM."""

    driver: t.Optional[str] = None
    address: t.Optional[str] = None
    port: t.Optional[str] = None
    username: t.Optional[str] = None
    password: t.Optional[str] = None

    def completed(self, held: Oobm) -> OobmWish:
        """With what the server holds where nothing is declared; the password is never known from there."""
        driver = self.driver or held.driver or IPMITOOL
        kept_port = held.port if driver == held.driver else ""
        return OobmWish(
            driver,
            self.address or held.address or None,
            self.port or kept_port or DEFAULT_PORT.get(driver),
            self.username or held.username or None,
            self.password,
        )

    def shown(self) -> dict[str, t.Optional[str]]:
        """Everything but the password."""
        return {"driver": self.driver, "address": self.address, "port": self.port, "username": self.username}


def effective(held: bool, configured: bool, switches: Switches, none: str = NOT_CONFIGURED) -> Effective:
    """As the server decides: zone, then cluster, then the host. held: whether it is on for the host itself."""
    if switches.zone is False:
        return Effective(DISABLED, BY_ZONE)
    if switches.cluster is False:
        return Effective(DISABLED, BY_CLUSTER)
    certain = switches.zone is not None and switches.cluster is not None
    if not configured:
        return Effective(DISABLED, none)
    if not held:
        return Effective(DISABLED, BY_HOST)
    return Effective(ENABLED, BY_HOST, certain)


def switch(details: t.Mapping[str, t.Any], name: str = DETAIL) -> bool:
    """Whether a zone's or cluster's details leave the feature on; it is on unless they say otherwise."""
    said = str(details.get(name) or "").strip().casefold()
    return said in ("", "true")


def hint_fits(hint: str, password: str) -> bool:
    """Whether a password may be the one behind the server's hint: False is certain, True is not."""
    return bool(hint) and bool(password) and hint[:1] == password[:1]


def differs(wish: OobmWish, held: Oobm) -> dict[str, tuple[str, str]]:
    """Fields that the server holds otherwise, as (held, wanted), without the password."""
    pairs = {
        "driver": (held.driver, wish.driver),
        "address": (held.address, wish.address),
        "port": (held.port, wish.port),
        "username": (held.username, wish.username),
    }
    return {
        name: (has, wanted)
        for name, (has, wanted) in pairs.items()
        if wanted is not None
        and (has.casefold() if name in ("driver", "address") else has)
        != (wanted.casefold() if name in ("driver", "address") else wanted)
    }


def checked(wish: OobmWish) -> OobmWish:
    """The wish itself. Raises InvalidValue for a value that no server or controller can use."""
    if wish.driver is not None and wish.driver not in DRIVERS:
        raise InvalidValue("driver", wish.driver, f"one of {', '.join(DRIVERS)}")
    if wish.address is not None:
        _check_address(wish)
    if wish.port is not None and wish.driver in (IPMITOOL, REDFISH):
        port(wish.port)
    if wish.driver == IPMITOOL:
        _check_ipmi(wish)
    return wish


def port(text: str, parameter: str = "port") -> int:
    """Raises InvalidValue."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 0 < number < 65536:
        raise InvalidValue(parameter, text, "a port number from 1 to 65535")
    return number


def is_host(text: str) -> bool:
    """Whether a text is an address or a name that can be put into a command or URL as it is."""
    return is_address(text) or is_host_name(text)


def _check_address(wish: OobmWish) -> None:
    text = t.cast(str, wish.address)
    if wish.driver == NESTED:
        if not text.startswith(("http://", "https://")):
            raise InvalidValue(
                "address", text, "the API URL of the outer CloudStack, such as https://cloud.example/client/api"
            )
    elif not is_host(text):
        raise InvalidValue("address", text, "an IP address or a host name")


def _check_ipmi(wish: OobmWish) -> None:
    """Longer ones are cut or refused by the controller, and no login follows (T4:125)."""
    if wish.username is not None and not 0 < len(wish.username.encode()) <= LONGEST_IPMI_USER:
        raise InvalidValue("username", wish.username, f"a name of 1 to {LONGEST_IPMI_USER} bytes, the limit of IPMI")
    if wish.password is not None:
        check_password(wish.password)


def check_password(password: str) -> None:
    """Raises InvalidValue without the password in it."""
    if not 0 < len(password.encode()) <= LONGEST_IPMI_PASSWORD:
        raise InvalidValue(
            "password", "(hidden)", f"a password of 1 to {LONGEST_IPMI_PASSWORD} bytes, the limit of IPMI 2.0"
        )
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in password):
        raise InvalidValue("password", "(hidden)", "a password without control characters")


def reasons(wish: OobmWish, use_https: t.Optional[bool] = None) -> list[Reason]:
    """Why the server would never reach the controller with this configuration.

    use_https: the setting redfish.use.https, None where unknown. Source: field facts (the Redfish driver asks port 443
    whatever is configured); apache/cloudstack#10441.
    """
    found = []
    expected = "80" if use_https is False else REDFISH_PORT
    if wish.driver == REDFISH and wish.port not in (None, expected):
        found.append(
            Reason(
                "redfish_port",
                f"port {wish.port} is configured, but CloudStack's redfish driver always uses port {expected}",
                f"configure port {expected} on the controller and omit port, or use the driver ipmitool",
                {"port": wish.port, "asked": expected},
            )
        )
    return found


def password_reasons(driver: str, direct: bool) -> list[Reason]:
    """Why a new password cannot be set on the controller. direct: whether the task itself reaches it.

    Source: RedfishOutOfBandManagementDriver (it writes the password into the server's own record and asks the
    controller nothing), NestedCloudStackOutOfBandManagementDriver.
    """
    if driver == NESTED:
        text = f"CloudStack's driver {driver} cannot change a password"
        return [Reason("password_not_changeable", text, "create new keys in the outer CloudStack, and set password")]
    if driver == REDFISH and not direct:
        return [
            Reason(
                "redfish_password",
                f"CloudStack's driver {driver} changes a password in its own record only, not on the controller",
                "set bmc and password, so that the task changes it on the controller",
            )
        ]
    return []


def missing(wish: OobmWish) -> list[str]:
    """What a first configuration lacks; the server demands all five."""
    values = {**wish.shown(), "password": wish.password}
    return [name for name, value in values.items() if not value]


def sweep_seconds(hosts: int, timeout: int, pool: int) -> float:
    """The longest that one round of power state checks takes (Working with Hosts, "Out-of-band Management")."""
    return hosts * timeout / max(pool, 1)


def settings_warnings(hosts: int, timeout: int, pool: int, interval: int) -> list[str]:
    """hosts: number with out-of-band management in use. timeout, interval: seconds. pool: the sync.poolsize setting."""
    found = []
    needed = sweep_seconds(hosts, timeout, pool)
    if hosts > pool:
        found.append(
            f"{hosts} hosts share outofbandmanagement.sync.poolsize={pool}: one round of power state checks may take "
            f"{needed:.0f} s ({hosts} hosts x {timeout} s / {pool}); set it to {hosts} or more and restart the "
            "management servers"
        )
    if timeout <= 0:
        found.append(f"outofbandmanagement.action.timeout={timeout}: no action can succeed; set it to 60")
    if interval > 60:
        found.append(
            f"outofbandmanagement.background.task.execution.interval={interval}: power states are up to {interval} s "
            "old"
        )
    return found
