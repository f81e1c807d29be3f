# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains and accounts on the wire, with what this collection sets of them."""

from __future__ import annotations

from ...core.zone.network_domains import Suffixed
from .records import Record, Tell, Wire, unheard
from .resources import Resource


def suffixed(wire: Wire, tell: Tell = unheard) -> Suffixed:
    read = Record(wire, "owner", tell)
    return Suffixed(id=read.id(), name=read.text("name"), network_domain=read.word("networkdomain"))


DOMAINS: Resource[Suffixed] = Resource(
    kind="domain", read=suffixed, list="listDomains", list_key="domain", update="updateDomain", keys=("domain",)
)
ACCOUNTS: Resource[Suffixed] = Resource(
    kind="account", read=suffixed, list="listAccounts", list_key="account", update="updateAccount", keys=("account",)
)
