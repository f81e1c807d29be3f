# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates as errors: what did not hold, and everything that was seen."""

from __future__ import annotations

import typing as t

from ...core.change import plain
from ...core.errors import HostcraftError
from ...core.routers.gates import Gate


class GateFailed(HostcraftError):
    """A condition that has to hold after a change does not hold."""

    code = "gate_failed"

    def __init__(self, subject: str, gates: t.Sequence[Gate], remedy: str, **details: object) -> None:
        bad = [f"{each.name}: {each.evidence}" for each in gates if each.passed is False]
        super().__init__(
            f"{subject}: {'; '.join(bad)} ({remedy})", subject=subject, gates=[plain(each) for each in gates], **details
        )


def passed(gates: t.Iterable[Gate]) -> bool:
    """Those that could be seen hold."""
    return all(each.passed is not False for each in gates)
