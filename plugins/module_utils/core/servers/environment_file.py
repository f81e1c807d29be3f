# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of a service: the management key of encryption type env, and the options of Java.

Source: systemd.exec, EnvironmentFile.
"""

from __future__ import annotations

import re
import shlex
import typing as t

VARIABLE = "CLOUD_SECRET_KEY"
_OPTIONS = re.compile(r"^[ \t]*JAVA_OPTS=(.*)$", re.MULTILINE)
_PLAIN = re.compile(r"(\"?)([^\"'\\#]*)\1[ \t]*", re.ASCII)
_LINE = re.compile(rf"^[ \t]*{VARIABLE}=(.*)$", re.MULTILINE)


def management_key(text: str) -> str:
    """What systemd makes of the last line of the file that sets it; "" where there is none."""
    found = _LINE.findall(text.replace("\r\n", "\n"))
    value = found[-1].strip() if found else ""
    if value[:1] not in ("'", '"'):
        return re.sub(r"\\(.)", r"\1", value)
    try:
        parts = shlex.split(value)
    except ValueError:
        return ""
    return parts[0] if len(parts) == 1 else ""


def opened_modules(text: str, new: str) -> str:
    """The line JAVA_OPTS of a file with what that of another opens of Java's modules; "" where it lacks nothing.

    The last line of a file counts. A value over several lines, or with escapes, is not judged.
    """
    held, wanted = _words(text), _words(new)
    more = [word for word in wanted or () if word.startswith("--add-") and word not in (held or ())]
    return 'JAVA_OPTS="{}"'.format(" ".join([*held, *more])) if held is not None and more else ""


def _words(text: str) -> t.Optional[list[str]]:
    found = _OPTIONS.findall(text)
    plain = _PLAIN.fullmatch(found[-1]) if found and found[-1].isascii() else None
    return None if plain is None else plain[2].split()
