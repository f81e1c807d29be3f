# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is secret by its name or place, and texts without it, however a server or a library spells it."""

from __future__ import annotations

import base64
import re
import typing as t
from functools import lru_cache
from html.entities import html5
from urllib.parse import unquote

MASK = "****"
# Parts of names of parameters, options, settings and keys of configuration files whose values are secret.
_SECRET = re.compile(
    r"pass(?:word|wd|phrase)|secret|private[._-]?key|(?:api|auth|hash|encryption|singlesignon)[._-]?(?:key|iv)$"
    r"|token|psk|credential|(?:^|[._-])pwd$|^(?:sim-)?pin$",
    re.IGNORECASE,
)
# Without one of these, a text has neither such a name nor a URL with a user.
_HINT = re.compile("pass|secret|key|iv|token|psk|credential|pwd|pin|auth|@", re.IGNORECASE)
# Values of such names that are no secret: switches, and what says how a secret is treated.
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "none", "null", ""))
# Keys of RBD hold slashes, so a URL parser does not see where the secret ends: mask up to the last "@".
_USERINFO = re.compile(r"^([a-z][a-z0-9+.-]*:)?(//)?.*@", re.IGNORECASE | re.DOTALL)
_SECRET_OPTION = re.compile(r"([^?&;=]*(?:password|secret)[^?&;=]*?(?:=|%3d))((?:(?!%3b)[^&;])*)", re.IGNORECASE)
_WHOLE_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# How a key of Ceph is sent in a URL, of which "/" would be the end of its host.
URL_SAFE = str.maketrans("+/", "-_")
# In a longer text, such as a configuration file: a URL with a user, and a name with its value.
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]*@[^\s\"'<>]*", re.IGNORECASE)
_PAIR = re.compile(r"([\w.-]+)[\"']?\s*[=:]\s*(\"[^\"]*\"|'[^']*'|[^\s,;&}\]]+)")
# A value to the end of its line; only wpa_supplicant's keys (ifupdown's wpa-psk) are followed by a blank alone.
_LINE = re.compile(r"^\s*[\"']?([\w.-]+)[\"']?\s*(?:[=:]|(?<=wpa-psk)\s|(?<=wpa-password)\s)\s*(.+?)\s*$", re.MULTILINE)

# The program may have another name. A password may have blanks and brackets in it: mask until the sentence goes on.
_IPMITOOL = re.compile(r"((?:\bipmitool\b|\bCommand \[).*?\s-P\s+)(?:.*?(?=\], error \[)|.*)", re.DOTALL)


@lru_cache(maxsize=1 << 12)
def is_secret_name(name: str) -> bool:
    """Whether the values of a name are secret: of a dotted one (``quota.usage.smtp.password``) the end counts."""
    words = name.split(".")
    if len(words) > 1 and words[-1].lower() == "auth":
        return True
    return _SECRET.search(".".join(words[-2:]) if words[-1].lower() in ("key", "iv") else words[-1]) is not None


def secrets_in_url(url: object) -> tuple[str, ...]:
    """The texts that are secret inside of a URL: the password of ``rbd://user:secret@host``, or all before the "@"."""
    text = str(url or "")
    found = [option.group(2) for option in _SECRET_OPTION.finditer(text)]
    user = None if text.lower().startswith("nfs:") else _USERINFO.match(text)
    if user:
        name, _colon, password = user.group(0)[:-1].partition("://")[2].partition(":")
        found.append(password or name)
    return tuple(sorted({each for it in found for each in (it, unquote(it), it.translate(URL_SAFE)) if each}))


def without_secret(url: str) -> str:
    """The URL with the user part of ``rbd://user:secret@host`` and options such as ``password=`` masked."""
    shown = _SECRET_OPTION.sub(rf"\1{MASK}", url)
    # NFS has no users, and its paths may hold an "@".
    return shown if shown.lower().startswith("nfs:") else _USERINFO.sub(_without_user, shown)


def _without_user(found: re.Match[str]) -> str:
    scheme, slashes = found.group(1), found.group(2)
    # Without slashes what looks like a scheme is the user of "user:secret@host".
    return f"{scheme or ''}{slashes}{MASK}@" if slashes else f"{MASK}@"


def secrets_within(value: object, name: str = "") -> t.Iterator[str]:
    """The secrets in parameters of any form: by names of keys, of pairs of name and value, in URLs and in files."""
    # Most values are texts, and of a declared zone there are many: t.Mapping takes microseconds for each.
    if not isinstance(value, str) and isinstance(value, t.Mapping):
        told = str(value.get("name") or value.get("key") or "")
        for key, item in value.items():
            yield from secrets_within(item, told if key == "value" and is_secret_name(told) else str(key))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from secrets_within(item, name)
    elif value is not None and not isinstance(value, bool):
        text = str(value)
        if is_secret_name(name):
            yield from (text,) if text.lower() not in _WORDS else ()
        else:
            yield from secrets_in_text(text)


