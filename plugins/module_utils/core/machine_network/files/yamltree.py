# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of YAML that files of netplan are written in: blocks, flow style, quotes, comments, anchors.

A managed host need not have a YAML library for the interpreter that Ansible uses. Every scalar stays text, as in the
failsafe schema (YAML 1.1, 10.1); what is absent is "".
"""

from __future__ import annotations

import re
import typing as t

Node = t.Union[str, list[t.Any], dict[str, t.Any]]
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "a": "\a", "b": "\b", "v": "\v", "f": "\f"}
CODED = {"x": 2, "u": 4, "U": 8}
NAMED = re.compile(r"(?:^|[\s\[{,])[&!]\S*$")
PROPERTY = re.compile(r"(?:&(?P<anchor>\S+)|!\S*)(?:\s+|$)")


class NotRead(ValueError):
    """The text is no YAML, or of a kind that is not read here."""


def tree(text: str) -> Node:
    """The document in a text; "" for an empty one. Raises NotRead."""
    lines: list[tuple[int, str]] = []
    comments = _Comments()
    for line in text.lstrip("\ufeff").splitlines():
        # What begins behind the mark of a document is on its line.
        bare = comments.cut(line if comments.quote else re.sub(r"^---(?:\s+|$)", "", line))
        lines.append((len(bare) - len(bare.lstrip(" ")), bare.strip()))
    kept = [line for line in lines if line[1] and not re.match(r"\.\.\.$|%", line[1])]
    reader = _Blocks(kept)
    found = reader.node(-1)
    if reader.at < len(kept):
        raise NotRead(f"not YAML: {kept[reader.at][1]}")
    return found


class _Comments:
    """Cuts comments off lines, one after the other: "#" begins one after a blank, outside of quotes.

    A quote or a bracket is one where a value may begin; within the words of a text it is a mark like others.
    """

    def __init__(self) -> None:
        self.quote = ""
        self._depth = 0

    def cut(self, line: str) -> str:
        begins, skip = True, False
        for index, mark in enumerate(line):
            after = line[index + 1 : index + 2]
            if skip:
                skip = False
            elif self.quote:
                # A quote within its own kind is doubled, or stands behind a backslash.
                skip = (self.quote == mark == "'" == after) or (self.quote == '"' and mark == "\\")
                if mark == self.quote and not skip:
                    self.quote, begins = "", False
            elif mark == "#" and (not index or line[index - 1].isspace()):
                return line[:index].rstrip()
            else:
                begins = self._next(mark, after, line[:index], begins)
        return line.rstrip()

    def _next(self, mark: str, after: str, before: str, begins: bool) -> bool:
        """Whether a value may begin behind a mark."""
        if mark.isspace():
            return begins
        if begins and mark in "\"'":
            self.quote = mark
            return False
        if mark in "[{" and (begins or self._depth):
            self._depth += 1
            return True
        if mark in "]}," and self._depth:
            self._depth -= mark != ","
            return mark == ","
        ends = not after or after.isspace() or (self._depth > 0 and after in ",[]{}")
        if mark == ":":
            # Behind a key in quotes a flow needs no blank.
            return ends or (self._depth > 0 and before.rstrip()[-1:] in ("'", '"'))
        # Anchors and tags stand before the value.
        return begins and ((mark in "-?" and ends) or mark in "&!" or NAMED.search(before) is not None)


class _Blocks:
    """Lines as (indentation, text), read from ``at`` on."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.lines, self.at = lines, 0
        self._anchors: dict[str, Node] = {}

    def node(self, above: int) -> Node:
        """What is indented by more than ``above``; "" where nothing is."""
        if self.at >= len(self.lines) or self.lines[self.at][0] <= above:
            return ""
        indent, text = self.lines[self.at]
        if _is_item(text):
            return self._items(indent)
        if split_key(text) is not None:
            return self._pairs(indent)
        self.at += 1
        return self._value(text, above)

    def _items(self, indent: int) -> Node:
        found: list[Node] = []
        while self.at < len(self.lines) and self.lines[self.at][0] == indent and _is_item(self.lines[self.at][1]):
            text = self.lines[self.at][1]
            rest = text[1:].lstrip()
            if rest and not PROPERTY.fullmatch(rest):
                # What stands behind the dash is indented as far as it stands.
                self.lines[self.at] = (indent + len(text) - len(rest), rest)
            else:
                self.at += 1
            found.append(self.node(indent))
        return found

    def _pairs(self, indent: int) -> Node:
        found: dict[str, Node] = {}
        while self.at < len(self.lines) and self.lines[self.at][0] == indent:
            pair = split_key(self.lines[self.at][1])
            if pair is None:
                break
            self.at += 1
            found[pair[0]] = self._value(pair[1], indent)
        return found

    def _value(self, text: str, indent: int) -> Node:
        """The value that begins with ``text`` and may go on in lines indented by more than ``indent``."""
        anchor = ""
        while True:
            word = PROPERTY.match(text)
            if word is None:
                break
            anchor, text = word["anchor"] or anchor, text[word.end() :]
        if text.startswith("*"):
            return self._anchors.get(text[1:], "")
        found = self._below(indent) if text == "" else self._inline(text, indent)
        if anchor:
            self._anchors[anchor] = found
        return found

    def _below(self, indent: int) -> Node:
        here = self.lines[self.at] if self.at < len(self.lines) else (-1, "")
        # A list may stand as far left as its key.
        return self._items(indent) if here[0] == indent and _is_item(here[1]) else self.node(indent)

    def _inline(self, text: str, indent: int) -> Node:
        if text[0] in "|>":
            return self._joined([], indent)
        if text[0] in "[{\"'":
            while True:
                try:
                    found, end = flow(text, 0, self._anchors)
                except IndexError:
                    if self.at >= len(self.lines):
                        raise NotRead(f"not closed: {text}") from None
                    text = _continued(text, self.lines[self.at][1])
                    self.at += 1
                    continue
                if text[end:].strip():
                    raise NotRead(f"not YAML: {text}")
                return found
        return self._joined([text], indent)

    def _joined(self, words: list[str], indent: int) -> str:
        while self.at < len(self.lines) and self.lines[self.at][0] > indent:
            words.append(self.lines[self.at][1])
            self.at += 1
        return " ".join(words)


