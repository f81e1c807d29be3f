# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reader for each kind of value that an answer holds: total functions from any JSON value.

A value that is not of its kind is None, never a guess and never 0. records.py reads the fields of objects with them.

Sources: the server formats figures in the locale of its host (cs#4593, cs#5300); the metrics of T2 append units; flags
are texts in some answers and truth values in others (T1:15, T2:28).
"""

from __future__ import annotations

import re
import typing as t
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from ...core.addresses import is_address, is_host_name
from ...core.text import encodable, printable

Range = tuple[int, int]

LONGEST = 64  # characters of a number; what is longer is none
LARGEST = 30  # digits before the decimal sign
MOST = 10**LARGEST
# Units by the unit that a field is in: how many of it one of them is. Sizes are powers of 1024 with CloudStack.
_STEPS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
UNITS: t.Mapping[str, t.Mapping[str, Decimal]] = {
    "": {},
    "%": {"%": Decimal(1)},
    "MHz": {f"{prefix}hz": Decimal(1000) ** (step - 2) for prefix, step in _STEPS.items()},
    "B": {
        **{f"{prefix}b": Decimal(1024) ** step for prefix, step in _STEPS.items()},
        **{f"{prefix}ib": Decimal(1024) ** step for prefix, step in _STEPS.items() if prefix},
        "bytes": Decimal(1),
    },
    "MiB": {
        **{f"{prefix}b": Decimal(1024) ** (step - 2) for prefix, step in _STEPS.items()},
        **{f"{prefix}ib": Decimal(1024) ** (step - 2) for prefix, step in _STEPS.items() if prefix},
    },
    "GB": {
        **{f"{prefix}b": Decimal(1024) ** (step - 3) for prefix, step in _STEPS.items()},
        **{f"{prefix}ib": Decimal(1024) ** (step - 3) for prefix, step in _STEPS.items() if prefix},
    },
    "Mbps": {
        **{f"{prefix}bps": Decimal(1000) ** (step - 2) for prefix, step in _STEPS.items()},
        **{f"{prefix}b/s": Decimal(1000) ** (step - 2) for prefix, step in _STEPS.items()},
        **{f"{prefix}bit/s": Decimal(1000) ** (step - 2) for prefix, step in _STEPS.items()},
    },
    "s": {"s": Decimal(1), "sec": Decimal(1), "seconds": Decimal(1), "ms": Decimal("0.001")},
}
# Between groups of three digits, besides a comma or point: blanks, apostrophes, the Arabic thousands separator.
_GROUPED = re.compile("(?<=\\d)[\\s'\u2019\u066c](?=\\d{3}(?!\\d))")
_SIGNS = {"\u2212": "-", "\u066b": ",", "\u060c": ","}
_FIGURE = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>\d[\d.,]*|[.,]\d+)(?P<exponent>[eE][+-]?\d{1,3})?(?P<unit>[A-Za-z%][A-Za-z/%]*)?"
)
TRUE = frozenset(("true", "yes", "on", "1", "enabled"))
FALSE = frozenset(("false", "no", "off", "0", "disabled"))


def scalar(value: object) -> t.Optional[str]:
    """One value as text that can be encoded; None for null, lists and objects."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def number(value: object, unit: str = "") -> t.Optional[Decimal]:
    """A number, whatever decimal sign and digits the server's locale has, in the unit that is wanted.

    unit: a key of UNITS. A text with another unit is converted, one with an unknown unit is None. A separator that
    stands alone is the decimal sign: "46811,5"; one that repeats, or precedes another kind, groups: "1.234.567,5".
    """
    text = None if isinstance(value, bool) else scalar(value)
    if text is None or len(text) > LONGEST:
        return None
    found = _FIGURE.fullmatch(_plain(text))
    if found is None:
        return None
    factor = UNITS[unit].get((found["unit"] or "").lower()) if found["unit"] else Decimal(1)
    digits = _with_point(found["digits"])
    if factor is None or digits is None:
        return None
    try:
        read = Decimal(f"{found['sign']}{digits}{found['exponent'] or ''}") * factor
    except InvalidOperation:
        return None
    return read if read.adjusted() < LARGEST else None


def whole(value: object, unit: str = "") -> t.Optional[int]:
    """A number without its fraction. The text "46,811" is None: it may be 46 or, grouped, 46811."""
    plain = plain_whole(value)
    if plain is not None:
        return plain
    if isinstance(value, str) and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}([A-Za-z%].*)?", _plain(value)):
        return None
    read = number(value, unit)
    return None if read is None else int(read)


