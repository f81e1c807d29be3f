# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that nothing reads because their names are misspelled."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .naming import edits

# Letters that may be wrong in a long name, and from how many letters on a name is long. In a name of few letters,
# another letter makes another word, as in host and post, so that only one too many or too few or a swap is a mistake.
WRONG = 2
LONG = 8
WORD = 6
SHORT = 4
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
BOOLEAN = re.compile(r"^      ([a-z]\w*):\n(?: {8}.*\n)*?        type: bool$", re.MULTILINE)
# A role's options, and what a file reads or sets itself.
OPTION = re.compile(r"^      ([a-z]\w*):", re.MULTILINE)
SET = re.compile(
    r"(?:register|loop_var|index_var): *(\w+)|(?:^|[{,])\s*(?:- )?((?!register:|loop_var:)[a-z]\w*):(?=\s)", re.M
)
DEFAULTED = re.compile(r"\b([a-z]\w*) \| default\(")
# Names of files, tags and the like are no variables.
OTHER = re.compile(r"#.*|\btags: .*|\b[\w/]+\.yml\b|\bhostcraft\.cloudstack\.\w+")


@dataclass(frozen=True)
class Offered:
    """Names that an operator may set, of the parts of the collection whose names begin with the prefixes."""

    prefixes: tuple[str, ...]
    names: frozenset[str]

    def part_of(self, name: str) -> str:
        """The longest prefix of the name, or nothing."""
        return max((each for each in self.prefixes if name.startswith(each + "_")), key=len, default="")

    def nearest(self, name: str, numbers: bool) -> str:
        """The offered name that is nearly the same, or nothing. ``numbers``: whether zone is nearly zones."""
        part = self.part_of(name)
        # The prefix is right: only what follows it counts as the length of the name.
        same = {each[len(part) :]: each for each in sorted(self.names) if self.part_of(each) == part or not part}
        return _closest(name[len(part) :], same, numbers, WRONG if part else 1)

    def without_prefix(self, name: str) -> str:
        same = {each[len(self.part_of(each)) :].lstrip("_"): each for each in sorted(self.names)}
        return same.get(name) or _closest(name, same, True, 1)


def _closest(wanted: str, names: t.Mapping[str, str], numbers: bool, most: int) -> str:
    near = {}
    for each in names:
        length = max(len(wanted.strip("_")), len(each.strip("_")))
        wrong = _edits(wanted, each, length)
        if wrong <= min(most, (length >= SHORT) + (length >= LONG)) and (numbers or not _another(wanted, each)):
            near[each] = wrong
    return names[min(near, key=near.__getitem__)] if near else ""


def _another(one: str, other: str) -> bool:
    """Whether both are words of their own: singular and plural, or with other digits."""
    short, long = sorted((one, other), key=len)
    plurals = {short + "s", short + "es", re.sub("y$", "ies", short)}
    return long in plurals or re.sub("[0-9]", "", one) == re.sub("[0-9]", "", other)


def _edits(one: str, other: str, length: int) -> int:
    """How many letters are missing, too many, wrong or swapped. A wrong one counts twice in a short name."""
    if abs(len(one) - len(other)) > WRONG:
        return WRONG + 1
    return edits(one, other, 1 if length >= WORD else 2)


def options_of(spec: str) -> frozenset[str]:
    """Names of the options in the text of a role's specification."""
    return frozenset(OPTION.findall(spec.partition("\n    options:\n")[2]))


def booleans_in(spec: str) -> frozenset[str]:
    """Those of the options that are booleans."""
    return frozenset(BOOLEAN.findall(spec.partition("\n    options:\n")[2]))


def tokens_of(text: str) -> frozenset[str]:
    return frozenset(TOKEN.findall(text))


def read_by(text: str, prefix: str) -> frozenset[str]:
    """Names of a playbook's variables that its files read: with a default, or without setting them."""
    plain = OTHER.sub("", text)
    names = {each for each in tokens_of(plain) if each == prefix or each.startswith(prefix + "_")}
    own = {one or other for one, other in SET.findall(plain)}
    own.add(prefix)  # also the word of a sentence
    return frozenset(names - own | (names & set(DEFAULTED.findall(plain))))


def misspelled(
    offered: Offered,
    whole: t.Callable[[], Offered],
    known: t.Callable[[str], bool],
    seen: t.Iterable[str],
    extra: t.Collection[str],
    typed: t.Collection[str],
    used: t.Callable[[str], bool],
) -> list[str]:
    """What is wrong with the names of variables.

    A name is only wrong if it is nearly an offered one, as operators have variables of their own. ``whole``: what the
    collection offers, of which nothing is wrong; it is slow, so it is asked last. ``typed``: names that only this run
    can read, so that they may lack the prefix. ``used``: whether the operator's variables or tasks read it.
    """
    found = []
    for name in sorted({*seen, *extra} - offered.names):
        part = offered.part_of(name)
        if not part and (name not in extra or name.startswith("ansible_")):
            continue
        # What a role sets for itself, such as a host for its tasks, is nothing to type.
        own = known(name)
        near = offered.nearest(name, name in typed) if not own or (part and name in typed) else ""
        # Modules have options of such names, so that files know them.
        if not near and not part and name in typed:
            near = offered.without_prefix(name)
        if near and (name in whole().names or (not part and whole().part_of(name))):
            continue
        # Variables of the role itself read what it sets.
        if near and ((own and part) or not used(name)):
            found.append(f"{name} is not a variable of this collection. The nearest is {near}.")
    return found
