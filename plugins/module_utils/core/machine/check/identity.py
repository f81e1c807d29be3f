# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges who a host is: its name, and what that resolves to."""

from __future__ import annotations

import ipaddress
import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found


def judge_identity(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """``hostname --fqdn`` (KVM: Prepare the Operating System) and what it resolves to."""
    identity = host.identity
    if identity.fqdn is None:
        yield Unseen("fqdn_missing", "the host's name")
    elif "." not in identity.fqdn or identity.fqdn.startswith("localhost"):
        yield found("fqdn_missing", f"hostname --fqdn returns {identity.fqdn!r}", fqdn=identity.fqdn)
    if identity.addresses is None:
        yield Unseen("fqdn_unresolved", "the addresses of the host's name")
        return
    if not identity.addresses:
        yield found("fqdn_unresolved", f"{identity.fqdn!r} has no address", fqdn=identity.fqdn)
        return
    outside = [address for address in identity.addresses if not ipaddress.ip_address(address).is_loopback]
    text = ", ".join(identity.addresses)
    if not outside:
        yield found("fqdn_loopback", f"{identity.fqdn} is {text}", addresses=list(identity.addresses))
    elif host.nics is not None:
        own = {address for nic in host.nics for address in nic.addresses}
        if not own & set(outside):
            yield found(
                "fqdn_elsewhere",
                f"{identity.fqdn} is {text}, which is not an address of the host",
                addresses=outside,
            )
