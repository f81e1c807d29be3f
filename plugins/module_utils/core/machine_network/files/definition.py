# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files of a back-end say of interfaces: which they match, make, or take as ports, and their settings."""

from __future__ import annotations

import fnmatch
import re
import typing as t
from dataclasses import dataclass, field

NO_CARD = "none"  # the permanent MAC address of what is no card
REGEX = "regex "  # before a pattern that is a regular expression; no name has a blank


@dataclass(frozen=True)
class Facts:
    """What a file can recognise an interface by; "" where it is not known.

    mac: the present one. permanent: the card's own. kind: as ``ip -d link`` says, "" for a card. other: further
    names that it answers to.
    """

    name: str
    mac: str = ""
    permanent: str = ""
    driver: str = ""
    path: str = ""
    kind: str = ""
    other: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One line of a match. key: a field of Facts, "type" for ether or loopback, "card" for card, virtual or loopback,
    "unknown" for what is not judged here.

    patterns: of the shell; one of them has to match, none where negated.
    """

    key: str
    patterns: tuple[str, ...]
    negated: bool = False

    def holds(self, facts: Facts) -> t.Optional[bool]:
        """None where it cannot be told."""
        values = _values(self.key, facts)
        if not values:
            return None
        found = any(fnmatch.fnmatchcase(value, pattern) for value in values for pattern in self.patterns)
        return found != self.negated


def _like(name: str, pattern: str) -> bool:
    """Whether a pattern of the shell, or a regular expression, is for that name."""
    if not pattern.startswith(REGEX):
        return fnmatch.fnmatchcase(name, pattern)
    try:
        return re.fullmatch(pattern[len(REGEX) :], name) is not None
    except (re.error, OverflowError, RecursionError):
        return False


def _values(key: str, facts: Facts) -> tuple[str, ...]:
    if key == "name":
        return (facts.name, *facts.other)
    if key == "mac":
        return tuple(filter(None, (facts.mac,)))
    if key == "type":
        return ("loopback",) if facts.name == "lo" else ("ether",)
    if key == "card":
        return ("loopback" if facts.name == "lo" else "virtual" if facts.kind else "card",)
    if key == "kind":
        return (facts.kind,) if facts.kind else ()
    return tuple(filter(None, (getattr(facts, key, ""),)))


@dataclass(frozen=True)
class Definition:
    """What one part of a file says.

    where: its heading in the file. match: conditions that all have to hold; () with ``matches_any`` for every card.
    makes: the virtual interface that exists because of it, "" for none. ports: patterns of the interfaces that it
    takes. settings: (key, value) in order, as the file has them. renames: the name that it gives its card. automatic:
    whether it takes effect without being asked for.
    """

    path: str
    where: str
    match: tuple[Condition, ...] = ()
    makes: str = ""
    ports: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = field(default=())
    renames: str = ""
    automatic: bool = True

    def claims(self, facts: Facts) -> t.Optional[bool]:
        """Whether it says something of an interface; None where that cannot be told."""
        if any(_like(facts.name, pattern) for pattern in self.ports) or facts.name == self.renames:
            return True
        if not self.match:
            return False
        answers = [condition.holds(facts) for condition in self.match]
        return False if False in answers else None if None in answers else True

    def names(self, name: str) -> bool:
        """Whether it speaks of that interface alone, and not of all that are like it."""
        return (
            name in self.ports
            or self.renames == name
            or any(
                condition.key == "name" and name in condition.patterns and not condition.negated
                for condition in self.match
            )
        )


def named(*patterns: str) -> tuple[Condition, ...]:
    """The match by name."""
    return (Condition("name", patterns),)


def mac_of(text: str) -> str:
    """A MAC address in the one spelling of this program: pairs with colons, lower case; "" for what is none."""
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if len(digits) == 12 else ""


def unquoted(text: str) -> str:
    """A value without the quotes around it."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
