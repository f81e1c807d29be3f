# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of Java that start a management server, by its release.

Sources: 4.22 measured (pre-check.sh), older ones as their documents say.
"""

from __future__ import annotations

BEST = 17  # as pre-check.sh recommends, where the release has it
_SINCE: tuple[tuple[tuple[int, ...], frozenset[int]], ...] = (
    ((4, 20), frozenset((11, 17, 21))),
    ((4, 19), frozenset((11, 17))),
    ((4, 14), frozenset((11,))),
    ((4, 9), frozenset((8,))),
)


def javas(release: tuple[int, ...]) -> frozenset[int]:
    """release: () where it is not known: then those of the newest."""
    if not release:
        return _SINCE[0][1]
    return next((allowed for since, allowed in _SINCE if release >= since), _SINCE[-1][1])
