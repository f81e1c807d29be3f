# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management and host HA of declared hosts: no controller twice, no host HA that could not act.

Source: Working with Hosts, "Out-of-band Management"; field facts (the Redfish driver asks port 443 whatever is
configured); apache/cloudstack#13605 (host HA without out-of-band management).
"""

from __future__ import annotations

import typing as t

from .problem import Part, Problem

REDFISH, REDFISH_PORT = "redfish", "443"


def controller_problems(hosts: t.Sequence[Part]) -> t.Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for host in hosts:
        held = host.get("oobm")
        its = Part((*host.path, "oobm"), held, host.host) if isinstance(held, t.Mapping) else None
        if host.text("host_ha") == "enabled" and (its is None or its.text("state") == "disabled"):
            message = "host HA is enabled without out-of-band management, so it could neither reset nor fence the host"
            yield host.problem("ha_without_oobm", "host_ha", message, "declare cloudstack_oobm with state enabled")
        if its is None:
            continue
        if its.text("driver") == REDFISH and its.text("port") not in ("", REDFISH_PORT):
            message = f"CloudStack's redfish driver always uses port {REDFISH_PORT}"
            yield its.problem("redfish_port", "port", message, "no port, or the driver ipmitool")
        place = (its.text("address").casefold(), its.text("port"))
        if place[0] and place in seen:
            message = (
                f"{place[0]} is already the controller of host {seen[place]}: fencing one would turn off the other"
            )
            yield its.problem("duplicate_oobm", "address", message, "a different controller for each host")
        seen.setdefault(place, host.host)