def plain_whole(value: object) -> t.Optional[int]:
    """A number as such or in ASCII digits alone; None for all else. Most values are such, and each host has many."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) <= LARGEST else None
    return value if isinstance(value, int) and not isinstance(value, bool) and -MOST < value < MOST else None


def _plain(text: str) -> str:
    """ASCII digits, one kind of minus and of comma, no marks of direction, no blank around the number."""
    digits = [unicodedata.decimal(char, None) for char in text]
    pairs = [(str(digit) if digit is not None else char) for char, digit in zip(text, digits)]
    kept = "".join(_SIGNS.get(char, char) for char in pairs if unicodedata.category(char) != "Cf")
    return re.sub(r"(?<=\d)\s+(?=[A-Za-z%])", "", _GROUPED.sub("", kept.strip()))


def _with_point(digits: str) -> t.Optional[str]:
    """Digits with a point as the decimal sign; None where the separators stand as no locale has them."""
    kinds = [char for char in digits if char in ".,"]
    if len(kinds) > 1 and kinds[-1] != kinds[0] and kinds.count(kinds[-1]) == 1:
        grouping, sign = kinds[0], kinds[-1]
    elif len(kinds) > 1:
        grouping, sign = kinds[0], ""
    else:
        return digits.replace(",", ".")
    groups, _sign, fraction = digits.partition(sign) if sign else (digits, "", "")
    parts = groups.split(grouping)
    # Groups of three, or of two before the last as in India.
    if not parts[0] or len(parts[0]) > 3 or len(parts[-1]) != 3 or any(len(each) not in (2, 3) for each in parts[1:]):
        return None
    return "".join(parts) + (f".{fraction}" if sign else "")


def flag(value: object) -> t.Optional[bool]:
    """A truth value, as such, as a number or as a text."""
    text = (scalar(value) or "").strip().casefold()
    return True if text in TRUE else False if text in FALSE else None


def items(value: object) -> t.Sequence[object]:
    """A list; null is an empty one, anything else one of itself."""
    if isinstance(value, (list, tuple)):
        return value
    return () if value is None else (value,)


def names(value: object) -> t.Optional[tuple[str, ...]]:
    """A list of texts, or one text with commas, or texts with commas in a list. None: something else is in it."""
    if isinstance(value, (list, tuple)):
        read = [scalar(item) for item in value]
        if any(item is None for item in read):
            return None
        value = ",".join(item for item in read if item)
    text = None if isinstance(value, bool) else scalar(value)
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.IGNORECASE,
)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-](?:0\d|1[0-3])[0-5]\d", re.ASCII)
MILLISECONDS = 1e11  # a count from here on is not of seconds (the year 5138)


def is_moment(text: str) -> bool:
    """Whether a date is as the API writes it, and one of the calendar: such a text stays as it is."""
    if not _USUAL.fullmatch(text) or text.endswith("-0000"):
        return False
    try:
        return datetime.fromisoformat(text[:19]).year >= 1000
    except ValueError:
        return False


def moment(value: object) -> t.Optional[datetime]:
    """A date: as the API writes it (2021-08-03T05:54:17+0000), another of ISO 8601, or a count from 1970."""
    if isinstance(value, bool):
        return None
    text = (scalar(value) or "").strip()
    try:
        if re.fullmatch(r"\d{9,14}", text):
            count = int(text)
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(
                seconds=count / 1000 if count >= MILLISECONDS else count
            )
        found = _ISO.fullmatch(text)
        if found is None:
            return None
        day, minute, second, fraction, zone = found.groups()
        told = datetime.fromisoformat(f"{day} {minute or '00:00'}{second or ':00'}")
        told = told.replace(microsecond=int(f"{fraction or '0':0<6}"[:6]))
        # Before the year 1000 is no date of a server, and strftime writes it as no other function reads it.
        if told.year < 1000:
            return None
        return told.replace(tzinfo=_zone(zone or "Z"))
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    """ "+0200", "+02:00", "+02" or "Z". Raises ValueError."""
    if text.upper() in ("Z", "UTC", "GMT"):
        return timezone.utc
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


@dataclass(frozen=True)
class Broadcast:
    """What a broadcast URI says. kind: "vlan", "pvlan", "vxlan", "gre", "lswitch" …

    ranges: its numbers, for a private VLAN both; none where it is untagged or its kind has none.
    """

    kind: str
    ranges: tuple[Range, ...] = ()

    @property
    def number(self) -> t.Optional[int]:
        """The number where it is one."""
        first = self.ranges[0] if len(self.ranges) == 1 else (0, -1)
        return first[0] if first[0] == first[1] else None


NUMBERED = frozenset(("vlan", "vxlan", "gre", "pvlan", "storage", "vnet"))
_PRIVATE = re.compile(r"(\d{1,10})(?:-([icp]?)(\d{1,10}))?")


def broadcast(value: object) -> t.Optional[Broadcast]:
    """A broadcast URI, or the VLANs of one without its scheme: "vlan://500", "pvlan://1030-i1031", "3001,3005-3009"."""
    text = "" if isinstance(value, bool) else (scalar(value) or "").strip().casefold()
    kind, scheme, rest = text.partition("://")
    if not scheme:
        kind, rest = "vlan", text
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*", kind):
        return None
    rest = rest.strip("/ ")
    if kind not in NUMBERED or rest == "untagged":
        return Broadcast(kind) if scheme or rest == "untagged" else None
    if kind == "pvlan":
        found = _PRIVATE.fullmatch(rest)
        both = {int(each) for each in (found.group(1), found.group(3) or found.group(1))} if found else ()
        return Broadcast(kind, tuple((each, each) for each in sorted(both))) if both else None
    held = ranges(rest)
    return Broadcast(kind, held) if held else None


def ranges(value: object) -> t.Optional[tuple[Range, ...]]:
    """Numbers and ranges of them, sorted; a list or one text with commas: "100-200,500"."""
    parts = names(value)
    read = None if parts is None else [_range(part) for part in parts]
    held = tuple(sorted(each for each in read or () if each))
    return held if read is not None and len(held) == len(read) else None


def _range(part: str) -> t.Optional[Range]:
    found = re.fullmatch(r"(\d{1,10})(?:\s*-\s*(\d{1,10}))?", part.strip())
    if found is None:
        return None
    low, high = int(found.group(1)), int(found.group(2) or found.group(1))
    return (low, high) if low <= high else None


def address(value: object) -> t.Optional[str]:
    """An address of IPv4 or IPv6 as it stands."""
    text = value.strip() if isinstance(value, str) else ""
    return text if is_address(text) else None


def place(value: object) -> t.Optional[str]:
    """An address or a host name as it stands; IPv6 without the brackets of a URL, which java.net.URI leaves there."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("[") and text.endswith("]") and ":" in text:
        text = text[1:-1]
    return text if is_address(text) or is_host_name(text) else None


def places(value: object) -> t.Optional[str]:
    """One of these or several with commas between, as the monitors of a Ceph cluster."""
    found = [place(each) for each in value.split(",")] if isinstance(value, str) else []
    return ",".join(t.cast("list[str]", found)) if found and all(found) else None


def url(value: object) -> t.Optional[str]:
    """A URL that may be shown and compared: one line, without blanks, with a scheme. What is secret in it stays in."""
    text = (scalar(value) or "").strip()
    if not text or printable(text) != text or " " in text:
        return None
    try:
        return text if urlsplit(text).scheme else None
    except ValueError:
        return None
