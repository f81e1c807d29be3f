# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as YAML of an inventory. Texts of a server stay data: what Ansible would take for a template is unsafe."""

from __future__ import annotations

import json
import re
import typing as t

from ..masking import MASK, is_secret_name, masked, secrets_in_text
from ..text import printable

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./:@-]*[A-Za-z0-9_]")
# Words that YAML 1.1 reads as something else than a text.
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none", "nan", "inf", "y", "n"))
_KEY = re.compile(r"""(?P<lead>[ -]*)["']?(?P<key>[^:#\s"'{}\[][^:#"'{}\[]*?)["']?\s*:(?=\s)(?P<value>.*)""", re.DOTALL)
# In braces.
_INSIDE = re.compile(r"(?P<lead>[{,]\s*[\"']?(?P<key>[\w.-]+)[\"']?\s*:\s*)(?:\"[^\"]*\"|'[^']*'|[^,}\s]+)")
_PASS = re.compile(r"(?:\A|[_.-])pass\Z", re.IGNORECASE)
_VARIABLE = re.compile(r'"\{\{ \w+ \}\}"')
_TEMPLATE = ("{{", "{%", "{#")


class Vault(str):
    """The name of a variable whose value no server tells: written as a template. default: until it is replaced."""

    default: str

    def __new__(cls, name: str, default: str = "replace-me") -> Vault:
        made = super().__new__(cls, name)
        made.default = default
        return made


def document(comment: str, values: t.Mapping[str, object]) -> str:
    """A file. Keys are names of the collection's own; what a server named is a value, or a setting's quoted name."""
    told = "".join(f"# {printable(line)}\n" for line in comment.splitlines())
    return f"---\n{told}{''.join(_mapping(values, 0))}"


def _mapping(values: t.Mapping[str, object], depth: int) -> t.Iterator[str]:
    for key, value in values.items():
        yield from _entry(f"{'  ' * depth}{_key(key)}:", value, depth)


def _entry(lead: str, value: object, depth: int) -> t.Iterator[str]:
    if isinstance(value, t.Mapping):
        yield f"{lead}\n" if value else f"{lead} {{}}\n"
        yield from _mapping(value, depth + 1)
    elif isinstance(value, (list, tuple)) and any(isinstance(each, t.Mapping) for each in value):
        yield f"{lead}\n"
        for each in value:
            rows = "".join(_mapping(t.cast("t.Mapping[str, object]", each), depth + 2))
            yield f"{'  ' * (depth + 1)}- {rows.lstrip(' ')}"
    elif isinstance(value, (list, tuple)):
        yield f"{lead} [{', '.join(map(scalar, value))}]\n"
    else:
        yield f"{lead} {scalar(value)}\n"


def _key(key: str) -> str:
    return key if _PLAIN.fullmatch(key) and key.casefold() not in _WORDS else _quoted(key)


def _quoted(text: str) -> str:
    """JSON's quoting is YAML's too, and the escapes of what has no shape are."""
    return printable(json.dumps(text, ensure_ascii=False))


def scalar(value: object) -> str:
    """One value."""
    if isinstance(value, Vault):
        return f'"{{{{ {value!s} }}}}"'
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS and ":" not in text.replace("://", ""):
        return text
    return f"!unsafe {_quoted(text)}" if any(each in text for each in _TEMPLATE) else _quoted(text)


def without_secrets(text: str) -> str:
    """A file as a diff shows it: values of keys that name secrets masked, but for names of variables.

    Of a value that goes on in deeper lines, these are left out.
    """
    found, depth = [], -1  # where the key stands whose value is masked
    for line in text.splitlines(keepends=True):
        bare = line.lstrip(" ")
        # A list may begin below its key.
        if depth >= 0 and (not line.strip() or len(line) - len(bare) + bare.startswith("- ") > depth):
            continue
        key = _KEY.match(line)
        secret = key is not None and _is_secret(key["key"])
        depth = len(key["lead"]) if key is not None and secret and not _VARIABLE.fullmatch(key["value"].strip()) else -1
        found.append(_without_secret(line, key if secret else None))
    return "".join(found)


def _is_secret(key: str) -> bool:
    """As elsewhere, and Ansible's own variables such as ansible_become_pass."""
    return is_secret_name(key) or bool(_PASS.search(key))


def _without_secret(line: str, secret: t.Optional[re.Match[str]]) -> str:
    """secret: the key and value of the line, where that is one."""
    if secret is None:
        inside = _INSIDE.sub(lambda one: f"{one['lead']}{MASK}" if _is_secret(one["key"]) else one[0], line)
        return masked(inside, secrets_in_text(inside))
    if _VARIABLE.fullmatch(secret["value"].strip()):
        return line
    return f"{line[: secret.start('value')].rstrip()} {MASK}\n"
