# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters as their hypervisors show them, as lines. Input: what cs_hypervisor_info returns."""

from __future__ import annotations

import typing as t

GIB = 1 << 30
Seen = t.Mapping[str, t.Any]


def hypervisor_text(seen: Seen) -> list[str]:
    """A line for the cluster, one a host, and one a difference."""
    kind = seen["capabilities"]["hypervisor"]
    count = sum(1 for guest in seen["guests"] if guest["power"] == "running")
    lines = [f"{seen['cluster']} ({kind}): {len(seen['hosts'])} hosts, {count} running VMs"]
    lines += [f"  {_host(host)}" for host in seen["hosts"]]
    lines += [f"  {row['host']}: could not be read: {row['error']}" for row in seen["unread"]]
    lines += [f"  {row['severity']} {row['code']}: {row['message']} ({row['remedy']})" for row in seen["differences"]]
    return lines if seen["differences"] else [*lines, "  no differences between CloudStack and the hypervisor"]


def _host(host: Seen) -> str:
    marks = [
        word
        for word, holds in (
            ("master", host["master"]),
            ("in maintenance", host["maintenance"]),
            ("lost", not host["connected"]),
        )
        if holds
    ]
    text = f"{host['name']}{' (' + ', '.join(marks) + ')' if marks else ''}: {host['version'] or 'version unknown'}"
    text += f", {host['cpu_count'] or '?'} CPUs, {(host['memory'] or 0) / GIB:.0f} GiB"
    usage, told = host["usage"], host["cloudstack"]
    if usage is None or told is None:
        return text + "; not in CloudStack"
    return text + (
        f"; {usage['guests']} VMs with {usage['memory'] / GIB:.0f} GiB; CloudStack: {told['resource_state']}, "
        f"{told['vms']} VMs, {told['memory_used'] / GIB:.0f} of {told['memory_capacity'] / GIB:.0f} GiB used"
    )
