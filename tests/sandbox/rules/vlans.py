"""Guest VLAN ranges of a physical network (FIELD_FACTS "Guest VLAN ranges"; T3:1-31, T4:1-30)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..errors import invalid

LOWEST, HIGHEST = 0, 4095
# Highest identifier by isolation method, where it is not that of VLANs (documented).
HIGHEST_OF = {"VXLAN": 16777214, "GRE": 4294967295}
Ranges = list[tuple[int, int]]


def highest(isolation: Iterable[str]) -> int:
    return max((HIGHEST_OF.get(method.upper(), HIGHEST) for method in isolation), default=HIGHEST)


def merge(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sorted; overlapping and adjacent ranges become one."""
    merged: Ranges = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def minus(held: Iterable[tuple[int, int]], wanted: Iterable[tuple[int, int]]) -> Ranges:
    """What of `held` is not in `wanted`, merged."""
    left = list(held)
    for first, last in wanted:
        parts: Ranges = []
        for a, b in left:
            parts += [(x, y) for x, y in ((a, min(b, first - 1)), (max(a, last + 1), b)) if x <= y]
        left = parts
    return merge(left)


def parse(text: str, limit: int = HIGHEST) -> Ranges:
    """`"100-200,500-500"` → merged ranges; ApiError 431 for what the server refuses."""
    ranges = []
    for part in text.split(","):
        # Java's split drops trailing empty strings: "100-" is one part.
        ends = part.rstrip("-").split("-")
        if len(ends) < 2:
            raise invalid(
                "Please provide valid vnet range. vnet range should be a comma separated list of vlan ranges. "
                f"example 500-500,600-601 between {LOWEST} and {limit}"
            )
        # Java's Integer.parseInt takes no blanks, Python's int does.
        if not (ends[0].isdigit() and ends[1].isdigit()):
            raise invalid(
                "Please provide valid vnet range. The vnet range should be a comma separated list "
                f"example 2001-2012,3000-3005. between {LOWEST} and {limit}"
            )
        first, last = int(ends[0]), int(ends[1])
        if first > last or last > limit:
            raise invalid(
                f"Vnet range has to be between {LOWEST} and {limit} and start range should be lesser than or equal "
                "to stop range"
            )
        ranges.append((first, last))
    return merge(ranges)


def text(ranges: Ranges) -> str:
    return ",".join(f"{first}-{last}" for first, last in ranges)


def covers(ranges: Ranges, vlan: int) -> bool:
    return any(first <= vlan <= last for first, last in ranges)


def blocked(first: int, last: int, used: Collection[int]) -> bool:
    """Whether the server finds a used VLAN in a range that is to go.

    Its database compares VLANs as text there: "175" lies between "0" and "5", so 0-5 cannot go while 175 is in use
    (T4:19, T4:30), and 2-99 can (T3:31).
    """
    return any(str(first) <= str(vlan) <= str(last) for vlan in used)
