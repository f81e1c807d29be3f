# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that nothing reads because their names are misspelled."""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass

# max_paralel and max_parallel have 0.96, zone and zones 0.89, root_password and password 0.76.
NEAR = 0.85
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
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

    def nearest(self, name: str, cutoff: float = NEAR) -> str:
        """The offered name that is most like it, or nothing. A common prefix would make any two names near."""
        part = self.part_of(name)
        same = {each[len(part) :]: each for each in sorted(self.names) if self.part_of(each) == part or not part}
        return _closest(name[len(part) :], same, cutoff)

    def without_prefix(self, name: str) -> str:
        return _closest(name, {each[len(self.part_of(each)) :].lstrip("_"): each for each in sorted(self.names)}, NEAR)


def _closest(wanted: str, names: t.Mapping[str, str], cutoff: float) -> str:
    # Two letters of a short name that changed places make it too unlike.
    swapped = [each for each in names if sorted(each) == sorted(wanted)]
    found = swapped or difflib.get_close_matches(wanted, names, 1, cutoff)
    return names[found[0]] if found else ""


def options_of(spec: str) -> frozenset[str]:
    """Names of the options in the text of a role's specification."""
    return frozenset(OPTION.findall(spec.partition("\n    options:\n")[2]))


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
    known: t.Callable[[str], bool],
    seen: t.Iterable[str],
    extra: t.Collection[str],
    typed: t.Collection[str],
    used: t.Callable[[str], bool],
) -> list[str]:
    """What is wrong with the names of variables.

    An extra variable with a prefix of the offered names has to be known. Any other name is only wrong if it is nearly
    an offered one, as inventories have variables of their own. ``typed``: names that may lack the prefix. ``used``:
    whether another variable reads it, so that it is the operator's own.
    """
    found = []
    for name in sorted({*seen, *extra} - offered.names):
        part = offered.part_of(name)
        if not part and (name not in extra or name.startswith("ansible_")):
            continue
        near = offered.nearest(name)
        # What a role sets for itself, such as a host for its tasks, is nothing to type.
        own = known(name)
        if own and not (part and name in typed):
            near = ""
        elif not near and part and name in extra and not own:
            near = offered.nearest(name, 0)
        # Modules have options of such names, so that files know them.
        if not near and not part and name in typed:
            near = offered.without_prefix(name)
        # Variables of the role itself read what it sets.
        if near and ((own and part) or not used(name)):
            found.append(f"{name} is not a variable of this collection. The nearest is {near}.")
    return found
