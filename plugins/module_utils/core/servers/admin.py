# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The administrator's first login: which passwords may be set, and the file that gets the API keys."""

from __future__ import annotations

import configparser
import typing as t
from dataclasses import dataclass, field

from ..errors import InvalidValue

DEFAULT_USER, DEFAULT_PASSWORD = "admin", "password"
SHORTEST = 8


@dataclass(frozen=True)
class Keys:
    """An API key and its secret."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


def checked_password(new: str, old: str, username: str) -> str:
    """Raises InvalidValue, which never shows it."""
    expected = ""
    if new != new.strip() or not new.isprintable():
        expected = "a password without blanks at its ends and without control characters"
    elif len(new) < SHORTEST:
        expected = f"a password of at least {SHORTEST} characters"
    elif new == DEFAULT_PASSWORD:
        expected = "another password than the default one"
    elif new.casefold() == username.casefold():
        expected = "another password than the name of the user"
    elif new == old:
        expected = "another password than the old one (option password)"
    if expected:
        raise InvalidValue("new_password", "(hidden)", expected)
    return new


def held_keys(text: str, section: str) -> t.Optional[Keys]:
    """The keys in a section of a cloudstack.ini. Raises InvalidValue for a file that is no such file."""
    found = _parsed(text)
    if not found.has_section(section):
        return None
    key, secret = (found.get(section, name, fallback="") for name in ("key", "secret"))
    return Keys(key, secret) if key and secret else None


def with_keys(text: str, section: str, url: str, keys: Keys) -> str:
    """The file with the endpoint and keys in the section; its other lines, sections and comments stay.

    Raises InvalidValue for values that such a file cannot hold.
    """
    wanted = {"endpoint": url, "key": keys.key, "secret": keys.secret}
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip() == f"[{section}]"), None)
    if start is None:
        lines += ["", f"[{section}]"] if lines and lines[-1].strip() else [f"[{section}]"]
        start = len(lines) - 1
    end = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("[")), len(lines))
    kept = [line for line in lines[start + 1 : end] if _name(line) not in wanted]
    while kept and not kept[-1].strip():
        kept.pop()
    mine = [f"{name} = {value}" for name, value in wanted.items()]
    after = ["", *lines[end:]] if end < len(lines) else []
    made = "\n".join([*lines[: start + 1], *mine, *kept, *after]) + "\n"
    if not set(wanted.items()) <= set(_parsed(made).items(section)):
        raise InvalidValue("keys_file", "(hidden)", "a file in which the URL and the keys are single lines")
    return made


def _name(line: str) -> str:
    return line.replace(":", "=").partition("=")[0].strip().casefold() if line[:1].strip() else ""


def _parsed(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        # The parser's own text quotes the line, which may hold the secret.
        expected = "a file with [sections] and name = value in each line"
        raise InvalidValue("keys_file", "(its content)", expected) from None
    return parser
