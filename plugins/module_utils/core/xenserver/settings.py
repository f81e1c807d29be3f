# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a pool and its hosts: memory of the control domain, NTP, multipathing, and the pool's own HA.

Source: Hypervisor installation, "Configure XenServer dom0 Memory", "Time Synchronization", "iSCSI Multipath Setup",
"XenServer HA"; xapi's datamodel (set_memory of a control domain counts after a restart of its host).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..addresses import is_address, is_host_name
from ..errors import InvalidValue, NotFound, Reason, Refused
from .layout import Step, XenConnection, XenHost, XenLayout, XenRepository
from .pool_ha import ha_steps, valid_timeout

MIB = 1024**2
LEAST_DOM0 = 1024 * MIB
DOM0_SHARE = 0.5  # of a host's memory; more leaves nothing for guests
# Drivers of block storage, which have paths.
BLOCK = ("lvmoiscsi", "lvmohba", "lvmofcoe", "gfs2")


@dataclass(frozen=True)
class SettingsWish:
    """None: leave it alone. hosts: names, none for all. dom0: bytes. ha_storage: names of repositories."""

    hosts: tuple[str, ...] = ()
    dom0: t.Optional[int] = None
    ntp_servers: tuple[str, ...] = ()
    multipath: t.Optional[bool] = None
    ha: t.Optional[bool] = None
    ha_storage: tuple[str, ...] = ()
    ha_timeout: int = 180


def valid_settings(wish: SettingsWish) -> SettingsWish:
    """Raises InvalidValue."""
    if wish.dom0 is not None and wish.dom0 < LEAST_DOM0:
        raise InvalidValue("dom0_memory", wish.dom0 // MIB, f"{LEAST_DOM0 // MIB} MiB or more")
    for server in wish.ntp_servers:
        if not (is_address(server) or is_host_name(server)):
            raise InvalidValue("ntp_servers", server, "an address or a host name")
    if not valid_timeout(wish.ha_timeout):
        raise InvalidValue("ha_timeout", wish.ha_timeout, "120 to 180 seconds, as CloudStack requires")
    if wish.ha and not wish.ha_storage:
        raise InvalidValue("ha_storage", [], "the name of a shared storage repository for the heartbeat")
    return wish


def settings_steps(layout: XenLayout, wish: SettingsWish) -> tuple[Step, ...]:
    """What makes it so, the master first. Raises NotFound, and Refused with every reason."""
    valid_settings(wish)
    names = [host.name for host in layout.ordered]
    for name in wish.hosts:
        if name not in names:
            raise NotFound("host", name, "the pool", names)
    steps: list[Step] = []
    reasons: list[Reason] = []
    for host in layout.ordered:
        if wish.hosts and host.name not in wish.hosts:
            continue
        for part in (_dom0, _ntp, _multipath):
            for each in part(layout, host, wish):
                (reasons if isinstance(each, Reason) else steps).append(each)  # type: ignore[arg-type]
    for each in ha_steps(layout, wish.ha, wish.ha_storage, wish.ha_timeout):
        (reasons if isinstance(each, Reason) else steps).append(each)  # type: ignore[arg-type]
    if reasons:
        raise Refused("the pool", reasons)
    return tuple(steps)


Verdicts = t.Iterator[t.Union[Step, Reason]]


def _dom0(_layout: XenLayout, host: XenHost, wish: SettingsWish) -> Verdicts:
    if wish.dom0 is None or wish.dom0 == host.dom0_next:
        return
    if host.memory is not None and wish.dom0 > DOM0_SHARE * host.memory:
        message = f"{host.name} has {host.memory // MIB} MiB; {wish.dom0 // MIB} MiB are more than half of it"
        yield Reason("dom0_large", message, "set less memory for the control domain", {"host": host.name})
        return
    text = f"{wish.dom0 // MIB} MiB for the control domain of {host.name} after its restart"
    yield Step("dom0", text, {"host": host.ref, "memory": wish.dom0})


def _ntp(_layout: XenLayout, host: XenHost, wish: SettingsWish) -> Verdicts:
    if not wish.ntp_servers or (host.ntp == "Custom" and sorted(host.ntp_servers) == sorted(set(wish.ntp_servers))):
        return
    if not host.ntp:
        message = f"XAPI of {host.name} cannot set time servers"
        remedy = "upgrade the host, or set them in its /etc/chrony.conf or /etc/ntp.conf"
        yield Reason("ntp_unsupported", message, remedy, {"host": host.name})
        return
    servers = sorted(set(wish.ntp_servers))
    yield Step("ntp", f"time servers {', '.join(servers)} of {host.name}", {"host": host.ref, "servers": servers})


def _multipath(layout: XenLayout, host: XenHost, wish: SettingsWish) -> Verdicts:
    """Block storage keeps the paths that it was plugged with: it is plugged anew, on a host that nobody uses."""
    if wish.multipath is None or wish.multipath == host.multipath:
        return
    if host.multipath is None:
        message = f"XAPI of {host.name} cannot set multipathing"
        yield Reason("multipath_unsupported", message, "upgrade the host", {"host": host.name})
        return
    plugged = list(_plugged(layout, host))
    if plugged and (host.running or host.enabled):
        names = ", ".join(sorted(repository.name for repository, _connection in plugged))
        message = f"{host.name} is in service and uses {names}"
        remedy = "set it before the storage is created, or evacuate the host with cs_xenserver_host first"
        yield Reason("storage_in_use", message, remedy, {"host": host.name})
        return
    for repository, connection in plugged:
        yield Step("unplug", f"unplug {repository.name} on {host.name}", {"connection": connection.ref})
    text = f"multipathing {'on' if wish.multipath else 'off'} on {host.name}"
    yield Step("multipath", text, {"host": host.ref, "on": wish.multipath})
    for repository, connection in plugged:
        yield Step("plug", f"plug {repository.name} on {host.name}", {"connection": connection.ref})


def _plugged(layout: XenLayout, host: XenHost) -> t.Iterator[tuple[XenRepository, XenConnection]]:
    for repository in layout.repositories:
        for connection in repository.connections:
            if repository.type in BLOCK and connection.host == host.ref and connection.plugged:
                yield repository, connection


def settings_warnings(layout: XenLayout, wish: SettingsWish) -> tuple[str, ...]:
    """Hosts whose control domain has its memory only after a restart; guests that the pool's HA would restart too."""
    asked = [host for host in layout.ordered if not wish.hosts or host.name in wish.hosts]
    late = [
        f"{host.name} must be restarted: its control domain has {host.dom0 // MIB} of {wish.dom0 // MIB} MiB"
        for host in asked
        if wish.dom0 is not None and host.dom0 is not None and host.dom0 != wish.dom0
    ]
    guests = [f"the pool's HA restarts {name}, as CloudStack does" for name in layout.ha_guests] if wish.ha else []
    return (*late, *guests)
