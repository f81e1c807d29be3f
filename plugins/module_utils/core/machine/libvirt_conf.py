# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt's configuration files as desired state: compared by meaning, set line by line, CloudStack's own lines left.

cloudstack-setup-agent writes the same files as an operator does (cs#4393), without blanks around "=". Comparing values
instead of lines, and leaving its keys to it once the host has joined, ends the fight. The format is that of libvirt's
virconf.c: numbers, strings in quotes of three kinds, and lists of strings.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..errors import InvalidValue
from .lines import bare, joined, lines_of

Value = t.Union[int, str, tuple[str, ...]]
LIBVIRTD, QEMU = "libvirtd.conf", "qemu.conf"
# What cloudstack-setup-agent writes when a host is added (cs#4393, its serviceConfig), by file.
WRITTEN_BY_CLOUDSTACK: t.Mapping[str, frozenset[str]] = {
    LIBVIRTD: frozenset(
        ("listen_tls", "listen_tcp", "tls_port", "tcp_port", "auth_tls", "auth_tcp", "key_file", "cert_file", "ca_file")
    ),
    QEMU: frozenset(("security_driver", "user", "group", "vnc_listen", "cgroup_controllers")),
}
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w-]*)\s*=\s*(?P<value>.*)", re.DOTALL)
_SAMPLE = re.compile(r"#\s*(?P<key>[A-Za-z_][\w-]*)\s*=")
_STRING = re.compile(r'"""(.*?)"""|"([^"]*)"|\'([^\']*)\'', re.DOTALL)
_STRING_OR_COMMENT = re.compile(rf"{_STRING.pattern}|#[^\r\n]*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True)
class ConfMerge:
    """text: the whole file afterwards. changed: keys set anew. left: CloudStack's keys that hold something else."""

    text: str
    changed: tuple[str, ...] = ()
    left: t.Mapping[str, Value] = field(default_factory=dict)


def parse(text: str) -> dict[str, Value]:
    """Values by key; the first of several counts, as for libvirt."""
    found: dict[str, Value] = {}
    for key, lines in _statements(text):
        if key:
            found.setdefault(key, _value(_written_value(lines)))
    return found


def _written_value(lines: t.Sequence[str]) -> str:
    match = _KEY.match("".join(lines).strip())
    return match["value"] if match else ""


def merge(text: str, wanted: t.Mapping[str, object], keep: t.Collection[str] = ()) -> ConfMerge:
    """Set keys to values: numbers, texts or lists of texts; None removes one. keep: keys that stay whatever is wanted.

    A key that has its value already keeps its line to the letter. A new one stands below its commented sample. Raises
    InvalidValue for a value that the format cannot hold, and for a list in the file that no bracket closes: whatever
    came after it would belong to it, so each run would add its lines anew.
    """
    for key, lines in _statements(text):
        if key and not _closed(_written_value(lines), lines):
            raise InvalidValue(key, lines[0].strip(), 'a value with an end: the file has no ] or """ that closes it')
    values = {key: None if value is None else _wanted(key, value) for key, value in wanted.items()}
    held = parse(text)
    left = {key: held[key] for key in values if key in keep and key in held and held[key] != values[key]}
    changing = {key: value for key, value in values.items() if held.get(key) != value and key not in keep}
    # Twice the same key: only the first counts, and the next reader takes the other.
    statements = list(_statements(text))
    counts = [key for key, _lines in statements if key]
    wrong = {key for key in counts if counts.count(key) > 1}
    # A text without quotes reads as what was meant, and libvirt does not start with it.
    wrong.update(key for key, lines in statements if key and _is_bare_word(_written_value(lines)))
    changing.update({key: values[key] for key in wrong & set(values) if key not in keep})
    if not changing:
        return ConfMerge(text, (), left)
    return ConfMerge(joined(_written(statements, changing), text), tuple(sorted(changing)), left)


def _written(
    statements: t.Sequence[tuple[str, tuple[str, ...]]], changing: t.Mapping[str, t.Optional[Value]]
) -> list[str]:
    """The statements with some keys set anew: in the place of their first line, below their sample, or at the end."""
    set_already = {key for key, _lines in statements if key in changing}
    out: list[str] = []
    done: set[str] = set()
    for key, lines in statements:
        sample = _SAMPLE.match(lines[0]) if not key else None
        if key not in changing:
            out.extend(lines)
        if sample and sample["key"] not in set_already:
            key = sample["key"]
        if key in changing and key not in done:
            done.add(key)
            out.extend(_line(key, changing[key]))
    for key in sorted(set(changing) - done):
        out.extend(_line(key, changing[key]))
    return out


def _line(key: str, value: t.Optional[Value]) -> list[str]:
    return [] if value is None else [f"{key} = {_text(value)}"]


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return "[ " + ", ".join(f'"{one}"' for one in value) + " ]" if value else "[]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _statements(text: str) -> t.Iterator[tuple[str, tuple[str, ...]]]:
    """(key, its lines with their ends): a value may go over several; key "" for a comment or blank line."""
    lines = iter(lines_of(text))
    for line in lines:
        match = _KEY.match(line.strip())
        if match is None:
            yield "", (line,)
            continue
        own = [line]
        while not _closed(match["value"], own):
            following = next(lines, None)
            if following is None:
                break
            own.append(following)
        yield match["key"], tuple(own)


def _closed(value: str, lines: t.Sequence[str]) -> bool:
    if value.startswith('"""'):
        return "".join(lines).count('"""') > 1
    return not value.startswith("[") or "]" in _STRING_OR_COMMENT.sub("", "".join(lines))


def _value(text: str) -> Value:
    if text.startswith("["):
        parts = _STRING_OR_COMMENT.finditer(text)
        return tuple(_string(part) for part in parts if not part[0].startswith("#"))
    match = _STRING.match(text)
    if match:
        return _string(match)
    word = _word(text)
    return int(word) if _NUMBER.fullmatch(word) else word


def _string(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)


def _word(text: str) -> str:
    return text.partition("#")[0].strip()


def _is_bare_word(text: str) -> bool:
    return not text.startswith(("[", '"', "'")) and not _NUMBER.fullmatch(_word(text))


def _wanted(key: str, value: object) -> Value:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, str) and '"' not in value and "\n" not in value:
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) and '"' not in one for one in value):
        return tuple(value)
    raise InvalidValue(key, value, "a number, a text without quotes or line breaks, or a list of such texts")


def merge_words(text: str, name: str, value: str) -> str:
    """A file of shell assignments with exactly one active line for a name (cs#9965: of two, the empty one won).

    The line that is there stays to the letter where its words mean the same as ``value``: -l is --listen.
    """
    pattern = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}=(.*)")
    lines = lines_of(text)
    places = [place for place, line in enumerate(lines) if pattern.match(line)]
    matched = [match[1] for match in map(pattern.match, map(bare, lines)) if match]
    if len(places) == 1 and _words(matched[0]) == _words(value):
        return text
    line = f'{name}="{value}"'
    if places:
        kept = [one for place, one in enumerate(lines) if place not in places[1:]]
        kept[places[0]] = line
    else:
        kept = [*lines, line]
    return joined(kept, text)


def _words(value: str) -> list[str]:
    words = value.partition("#")[0].strip().strip("\"'").split()
    return ["--listen" if word == "-l" else word for word in words]
