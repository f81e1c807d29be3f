# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of QEMU past libvirt, by its machine protocol (QMP). Source: QEMU, "QMP Reference Manual".

libvirt marks a guest that is asked so as tainted ("custom-monitor") in its log; nothing else comes of it.
"""

from __future__ import annotations

import json
import typing as t

from ...core.errors import HypervisorError, MissingLibrary
from ...core.hypervisors.model import Obstacle
from .faults import library

BLOCKED = "migration_blocked"


def migration_blockers(connection: t.Any) -> tuple[Obstacle, ...]:
    """Guests that QEMU will not migrate, with its reasons: passed-through devices, mounted host folders, and so on."""
    lib = library()
    found = []
    for domain in connection.listAllDomains(lib.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        answer = monitor(domain, "query-migrate")
        found += [Obstacle(domain.name(), BLOCKED, str(reason)) for reason in answer.get("blocked-reasons", ())]
    return tuple(found)


def monitor(domain: t.Any, command: str, **arguments: object) -> t.Mapping[str, t.Any]:
    """A guest's answer; {} from one that is gone meanwhile. Raises HypervisorError, MissingLibrary."""
    lib = library()
    try:
        import libvirt_qemu
    except ImportError:
        raise MissingLibrary("libvirt-python", "with its QEMU module, to query guests") from None
    text = json.dumps({"execute": command, **({"arguments": arguments} if arguments else {})})
    try:
        answer = json.loads(libvirt_qemu.qemuMonitorCommand(domain, text, 0))
    except lib.libvirtError as error:
        if error.get_error_code() in (lib.VIR_ERR_NO_DOMAIN, lib.VIR_ERR_OPERATION_INVALID):
            return {}
        raise
    if "error" in answer:
        told = answer["error"]
        raise HypervisorError(str(told.get("desc")), call=f"{domain.name()}: {command}", fault=str(told.get("class")))
    given = answer.get("return")
    return given if isinstance(given, dict) else {}
