# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges how long the certificates of a host are valid."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found

DAY = 86400.0


def judge_certificates(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    if host.certificates is None:
        yield Unseen("certificate_expired", "the certificates (openssl is not installed)")
        return
    now = host.clock.seen_at
    for one in host.certificates:
        left = int((one.not_after - now) // DAY)
        if one.not_before > now:
            early = (one.not_before - now) / 3600
            yield found("certificate_not_yet_valid", f"{one.path} is valid in {early:.1f} h", path=one.path)
        elif one.not_after <= now:
            yield found("certificate_expired", f"{one.path} expired {-left} days ago", path=one.path, days_left=left)
        elif left < expected.days_left:
            yield found("certificate_expiring", f"{one.path} expires in {left} days", path=one.path, days_left=left)
