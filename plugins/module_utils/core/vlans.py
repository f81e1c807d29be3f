# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLAN ranges as sets of numbers, in every spelling that people write and the one that the server stores.

Source: FIELD_FACTS "Guest VLAN ranges"; Working with Hosts, "Adding Non Contiguous VLAN Ranges".
"""

from __future__ import annotations

import typing as t

from .errors import InvalidValue

Range = tuple[int, int]

LOWEST, HIGHEST = 0, 4095
HIGHEST_VNI = 2**24 - 1  # VXLAN
# IEEE 802.1Q reserves these two; the server takes them all the same.
RESERVED = (0, 4095)


def parse(text: object, parameter: str = "vlan", highest: int = HIGHEST) -> tuple[Range, ...]:
    """The ranges of "100-200,500" (blanks allowed, a list or a number too), sorted and merged.

    Raises InvalidValue for what is not a number, reversed, or outside 0-``highest``.
    """
    if text is None or text in ("", [], ()):
        return ()
    parts = [str(item) for item in text] if isinstance(text, (list, tuple, set, frozenset)) else str(text).split(",")
    return merged(_range(part, parameter, highest) for part in ",".join(parts).split(","))


def _range(part: str, parameter: str, highest: int) -> Range:
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise InvalidValue(parameter, part.strip(), "a VLAN or a range of VLANs such as 500 or 600-601")
    low, high = int(first), int(last if dash else first)
    if low > high:
        raise InvalidValue(parameter, part.strip(), f"the lower VLAN first: {high}-{low}")
    if high > highest:
        raise InvalidValue(parameter, part.strip(), f"numbers from {LOWEST} to {highest}")
    return low, high


def merged(ranges: t.Iterable[Range]) -> tuple[Range, ...]:
    """Sorted, with overlapping and adjacent ranges joined: the server's own canonical form."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def text(ranges: t.Iterable[Range]) -> str:
    """As the server takes and stores it: every part is ``a-b``, a single VLAN ``500-500``, no blanks."""
    return ",".join(f"{low}-{high}" for low, high in merged(ranges))


def same_vlans(wanted: object, held: object) -> bool:
    """By meaning: ``500`` = ``500-500``, any order, any split."""
    return parse(wanted, highest=HIGHEST_VNI) == parse(held, highest=HIGHEST_VNI)


def reserved_in(ranges: t.Iterable[Range]) -> tuple[int, ...]:
    """The VLANs that 802.1Q reserves and a range names all the same."""
    return tuple(vlan for vlan in RESERVED if any(low <= vlan <= high for low, high in ranges))


def usable(text_or_list: object, isolation_method: t.Optional[str], parameter: str = "vlan") -> tuple[Range, ...]:
    """Guest VLANs (or VNIs, by the isolation method) to declare. Raises InvalidValue for reserved ones too."""
    if (isolation_method or "VLAN").upper() != "VLAN":
        return parse(text_or_list, parameter, HIGHEST_VNI)
    ranges = parse(text_or_list, parameter)
    reserved = reserved_in(ranges)
    if reserved:
        raise InvalidValue(parameter, text(ranges), f"1 to 4094 ({reserved[0]} is reserved by IEEE 802.1Q)")
    return ranges
