# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log4j-cloud.xml of a management server: read by an XML parser, and changed in marked blocks only.

Everything outside of the blocks stays as it is, byte by byte: comments, the order of attributes, blanks.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from xml.parsers import expat

from ..errors import Unreadable

LOG4J_1, LOG4J_2 = "log4j 1", "log4j 2"
BEGIN, END = "<!-- BEGIN hostcraft.cloudstack alerts -->", "<!-- END hostcraft.cloudstack alerts -->"
_OURS = re.compile(
    rf"(?ms)^[ \t]*{re.escape(BEGIN)}.*?{re.escape(END)}[ \t]*\r?\n|{re.escape(BEGIN)}.*?{re.escape(END)}"
)
_START = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")
FILE = "log4j-cloud.xml"
STEP = "   "
# What names a manager, in a param of log4j 1 or an attribute of log4j 2.
_ADDRESSES = ("snmpmanageripaddresses", "sysloghosts", "sysloghost", "host")


@dataclass
class _Element:
    """name: in small letters. start, close: offsets of its tags; close is 0 for an element without an end tag."""

    name: str
    attributes: t.Mapping[str, str]
    parents: tuple[str, ...]
    start: int
    close: int = 0
    end: int = 0
    children: list[_Element] = field(default_factory=list)


@dataclass(frozen=True)
class LogFile:
    """text: without our blocks. targets: addresses that other appenders send alerts to, with the appender's name.

    watched: the server reads a changed file by itself. packages: where log4j 2 looks for appenders.
    """

    text: str
    form: str
    watched: bool
    packages: tuple[str, ...]
    targets: t.Mapping[str, str]
    appenders_at: int
    references_at: int
    logger_at: int

    def with_blocks(self, appenders: t.Sequence[str], references: t.Sequence[str], logger: t.Sequence[str]) -> str:
        """Appenders, and references in the logger of alerts; that logger whole where the file has none."""
        blocks = [(self.appenders_at, appenders)]
        blocks.append((self.references_at, references) if self.references_at else (self.logger_at, logger))
        raw = self.text.encode()
        for place, lines in sorted(blocks, reverse=True):
            raw = _inserted(raw, place, lines)
        result = raw.decode()
        if _OURS.sub("", result) != self.text:
            raise Unreadable(f"{FILE} would change outside of the blocks of this role")
        _parsed(result)
        return result


def read_log_file(text: str, logger: str) -> LogFile:
    """logger: the name of the one for alerts. Raises Unreadable."""
    plain = _OURS.sub("", text)
    if BEGIN in plain or END in plain:
        raise Unreadable(f"{FILE} has only one of the two lines {BEGIN} and {END}: remove it, then run again")
    elements = _parsed(plain)
    root = elements[0]
    form = LOG4J_1 if root.name == "log4j:configuration" else LOG4J_2
    if root.name not in ("log4j:configuration", "configuration"):
        raise Unreadable(f"{FILE} has the root element {root.name}; expected Configuration or log4j:configuration")
    ours = [each for each in elements if each.name in ("logger", "category") and each.attributes.get("name") == logger]
    if ours and not ours[0].close:
        raise Unreadable(f"{FILE} has the logger {logger} without an end tag: write it with one")
    interval = _value(root, "monitorinterval")
    return LogFile(
        plain,
        form,
        form == LOG4J_1 or (interval.isascii() and interval.isdecimal() and int(interval) > 0),
        tuple(part.strip() for part in _value(root, "packages").split(",") if part.strip()),
        _targets(elements, ours),
        _appenders_at(elements, form),
        ours[0].close if ours else 0,
        _logger_at(elements, form),
    )


def _parsed(text: str) -> list[_Element]:
    """Elements in the order of the file. An entity could stand for anything, and no release has one."""
    found: list[_Element] = []
    open_: list[_Element] = []
    raw = text.encode("utf-8", "replace")
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        made = _Element(name.casefold(), attributes, tuple(each.name for each in open_), parser.CurrentByteIndex)
        if open_:
            open_[-1].children.append(made)
        found.append(made)
        open_.append(made)

    def end(_name: str) -> None:
        closed, at = open_.pop(), parser.CurrentByteIndex
        tag = _START.match(raw, closed.start)
        if tag and tag[1]:
            closed.end = tag.end()
        else:
            closed.close, closed.end = at, raw.index(b">", at) + 1

    def entity(*_more: t.Any) -> None:
        raise Unreadable(f"{FILE} declares an entity, which no release of CloudStack does: remove it")

    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = start, end, entity
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Unreadable(f"{FILE} is not well-formed XML: {error}") from None
    return found


def _value(element: _Element, name: str) -> str:
    return next((value.strip() for key, value in element.attributes.items() if key.casefold() == name), "")


def _appenders_at(elements: t.Sequence[_Element], form: str) -> int:
    """Before the end of Appenders; in log4j 1 after the last appender, or before what follows them."""
    if form == LOG4J_2:
        place = next((each for each in elements if each.name == "appenders" and each.close), None)
        if place is None:
            raise Unreadable(f"{FILE} has no element Appenders with an end tag")
        return place.close
    last = [each for each in elements if each.name == "appender"]
    return last[-1].end if last else _logger_at(elements, form)


def _logger_at(elements: t.Sequence[_Element], form: str) -> int:
    """Before the root logger, or at the end of the loggers."""
    roots = [
        each for each in elements[1:] if each.name == "root" and len(each.parents) == (2 if form == LOG4J_2 else 1)
    ]
    holder = [each for each in elements if each.name == "loggers" and each.close]
    if roots:
        return roots[0].start
    if form == LOG4J_2 and holder:
        return holder[0].close
    raise Unreadable(f"{FILE} has no root logger")


def _targets(elements: t.Sequence[_Element], ours: t.Sequence[_Element]) -> dict[str, str]:
    """Of appenders that the logger of alerts refers to."""
    used = {_value(child, "ref") for each in ours for child in each.children if child.name.endswith("ref")}
    found: dict[str, str] = {}
    for each in elements:
        name = _value(each, "name")
        if name not in used or each.name.endswith("ref"):
            continue
        pairs = [*each.attributes.items()]
        pairs += [(_value(child, "name"), _value(child, "value")) for child in each.children if child.name == "param"]
        for key, value in pairs:
            if key.casefold() in _ADDRESSES:
                addresses = (part.strip() for part in value.split(","))
                found.update(
                    {part.partition(":")[0] if part.count(":") == 1 else part: name for part in addresses if part}
                )
    return found


def _inserted(raw: bytes, place: int, lines: t.Sequence[str]) -> bytes:
    """On lines before the one of that place where nothing else is on it, or in the midst of a line."""
    after = re.compile(rb"[ \t]*\r?\n").match(raw, place)
    if after:
        place = after.end()
    begin = raw.rfind(b"\n", 0, place) + 1
    indent = raw[begin:place]
    if indent.strip(b" \t"):
        block = "".join((BEGIN, *(line.strip() for line in lines), END))
        return raw[:place] + block.encode() + raw[place:]
    newline = "\r\n" if b"\r\n" in raw else "\n"
    margin = indent.decode() + STEP
    block = "".join(f"{margin}{line}{newline}" for line in (BEGIN, *lines, END))
    return raw[:begin] + block.encode() + raw[begin:]
