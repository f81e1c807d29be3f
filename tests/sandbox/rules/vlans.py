"""Guest VLAN ranges of a physical network (FIELD_FACTS "Guest VLAN ranges"; T3:1-31, T4:17)."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import invalid

LOWEST, HIGHEST = 0, 4095
Ranges = list[tuple[int, int]]


def merge(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sorted; overlapping and adjacent ranges become one."""
    merged: Ranges = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def parse(text: str) -> Ranges:
    """`"100-200,500-500"` → merged ranges; ApiError 431 for what the server refuses."""
    ranges = []
    for part in text.split(","):
        # Java's split drops trailing empty strings: "100-" is one part.
        ends = part.rstrip("-").split("-")
        if len(ends) < 2:
            raise invalid(
                "Please provide valid vnet range. vnet range should be a comma separated list of vlan ranges. "
                f"example 500-500,600-601 between {LOWEST} and {HIGHEST}"
            )
        # Java's Integer.parseInt takes no blanks, Python's int does.
        if not (ends[0].isdigit() and ends[1].isdigit()):
            raise invalid(
                "Please provide valid vnet range. The vnet range should be a comma separated list "
                f"example 2001-2012,3000-3005. between {LOWEST} and {HIGHEST}"
            )
        first, last = int(ends[0]), int(ends[1])
        if first > last or last > HIGHEST:
            raise invalid(
                f"Vnet range has to be between {LOWEST} and {HIGHEST} and start range should be lesser than or equal "
                "to stop range"
            )
        ranges.append((first, last))
    return merge(ranges)


def text(ranges: Ranges) -> str:
    return ",".join(f"{first}-{last}" for first, last in ranges)


def covers(ranges: Ranges, vlan: int) -> bool:
    return any(first <= vlan <= last for first, last in ranges)
