# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with one host of a roll, step by step, by each kind of hypervisor: for a plan to show.

Source: Working with Hosts, "Scheduled Maintenance and Maintenance Mode for Hosts", its parts on vCenter and XenServer.
"""

from __future__ import annotations

import typing as t

from .model import CAPABILITIES

ENTER: t.Mapping[str, str] = {
    "KVM": "libvirt: check that no domain runs",
    "XenServer": "XenServer: check that no VM runs, transfer the master role if necessary, disable the host",
    "VMware": "vCenter: check that no VM runs, enter maintenance mode",
}
LEAVE: t.Mapping[str, str] = {"XenServer": "XenServer: enable the host", "VMware": "vCenter: exit maintenance mode"}
BY_HAND = "not connected, so do this manually or with the option hypervisor: "


def steps(hypervisor: str, connected: bool) -> tuple[str, ...]:
    """The procedure of one host; connected: whether the hypervisor itself can be asked."""
    prefix = "" if connected else BY_HAND
    native = CAPABILITIES.get(hypervisor)
    first = ("pool master first",) if native and native.master else ()
    enter = (prefix + ENTER[hypervisor],) if hypervisor in ENTER and (connected or LEAVE.get(hypervisor)) else ()
    leave = (prefix + LEAVE[hypervisor],) if hypervisor in LEAVE else ()
    return (
        *first,
        "CloudStack: disable the host, migrate its VMs as planned",
        "CloudStack: maintenance of the empty host",
        *enter,
        "run the stage maintenance",
        *leave,
        "CloudStack: cancel the maintenance, wait for the agent, start the stopped VMs",
    )
