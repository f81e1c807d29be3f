# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLAN ranges as sets of numbers, in every spelling that people write and the one that the server stores.

Source: FIELD_FACTS "Guest VLAN ranges"; Working with Hosts, "Adding Non Contiguous VLAN Ranges".
"""

from __future__ import annotations

import re
import typing as t

from ..errors import InvalidValue

Range = tuple[int, int]

LOWEST, HIGHEST = 0, 4095
HIGHEST_VNI = 2**24 - 2  # VXLAN; Linux takes no 2**24 - 1, so the server does not either (source)
# Highest number by isolation method; those without one number as VLANs do.
HIGHEST_OF = {"VXLAN": HIGHEST_VNI, "GRE": 2**32 - 1}
# IEEE 802.1Q reserves these two; the server takes them all the same.
RESERVED = (0, 4095)
# Why guests do not use them: 1 is what switches carry untagged frames in unless told otherwise.
NOT_FOR_GUESTS = {0: "reserved by IEEE 802.1Q", 1: "the default VLAN of switches", 4095: "reserved by IEEE 802.1Q"}


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


def words(ranges: t.Iterable[Range]) -> list[str]:
    """For people: one text a range, a single VLAN as itself (["100-200", "500"])."""
    return [str(low) if low == high else f"{low}-{high}" for low, high in merged(ranges)]


def same_vlans(wanted: object, held: object) -> bool:
    """By meaning: ``500`` = ``500-500``, any order, any split."""
    widest = max(HIGHEST_OF.values())
    return parse(wanted, highest=widest) == parse(held, highest=widest)


def union(*sets: t.Iterable[Range]) -> tuple[Range, ...]:
    return merged(each for one in sets for each in one)


def intersection(one: t.Iterable[Range], other: t.Iterable[Range]) -> tuple[Range, ...]:
    """What is in both; linear in the number of ranges."""
    left, right = merged(one), merged(other)
    found: list[Range] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low <= high:
            found.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def difference(one: t.Iterable[Range], other: t.Iterable[Range]) -> tuple[Range, ...]:
    """What is in ``one`` and not in ``other``; linear in the number of ranges."""
    found: list[Range] = []
    out = merged(other)
    place = 0
    for low, high in merged(one):
        while place < len(out) and out[place][1] < low:
            place += 1
        at = place
        while at < len(out) and out[at][0] <= high:
            if low < out[at][0]:
                found.append((low, out[at][0] - 1))
            low = out[at][1] + 1
            at += 1
        if low <= high:
            found.append((low, high))
    return tuple(found)


def contains(ranges: t.Iterable[Range], vlan: int) -> bool:
    return any(low <= vlan <= high for low, high in ranges)


def size(ranges: t.Iterable[Range]) -> int:
    """How many VLANs."""
    return sum(high - low + 1 for low, high in merged(ranges))


PRIVATE_TYPES = {"i": "isolated", "c": "community", "p": "promiscuous"}
_PRIVATE = re.compile(r"(\d{1,4})-([icp])(\d{1,4})")


class Private(t.NamedTuple):
    """A private VLAN: its primary VLAN, a type of PRIVATE_TYPES, its secondary VLAN."""

    primary: int
    type: str
    secondary: int


def private(value: object) -> t.Optional[Private]:
    """The private VLAN that a broadcast URI names ("pvlan://1030-i1031"); None for another kind."""
    found = _PRIVATE.fullmatch(str(value or "").strip().casefold().rpartition("://")[2])
    return Private(int(found.group(1)), PRIVATE_TYPES[found.group(2)], int(found.group(3))) if found else None


def told(value: object) -> tuple[Range, ...]:
    """The VLANs that a text of the server names: "50", "vlan://1030,1040-1045", both of "pvlan://1030-i1031".

    None for "untagged", "N/A" and whatever else is no number.
    """
    plain = str(value if value is not None else "").strip().casefold().rpartition("://")[2]
    both = private(plain)
    if both:
        return of((both.primary, both.secondary))
    try:
        return parse(plain, highest=max(HIGHEST_OF.values()))
    except InvalidValue:
        return ()


def of(numbers: t.Iterable[int]) -> tuple[Range, ...]:
    """Single VLANs as ranges."""
    return merged((number, number) for number in numbers)


def numbered_as_vlans(isolation_method: t.Optional[str]) -> bool:
    """Whether a physical network's numbers are VLANs, with those that 802.1Q reserves."""
    return (isolation_method or "VLAN").upper() not in HIGHEST_OF


def highest_of(isolation_method: t.Optional[str]) -> int:
    return HIGHEST_OF.get((isolation_method or "VLAN").upper(), HIGHEST)


def reserved_in(ranges: t.Iterable[Range]) -> tuple[int, ...]:
    """The VLANs that 802.1Q reserves and a range names all the same."""
    return tuple(vlan for vlan in RESERVED if any(low <= vlan <= high for low, high in ranges))


def usable(text_or_list: object, isolation_method: t.Optional[str], parameter: str = "vlan") -> tuple[Range, ...]:
    """Guest VLANs (or VNIs, by the isolation method) to declare. Raises InvalidValue for reserved ones too."""
    if not numbered_as_vlans(isolation_method):
        return parse(text_or_list, parameter, highest_of(isolation_method))
    ranges = parse(text_or_list, parameter)
    reserved = reserved_in(ranges)
    if reserved:
        raise InvalidValue(parameter, text(ranges), f"1 to 4094 ({reserved[0]} is reserved by IEEE 802.1Q)")
    return ranges