def _continued(text: str, line: str) -> str:
    """A line break is a blank, but for one behind a backslash within double quotes, which is nothing."""
    comments = _Comments()
    comments.cut(text)
    escaped = comments.quote == '"' and (len(text) - len(text.rstrip("\\"))) % 2 == 1
    return f"{text[:-1]}{line}" if escaped else f"{text} {line}"


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith(("- ", "-\t"))


def split_key(text: str) -> t.Optional[tuple[str, str]]:
    """The key of "key: rest" and the rest; None for a text of another kind."""
    if text[:1] in ("[", "{", "?"):
        return None
    if text[:1] in ("'", '"'):
        try:
            key, end = _quoted(text, 0)
        except IndexError:
            return None
        rest = text[end:].lstrip()
        return (key, rest[1:].strip()) if rest.startswith(":") and rest[1:2] in ("", " ", "\t") else None
    found = re.match(r"(.*?)\s*:(?:\s+|$)(.*)", text)
    return (found[1], found[2].strip()) if found and found[1] else None


def flow(text: str, at: int, anchors: t.Mapping[str, Node]) -> tuple[Node, int]:
    """A value in flow style at a place, and where it ends. Raises IndexError where the text ends within it."""
    at = _blanks(text, at)
    if text[at] in "'\"":
        return _quoted(text, at)
    if text[at] in "[{":
        return _collection(text, at, anchors)
    word = re.compile(r"(?:[^,\[\]{}:]|:(?![\s,\]}]))*").match(text, at)
    found = word[0].strip() if word else ""
    return (anchors.get(found[1:], "") if found.startswith("*") else found), word.end() if word else at


def _collection(text: str, at: int, anchors: t.Mapping[str, Node]) -> tuple[Node, int]:
    close = {"[": "]", "{": "}"}[text[at]]
    items: list[Node] = []
    pairs: dict[str, Node] = {}
    at = _blanks(text, at + 1)
    while text[at] != close:
        value, at = flow(text, at, anchors)
        at = _blanks(text, at)
        if text[at] == ":":
            other, at = flow(text, at + 1, anchors)
            at = _blanks(text, at)
            pairs[str(value)] = other
            value = {str(value): other}
        elif close == "}":
            pairs[str(value)] = ""
        items.append(value)
        if text[at] == ",":
            at = _blanks(text, at + 1)
        elif text[at] != close:
            raise NotRead(f"not YAML: {text[at:]}")
    return (items if close == "]" else pairs), at + 1


def _blanks(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """A quoted scalar and where it ends. Raises IndexError where its quote is not closed."""
    quote, found = text[at], ""
    at += 1
    while True:
        character = text[at]
        if character == quote:
            if quote == "'" and text[at + 1 : at + 2] == "'":
                found, at = found + "'", at + 2
                continue
            return found, at + 1
        if quote == '"' and character == "\\":
            code = text[at + 1]
            width = CODED.get(code, 0)
            digits = text[at + 2 : at + 2 + width]
            if width and not re.fullmatch(r"[0-9a-fA-F]+", digits):
                raise NotRead(f"no character: {code}{digits}")
            found += chr(int(digits, 16) % 0x110000) if width else ESCAPES.get(code, code)
            at += 2 + width
            continue
        found, at = found + character, at + 1
