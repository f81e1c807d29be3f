# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts need another certificate, and why."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue
from .check import Sighting, judge_together

RENEWED, PROVISIONED = "renewed", "provisioned"
REVOKED, ISSUED = "revoked", "issued"
STATES = (RENEWED, PROVISIONED, REVOKED, ISSUED)
MOST_SERIAL = 40  # hexadecimal digits: 20 octets (RFC 5280)


@dataclass(frozen=True)
class Wanted:
    """days: that have to be left. since: a certificate that begins before this moment is replaced; None for any."""

    days: int
    seen_at: float
    since: t.Optional[float] = None
    always: bool = False


def reason(seen: t.Sequence[Sighting], secured: t.Optional[bool], wanted: Wanted) -> str:
    """Why the host needs another certificate; "" where it needs none.

    seen: its certificates, wherever. Words: "asked", "unsecured", "unseen", "expired", "not_yet_valid",
    "not_of_authority", "key_differs", "expiring", "older", "unreadable", "authority_differs", "keystore_differs".
    """
    if wanted.always:
        return "asked"
    if secured is False:
        return "unsecured"
    held = [each for each in seen if each.certificate is not None and not each.trusts]
    if not held:
        return "unseen"
    return next((why for each in held for why in (_of_one(each, wanted),) if why), "") or _of_files(seen)


def _of_files(seen: t.Sequence[Sighting]) -> str:
    """What is wrong with a host's files where each certificate that is seen is good: an import that was interrupted."""
    if any(each.certificate is None and not each.on_wire for each in seen):
        return "unreadable"
    if any(each.trusts and each.of_authority is False for each in seen):
        return "authority_differs"
    differ = [each.code for each in judge_together(seen)]
    return "keystore_differs" if "keystore_differs" in differ else ""


def _of_one(seen: Sighting, wanted: Wanted) -> str:
    held = seen.certificate
    if held is None:
        return ""
    if held.not_after <= wanted.seen_at:
        return "expired"
    if held.not_before > wanted.seen_at:
        return "not_yet_valid"
    if seen.of_authority is False:
        return "not_of_authority"
    if seen.key_fits is False:
        return "key_differs"
    if held.days_left(wanted.seen_at) < wanted.days:
        return "expiring"
    return "older" if wanted.since is not None and held.not_before < wanted.since else ""


def serial_number(text: str) -> str:
    """As the server takes it: hexadecimal, without the 0x or colons that tools write. Raises InvalidValue."""
    bare = text.strip().casefold().replace(":", "").replace(" ", "")
    bare = bare[2:] if bare.startswith("0x") else bare
    if not bare or len(bare) > MOST_SERIAL or not set(bare) <= set("0123456789abcdef"):
        raise InvalidValue("serial", text, "a serial number in hexadecimal")
    return bare.lstrip("0") or "0"
