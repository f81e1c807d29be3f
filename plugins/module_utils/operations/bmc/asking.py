# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a host's controller: through the server, whose answer to an action is the state before it, or directly."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...core.bmc.controller import IPMI, Access, Controller, Failure
from ...core.bmc.controller import REDFISH as REDFISH_PROTOCOL
from ...core.bmc.oobm import (
    BY_HOST,
    DEFAULT_PORT,
    DETAIL,
    DISABLED,
    IPMITOOL,
    REDFISH,
    Effective,
    Oobm,
    Switches,
    effective,
    is_host,
    port,
)
from ...core.errors import ApiError, InvalidValue
from ...core.zone.hosts import Host
from ...ports.bmc import Reach
from ...ports.cloud import Cloud

# The server's words for a refused login (T5:16); the tool's own follow.
REFUSED_LOGIN = ("authentication error", "rakp 2 hmac is invalid", "unauthorized", "401")


@dataclasses.dataclass(frozen=True)
class Direct:
    """How a task reaches controllers itself; None leaves it to what the server holds. password: of the controller."""

    reach: Reach
    password: str
    username: t.Optional[str] = None
    address: t.Optional[str] = None
    port: t.Optional[int] = None
    protocol: t.Optional[str] = None
    verify: bool = True
    ca_path: t.Optional[str] = None
    timeout: float = 15.0


def effective_of(cloud: Cloud, host: Host, held: Oobm) -> Effective:
    """Whether out-of-band management of a host can be used now."""
    return effective_in(host, held, cloud.oobms.switches(host.zone_id, host.cluster_id, DETAIL))


def effective_in(host: Host, held: Oobm, switches: Switches) -> Effective:
    """The same by switches that were read before."""
    if host.resource_state == "Degraded":
        return Effective(DISABLED, BY_HOST)
    return effective(held.enabled, held.configured, switches)


def switches_of(cloud: Cloud, hosts: t.Iterable[Host], detail: str) -> dict[str, Switches]:
    """By the id of a cluster: the switches that decide for its hosts, each read once. hosts: of one zone."""
    places = sorted({(host.cluster_id, host.zone_id) for host in hosts})
    return {cluster_id: cloud.oobms.switches(zone_id, cluster_id, detail) for cluster_id, zone_id in places}


def status(cloud: Cloud, host: Host) -> str:
    """The power state as the server learns it now. Raises ApiError in the server's own words."""
    return cloud.oobms.act(host.id, "STATUS")


def refused_login(error: ApiError) -> bool:
    """Whether the controller refused the login, rather than not answered."""
    return any(word in error.text.casefold() for word in REFUSED_LOGIN)


def access_to(held: Oobm, direct: Direct) -> Access:
    """Where to ask: what the task says, else what the server holds, which is looked at before it is used.

    Raises InvalidValue.
    """
    protocol = direct.protocol or {IPMITOOL: IPMI, REDFISH: REDFISH_PROTOCOL}.get(held.driver)
    if protocol is None:
        raise InvalidValue(
            "bmc.protocol",
            protocol,
            f"ipmi or redfish: the protocol cannot be derived from the driver {held.driver or 'none'}",
        )
    address = direct.address or held.address
    if not is_host(address):
        raise InvalidValue("bmc.address", address, "an IP address or a host name")
    driver = IPMITOOL if protocol == IPMI else REDFISH
    number = direct.port or port(held.port if held.driver == driver and held.port else DEFAULT_PORT[driver], "bmc.port")
    return Access(
        protocol,
        address,
        number,
        direct.username or held.username,
        direct.password,
        direct.verify,
        direct.ca_path,
        direct.timeout,
    )


def look(held: Oobm, direct: Direct) -> tuple[Access, t.Union[Controller, Failure]]:
    """One login. Raises InvalidValue, MissingLibrary."""
    access = access_to(held, direct)
    with contextlib.closing(direct.reach(access)) as bmc:
        return access, bmc.look()
