# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolls of two hosts through a vCenter and a XenServer pool, killed after each call of either side and run again.

The next process has to end each roll by the procedure, with nothing left behind on either side: none may fail.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("tests", ".venv/collections")]

from integration.maintenance import rolls, vcenter_roll, xenserver_roll


def tried(kind: str, new: Any) -> bool:
    began = time.perf_counter()
    writes, calls = rolls.points(new)
    wrong = []
    for nth in range(1, calls + 1):
        try:
            rolls.killed(new, nth)
        # Whatever it is, it is told with the call, and the others are still tried.
        except Exception as error:
            wrong.append(f"{kind}, killed after call {nth}: {type(error).__name__}: {str(error).splitlines()[0]}")
    told = f"{calls} calls, {len(writes)} of them writes, {calls} kills, {calls - len(wrong)} ended as expected"
    print(f"{kind:10} {told}, {time.perf_counter() - began:.0f} s", *wrong, sep="\n", flush=True)
    return not wrong


def main() -> int:
    """Arguments: kinds, all without."""
    kinds = sys.argv[1:] or ("XenServer", "vCenter")
    right = True
    if "XenServer" in kinds:
        right &= tried("XenServer", lambda: xenserver_roll.made(2, 1, near=True))
    if "vCenter" in kinds:
        with vcenter_roll.vcenter_of(hosts=2, guests=9) as vcenter:
            right &= tried("vCenter", lambda: vcenter_roll.made(vcenter, 2, 1))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
