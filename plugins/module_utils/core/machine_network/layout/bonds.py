# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contradictions in a bond of the Linux kernel: its mode, options, ports and link monitoring."""

from __future__ import annotations

import typing as t

from .findings import Finding, of
from .model import Bond, Bridge, Layout, Nic

LINUX_MODES = (
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "802.3ad",
    "balance-tlb",
    "balance-alb",
)
# Modes that read an option (kernel: Documentation/networking/bonding).
HASHING = ("balance-xor", "802.3ad", "balance-tlb")
WITH_PRIMARY = ("active-backup", "balance-tlb", "balance-alb")
# They send guests' frames with the bond's own or changing MAC addresses, which no switch behind a bridge can follow.
NOT_UNDER_BRIDGES = ("balance-tlb", "balance-alb")


def bond_findings(layout: Layout, bond: Bond) -> t.Iterator[Finding]:
    if bond.mode not in LINUX_MODES:
        yield of(bond, "bad_mode", "mode", bond.mode, "is not a mode of Linux bonds", "use " + " or ".join(LINUX_MODES))
        return
    yield from _bond_ports(layout, bond)
    lacp = bond.mode == "802.3ad"
    rules: tuple[tuple[str, object, bool, str], ...] = (
        ("lacp_rate", bond.lacp_rate, lacp, "802.3ad"),
        ("min_links", bond.min_links, lacp, "802.3ad"),
        ("lacp_partner", None if bond.lacp_partner else False, lacp, "802.3ad"),
        ("hash_policy", bond.hash_policy, bond.mode in HASHING, " ".join(HASHING)),
        ("primary", bond.primary, bond.mode in WITH_PRIMARY, " ".join(WITH_PRIMARY)),
        ("lacp", bond.lacp, False, "none; type: openvswitch has this option, Linux bonds use LACP with mode: 802.3ad"),
    )
    for key, value, read, right in rules:
        if value not in ("", None) and not read:
            yield of(
                bond,
                "option_of_other_mode",
                key,
                value,
                f"has no effect in mode {bond.mode}",
                f"modes with this option: {right}",
            )
    if bond.primary and bond.primary not in bond.ports:
        yield of(
            bond,
            "primary_no_port",
            "primary",
            bond.primary,
            "is not a port of the bond",
            "use one of " + " ".join(bond.ports),
        )
    if bond.min_links is not None and not 0 <= bond.min_links <= len(bond.ports):
        message = f"the bond has {len(bond.ports)} ports"
        yield of(bond, "bad_min_links", "min_links", bond.min_links, message, f"use 0 to {len(bond.ports)}")
    yield from _link_monitoring(bond)
    master = layout.master(bond.name)
    under = isinstance(master, Bridge) or any(layout.master(v.name) for v in layout.vlans if v.link == bond.name)
    if under and bond.mode in NOT_UNDER_BRIDGES:
        message = "in this mode, a bond below a bridge sends guests' frames with wrong MAC addresses"
        yield of(bond, "mode_under_bridge", "mode", bond.mode, message, "use active-backup, balance-xor or 802.3ad")
    elif under and bond.mode in ("balance-rr", "broadcast"):
        message = "in this mode, a bond below a bridge reorders, duplicates or returns frames"
        yield of(
            bond, "mode_under_bridge", "mode", bond.mode, message, "use active-backup, balance-xor or 802.3ad", False
        )


def _link_monitoring(bond: Bond) -> t.Iterator[Finding]:
    if bond.miimon < 0 or (bond.miimon == 0 and bond.mode in ("802.3ad", "balance-tlb", "balance-alb")):
        message = "the bond does not detect failed links"
        yield of(bond, "no_link_monitoring", "miimon", bond.miimon, message, "use 100 (milliseconds)")
    elif bond.miimon == 0:
        message = "the bond does not detect failed links"
        yield of(bond, "no_link_monitoring", "miimon", 0, message, "use 100 (milliseconds)", False)
    for key, value in (("up_delay", bond.up_delay), ("down_delay", bond.down_delay)):
        if value is not None and (bond.miimon <= 0 or value < 0 or value % bond.miimon):
            message = f"the links are checked every {bond.miimon} ms"
            yield of(bond, "bad_delay", key, value, message, "use a multiple of miimon")


def _bond_ports(layout: Layout, bond: Bond) -> t.Iterator[Finding]:
    if not bond.ports:
        yield of(bond, "missing", "interfaces", [], "a bond requires ports", "add network cards")
    elif len(bond.ports) == 1:
        yield of(
            bond,
            "single_port",
            "interfaces",
            list(bond.ports),
            "the bond has only one port",
            "add a second network card",
            False,
        )
    for name in bond.ports:
        port = layout.named(name)
        if port is not None and not isinstance(port, Nic):
            message = f"{name} is declared in {port.section}"
            yield of(
                bond,
                "port_no_card",
                "interfaces",
                name,
                message,
                "use network cards, and base VLANs and bridges on the bond",
            )