def secrets_in_text(text: str) -> t.Iterator[str]:
    """Those of a text: a URL with a user, or a file with a line such as ``wpa-psk …`` or ``password=…``."""
    # Each pattern below needs one of each, and most texts have none.
    if not ("=" in text or ":" in text or "wpa-p" in text) or not _HINT.search(text):
        return
    if _WHOLE_URL.match(text):
        yield from secrets_in_url(text)
    for url in _URL.findall(text):
        yield from secrets_in_url(url)
    for found in (*_LINE.finditer(text), *_PAIR.finditer(text)):
        held = found.group(2).strip("\"'")
        if is_secret_name(found.group(1)) and held.lower() not in _WORDS:
            yield held


def without_command_passwords(text: str) -> str:
    """Without what follows ``-P`` in a command of ipmitool: the server shows the password that it stores (T4:125)."""
    return _IPMITOOL.sub(rf"\1{MASK}", text) if "-P" in text else text


def masked(text: str, secrets: t.Iterable[str]) -> str:
    """The text without the secrets, whether they stand there as they are or spelled for a URL, JSON, HTML, a shell …"""
    for secret in sorted({each for each in secrets if each}, key=len, reverse=True):
        text = _spellings(secret).sub(MASK, text)
    return text


def all_masked(value: t.Any, secrets: t.Collection[str]) -> t.Any:
    """Plain data with every text in it masked."""
    if isinstance(value, str):
        return masked(value, secrets)
    if isinstance(value, t.Mapping):
        return {key: all_masked(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [all_masked(item, secrets) for item in value]
    return value


_CONTROLS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_NAMED: dict[str, list[str]] = {}
for _name, _text in html5.items():
    if len(_text) == 1 and _name.endswith(";"):
        _NAMED.setdefault(_text, []).append(_name)


@lru_cache(maxsize=64)
def _spellings(secret: str) -> re.Pattern[str]:
    """Each character in any spelling, mixed as may be, or the whole in Base64 or as hexadecimal digits."""
    spelled = "".join(f"(?:{'|'.join(_spellings_of(char))})" for char in secret)
    raw = secret.encode("utf-8", "surrogatepass")
    return re.compile("|".join([*_packed(raw), *_inside(raw), *_hexadecimal(raw), spelled]), re.IGNORECASE)


_CODERS = (base64.b64encode, base64.urlsafe_b64encode)
_LEAST = 6  # characters of Base64 that are hardly there by chance


def _packed(raw: bytes) -> list[str]:
    """The whole in Base64."""
    found = {coder(raw).decode().rstrip("=") for coder in _CODERS} if len(raw) > 2 else set()
    return [f"{re.escape(each)}={{0,2}}" for each in sorted(found)]


def _inside(raw: bytes) -> list[str]:
    """Within a longer text in Base64, as "Basic" sends user:password: what three bytes begin at any of three places.

    Characters of which some bits are the text's around it are left out.
    """
    found = set()
    for before in range(3):
        first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        if end - first >= _LEAST:
            found |= {coder(bytes(before) + raw).decode()[first:end] for coder in _CODERS}
    return [re.escape(each) for each in sorted(found)]


def _hexadecimal(raw: bytes) -> list[str]:
    """A dump of bytes, or of characters of two bytes each."""
    if len(raw) < 4:
        return []
    return [r"[\s:-]?".join(f"{byte:02x}" for byte in raw), r"[\s:-]?".join(rf"{byte:02x}[\s:-]?00" for byte in raw)]


def _spellings_of(char: str) -> list[str]:
    """Longer ones first: ``=3d`` begins as ``=`` does."""
    point, code = ord(char), char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass")
    found = [
        # JSON, Java, JavaScript; Python and C.
        "".join(rf"\\+u{units[n : n + 2].hex()}" for n in range(0, len(units), 2)),
        # JavaScript and Perl.
        rf"\\+[ux]\{{0*{point:x}\}}",
        # URL, also encoded more than once, and as some servers read it.
        "".join(f"%(?:25)*{byte:02x}" for byte in code),
        "".join(f"%u{units[n : n + 2].hex()}" for n in range(0, len(units), 2)),
        # HTML and XML.
        f"&(?:amp;)*#0*{point};",
        f"&(?:amp;)*#x0*{point:x};",
        *(f"&(?:amp;)*{re.escape(name)}" for name in _NAMED.get(char, ())),
        # Mail.
        "".join(f"={byte:02x}" for byte in code),
    ]
    if point < 256:
        found += [rf"\\+x{point:02x}", f"%(?:25)*{point:02x}", rf"\\+{point:03o}"]
    if char == " ":
        found.append(r"\+")
    if char in "'\"":
        # Shells ('"'"') and SQL or CSV ('').
        found = [r"'\"'\"'", r"'\\+''", char * 2, *found] if char == "'" else [char * 2, *found]
    if char in _CONTROLS:
        found.append(rf"\\+{_CONTROLS[char]}")
    # A backslash before it, as many as there are layers of quotes.
    return [*found, rf"\\+{re.escape(char)}", re.escape(char)]
