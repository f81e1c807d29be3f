# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is safe to set on the hosts of a vSphere cluster, decided: changes, or every reason against them."""

from __future__ import annotations

import typing as t

from ..errors import NotFound, Reason, Refused
from ..naming import nearest
from .change_network import kernel_changes, switch_changes
from .change_storage import iscsi_changes
from .model import PortGroup, Vsphere, VsphereHost
from .wanted import MAINTENANCE, NTP, NTP_SERVERS, PORT_GROUP, RULESET, UNUSED, VsphereChange, VsphereWanted

Found = t.Iterator[t.Union[VsphereChange, Reason]]


def changes(cluster: Vsphere, wanted: VsphereWanted) -> tuple[VsphereChange, ...]:
    """Host by host. Raises NotFound for a host that is not in the cluster, Refused with every reason."""
    found: list[VsphereChange] = []
    reasons: list[Reason] = []
    for host in chosen(cluster, wanted.hosts):
        if not host.host.connected:
            message = f"vCenter has no connection to {host.name}"
            reasons.append(
                Reason(
                    "host_disconnected",
                    message,
                    "reconnect the host in vCenter, or set hosts to the other hosts",
                    {"host": host.name},
                )
            )
            continue
        for decide in (_time, _rulesets, switch_changes, _port_groups, kernel_changes, iscsi_changes, _mode):
            for each in decide(host, wanted):
                (reasons if isinstance(each, Reason) else found).append(each)  # type: ignore[arg-type]
    if wanted.unused_groups:
        found += [VsphereChange("", UNUSED, name, "present", "absent") for name in cluster.unused_groups]
    if reasons:
        raise Refused(f"hosts of cluster {cluster.name}", reasons)
    return tuple(found)


def chosen(cluster: Vsphere, names: t.Sequence[str]) -> tuple[VsphereHost, ...]:
    """Hosts by their names, without case; all where none is named. Raises NotFound."""
    if not names:
        return cluster.hosts
    by_name = {each.name.casefold(): each for each in cluster.hosts}
    for name in names:
        if name.casefold() not in by_name:
            known = [each.name for each in cluster.hosts]
            raise NotFound("host", name, f"cluster {cluster.name}", nearest(name, known))
    return tuple(by_name[name.casefold()] for name in names)


def _time(host: VsphereHost, wanted: VsphereWanted) -> Found:
    if wanted.ntp_servers is None:
        return
    if host.ntp_servers != wanted.ntp_servers:
        yield VsphereChange(host.name, NTP_SERVERS, "", list(host.ntp_servers), list(wanted.ntp_servers))
    if wanted.ntp_servers and not (host.ntp_running and host.ntp_policy == "on"):
        held = {"running": host.ntp_running, "policy": host.ntp_policy}
        yield VsphereChange(host.name, NTP, "", held, {"running": True, "policy": "on"})


def _rulesets(host: VsphereHost, wanted: VsphereWanted) -> Found:
    held = {each.name: each.enabled for each in host.rulesets}
    for name in wanted.rulesets:
        if name not in held:
            near = ", ".join(nearest(name, held)) or "check the firewall of the host in vCenter"
            yield Reason("ruleset_unknown", f"{host.name} has no firewall ruleset {name!r}", near, {"host": host.name})
        elif not held[name]:
            yield VsphereChange(host.name, RULESET, name, False, True)


def _port_groups(host: VsphereHost, wanted: VsphereWanted) -> Found:
    made = {each.name for each in wanted.switches}
    for group in wanted.port_groups:
        switch, held = host.switch(group.switch), host.port_group(group.name)
        facts = {"host": host.name, "port_group": group.name}
        if (switch is None and group.switch not in made) or (switch is not None and switch.ports is None):
            names = ", ".join(each.name for each in host.switches if each.ports is not None) or "none"
            message = f"{host.name} has no standard switch {group.switch!r}; existing switches are {names}"
            yield Reason("switch_missing", message, "create the switch first, or use another", facts)
        elif held is None:
            yield VsphereChange(host.name, PORT_GROUP, group.name, None, _plain(group))
        elif held == group:
            continue
        elif held.switch != group.switch:
            message = f"port group {group.name!r} of {host.name} is on {held.switch}, not on {group.switch}"
            yield Reason(
                "port_group_elsewhere",
                message,
                "move the port group manually: its guests lose their network meanwhile",
                facts,
            )
        elif any(each.port_group == group.name for each in host.adapters):
            message = (
                f"changing VLAN {held.vlan} to {group.vlan} may disconnect {host.name}: "
                f"{group.name!r} has a VMkernel port"
            )
            yield Reason("port_group_of_host", message, "change the VLAN on the console of the host", facts)
        else:
            yield VsphereChange(host.name, PORT_GROUP, group.name, _plain(held), _plain(group))


def _mode(host: VsphereHost, wanted: VsphereWanted) -> Found:
    """Last, so that a host that leaves it is ready."""
    held = host.host.maintenance
    if wanted.maintenance is not None and held is not wanted.maintenance:
        yield VsphereChange(host.name, MAINTENANCE, "", held, wanted.maintenance)


def _plain(group: PortGroup) -> dict[str, object]:
    return {"vswitch": group.switch, "vlan": group.vlan}
